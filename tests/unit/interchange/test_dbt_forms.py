"""dbt's two forms of YAML, and the manifest of either: what each says is read, told, or left out for a reason."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.unit.interchange.shop_data import rows, service, shop

from verity.data.model import written
from verity.exceptions import ForeignReference
from verity.interchange.drafting import Imported
from verity.interchange.importing import import_model
from verity.interchange.ledger import ImportReport

CORPUS = Path(__file__).parent / "corpus" / "metricflow"
MODEL = """\
models:
  - name: orders
    semantic_model: true
    agg_time_dimension: created_at
    columns:
      - {name: id, entity: {type: primary, name: order}}
      - {name: customer_id, entity: {type: foreign, name: customer}}
      - {name: created_at, granularity: day, dimension: {type: time}}
      - {name: status, dimension: categorical}
    metrics:
      - {name: ordered, type: simple, agg: sum, expr: amount}
"""
METRIC = "    metrics:\n"


@pytest.fixture(scope="module")
def engine():
    return shop()


def imported(text: str, folder: Path, name: str = "models.yml") -> Imported:
    (folder / name).write_text(text, encoding="utf-8")
    return import_model("metricflow", folder / name)


def told(report: ImportReport, path: str) -> list[tuple[str, int | None, str]]:
    return [(loss.outcome, loss.line, loss.reason) for loss in report.losses if path in loss.path]


def document(made: Imported, table: str = "orders") -> dict:
    return written(made.tables[table])


def test_the_two_forms_of_one_model_make_one_dictionary(tmp_path):
    """What dbt says is the same model, in the standalone form, makes the same tables."""
    standalone = """\
semantic_models:
  - name: orders
    model: ref('orders')
    defaults: {agg_time_dimension: created_at}
    entities:
      - {name: order, type: primary, expr: id}
      - {name: customer, type: foreign, expr: customer_id}
    dimensions:
      - {name: created_at, type: time, type_params: {time_granularity: day}}
      - {name: status, type: categorical}
    measures:
      - {name: amount_in_all, agg: sum, expr: amount}
metrics:
  - {name: ordered, type: simple, type_params: {measure: amount_in_all}}
"""
    latest, earlier = imported(MODEL, tmp_path), imported(standalone, tmp_path, "old.yml")
    assert document(latest) == document(earlier)
    assert latest.report.share == earlier.report.share == 1.0


MANIFEST = """{
  "semantic_models": [{
    "name": "orders", "defaults": {"agg_time_dimension": "created_at"}, "description": "", "primary_entity": null,
    "node_relation": {"alias": "orders", "schema_name": "gold", "database": "d", "relation_name": "d.gold.orders"},
    "entities": [{"name": "order", "type": "primary", "expr": "id"},
                 {"name": "customer", "type": "foreign", "expr": "customer_id"}],
    "measures": [],
    "dimensions": [{"name": "created_at", "type": "time", "is_partition": false, "expr": null,
                    "type_params": {"time_granularity": "day", "validity_params": null}},
                   {"name": "status", "type": "categorical", "is_partition": false}]}],
  "metrics": [{
    "name": "ordered", "type": "simple", "label": "ordered", "description": "", "filter": null,
    "config": {"meta": {}},
    "type_params": {"measure": null, "numerator": null, "expr": "amount", "metrics": [], "input_measures": [],
      "join_to_timespine": false, "fill_nulls_with": null, "is_private": false,
      "metric_aggregation_params": {"semantic_model": "orders", "agg": "sum", "agg_time_dimension": "created_at",
        "agg_params": {"percentile": null, "use_discrete_percentile": false, "use_approximate_percentile": false},
        "non_additive_dimension": null}}}],
  "project_configuration": {"time_spines": []}, "saved_queries": []}
