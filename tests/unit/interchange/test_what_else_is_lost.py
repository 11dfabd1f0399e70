"""What is made of something lost is lost too, and what is kept means what it meant: never another number in silence."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.unit.interchange.shop_data import rows, service, shop
from tests.unit.interchange.test_losses import CUBE, LOOKML, OSSIE

from verity.data.catalog import build_catalog
from verity.data.check import check_dictionary
from verity.data.dictionary import make_dictionary
from verity.exceptions import NothingToImport
from verity.interchange.drafting import Imported
from verity.interchange.importing import import_model
from verity.semantic.model import load_model
from verity.semantic.rollups.check import check_rollups


@pytest.fixture(scope="module")
def engine():
    return shop()


def imported(tool: str, text: str, folder: Path) -> Imported:
    path = folder / {"cube": "m.yml", "lookml": "m.lkml", "ossie": "m.yaml"}[tool]
    path.write_text(text, encoding="utf-8")
    return import_model(tool, path)


def lost(made: Imported, path: str) -> list[tuple[int | None, str]]:
    return [(loss.line, loss.reason) for loss in made.report.losses if loss.outcome == "lost" and path in loss.path]


CUBE_MADE_OF_IT = (
    CUBE.replace("    measures:\n", "      - {name: shade, sql: 'F({CUBE}.a)', type: string}\n    measures:\n")
    + "      - {name: by_shade, type: count, filters: [{sql: \"{shade} = 'x'\"}]}\n"
    + "      - {name: shade_share, type: number, sql: '1.0 * {by_shade} / {total}'}\n"
    + "      - {name: physical, type: count, filters: [{sql: \"{CUBE}.shade = 'x'\"}]}\n"
    + "    segments:\n      - {name: dark, sql: \"{shade} = 'dark'\"}\n"
    + "    hierarchies:\n      - {name: h, levels: [shade, id, amount]}\n"
)


def test_what_a_lost_dimension_of_cube_is_part_of_is_lost_with_its_line(tmp_path):
    made = imported("cube", CUBE_MADE_OF_IT, tmp_path)
    orders = made.tables["orders"]
    assert (set(orders.metrics), set(orders.segments), orders.hierarchies) == ({"total", "physical"}, set(), {})
    reason = "it is made of 'shade' of 'orders', which could not be imported"
    assert lost(made, "measures[by_shade]") == [(11, reason)]
    assert lost(made, "segments[dark]") == [(15, reason)]
    assert [line for line, _ in lost(made, "measures[shade_share]")] == [12]
    assert [line for line, _ in lost(made, "shade")] == [8, 11, 12]


def test_a_physical_column_is_still_read_where_a_dimension_of_its_name_was_lost(tmp_path):
    orders = imported("cube", CUBE_MADE_OF_IT, tmp_path).tables["orders"]
    assert orders.metrics["physical"].filter == "shade__raw = 'x'"
    assert '"shade" AS "shade__raw"' in str(orders.relation)


def test_what_a_lost_dimension_of_looker_is_part_of_is_lost(tmp_path):
    planted = (
        "  dimension: shade { sql: {% if x %} a {% endif %} ;; }\n"
        '  measure: dark { type: count filters: [shade: "dark"] }\n'
        "  measure: shades { type: count_distinct sql: ${shade} ;; }\n"
    )
    made = imported("lookml", LOOKML[:-2] + planted + "}\n", tmp_path)
    assert set(made.tables["orders"].metrics) == {"total"}
    assert [line for line, _ in lost(made, "measure[")] == [6, 7]


ROLLUPS = (
    CUBE.replace("sql_table: orders", "sql: SELECT * FROM orders WHERE created_at < CURRENT_DATE")
    + "    refresh_key: {sql: SELECT MAX(id) FROM a; DROP TABLE a}\n"
    + "    pre_aggregations:\n      - {name: daily, measures: [total], time_dimension: created_at, granularity: day}\n"
)


def test_rollups_and_probes_that_a_check_would_refuse_are_lost_and_the_rest_checks(tmp_path):
    made = imported("cube", ROLLUPS, tmp_path)
    assert [line for line, _ in lost(made, "pre_aggregations[daily]")] == [12]
    assert [line for line, _ in lost(made, "refresh_key")] == [10]
    catalog = build_catalog(make_dictionary(dict(made.tables)))
    assert check_rollups(load_model(catalog)) == ()
    assert [finding for finding in check_dictionary(catalog) if finding.level == "error"] == []


@pytest.mark.parametrize(
    ("written", "here"),
    [
        ("`status` = 'a`b`'", "status = 'a`b`'"),
        ("{CUBE}.`order date` > 1", '"order date" > 1'),
        ("EXTRACT(DOW FROM {CUBE}.seen) = 0 AND {CUBE}.x = '__unit_DOW__ '", "EXTRACT(DOW FROM seen) = 0 AND x = '"),
        ("EXTRACT(doy FROM {CUBE}.seen) = 1", "EXTRACT(DOY FROM seen) = 1"),
    ],
)
def test_names_in_backticks_and_days_of_the_week_are_read(written, here, tmp_path):
    text = CUBE + f'      - {{name: some, type: count, filters: [{{sql: "{written}"}}]}}\n'
    metric = imported("cube", text, tmp_path).tables["orders"].metrics["some"]
    assert str(metric.filter).startswith(here)


@pytest.mark.parametrize(
    ("tool", "text"),
    [
        ("cube", CUBE.replace("sql_table: orders", 'sql: "SELECT * FROM orders WHERE {FILTER_PARAMS.a.b.filter(x)}"')),
        ("lookml", LOOKML.replace("{\n", "{\n  derived_table: { sql: SELECT * FROM orders {% x %} ;; }\n", 1)),
        ("lookml", LOOKML.replace("{\n", "{\n  derived_table: { explore_source: orders {} }\n", 1)),
    ],
)
def test_a_table_whose_select_is_lost_never_answers_from_the_table_of_its_name(tool, text, tmp_path, engine):
    made = imported(tool, text, tmp_path)
    assert made.tables["orders"].relation == "write_the_relation_of_orders"
    assert isinstance(rows(service(engine, made.tables), ("orders.total",)), str)


DATES = [
    ("2023-01-12", "created_at >= '2023-01-12' AND created_at < '2023-01-13'"),
    ("2023/05", "created_at >= '2023-05-01' AND created_at < '2023-06-01'"),
    ("2023-12", "created_at >= '2023-12-01' AND created_at < '2024-01-01'"),
    ("2024", "created_at >= '2024-01-01' AND created_at < '2025-01-01'"),
    ("2023/02/01 to 2023/05/01", "created_at >= '2023-02-01' AND created_at < '2023-05-01'"),
    ("after 2023-06-01", "created_at >= '2023-06-01'"),
    ("before 2023-06", "created_at < '2023-06-01'"),
]


@pytest.mark.parametrize(("text", "condition"), DATES)
def test_fixed_times_of_looker_are_what_the_hand_says(text, condition, tmp_path, engine):
    group = "  dimension_group: made { type: time timeframes: [date, month] sql: ${TABLE}.created_at ;; }\n"
    measure = f'  measure: some {{ type: sum sql: ${{amount}} ;; filters: [made_date: "{text}"] }}\n'
    made = imported("lookml", LOOKML[:-2] + group + measure + "}\n", tmp_path)
    found = rows(service(engine, made.tables), ("orders.some",))
    wanted = engine.connection.execute(f"SELECT SUM(amount) FROM silver.orders WHERE {condition}").fetchone()
    assert wanted is not None
    assert wanted[0]
    assert float(found[0][0]) == pytest.approx(float(wanted[0]))


@pytest.mark.parametrize("text", ["30 days", "last month", "2023-02-30", "9999-12-31", "2024-01-01 to", "FY2024"])
def test_a_time_of_looker_that_moves_or_is_none_loses_its_measure(text, tmp_path):
    group = "  dimension_group: made { type: time timeframes: [date] sql: ${TABLE}.created_at ;; }\n"
    measure = f'  measure: some {{ type: count filters: [made_date: "{text}"] }}\n'
    made = imported("lookml", LOOKML[:-2] + group + measure + "}\n", tmp_path)
    assert [line for line, _ in lost(made, "measure[some]")] == [6]


def test_two_filters_of_one_field_both_hold(tmp_path):
    measure = '  measure: some { type: count filters: [amount: ">10", amount: "<100"] }\n'
    made = imported("lookml", LOOKML[:-2] + measure + "}\n", tmp_path)
    assert made.tables["orders"].metrics["some"].filter == "(amount > 10) AND (amount < 100)"


def test_quotes_in_texts_of_looker_are_read(tmp_path):
    measure = '  measure: some { type: count label: "The \\"real\\" ones" }\n'
    made = imported("lookml", LOOKML[:-2] + measure + "}\n", tmp_path)
    assert made.tables["orders"].metrics["some"].aliases == {"any": ('The "real" ones',)}


@pytest.mark.parametrize("kind", ["list", "sum", "running_total", "number"])
def test_a_measure_of_looker_without_sql_is_lost_alone(kind, tmp_path):
    made = imported("lookml", LOOKML[:-2] + f"  measure: some {{ type: {kind} }}\n" + "}\n", tmp_path)
    assert [line for line, _ in lost(made, "measure[some]")] == [5]
    assert set(made.tables["orders"].metrics) == {"total"}


PAIRED = OSSIE.replace(
    "metrics:\n",
    "  - name: visits\n    source: visits\n    primary_key: [id]\n    fields:\n"
    "      - {name: key, expression: {dialects: [{dialect: ANSI_SQL, expression: id}]}}\n"
    "      - {name: customer_id, expression: {dialects: [{dialect: ANSI_SQL, expression: customer_id}]}}\n"
    "      - {name: source, expression: {dialects: [{dialect: ANSI_SQL, expression: source}]}}\n"
    "relationships:\n  - {name: r, from: orders, to: visits, from_columns: [customer_id], to_columns: [customer_id]}\n"
    "metrics:\n",
)


@pytest.mark.parametrize(
    ("change", "kind"),
    [
        (("", ""), "one_to_many"),
        (("to_columns: [customer_id]", "to_columns: [id]"), "many_to_one"),
        (("to_columns: [customer_id]", "to_columns: [key]"), "many_to_one"),
        (("primary_key: [id]", "primary_key: [id]\n    unique_keys: [[customer_id]]"), "many_to_one"),
        (("    primary_key: [id]\n", ""), "many_to_one"),
    ],
)
def test_a_relationship_of_ossie_goes_to_one_row_only_by_a_declared_key(change, kind, tmp_path):
    made = imported("ossie", PAIRED.replace(*change), tmp_path)
    assert made.tables["orders"].joins["r"].type == kind
    told = [loss for loss in made.report.losses if "relationships[r].to_columns" in loss.path]
    assert len(told) == (kind == "one_to_many")


def test_rows_are_never_repeated_by_a_relationship_to_several_rows(tmp_path, engine):
    from verity.contracts.metric import GroupBy

    made = imported("ossie", PAIRED.replace("source: orders", "source: orders\n    primary_key: [id]"), tmp_path)
    found = rows(service(engine, made.tables), ("orders.total",), GroupBy(dimension="orders.r.source"))
    wanted = engine.connection.execute(
        "SELECT source, SUM(amount) FROM (SELECT DISTINCT o.id, o.amount, v.source FROM silver.orders AS o "
        "LEFT JOIN silver.visits AS v ON o.customer_id = v.customer_id) GROUP BY 1 ORDER BY 1"
    ).fetchall()
    assert [(name, float(total)) for name, total in found] == [(name, float(total)) for name, total in wanted]


def test_files_that_are_not_read_are_told_and_the_others_come_in(tmp_path):
    (tmp_path / "a.view.lkml").write_text(LOOKML, encoding="utf-8")
    (tmp_path / "b.dashboard.lookml").write_text("- dashboard: b\n  title: B\n", encoding="utf-8")
    looker = import_model("lookml", tmp_path).report
    assert [(loss.file, loss.outcome) for loss in looker.losses] == [("b.dashboard.lookml", "lost")]
    (tmp_path / "c.yml").write_text(CUBE, encoding="utf-8")
    (tmp_path / "d.js").write_text("cube(`orders`, {});", encoding="utf-8")
    cube = import_model("cube", tmp_path).report
    assert [(loss.file, loss.outcome, loss.line) for loss in cube.losses] == [("d.js", "lost", 1)]
    assert (cube.tables, cube.share) == (1, pytest.approx(1 - 1 / cube.fields))
    with pytest.raises(NothingToImport, match=r"d\.js: models in JavaScript"):
        import_model("cube", tmp_path / "d.js")


def test_constants_of_a_looker_project_stand_where_they_are_named(tmp_path):
    text = LOOKML.replace("{\n", "{\n  sql_table_name: @{schema}.orders_all ;;\n", 1)
    measure = (
        "  measure: taxed { type: sum sql: ${amount} * @{rate} ;; }\n  measure: none { type: sum sql: @{no} ;; }\n"
    )
    (tmp_path / "a.view.lkml").write_text(text[:-2] + measure + "}\n", encoding="utf-8")
    constants = 'project_name: "p"\nconstant: schema { value: "gold" export: none }\nconstant: rate { value: "1.21" }\n'
    (tmp_path / "manifest.lkml").write_text(constants, encoding="utf-8")
    made = import_model("lookml", tmp_path)
    orders = made.tables["orders"]
    assert (orders.relation, orders.metrics["taxed"].sql) == ("gold.orders_all", "SUM(amount * 1.21)")
    assert [loss.path for loss in made.report.losses] == ["view[orders].measure[none]", "project_name"]


FORMATTED = "TO_CHAR({CUBE}.created_at, 'YYYY-MM')"


def test_sql_that_would_be_written_with_a_part_left_out_is_lost(tmp_path, capfd):
    joined = (
        CUBE
        + "    joins:\n      - {name: b, relationship: many_to_one, sql: \"TO_CHAR({CUBE}.x, 'YYYY') = {b}.y\"}\n"
        + "  - {name: b, sql_table: b, dimensions: [{name: y, sql: y, type: string, primary_key: true}]}\n"
    )
    text = joined.replace("    measures:\n", f'      - {{name: m, type: string, sql: "{FORMATTED}"}}\n    measures:\n')
    made = imported("cube", text, tmp_path)
    assert "m" not in made.tables["orders"].columns
    assert made.tables["orders"].joins == {}
    assert [line for line, reason in lost(made, "[orders]") if "'format' is not supported" in reason] == [8, 12]
    assert capfd.readouterr().err == ""


@pytest.mark.parametrize(
    ("written", "here"),
    [
        ("{CUBE}.x::numeric / 3", "SUM(CAST(x AS DOUBLE) / 3)"),
        ("CAST({CUBE}.x AS decimal)", "SUM(CAST(x AS DOUBLE))"),
        ("CAST({CUBE}.x AS NUMERIC(12, 4))", "SUM(CAST(x AS DECIMAL(12, 4)))"),
        ("CASE WHEN {CUBE}.y = 'as numeric' THEN {CUBE}.x END", "SUM(CASE WHEN y = 'as numeric' THEN x END)"),
    ],
)
def test_a_number_of_any_digits_keeps_them(written, here, tmp_path):
    made = imported("cube", CUBE + f'      - {{name: some, type: sum, sql: "{written}"}}\n', tmp_path)
    assert made.tables["orders"].metrics["some"].sql == here


def test_a_time_that_is_cast_in_the_source_comes_in(tmp_path):
    line = '      - {name: at, type: time, sql: "{CUBE}.created_at::timestamp"}\n    measures:\n'
    made = imported("cube", CUBE.replace("    measures:\n", line), tmp_path)
    assert made.tables["orders"].columns["at"].sql == "CAST(created_at AS TIMESTAMP)"
    assert made.report.lost == 0
