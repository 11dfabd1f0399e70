"""Nothing is lost in silence: what Verity cannot take stands in the report with its line, and policies never widen."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml

from verity.interchange.importing import import_model
from verity.interchange.ledger import ImportReport, fields_of, path_text

CORPUS = Path(__file__).parent / "corpus"

CUBE = """\
cubes:
  - name: orders
    sql_table: orders
    dimensions:
      - {name: id, sql: id, type: number, primary_key: true}
      - {name: amount, sql: amount, type: number}
      - {name: created_at, sql: created_at, type: time}
    measures:
      - {name: total, sql: amount, type: sum}
"""
METRICFLOW = """\
semantic_models:
  - name: orders
    model: ref('orders')
    defaults: {agg_time_dimension: created_at}
    entities:
      - {name: order, type: primary, expr: id}
    dimensions:
      - {name: created_at, type: time, type_params: {time_granularity: day}}
    measures:
      - {name: total, agg: sum, expr: amount}
metrics:
  - {name: revenue, type: simple, type_params: {measure: total}}
"""
LATEST = """\
models:
  - name: orders
    semantic_model: {enabled: true}
    agg_time_dimension: created_at
    columns:
      - {name: id, entity: {type: primary, name: order}}
      - {name: created_at, granularity: day, dimension: {type: time}}
    metrics:
      - {name: revenue, type: simple, agg: sum, expr: amount}
metrics:
  - {name: twice, type: derived, expr: 2 * revenue, input_metrics: [{name: revenue}]}
"""
LOOKML = """\
view: orders {
  dimension: id { primary_key: yes type: number sql: ${TABLE}.id ;; }
  dimension: amount { type: number sql: ${TABLE}.amount ;; }
  measure: total { type: sum sql: ${amount} ;; }
}
"""
OSSIE = """\
version: 0.2.0.dev0
name: shop
datasets:
  - name: orders
    source: orders
    fields:
      - {name: amount, expression: {dialects: [{dialect: ANSI_SQL, expression: amount}]}}
metrics:
  - {name: total, expression: {dialects: [{dialect: ANSI_SQL, expression: SUM(orders.amount)}]}}