"""


def test_a_manifest_of_the_latest_form_makes_the_dictionary_of_its_yaml(tmp_path):
    made = imported(MANIFEST, tmp_path, "semantic_manifest.json")
    assert made.report.lost == 0, made.report.text()
    assert document(made) == document(imported(MODEL, tmp_path))


def test_a_name_that_a_manifest_gives_to_what_has_no_label_is_no_other_word(tmp_path):
    assert imported(MANIFEST, tmp_path, "semantic_manifest.json").tables["orders"].metrics["ordered"].aliases == {}


VERSIONED = MODEL.replace(
    "    metrics:\n",
    "    versions:\n      - {v: 1}\n      - {v: 2, columns: [{include: all, exclude: [status]}]}\n    metrics:\n",
)


@pytest.mark.parametrize(
    ("text", "relation"),
    [
        (MODEL, None),
        (MODEL.replace("semantic_model: true", "semantic_model: {name: sales}"), "orders"),
        (MODEL.replace("    semantic_model", "    config: {alias: fct_orders}\n    semantic_model"), "fct_orders"),
        (VERSIONED, "orders_v2"),
        (VERSIONED.replace("    versions", "    latest_version: 1\n    versions"), "orders_v1"),
        (VERSIONED.replace("v: 2,", "v: 2, config: {alias: orders},"), None),
        ("semantic_models: [{name: orders, model: \"ref('shop', 'orders', v='3')\"}]\n", "orders_v3"),
        ("semantic_models: [{name: orders, model: \"ref('fct_orders')\"}]\n", "fct_orders"),
    ],
)
def test_the_physical_table_is_the_one_that_dbt_makes(text, relation, tmp_path):
    (table,) = imported(text, tmp_path).tables.values()
    assert table.relation == relation


def test_a_model_with_versions_has_the_columns_of_its_latest(tmp_path):
    made = imported(VERSIONED, tmp_path)
    assert "status" not in made.tables["orders"].columns
    assert told(made.report, "columns[status]") == [
        ("approximated", 9, "the latest version of the model replaces it or leaves it out")
    ]
    assert "status" in imported(VERSIONED.replace("[status]", "[]"), tmp_path).tables["orders"].columns


def test_what_dbt_has_switched_off_is_left_out_and_told(tmp_path):
    off = "config: {enabled: false}, "
    text = MODEL.replace("{name: ordered,", "{name: ordered, " + off) + "      - {name: n, type: simple, agg: count}\n"
    made = imported(text + "metrics: [{name: r, type: ratio, numerator: ordered, denominator: n}]\n", tmp_path)
    assert set(made.tables["orders"].metrics) == {"n"}
    assert told(made.report, "metrics[ordered]")[0][0] == "approximated"
    assert "'ordered', which could not be imported" in told(made.report, "metrics[r]")[0][2]
    other = "semantic_models: [{name: old, model: ref('old'), config: {enabled: false}}]\n"
    assert set(imported(MODEL + other, tmp_path).tables) == {"orders"}


def test_a_switch_that_a_template_sets_is_taken_as_on_and_told(tmp_path):
    text = MODEL.replace("    semantic_model", "    config: {enabled: \"{{ var('on') }}\"}\n    semantic_model")
    assert told(imported(text, tmp_path).report, "config.enabled")[0][0] == "approximated"


def test_marks_on_a_model_without_a_semantic_model_are_lost_with_their_line(tmp_path):
    made = imported(
        MODEL + MODEL.replace("models:\n", "").replace("orders", "o2").replace("    semantic_model: true\n", ""),
        tmp_path,
    )
    assert set(made.tables) == {"orders"}
    lines = {line for outcome, line, reason in told(made.report, "models[o2]") if outcome == "lost"}
    assert {13, 14, 19} <= lines, made.report.text()


def test_a_description_from_a_doc_block_is_told_and_not_shown(tmp_path):
    text = MODEL.replace("{name: status,", "{name: status, description: \"{{ doc('status') }}\",")
    made = imported(text, tmp_path)
    assert made.tables["orders"].columns["status"].description == ""
    assert told(made.report, "columns[status].description")[0][:2] == ("lost", 9)


FILTERS = [
    ("{{ Dimension('order__status') }} = 'x'", "status = 'x'"),
    ("{{ Dimension(name='order__status') }} = 'x'", "status = 'x'"),
    ("{{ Entity('customer') }} = 7", "customer_id = 7"),
    ("{{ TimeDimension('metric_time', 'month') }} > '2024-01-01'", "DATE_TRUNC('MONTH', created_at) > '2024-01-01'"),
    ("{{ Dimension('order__created_at').grain('year') }} > '2024-01-01'", "DATE_TRUNC('YEAR', created_at) > "),
    ("{{ Dimension('country__continent', entity_path=['customer']) }} = 'x'", "customer.country.continent = 'x'"),
]
REFUSED = [
    "{{ Dimension('order__created_at').date_part('dow') }} = 1",
    "{{ TimeDimension('metric_time', date_part_name='dow') }} = 1",
    "{{ Dimension('order__status', 'month') }} = 'x'",
    "{{ Metric('ordered', group_by=['customer']) }} > 1",
    "{{ Dimension() }} = 1",
    "{{ Dimension('order__status') = 'x'",
    "{{ Dimension('order__nothing') }} = 1",
    "{{ Dimension('nobody__status') }} = 1",
    "status = 'x'",
]
OTHERS = """\
  - name: customers
    semantic_model: true
    columns:
      - {name: id, entity: {type: primary, name: customer}}
      - {name: country_id, entity: {type: foreign, name: country}}
  - name: countries
    semantic_model: true
    columns:
      - {name: id, entity: {type: primary, name: country}}
      - {name: continent, dimension: categorical}
