"""Results are kept by content, within their bytes, and never where two askers could differ or the data is not known."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from datetime import date
from typing import Any

import pyarrow as pa
import pytest
from tests.small_orders import MemoryEngine, dictionary_of, tables

from verity.contracts.identity import OWNER, Principal
from verity.contracts.metric import GroupBy, MetricQuery, TimeRange
from verity.contracts.rollup import BuiltRollup
from verity.exceptions import EngineRefused, ProbeInvalid
from verity.query.cache import ENTRY_BYTES, Kept, ResultCache, cache_key
from verity.query.outside import probed
from verity.query.service import QueryService, QuerySettings
from verity.warehouse.engine import ReadResult

BY_REGION = MetricQuery(metrics=("revenue",), by=(GroupBy(dimension="region"),))


class Described:
    """A dictionary that a test may change."""

    def __init__(self) -> None:
        self.tables: dict[str, dict[str, Any]] = tables()

    def __call__(self) -> Any:
        return dictionary_of(self.tables)


@pytest.fixture
def described() -> Described:
    return Described()


@pytest.fixture
def engine() -> Iterator[MemoryEngine]:
    made = MemoryEngine()
    yield made
    made.close()


@pytest.fixture
def service(engine: MemoryEngine, described: Described) -> QueryService:
    return QueryService(engine, described)


def asked(service: QueryService, principal: Principal = OWNER, query: MetricQuery = BY_REGION) -> str:
    return str(service.run(query, principal).trace["cache"])


def test_the_same_question_over_the_same_data_is_read_once(engine: MemoryEngine, service: QueryService) -> None:
    first, again = service.run(BY_REGION, OWNER), service.run(BY_REGION, OWNER)
    assert (first.trace["cache"], again.trace["cache"]) == ("miss", "hit")
    assert len(engine.statements) == 1
    assert (first.table, first.sql, first.plan) == (again.table, again.sql, again.plan)


def test_new_data_another_dictionary_and_other_values_are_other_questions(
    engine: MemoryEngine, service: QueryService, described: Described
) -> None:
    asked(service)
    engine.insert("orders", [(7, 1, None, None, "new", 100, None, None, None)])
    engine.publish()
    result = service.run(BY_REGION, OWNER)
    assert result.trace["cache"] == "miss"
    assert ("EU", "130.50") in result.table.rows
    described.tables["orders"]["metrics"]["revenue"]["sql"] = "SUM(total + 1)"
    assert asked(service) == "miss"
    days = (date(2024, 1, 1), date(2024, 2, 1))
    queries = [BY_REGION.model_copy(update={"time_range": TimeRange(since=day)}) for day in days]
    assert [asked(service, OWNER, q) for q in queries] == ["miss", "miss"]


def test_principals_share_a_result_only_where_they_see_the_same(engine: MemoryEngine, described: Described) -> None:
    for table in described.tables.values():
        table["access"] = {"all": {"rows": "all"}, "eu": {"rows": "all"}}
    described.tables["customers"]["access"]["eu"] = {"rows": [{"column": "region", "attribute": "region"}]}
    service = QueryService(engine, described)
    eu, asia = (Principal(id=r, roles=("eu",), attributes={"region": r}) for r in ("EU", "ASIA"))
    assert [asked(service, who) for who in (OWNER, eu, asia)] == ["miss", "miss", "miss"]
    assert [asked(service, who) for who in (OWNER, eu, asia)] == ["hit", "hit", "hit"]
    assert service.run(BY_REGION, eu).table.rows != service.run(BY_REGION, asia).table.rows
    assert asked(service, Principal(id="another", roles=("eu",), attributes={"region": "EU"})) == "hit"


def test_a_cut_result_is_never_kept(engine: MemoryEngine, described: Described) -> None:
    service = QueryService(engine, described, QuerySettings(row_cap=1))
    assert [asked(service), asked(service)] == ["miss", "miss"]


def test_a_failed_or_cancelled_query_leaves_nothing(
    engine: MemoryEngine, service: QueryService, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*args: object, **named: object) -> ReadResult:
        raise EngineRefused("no")

    with monkeypatch.context() as patch:
        patch.setattr(engine, "read", refuse)
        with pytest.raises(EngineRefused):
            service.run(BY_REGION, OWNER)
    assert asked(service) == "miss"
    stop = threading.Event()
    stop.set()
    before = len(engine.statements)
    service.run(BY_REGION, OWNER, cancel=stop)
    assert len(engine.statements) == before + 1, "who cancels is answered by the engine, which knows how to stop"


def test_no_memory_no_cache(engine: MemoryEngine, described: Described) -> None:
    service = QueryService(engine, described, QuerySettings(cache_bytes=0))
    assert [asked(service), asked(service)] == ["off", "off"]


def test_an_export_uses_what_is_kept(engine: MemoryEngine, service: QueryService) -> None:
    service.run(BY_REGION, OWNER)
    assert service.arrow(BY_REGION, OWNER).num_rows == 3
    assert len(engine.statements) == 1


class _Outside:
    """A store of rollups that says which tables Verity does not load."""

    def __init__(self, names: set[str]) -> None:
        self.names = names

    def built(self) -> tuple[BuiltRollup, ...]:
        return ()

    def outside(self, relations: Any) -> frozenset[tuple[str, str]]:
        return frozenset(relation for relation in relations if relation[1] in self.names)

    def builder(self, wait_seconds: float = 0.0) -> Any:
        raise NotImplementedError


@pytest.fixture
def outside(engine: MemoryEngine, described: Described) -> QueryService:
    engine.rollups = _Outside({"orders"})  # type: ignore[attr-defined]
    return QueryService(engine, described)


def test_a_table_that_verity_does_not_load_is_read_each_time(outside: QueryService) -> None:
    assert [asked(outside), asked(outside)] == ["off", "off"]


def test_a_probe_says_when_such_a_table_changed(
    outside: QueryService, engine: MemoryEngine, described: Described
) -> None:
    described.tables["orders"]["freshness"] = {"probe": "SELECT max(order_id) FROM silver.orders"}
    assert [asked(outside), asked(outside)] == ["miss", "hit"]
    engine.insert("orders", [(70, 1, None, None, "new", 100, None, None, None)])
    result = outside.run(BY_REGION, OWNER)
    assert result.trace["cache"] == "miss"
    assert ("EU", "130.50") in result.table.rows


def test_a_time_to_live_ends(outside: QueryService, described: Described) -> None:
    now = [100.0]
    outside._cache = ResultCache(1 << 20, lambda: now[0])
    described.tables["orders"]["freshness"] = {"ttl": "10m"}
    assert [asked(outside), asked(outside)] == ["miss", "hit"]
    now[0] += 601
    assert asked(outside) == "miss"


def test_a_probe_gives_one_value(engine: MemoryEngine) -> None:
    assert probed(engine, "SELECT count(*) FROM silver.orders") == "6"
    for wrong in ("SELECT order_id FROM silver.orders", "SELECT 1, 2", "DROP TABLE x", "SELECT"):
        with pytest.raises(ProbeInvalid):
            probed(engine, wrong)


def test_memory_is_bounded_and_the_longest_unused_goes_first(engine: MemoryEngine) -> None:
    size = ENTRY_BYTES + _result(100).table.nbytes
    cache = ResultCache(size * 4)
    for name in "abcd":
        cache.keep(name, Kept(_result(100)))
    assert cache.find("a") is not None
    cache.keep("e", Kept(_result(100)))
    assert [name for name in "abcde" if cache.find(name) is not None] == ["a", "c", "d", "e"]
    assert cache.held_bytes <= size * 4
    cache.keep("a", Kept(_result(50)))
    assert cache.held_bytes < size * 4
    cache.keep("huge", Kept(_result(100_000)))
    assert cache.find("huge") is None


def test_a_key_tells_apart_what_only_looks_alike() -> None:
    keys = {
        cache_key("s", (1,)), cache_key("s", (True,)), cache_key("s", ("1",)), cache_key("s", (1.0,)),
        cache_key("s", ("a", "b")), cache_key("s", ("a",), "b"), cache_key("s", ("ab",)), cache_key("sa", ("b",)),
    }  # fmt: skip
    assert len(keys) == 8


def _result(rows: int) -> ReadResult:
    table = pa.table({"x": pa.array(range(rows), pa.int64())})
    state = MemoryEngine({}, {}).state()
    return ReadResult(table, state)
