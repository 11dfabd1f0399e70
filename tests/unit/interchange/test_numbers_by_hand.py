"""The numbers of imported models against SQL written by hand over the same rows."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.unit.interchange.shop_data import rows, service, shop

from verity.contracts.metric import GroupBy
from verity.data.dictionary import load_dictionary
from verity.data.model import written
from verity.interchange.cube.writer import as_yaml, write_cube
from verity.interchange.importing import import_model
from verity.interchange.ossie.writer import as_json, write_ossie
from verity.interchange.patches import undrafted

CORPUS = Path(__file__).parent / "corpus"
ROOT = Path(__file__).parents[3]

LINES = "silver.line_items AS l LEFT JOIN silver.orders AS o ON l.order_id = o.id"
BY_HAND = [
    ("cube/ecommerce.yml", "orders.count", "SELECT COUNT(*) FROM silver.orders"),
    ("cube/ecommerce.yml", "orders.buyers", "SELECT COUNT(DISTINCT customer_id) FROM silver.orders"),
    (
        "cube/ecommerce.yml",
        "orders.completed_rate",
        "SELECT COUNT(*) FILTER (WHERE status = 'completed') / COUNT(*) FROM silver.orders",
    ),
    (
        "cube/ecommerce.yml",
        "orders.revenue_per_customer",
        "SELECT (SELECT SUM(amount) FROM silver.orders)::DOUBLE / (SELECT COUNT(*) FROM silver.customers)",
    ),
    (
        "cube/line_items.yml",
        "line_items.domestic_revenue",
        f"SELECT SUM(l.price * l.quantity) FROM {LINES} LEFT JOIN silver.customers AS c ON o.customer_id = c.id "
        "WHERE c.country = 'US' AND o.status = 'completed'",
    ),
    (
        "cube/line_items.yml",
        "line_items.revenue_per_order",
        "SELECT (SELECT SUM(price * quantity) FROM silver.line_items)::DOUBLE / (SELECT COUNT(*) FROM silver.orders)",
    ),
    ("cube/extended.yml", "web_orders.done_count", "SELECT COUNT(*) FROM silver.orders WHERE status = 'completed'"),
    (
        "cube/extended.yml",
        "big_orders.buyers",
        "SELECT COUNT(DISTINCT customer_id) FROM silver.orders WHERE amount > 100",
    ),
    (
        "metricflow/orders.yml",
        "orders.domestic_revenue",
        "SELECT SUM(o.amount) FROM silver.orders AS o LEFT JOIN silver.customers AS c ON o.customer_id = c.id "
        "WHERE c.country = 'US'",
    ),
    (
        "metricflow/orders.yml",
        "orders.large_order_share",
        "SELECT COUNT(*) FILTER (WHERE amount > 200) / COUNT(*) FROM silver.orders",
    ),
    (
        "metricflow/balances.yml",
        "balances.closing",
        "SELECT SUM(balance) FROM silver.balances WHERE day = (SELECT MAX(day) FROM silver.balances)",
    ),
    (
        "metricflow/balances.yml",
        "balances.closing_per_account",
        "SELECT SUM(balance) FROM silver.balances AS b "
        "WHERE day = (SELECT MAX(day) FROM silver.balances AS x WHERE x.account_id = b.account_id)",
    ),
    ("metricflow/balances.yml", "balances.high_balance", "SELECT QUANTILE_DISC(balance, 0.9) FROM silver.balances"),
    (
        "metricflow/conversion.yml",
        "visits.visits_converted",
        "SELECT COUNT(*) FROM silver.visits AS v WHERE EXISTS (SELECT 1 FROM silver.orders AS o "
        "WHERE o.customer_id = v.customer_id AND o.created_at > v.visited_at "
        "AND o.created_at <= v.visited_at + INTERVAL 30 DAY)",
    ),
    (
        "metricflow/conversion.yml",
        "line_items.domestic_units",
        f"SELECT SUM(l.quantity) FROM {LINES} LEFT JOIN silver.customers AS c ON o.customer_id = c.id "
        "WHERE c.country = 'US' AND l.created_at >= '2024-02-01'",
    ),
    ("metricflow/latest_shop.yml", "sales.buyers", "SELECT COUNT(DISTINCT customer_id) FROM silver.orders"),
    ("metricflow/latest_shop.yml", "sales.high_amount", "SELECT QUANTILE_DISC(amount, 0.9) FROM silver.orders"),
    (
        "metricflow/latest_shop.yml",
        "sales.completed_amount",
        "SELECT SUM(amount) FROM silver.orders WHERE status = 'completed'",
    ),
    (
        "metricflow/latest_shop.yml",
        "sales.domestic_amount",
        "SELECT SUM(o.amount) FROM silver.orders AS o LEFT JOIN silver.customers AS c ON o.customer_id = c.id "
        "WHERE c.country = 'US' AND o.created_at >= '2023-06-01'",
    ),
    (
        "metricflow/latest_shop.yml",
        "sales.large_share",
        "SELECT COUNT(*) FILTER (WHERE amount > 200) / COUNT(*) FROM silver.orders",
    ),
    (
        "metricflow/latest_balances.yml",
        "balances.opening_balance",
        "SELECT SUM(balance) FROM silver.balances WHERE day = (SELECT MIN(day) FROM silver.balances)",
    ),
    (
        "metricflow/latest_balances.yml",
        "balances.closing_balance_by_account",
        "SELECT SUM(balance) FROM silver.balances AS b "
        "WHERE day = (SELECT MAX(day) FROM silver.balances AS x WHERE x.account_id = b.account_id)",
    ),
    (
        "metricflow/latest_balances.yml",
        "balances.overdrawn_days",
        "SELECT COUNT(*) FROM silver.balances WHERE balance < 0",
    ),
    (
        "metricflow/latest_funnel.yml",
        "line_items.domestic_units",
        f"SELECT SUM(l.quantity) FROM {LINES} LEFT JOIN silver.customers AS c ON o.customer_id = c.id "
        "WHERE c.country = 'US'",
    ),
    (
        "metricflow/latest_funnel.yml",
        "line_items.units_per_order",
        "SELECT (SELECT SUM(quantity) FROM silver.line_items)::DOUBLE / (SELECT COUNT(*) FROM silver.orders)",
    ),
    (
        "metricflow/latest_funnel.yml",
        "visits.ad_visit_to_order",
        "SELECT COUNT(*) FILTER (WHERE EXISTS (SELECT 1 FROM silver.orders AS o WHERE o.customer_id = v.customer_id "
        "AND o.created_at > v.visited_at AND o.created_at <= v.visited_at + INTERVAL 30 DAY)) / COUNT(*) "
        "FROM silver.visits AS v WHERE v.source = 'ads'",
    ),
    (
        "metricflow/mixed.yml",
        "orders.ordered_per_customer",
        "SELECT (SELECT SUM(amount) FROM silver.orders)::DOUBLE / (SELECT COUNT(*) FROM silver.customers)",
    ),
    (
        "metricflow/mixed.yml",
        "orders.domestic_share",
        "SELECT SUM(o.amount) FILTER (WHERE c.country = 'US')::DOUBLE / SUM(o.amount) FROM silver.orders AS o "
        "LEFT JOIN silver.customers AS c ON o.customer_id = c.id",
    ),
    (
        "lookml/orders.view.lkml",
        "orders.big_amount",
        "SELECT SUM(amount) FROM silver.orders WHERE amount >= 100 AND status IN ('completed', 'shipped')",
    ),
    ("lookml/orders.view.lkml", "orders.median_amount", "SELECT MEDIAN(amount) FROM silver.orders"),
    ("lookml/visits.view.lkml", "visits.paid_visits", "SELECT COUNT(*) FROM silver.visits WHERE source = 'ads'"),
    ("lookml/base.view.lkml", "line_items.p90_quantity", "SELECT QUANTILE_CONT(quantity, 0.9) FROM silver.line_items"),
    (
        "ossie/ecommerce.yaml",
        "orders.revenue_per_customer",
        "SELECT (SELECT SUM(amount) FROM silver.orders)::DOUBLE / (SELECT COUNT(DISTINCT id) FROM silver.customers)",
    ),
    (
        "ossie/legacy.yaml",
        "line_items.sales_at_list_price",
        "SELECT SUM(l.quantity * p.price) FROM silver.line_items AS l "
        "LEFT JOIN silver.products AS p ON l.product_id = p.id",
    ),
]


@pytest.fixture(scope="module")
def engine():
    return shop()


@pytest.mark.parametrize(("model", "metric", "sql"), BY_HAND, ids=[metric for _, metric, _ in BY_HAND])
def test_a_total_is_what_the_hand_says(model, metric, sql, engine):
    tool, _, name = model.partition("/")
    tables = import_model(tool, CORPUS / tool / name).tables
    found = rows(service(engine, tables), (metric,))
    wanted = engine.connection.execute(sql).fetchone()[0]
    assert not isinstance(found, str), found
    assert float(found[0][0]) == pytest.approx(float(wanted), rel=1e-9)


def test_windows_and_shifts_by_month_are_what_the_hand_says(engine):
    tables = import_model("cube", CORPUS / "cube" / "time_series.yml").tables
    month = GroupBy(dimension="time", grain="month")
    metrics = ("orders.revenue", "orders.revenue_3_months", "orders.revenue_prior_month", "orders.revenue_ytd")
    found = {row[0][:7]: [None if cell is None else float(cell) for cell in row[1:]] for row in
             rows(service(engine, tables), metrics, month)}  # fmt: skip
    by_month = dict(
        engine.connection.execute(
            "SELECT strftime(created_at, '%Y-%m'), SUM(amount)::DOUBLE FROM silver.orders GROUP BY 1 ORDER BY 1"
        ).fetchall()
    )
    months = sorted(by_month)
    assert sorted(found) == months
    for index, name in enumerate(months[3:], 3):
        window = [by_month[m] or 0 for m in months[index - 2 : index + 1]]
        to_date = [by_month[m] or 0 for m in months if m[:4] == name[:4] and m <= name]
        wanted = [by_month[name], sum(window), by_month[months[index - 1]], sum(to_date)]
        assert found[name] == pytest.approx(wanted), name


def test_values_by_a_dimension_of_another_cube_are_what_the_hand_says(engine):
    tables = import_model("cube", CORPUS / "cube" / "line_items.yml").tables
    found = rows(service(engine, tables), ("line_items.revenue",), GroupBy(dimension="line_items.size"))
    wanted = engine.connection.execute(
        "SELECT CASE WHEN quantity >= 5 THEN 'large' WHEN quantity >= 2 THEN 'medium' ELSE 'small' END AS size, "
        "SUM(price * quantity) FROM silver.line_items GROUP BY 1 ORDER BY 1"
    ).fetchall()
    assert sorted((size, float(total)) for size, total in found) == [(size, float(total)) for size, total in wanted]


@pytest.mark.parametrize(
    "folder", ["examples/numbers/dictionary", "src/verity/samples/scout/dictionary"], ids=["numbers", "scout"]
)
def test_a_whole_dictionary_comes_back_from_ossie_and_from_cube_as_it_was(folder, tmp_path):
    tables = load_dictionary(ROOT / folder).tables
    wanted = {name: undrafted(written(entry)) for name, entry in tables.items()}
    document, _ = write_ossie(tables, "whole")
    (tmp_path / "whole.json").write_text(as_json(document), encoding="utf-8")
    (tmp_path / "cubes").mkdir()
    for name, cube in write_cube(tables)[0].items():
        (tmp_path / "cubes" / f"{name}.yml").write_text(as_yaml(cube), encoding="utf-8")
    for tool, path in (("ossie", tmp_path / "whole.json"), ("cube", tmp_path / "cubes")):
        back = import_model(tool, path)
        assert {name: undrafted(written(entry)) for name, entry in back.tables.items()} == wanted, tool
        assert back.report.share == 1.0, back.report.text()


def test_an_edit_in_the_other_tool_counts(tmp_path):
    tables = load_dictionary(ROOT / "examples" / "numbers" / "dictionary").tables
    cube = write_cube(tables)[0]["orders"]
    measure = next(one for one in cube["cubes"][0]["measures"] if one["name"] == "buyers")
    measure["sql"], measure["description"] = "{CUBE}.seller_id", "Sellers who sold"
    for name, other in write_cube(tables)[0].items():
        (tmp_path / f"{name}.yml").write_text(as_yaml(cube if name == "orders" else other), encoding="utf-8")
    back = import_model("cube", tmp_path).tables["orders"].metrics["buyers"]
    assert (back.sql, back.description) == ("COUNT(DISTINCT seller_id)", "Sellers who sold")


MANIFEST = """{
  "semantic_models": [{
    "name": "orders", "description": null, "node_relation": {"alias": "orders", "schema_name": "prod",
      "database": "db", "relation_name": "db.prod.orders"},
    "defaults": {"agg_time_dimension": "created_at"}, "primary_entity": null,
    "entities": [{"name": "order", "type": "primary", "expr": "id", "role": null}],
    "dimensions": [
      {"name": "created_at", "type": "time", "expr": null, "type_params": {"time_granularity": "day"}},
      {"name": "status", "type": "categorical", "expr": null, "type_params": null}],
    "measures": [{"name": "amount", "agg": "sum", "expr": "amount", "agg_params": null}]}],
  "metrics": [
    {"name": "done", "type": "simple", "filter": {"where_filters": [
        {"where_sql_template": "{{ Dimension('order__status') }} = 'completed'"}]},
     "type_params": {"measure": {"name": "amount", "filter": null, "alias": null}}},
    {"name": "done_3m", "type": "cumulative", "type_params": {"measure": {"name": "amount"},
     "cumulative_type_params": {"window": {"count": 3, "granularity": "month"}, "period_agg": "last"}}}]}
"""


def test_a_manifest_of_dbt_is_read_too(tmp_path, engine):
    (tmp_path / "semantic_manifest.json").write_text(MANIFEST, encoding="utf-8")
    imported = import_model("metricflow", tmp_path / "semantic_manifest.json")
    assert imported.report.share == 1.0, imported.report.text()
    found = rows(service(engine, imported.tables), ("orders.done",))
    wanted = engine.connection.execute("SELECT SUM(amount) FROM silver.orders WHERE status = 'completed'").fetchone()
    assert found == ((str(wanted[0]),),)
    assert imported.tables["orders"].metrics["done_3m"].window == "3 months"