"""


def filtered(text: str) -> str:
    line = f'      - {{name: some, type: simple, agg: sum, expr: amount, filter: "{text}"}}\n'
    return MODEL + line + OTHERS


@pytest.mark.parametrize(("text", "wanted"), FILTERS)
def test_a_filter_is_bound_to_the_column_that_it_names(text, wanted, tmp_path):
    made = imported(filtered(text), tmp_path)
    assert str(made.tables["orders"].metrics["some"].filter).startswith(wanted), made.report.text()


@pytest.mark.parametrize("text", REFUSED)
def test_a_filter_that_has_no_form_here_loses_its_metric(text, tmp_path):
    made = imported(filtered(text), tmp_path)
    assert "some" not in made.tables["orders"].metrics
    assert told(made.report, "metrics[some]")[0][:2] == ("lost", 12)


FACTS = """\
  - name: customers
    semantic_model: true
    columns:
      - {name: id, entity: {type: primary, name: customer}}
      - {name: country, dimension: categorical}
  - name: customer_facts
    semantic_model: true
    columns:
      - {name: customer, entity: unique}
      - {name: tier, dimension: categorical}
"""


def test_an_entity_of_several_models_joins_to_each(tmp_path):
    line = (
        "      - {name: some, type: simple, agg: count, expr: 1, filter: \"{{ Dimension('customer__%s') }} = 'x'\"}\n"
    )
    for dimension, way in (("country", "customer"), ("tier", "customer_customer_facts")):
        made = imported(MODEL + line % dimension + FACTS, tmp_path)
        assert made.tables["orders"].metrics["some"].filter == f"{way}.{dimension} = 'x'"
    joins = {name: (join.table, join.type) for name, join in made.tables["customers"].joins.items()}
    assert joins == {"customer_customer_facts": ("customer_facts", "one_to_one")}
    report = imported(MODEL + line % "country" + FACTS.replace("tier", "country"), tmp_path).report
    assert "several models" in told(report, "metrics[some]")[0][2]


def test_a_default_time_that_is_no_dimension_is_told(tmp_path):
    made = imported(MODEL.replace("agg_time_dimension: created_at", "agg_time_dimension: createdat"), tmp_path)
    assert told(made.report, "agg_time_dimension") == [("lost", 4, "'createdat' is no time dimension of the model")]
    assert made.tables["orders"].time_column is None


def test_a_percentile_of_a_hundred_is_read_as_such_and_one_beyond_is_lost(tmp_path):
    line = "      - {name: p, type: simple, agg: percentile, expr: amount, percentile: %s, percentile_type: discrete}\n"
    made = imported(MODEL + line % 95.0, tmp_path)
    assert (made.tables["orders"].metrics["p"].percentile, made.tables["orders"].metrics["p"].method) == (
        0.95,
        "discrete",
    )
    assert told(made.report, "metrics[p].percentile")[0][0] == "approximated"
    assert told(imported(MODEL + line % 120, tmp_path).report, "metrics[p]")[0][0] == "lost"


@pytest.mark.parametrize(
    ("keys", "outcomes"),
    [
        ("", ["approximated"]),
        (", period_agg: first", ["approximated"]),
        (", period_agg: last", []),
        (", grain_to_date: month, period_agg: last", []),
        (", window: 30 days, period_agg: last", ["approximated"]),
        (", window: 2 months, period_agg: last", ["approximated"]),
    ],
)
def test_an_accumulation_that_dbt_shows_otherwise_by_a_coarser_grain_is_told(keys, outcomes, tmp_path):
    made = imported(MODEL + f"      - {{name: c, type: cumulative, input_metric: ordered{keys}}}\n", tmp_path)
    assert [outcome for outcome, _, _ in told(made.report, "metrics[c]")] == outcomes
    assert made.tables["orders"].metrics["c"].metric == "orders.ordered"


def test_a_conversion_is_counted_otherwise_and_told():
    losses = told(import_model("metricflow", CORPUS / "conversion.yml").report, "visit_to_order_rate")
    assert [(outcome, line) for outcome, line, _ in losses] == [("approximated", 84)]


def test_a_part_never_takes_the_name_of_a_metric_that_is_read_later(tmp_path):
    lines = (
        "      - {name: r, type: ratio, denominator: ordered, numerator: {name: ordered, filter: "
        "\"{{ Dimension('order__status') }} = 'x'\"}}\n"
        "      - {name: r_ordered, type: simple, agg: max, expr: amount}\n"
    )
    metrics = imported(MODEL + lines, tmp_path).tables["orders"].metrics
    assert (metrics["r"].numerator, metrics["r_ordered"].sql) == ("orders.r_ordered_2", "MAX(amount)")


def test_two_dimensions_of_one_name_are_refused_with_the_place(tmp_path):
    two = "semantic_models: [{name: o, model: ref('o'), dimensions: [{name: a, type: time}, {name: a, expr: b}]}]\n"
    with pytest.raises(ForeignReference, match=r"m\.yml:1: .*two dimensions called 'a'"):
        imported(two, tmp_path, "m.yml")


def test_settings_and_installed_packages_of_a_project_are_not_read(tmp_path):
    settings = "name: shop\nmodels: {shop: {+materialized: table}}\nmetrics: {shop: {+enabled: true}}\n"
    (tmp_path / "dbt_project.yml").write_text(settings, encoding="utf-8")
    for folder in ("models", "dbt_packages", "target", ".github"):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / "m.yml").write_text(MODEL, encoding="utf-8")
    made = import_model("metricflow", tmp_path)
    assert made.report.files == 2
    assert told(made.report, "the whole file")[0][0] == "approximated"


def test_running_totals_of_the_latest_form_are_what_the_hand_says(engine):
    from verity.contracts.metric import GroupBy

    tables = import_model("metricflow", CORPUS / "latest_shop.yml").tables
    month = GroupBy(dimension="time", grain="month")
    found = rows(service(engine, tables), ("sales.amount_all_time", "sales.amount_month_to_date"), month)
    wanted = engine.connection.execute(
        "SELECT strftime(m, '%Y-%m'), SUM(s) OVER (ORDER BY m)::DOUBLE, s::DOUBLE FROM "
        "(SELECT date_trunc('month', created_at) AS m, SUM(amount) AS s FROM silver.orders GROUP BY 1) ORDER BY 1"
    ).fetchall()
    assert [(row[0][:7], *(float(cell) for cell in row[1:])) for row in found] == [
        (month, pytest.approx(ever), pytest.approx(within)) for month, ever, within in wanted
    ]


def test_a_metric_whose_name_cannot_be_asked_for_is_lost_with_what_is_made_of_it(tmp_path):
    lines = (
        "      - {name: a.b, type: simple, agg: max, expr: amount}\n"
        "      - {name: r, type: ratio, numerator: {name: a.b, filter: \"{{ Dimension('order__status') }} = 'x'\"}, "
        "denominator: ordered}\n"
    )
    made = imported(MODEL + lines, tmp_path)
    assert set(made.tables["orders"].metrics) == {"ordered"}
    assert [line for outcome, line, _ in told(made.report, "metrics[") if outcome == "lost"] == [12, 13]


@pytest.mark.parametrize("key", ["input_metrics", "metrics"])
def test_metrics_that_are_named_by_a_plain_list_are_read(key, tmp_path):
    lines = f"      - {{name: twice, type: derived, expr: ordered + ordered, {key}: [ordered]}}\n"
    made = imported(MODEL + lines, tmp_path)
    assert made.tables["orders"].metrics["twice"].sql == "{orders.ordered} + {orders.ordered}"
    assert made.report.share == 1.0
    broken = imported(MODEL + lines.replace("[ordered]", "[ordered, nobody]"), tmp_path)
    assert told(broken.report, "metrics[twice]")[0][:2] == ("lost", 12)