"""
ENDINGS = {"cube": "yml", "metricflow": "yml", "lookml": "lkml", "ossie": "yaml"}
PLANTED = [
    ("cube", CUBE, "    sql_table: orders\n", "    zodiac: aries\n", "cubes[orders].zodiac"),
    ("cube", CUBE, "    measures:\n", "      - {name: x, sql: x, type: sum, colour: red}\n", "measures[x].colour"),
    ("cube", CUBE, "    measures:\n", "      - {name: x, sql: 'F({CUBE}.a)', type: sum}\n", "measures[x]"),
    ("cube", CUBE, "    measures:\n", "      - {name: x, type: sum, sql: '{FILTER_PARAMS.a.id}'}\n", "measures[x]"),
    ("metricflow", METRICFLOW, "    measures:\n", "      - {name: x, agg: max, expr: a, mood: sad}\n", "[x].mood"),
    ("metricflow", METRICFLOW, "metrics:\n", "  - {name: y, type: novel, type_params: {}}\n", "metrics[y]"),
    ("metricflow", METRICFLOW, METRICFLOW.splitlines(True)[-1], "models: [{name: m, metrics: [{name: n}]}]\n", "[m].m"),
    ("metricflow", LATEST, "    agg_time_dimension: created_at\n", "    mood: sad\n", "models[orders].mood"),
    ("metricflow", LATEST, "    columns:\n", "      - {name: x, dimension: {type: time, hue: 1}}\n", "dimension.hue"),
    ("metricflow", LATEST, "    metrics:\n", "      - {name: x, type: simple, agg: max, tune: up}\n", "[x].tune"),
    ("metricflow", LATEST, "    metrics:\n", "      - {name: x, type: simple, agg: sum, expr: 'f(x)'}\n", "metrics[x]"),
    ("metricflow", LATEST, LATEST.splitlines(True)[-1], "  - {name: y, type: simple, agg: sum}\n", "metrics[y]"),
    ("lookml", LOOKML, "view: orders {\n", '  flavour: "sweet"\n', "view[orders].flavour"),
    ("lookml", LOOKML, "view: orders {\n", "  parameter: p { type: unquoted }\n", "view[orders].parameter"),
    ("lookml", LOOKML, "view: orders {\n", "  measure: m { type: sum sql: {% x %} ;; }\n", "measure[m]"),
    ("ossie", OSSIE, "    source: orders\n", "    grain_of_salt: true\n", "datasets[orders].grain_of_salt"),
    ("ossie", OSSIE, "metrics:\n", "  - {name: z, expression: {dialects: [{dialect: DAX, expression: X}]}}\n", "[z]"),
]  # fmt: skip


def report_of(tool: str, text: str, folder: Path) -> ImportReport:
    path = folder / f"model.{ENDINGS[tool]}"
    path.write_text(text, encoding="utf-8")
    return import_model(tool, path).report


@pytest.mark.parametrize(("tool", "text"), [(t, x) for t, x, *_ in PLANTED][::3])
def test_a_model_that_verity_knows_wholly_loses_nothing(tool, text, tmp_path):
    report = report_of(tool, text, tmp_path)
    assert (report.lost, report.share) == (0, 1.0), report.text()


@pytest.mark.parametrize(("tool", "text", "after", "planted", "path"), PLANTED)
def test_what_is_planted_is_in_the_report_with_its_line(tool, text, after, planted, path, tmp_path):
    report = report_of(tool, text.replace(after, after + planted, 1), tmp_path)
    line = text[: text.index(after)].count("\n") + 2
    found = [loss for loss in report.losses if loss.outcome == "lost" and path in loss.path and loss.line == line]
    assert found, report.text()
    assert found[0].reason
    assert report.share < 1


def test_an_unknown_key_planted_anywhere_in_the_corpus_is_reported(tmp_path):
    """Every block of every YAML model in turn gets a key that no tool has: it, or a block around it, is told."""
    tried = 0
    for path in sorted(CORPUS.glob("*/*.y*ml")):
        document = yaml.safe_load(path.read_text(encoding="utf-8"))
        for place, block in list(blocks_of(document))[::11]:
            block["verity_planted"] = 1
            (tmp_path / path.name).write_text(yaml.safe_dump(document, sort_keys=False), encoding="utf-8")
            report = import_model(path.parent.name, tmp_path / path.name).report
            where = path_text(document, (*place, "verity_planted"))
            del block["verity_planted"]
            told = [loss for loss in report.losses if where == loss.path or where.startswith(f"{loss.path}.")]
            assert told, (path.name, where, report.text())
            tried += 1
    assert tried > 35


def blocks_of(value, path=()):
    """Every mapping of a document with its path, but those that hold whatever people write."""
    if isinstance(value, dict):
        yield path, value
        for name, part in value.items():
            if name != "meta":
                yield from blocks_of(part, (*path, name))
    elif isinstance(value, list):
        for index, part in enumerate(value):
            yield from blocks_of(part, (*path, index))


def test_fields_are_scalars_lists_of_scalars_and_empty_blocks():
    document = {"a": 1, "b": [1, 2], "c": {}, "d": [{"e": None, "f": "x"}], "g": []}
    assert list(fields_of(document)) == [("a",), ("b",), ("c",), ("d", 0, "f"), ("g",)]


POLICY = (
    CUBE
    + """\
    access_policy:
      - role: {role}
{level}
"""
)
DENIED = [
    "        member_level: {includes: '*'}\n        conditions: [{if: '{x}'}]",
    "        row_level: {filters: [{member: amount, operator: contains, values: ['1']}]}",
    "        row_level: {filters: [{or: [{member: amount, operator: gt, values: [1]}]}]}",
    "        row_level: {filters: [{member: amount, operator: gt, values: ['{ securityContext.a }', '2']}]}",
    "        member_level: {excludes: [total]}",
    "        member_masking: {includes: '*'}",
    "        row_level: {allow_all: false}",
]


@pytest.mark.parametrize("level", DENIED)
def test_a_policy_that_cannot_be_said_denies_its_role(level, tmp_path):
    (tmp_path / "m.yml").write_text(POLICY.replace("{role}", "viewer").replace("{level}", level), encoding="utf-8")
    assert import_model("cube", tmp_path / "m.yml").tables["orders"].access == {}


def test_a_policy_for_everybody_opens_nothing(tmp_path):
    level = "        member_level: {includes: '*'}"
    (tmp_path / "m.yml").write_text(POLICY.replace("{role}", "'*'").replace("{level}", level), encoding="utf-8")
    assert import_model("cube", tmp_path / "m.yml").tables["orders"].access == {}


def test_policies_come_in_by_role_with_attributes_and_hidden_columns():
    customers = import_model("cube", CORPUS / "cube" / "governed.yml").tables["customers"]
    access = {role: entry.model_dump(exclude_defaults=True, mode="json") for role, entry in customers.access.items()}
    assert access == {
        "admin": {},
        "manager": {
            "rows": [{"column": "country", "attribute": "country"}],
            "columns_hidden": ["email"],
        },
        "support": {"rows": [{"column": "state", "op": "not_equals", "values": ["CA"]}]},
    }


def test_an_access_filter_of_looker_closes_the_table(tmp_path):
    text = LOOKML + "explore: orders { access_filter: { field: orders.amount user_attribute: level } }\n"
    report = report_of("lookml", text, tmp_path)
    assert any("access_filter" in loss.path and "ROLE" in loss.remedy for loss in report.losses)
    assert import_model("lookml", tmp_path / "model.lkml").tables["orders"].access == {}


def test_an_export_to_cube_never_opens_what_is_closed():
    from verity.data.model import TableEntry
    from verity.interchange.cube.writer import write_cube

    entry = {"table": "t", "columns": {"a": "", "b": ""}, "metrics": {"n": {"sql": "COUNT(*)"}, "s": {"sql": "SUM(b)"}}}
    closed = TableEntry.model_validate(entry)
    masked = TableEntry.model_validate({**entry, "access": {"r": {"columns_masked": {"a": "hash"}}}})
    hidden = TableEntry.model_validate({**entry, "access": {"r": {"columns_hidden": ["b"]}}})
    policies = [write_cube({"t": table})[0]["t"]["cubes"][0]["access_policy"] for table in (closed, masked, hidden)]
    assert policies[0] == policies[1] == [{"role": "verity_owner_only", "row_level": {"allow_all": False}}]
    assert policies[2] == [{"role": "r", "row_level": {"allow_all": True}, "member_level": {"excludes": ["b", "s"]}}]


@pytest.mark.parametrize("reach", [{"window": "13 fiscal_weeks"}, {"to_date": "fiscal_year"}])
def test_an_accumulation_over_fiscal_periods_is_no_measure_of_cube(reach):
    from verity.data.model import TableEntry
    from verity.interchange.cube.writer import write_cube

    metrics = {"n": {"sql": "COUNT(*)"}, "far": {"type": "cumulative", "metric": "n", **reach},
               "near": {"type": "cumulative", "metric": "n", "window": "3 months"}}  # fmt: skip
    table = TableEntry.model_validate({"table": "t", "time_column": "d", "columns": {"d": ""}, "metrics": metrics})
    measures = {m["name"]: m for m in write_cube({"t": table})[0]["t"]["cubes"][0]["measures"]}
    assert "rolling_window" in measures["near"]
    assert "rolling_window" not in measures.get("far", {})
