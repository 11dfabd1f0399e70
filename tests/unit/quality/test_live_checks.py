"""A live check counts what is wrong between the dictionary and the data; each figure is the one of the data below."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime
from pathlib import Path

import pyarrow as pa
import pytest

from verity.config import WarehouseSettings
from verity.contracts.run import StageLine, Verdict
from verity.data.dictionary import load_dictionary
from verity.quality.check import run_checks
from verity.warehouse.engine import ArrowScan, Engine
from verity.warehouse.registry import open_engine

ORDERS = pa.table(
    {
        "order_id": pa.array([1, 2, 2, 3, None], pa.int64()),
        "customer": ["a", "b", "b", "zz", None],
        "status": ["paid", "paid", "open", "lost", "lost"],
        "amount": pa.array([1.5, 2.5, 2.5, 4.0, 1.0], pa.float64()),
        "placed_on": pa.array([date(2025, 1, 1), None, date(2025, 1, 2), None, None], pa.date32()),
        "shipped_on": pa.nulls(5, pa.date32()),
        "paid": [True, True, False, None, None],
    }
)
CUSTOMERS = pa.table({"id": ["a", "b", "c", "c"], "name": ["Ada", "Bo", "Cy", "Cy"]})
REGIONS = pa.table({"id": pa.array([], pa.int64())})

CUSTOMERS_YML = "table: customers\nprimary_key: name\n"
DATA = {"orders": ORDERS, "customers": CUSTOMERS, "regions": REGIONS}

Check = Callable[..., Verdict]


@pytest.fixture(scope="module")
def engine(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Engine]:
    engine = open_engine(WarehouseSettings(), tmp_path_factory.mktemp("shop"))
    publish(engine)
    yield engine
    engine.close()


def publish(engine: Engine) -> None:
    with engine.writer() as writer:
        for name, table in DATA.items():
            scan = ArrowScan(lambda t=table: pa.RecordBatchReader.from_batches(t.schema, t.to_batches()), "test")
            writer.load(name, scan, load_id="load-1", loaded_at=datetime(2026, 1, 1, tzinfo=UTC))
        writer.publish("build-1")


@pytest.fixture
def check(tmp_path: Path, engine: Engine) -> Check:
    def run(**files: str) -> Verdict:
        (tmp_path / "dictionary").mkdir(exist_ok=True)
        for name, text in files.items():
            (tmp_path / "dictionary" / f"{name}.yml").write_text(text, encoding="utf-8")
        return run_checks(tmp_path, lambda: load_dictionary(tmp_path / "dictionary"), engine, live=True)

    return run


def line(verdict: Verdict, name: str, code: str | None = None) -> StageLine:
    found = [line for line in verdict.lines if line.name == name and line.code == code]
    assert found, [(line.name, line.code, line.message) for line in verdict.lines]
    return found[0]


def test_every_row_of_a_table_is_counted(check: Check):
    verdict = check(orders="table: orders\n")
    assert (line(verdict, "orders").rows, line(verdict, "orders").status) == (5, "ok")
    assert verdict.data_version


def test_a_table_that_the_warehouse_lacks_fails_with_the_nearest_name(check: Check):
    found = line(check(order="table: order\n"), "order", "VRT-211")
    assert (found.status, "orders" in found.remedy) == ("failed", True)


def test_a_declared_column_that_the_data_lacks_fails(check: Check):
    verdict = check(orders="table: orders\ncolumns:\n  amout: what was paid\n")
    assert [line.code for line in verdict.lines if line.status == "failed"] == ["VRT-207"]


def test_a_key_that_repeats_or_is_null_fails_with_both_counts(check: Check):
    verdict = check(orders="table: orders\nprimary_key: order_id\n")
    name = "orders: key order_id"
    assert line(verdict, name, "VRT-571").message == "1 key stands in more than one row (2 of 5 rows)"
    assert line(verdict, name, "VRT-572").message == "1 of 5 rows has no key: it is NULL there"


def test_a_key_of_two_columns_is_counted_as_one(check: Check):
    verdict = check(orders="table: orders\nprimary_key: [order_id, status]\n")
    assert {line.code for line in verdict.lines if line.status == "failed"} == {"VRT-572"}


@pytest.mark.parametrize(
    ("declared", "fits"),
    [("decimal(18,2)", True), ("bigint", True), ("text", False), ("date", False), ("boolean", False)],
)
def test_a_declared_type_fits_the_data_or_fails(check: Check, declared: str, fits: bool):
    verdict = check(orders=f"table: orders\ncolumns:\n  amount: {{type: '{declared}'}}\n")
    assert [line.code for line in verdict.lines if line.status == "failed"] == ([] if fits else ["VRT-570"])


def test_a_time_column_that_is_null_everywhere_fails_and_one_that_is_null_in_places_is_told(check: Check):
    never = check(orders="table: orders\ntime_column: shipped_on\ncolumns: {shipped_on: when it left}\n")
    assert line(never, "orders: time shipped_on", "VRT-577").status == "failed"
    some = check(orders="table: orders\ntime_column: placed_on\ncolumns: {placed_on: when}\n")
    assert line(some, "orders: time placed_on").message.startswith("3 of 5 rows have no time")


def test_listed_values_are_held_against_those_present(check: Check):
    verdict = check(orders="table: orders\ncolumns:\n  status: {values: [paid, open, sent]}\n")
    name = "orders.status: values"
    assert line(verdict, name, "VRT-575").message == "2 rows hold values not listed: 'lost'"
    assert line(verdict, name, "VRT-576").message == "no row holds 'sent'"
    booleans = check(orders="table: orders\ncolumns:\n  paid: {values: [true, false]}\n")
    assert line(booleans, "orders.paid: values").status == "ok"


def test_a_join_to_one_row_whose_target_repeats_fails_naming_the_counts(check: Check):
    join = "joins:\n  customers: {table: customers, on: {customer: id}}\n"
    found = line(check(orders=f"table: orders\n{join}", customers=CUSTOMERS_YML), "orders: join customers", "VRT-573")
    assert "id of customers is not unique: 1 value stands in 2 rows" in found.message


def test_the_share_of_rows_that_match_is_told(check: Check):
    join = "joins:\n  customers: {table: customers, on: {customer: id}}\n"
    verdict = check(orders=f"table: orders\n{join}", customers=CUSTOMERS_YML)
    found = line(verdict, "orders: join customers")
    assert (found.message, found.rows) == ("75 % of rows match (3 of 4); 1 names no partner", 3)


def test_a_share_that_fell_and_an_integrity_that_does_not_hold_are_told(check: Check):
    def joined(more: str) -> Verdict:
        join = f"joins:\n  customers: {{table: customers, on: {{customer: id}}, {more}}}\n"
        return check(orders=f"table: orders\n{join}", customers=CUSTOMERS_YML)

    assert line(joined("matched: 0.75"), "orders: join customers").status == "ok"
    assert line(joined("matched: 0.9"), "orders: join customers", "VRT-574").status == "warn"
    assert line(joined("integrity: full"), "orders: join customers", "VRT-574").status == "failed"


def test_a_bridge_that_does_not_name_every_row_is_told_where_it_is_declared_whole(check: Check):
    who, where = "{table: customers, on: {customer: id}}", "{table: regions, on: {order_id: id}}"
    bridge = f"table: orders\njoins:\n  who: {who}\n  where: {where}\n"

    def over(more: str) -> Verdict:
        join = f"joins:\n  places: {{table: regions, type: many_to_many, through: orders{more}}}\n"
        return check(orders=bridge, regions="table: regions\n", customers=f"{CUSTOMERS_YML}{join}")

    found = line(over(", integrity: full"), "customers: join places", "VRT-574")
    assert found.message == "declared 'integrity: full', but 2 rows find no partner"
    assert not [line for line in over("").lines if line.name == "customers: join places"]


def test_a_join_on_a_condition_that_multiplies_rows_fails(check: Check):
    join = 'joins:\n  customers: {table: customers, sql: "this.customer < customers.id"}\n'
    found = line(check(orders=f"table: orders\n{join}", customers=CUSTOMERS_YML), "orders: join customers", "VRT-573")
    assert "5 rows become 9 over it" in found.message


def test_a_relation_that_is_a_select_is_checked_too(check: Check):
    select = "select order_id from bronze_db.bronze.orders where status = 'paid'"
    verdict = check(paid=f"table: paid\nrelation: {select}\nprimary_key: order_id\n")
    assert line(verdict, "paid: key order_id").message == "unique, never NULL"


def test_an_empty_table_is_a_warning(check: Check):
    assert line(check(regions="table: regions\n"), "regions", "VRT-578").status == "warn"


def test_nothing_published_yet_is_said_and_the_offline_part_is_checked(tmp_path: Path):
    (tmp_path / "dictionary").mkdir()
    empty = open_engine(WarehouseSettings(), tmp_path)
    verdict = run_checks(tmp_path, lambda: load_dictionary(tmp_path / "dictionary"), empty, live=True)
    assert line(verdict, "warehouse", "VRT-502").remedy.startswith("Run 'verity sync'")
    assert line(verdict, "dictionary").status == "ok"
