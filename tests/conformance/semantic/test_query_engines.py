"""What every engine promises a reader, the query engines too: nothing changes, deadlines hold, cuts are told."""

from __future__ import annotations

import re
import threading

import pytest

from tests.conformance.semantic.stands import Stand
from verity.exceptions import EngineRefused, QueryEngineOnly, QueryTimedOut

HOGS = {
    "duckdb": "select count(*) from range(100000000000) a, range(1000) b where a.range + b.range = 1",
    "postgres": "select count(*) from generate_series(1, 100000) a, generate_series(1, 1000000) b where a + b = 1",
    "clickhouse": "select count() as c from numbers(100000000000) where sipHash64(number) = 1",
    "spark": "select count(*) as c from range(1000000000000) where hash(id) = 1 and hash(id + 1) = 2",
}
ORDERS = {"duckdb": "bronze_db.bronze.orders"}
MARKS = {"duckdb": "?", "postgres": "$1", "clickhouse": "{p1: String}", "spark": ":p1"}


def kind(stand: Stand) -> str:
    return stand.name.partition(" ")[0]


def orders(stand: Stand) -> str:
    return ORDERS.get(kind(stand), "bronze.orders")


def test_the_tables_have_the_types_they_were_loaded_with(reference: Stand, stand: Stand) -> None:
    ours = {t.name: [(c.name, c.type) for c in t.columns] for t in reference.engine.schema().tables}
    theirs = {t.name: [(c.name, c.type) for c in t.columns] for t in stand.engine.schema().tables}
    assert theirs == ours


def test_a_result_is_cut_at_the_cap_and_says_so(stand: Stand) -> None:
    sql = f"select order_id from {orders(stand)} order by order_id"
    cut, whole = stand.engine.read(sql, row_cap=2), stand.engine.read(sql, row_cap=6)
    assert (cut.table.column(0).to_pylist(), cut.truncated) == ([1, 2], True)
    assert (whole.table.num_rows, whole.truncated) == (6, False)
    none = stand.engine.read(f"select order_id from {orders(stand)} where order_id > 99", row_cap=2)
    assert (none.table.column_names, none.table.num_rows) == (["order_id"], 0)


def test_a_statement_stops_at_its_deadline_and_the_next_one_answers(stand: Stand) -> None:
    with pytest.raises(QueryTimedOut, match="longer than"):
        stand.engine.read(HOGS[kind(stand)], seconds=1.0)
    assert stand.engine.read("select 1 as one").table.to_pylist() == [{"one": 1}]


def test_a_statement_stops_when_it_is_cancelled(stand: Stand) -> None:
    cancel = threading.Event()
    timer = threading.Timer(1.0, cancel.set)
    timer.start()
    with pytest.raises(QueryTimedOut, match="cancelled"):
        stand.engine.read(HOGS[kind(stand)], cancel=cancel)
    timer.join()


@pytest.mark.parametrize("sql", ["drop table {orders}", "insert into {orders} (order_id) values (7)", "set a = 1"])
def test_only_a_query_is_read(stand: Stand, sql: str) -> None:
    with pytest.raises(EngineRefused):
        stand.engine.read(sql.replace("{orders}", orders(stand)))
    assert stand.engine.read(f"select count(*) as n from {orders(stand)}").table.to_pylist() == [{"n": 6}]


def test_an_error_names_the_fault_and_no_value(stand: Stand) -> None:
    with pytest.raises(EngineRefused) as caught:
        stand.engine.read(f"select nothing_like_it from {orders(stand)} where status = 'a secret'")
    assert "secret" not in str(caught.value)
    assert re.search("nothing_like_it|refused", str(caught.value))


@pytest.mark.parametrize("value", ["plain", "é\t\n\\'\"{p1}:p1$1?", "", "' or 1 = 1 --"])
def test_a_value_is_never_read_as_sql(stand: Stand, value: str) -> None:
    mark = MARKS[kind(stand)] + ("::text" if kind(stand) == "postgres" else "")
    assert stand.engine.read(f"select {mark} as v", [value]).table.to_pylist() == [{"v": value}]


def test_a_query_engine_takes_no_writer(stand: Stand) -> None:
    if kind(stand) in ("duckdb", "postgres"):
        with stand.engine.writer():
            return
    with pytest.raises(QueryEngineOnly, match="verity move"):
        stand.engine.writer()
