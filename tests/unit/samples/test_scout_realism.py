"""Laws that the valid rows keep, so that questions about Scout have sensible answers."""

from __future__ import annotations

import pytest
from tests.unit.samples.conftest import Scout

NEVER = {
    "an amount that is not pieces times price less discount": "amount <> quantity * unit_price - discount",
    "a discount above the price or below nothing": "discount < 0 OR discount >= quantity * unit_price",
    "a category that is not the product's": "lower(trim(category)) <> lower(true_category)",
    "a sale before the branch opened": "transaction_ts < (SELECT opened_on FROM branches b "
    "WHERE b.branch_id = valid.branch_id)",
    "a customer who has not joined": "transaction_ts < (SELECT joined_on FROM customers c "
    "WHERE c.customer_id = valid.customer_id)",
    "a day before the first": "transaction_ts < TIMESTAMP '2023-01-01'",
    "a return that names no sale": "(type = 'return') <> (original_transaction_id IS NOT NULL)",
    "an open return": "type = 'return' AND status <> 'completed'",
}


@pytest.mark.parametrize("what", NEVER)
def test_a_valid_row_is_never(scout: Scout, what: str) -> None:
    assert scout.one(f"SELECT count(*) FROM valid WHERE {NEVER[what]}") == 0


def test_a_return_follows_its_completed_sale_within_two_weeks_and_gives_back_no_more(scout: Scout) -> None:
    wrong = scout.one("""
        SELECT count(*) FROM valid AS back LEFT JOIN valid AS sale ON back.original_transaction_id = sale.transaction_id
        WHERE back.type = 'return' AND (sale.transaction_id IS NULL OR sale.status <> 'completed' OR sale.type <> 'sale'
            OR back.transaction_ts NOT BETWEEN sale.transaction_ts AND sale.transaction_ts + INTERVAL 14 DAY
            OR back.amount > sale.amount OR back.quantity > sale.quantity OR back.product_id <> sale.product_id)
    """)
    assert wrong == 0
    assert scout.one("SELECT count(*) FROM valid WHERE type = 'return'") > 1_000


def test_december_and_saturdays_and_later_years_sell_more(scout: Scout) -> None:
    per_day = "count(*) / count(DISTINCT transaction_ts::DATE)"
    months = dict(scout.all(f"SELECT month(transaction_ts), {per_day} FROM valid GROUP BY 1"))
    assert max(months, key=lambda month: months[month]) == 12
    weekdays = dict(scout.all(f"SELECT dayname(transaction_ts), {per_day} FROM valid GROUP BY 1"))
    assert max(weekdays, key=lambda day: weekdays[day]) == "Saturday"
    years = [row[1] for row in scout.all("SELECT year(transaction_ts), count(*) FROM valid GROUP BY 1 ORDER BY 1")]
    assert years == sorted(years)


def test_paydays_sell_more_than_the_days_around_them(scout: Scout) -> None:
    mean = "count(*) / count(DISTINCT transaction_ts::DATE)"
    payday, usual = (
        scout.one(f"SELECT {mean} FROM valid WHERE day(transaction_ts) IN ({days})")
        for days in ("15, 30", "11, 12, 13, 18, 19, 25, 26")
    )
    assert payday > 1.15 * usual


def test_walk_ins_unsold_products_and_every_code_occur(scout: Scout) -> None:
    walk_ins = scout.one("SELECT avg((customer_id IS NULL)::int) FROM valid")
    assert 0.3 < walk_ins < 0.5
    assert scout.one("SELECT count(*) FROM products ANTI JOIN valid USING (product_id)") == 10
    for column, codes in {
        "payment_method": {"cash", "gcash", "card", "maya"},
        "status": {"completed", "voided", "pending"},
        "type": {"sale", "return"},
    }.items():
        assert {row[0] for row in scout.all(f"SELECT DISTINCT {column} FROM valid")} == codes


def test_products_customers_and_branches_have_unique_ids_and_products_unique_names(scout: Scout) -> None:
    for table, column in (
        ("branches", "branch_id"),
        ("customers", "customer_id"),
        ("vendors", "vendor_id"),
        ("expenses", "expense_id"),
        ("products", "product_id"),
        ("products", "name"),
    ):
        assert scout.one(f"SELECT count(*) - count(DISTINCT {column}) FROM {table}") == 0


def test_money_in_the_files_is_decimal(scout: Scout) -> None:
    types = dict(scout.all("SELECT column_name, data_type FROM information_schema.columns WHERE table_name = 'raw'"))
    assert types["amount"] == "DECIMAL(14,2)"
    assert types["unit_price"] == types["discount"] == "DECIMAL(12,2)"
    assert types["transaction_ts"] == "TIMESTAMP"
