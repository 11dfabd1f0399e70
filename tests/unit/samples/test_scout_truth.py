"""The totals and events of the truth, held against hand-written SQL over the files."""

from __future__ import annotations

from tests.unit.samples.conftest import Scout

NET = "CASE WHEN type = 'sale' THEN amount ELSE -amount END"
DONE = "status = 'completed'"


def centavos(amount: str, where: str = DONE) -> str:
    return f"CAST(sum({amount}) FILTER ({where}) * 100 AS BIGINT)"


def test_the_totals_of_each_year_equal_hand_sql_to_the_centavo(scout: Scout) -> None:
    sold, returned = f"{DONE} AND type = 'sale'", f"{DONE} AND type = 'return'"
    found = scout.all(f"""
        SELECT year(transaction_ts), count(*), count(*) FILTER ({sold}), count(*) FILTER ({returned}),
               {centavos("amount", sold)}, {centavos("amount", returned)}, {centavos(NET)},
               sum(quantity) FILTER ({sold})
        FROM valid GROUP BY 1 ORDER BY 1
    """)
    assert found == [(year, *totals.model_dump().values()) for year, totals in scout.truth.by_year.items()]


def test_the_net_of_each_month_and_of_each_category_equals_hand_sql(scout: Scout) -> None:
    months = scout.all(f"SELECT strftime(transaction_ts, '%Y-%m'), {centavos(NET)} FROM valid GROUP BY 1")
    assert dict(months) == scout.truth.net_centavos_by_month
    categories = scout.all(f"SELECT true_category, {centavos(NET)} FROM valid GROUP BY 1")
    assert dict(categories) == scout.truth.net_centavos_by_category


def test_the_paid_expenses_of_each_year_equal_hand_sql(scout: Scout) -> None:
    paid = centavos("amount::DECIMAL(14,2)", "status = 'paid'")
    found = scout.all(f"SELECT year(expense_date), {paid} FROM expenses GROUP BY 1")
    assert dict(found) == scout.truth.paid_expenses_centavos_by_year


def test_every_file_has_the_rows_that_the_truth_says(scout: Scout) -> None:
    for table in ("branches", "customers", "expenses", "vendors"):
        assert scout.one(f"SELECT count(*) FROM {table}") == scout.truth.rows[f"bronze_{table}"]
    assert scout.one("SELECT count(*) FROM deliveries") == scout.truth.rows["bronze_products"]
    assert scout.one("SELECT count(*) FROM products") == scout.truth.distinct_products
    assert scout.truth.rows["bronze_products"] > scout.truth.distinct_products


def test_the_events_equal_hand_sql(scout: Scout) -> None:
    for event in scout.truth.events:
        where = f"region = '{event.region}'" if event.region else f"true_category = '{event.category}'"
        total = scout.one(
            f"SELECT {centavos(NET)} FROM valid JOIN branches USING (branch_id) WHERE {where} "
            f"AND transaction_ts >= '{event.since}' AND transaction_ts < '{event.until}'"
        )
        assert total == event.revenue_centavos


def test_in_the_drop_a_region_sells_about_forty_percent_less_and_no_other_does(scout: Scout) -> None:
    drop = scout.truth.event("revenue_drop")
    counts = scout.all(f"""
        SELECT region, count(*) FILTER (transaction_ts >= '{drop.since}' AND transaction_ts < '{drop.until}') / 30.0
             / (count(*) FILTER (transaction_ts >= '2024-07-01' AND transaction_ts < '{drop.since}') / 62.0)
        FROM valid JOIN branches USING (branch_id) WHERE type = 'sale' GROUP BY 1
    """)
    ratio = {str(region): float(share) for region, share in counts}
    assert 0.55 < ratio.pop("Central Visayas") < 0.67
    assert min(ratio.values()) > 0.85


def test_the_bulk_orders_lift_their_category_far_beyond_every_other_week(scout: Scout) -> None:
    bulk = scout.truth.event("outlier_week")
    weeks = dict(
        scout.all(
            f"SELECT date_trunc('week', transaction_ts)::DATE, {centavos(NET)} FROM valid "
            f"WHERE {DONE} AND true_category = '{bulk.category}' GROUP BY 1"
        )
    )
    assert weeks.pop(bulk.since) > 3 * max(weeks.values())
