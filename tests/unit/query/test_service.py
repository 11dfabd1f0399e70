"""The governed path: rows typed by the plan, under a principal, with what they rest on."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime
from typing import Any

import pyarrow as pa
import pytest
from tests.small_orders import MemoryEngine, dictionary_of, tables

from verity.contracts.identity import OWNER, SYSTEM, Principal
from verity.contracts.metric import GroupBy, MetricQuery, TimeRange
from verity.contracts.question import MetricEvidence
from verity.exceptions import QueryError, UnknownMember
from verity.query.service import QueryService, QuerySettings


@pytest.fixture
def engine() -> Iterator[MemoryEngine]:
    made = MemoryEngine()
    yield made
    made.close()


@pytest.fixture
def service(engine: MemoryEngine) -> QueryService:
    return QueryService(engine, lambda: dictionary_of(tables()))


def query(*metrics: str, by: tuple[str, ...] = (), **more: object) -> MetricQuery:
    groups = tuple(GroupBy.model_validate(dict(zip(("dimension", "grain"), b.split(":"), strict=False))) for b in by)
    return MetricQuery.model_validate({"metrics": metrics, "by": groups, **more})


def test_cells_have_the_types_of_the_plan(service: QueryService) -> None:
    result = service.run(query("revenue", "orders", "average_order", by=("time:month",)), OWNER)
    assert [(c.name, c.type, c.role) for c in result.table.columns] == [
        ("month", "date", "time"),
        ("revenue", "decimal(38,2)", "metric"),
        ("orders", "bigint", "metric"),
        ("average_order", "double", "metric"),
    ]
    assert result.table.rows == (
        ("2024-01-01", "10.50", 1, 10.5),
        ("2024-02-01", "32.00", 3, 10.6666666667),
        ("2024-03-01", None, 1, None),
        (None, "8.00", 1, 8.0),
    )
    assert result.table.columns[1].unit == "EUR"


def test_a_result_says_what_it_rests_on(service: QueryService) -> None:
    result = service.run(query("average_order", time_range=TimeRange(since="2024-02-01", until="2024-03-01")), OWNER)
    assert [type(m) for m in result.metrics] == [MetricEvidence] * 3
    assert [m.name for m in result.metrics] == ["orders.average_order", "orders.revenue", "orders.orders"]
    assert all(m.version.startswith("1.0+") for m in result.metrics)
    assert "'2024-02-01'" in result.sql
    assert "$1" not in result.sql
    assert result.engine == "duckdb"
    assert result.state.data_version == "v1"
    assert result.freshness["loaded_at"].startswith("2024-05-01T01")
    assert result.query.metrics == ("orders.average_order",)
    assert result.table.rows == ((10.6666666667,),)


def test_the_same_question_makes_the_same_bytes(service: QueryService) -> None:
    asked = query("revenue", "item_revenue", by=("region",))
    first, second = service.run(asked, OWNER), service.run(asked, OWNER)
    assert first.table.model_dump_json() == second.table.model_dump_json()
    assert (first.plan, first.sql) == (second.plan, second.sql)


def test_a_cut_result_says_so_and_a_limit_is_no_cut(engine: MemoryEngine) -> None:
    service = QueryService(engine, lambda: dictionary_of(tables()), QuerySettings(row_cap=2))
    cut = service.run(query("orders", by=("order_id",)), OWNER).table
    assert (cut.row_count, cut.truncated) == (2, True)
    limited = service.run(query("orders", by=("order_id",), limit=2), OWNER).table
    assert (limited.row_count, limited.truncated) == (2, False)
    assert service.arrow(query("orders", by=("order_id",)), OWNER).schema.metadata == {b"truncated": b"true"}


def test_arrow_is_typed_by_the_plan(service: QueryService) -> None:
    table = service.arrow(query("revenue", "units", "mean_age", by=("region",)), OWNER)
    assert table.schema.types == [pa.string(), pa.decimal128(38, 2), pa.decimal128(38, 0), pa.float64()]


def test_nobody_is_answered_without_access(service: QueryService) -> None:
    stranger = Principal(id="x", roles=("viewer",))
    with pytest.raises(UnknownMember, match="unknown metric 'revenue'"):
        service.run(query("revenue"), stranger)
    assert service.members(stranger) == ()
    assert service.values(stranger) == ()


def test_system_answers_nobody(service: QueryService) -> None:
    with pytest.raises(QueryError):
        service.run(query("revenue"), SYSTEM)


def test_an_open_default_lets_a_principal_in(engine: MemoryEngine) -> None:
    service = QueryService(engine, lambda: dictionary_of(tables()), QuerySettings(default_access="open"))
    assert service.run(query("orders"), Principal(id="x")).table.rows == ((6,),)


def test_values_are_read_under_the_policy_and_kept_for_one_version(engine: MemoryEngine) -> None:
    described = tables()
    described["customers"]["access"] = {"eu": {"rows": [{"column": "region", "values": "EU"}]}}
    service = QueryService(engine, lambda: dictionary_of(described))
    everything = {v.member: v.values for v in service.values(OWNER)}
    assert everything["customers.region"] == ("ASIA", "EU")
    assert everything["orders.status"] == ("cancelled", "delivered", "new")
    seen = {v.member: v.values for v in service.values(Principal(id="e", roles=("eu",)))}
    assert seen["customers.region"] == ("EU",)
    assert not any(member.startswith("orders.") for member in seen)
    asked = len(engine.statements)
    service.values(OWNER)
    assert len(engine.statements) == asked
    engine.publish()
    service.values(OWNER)
    assert len(engine.statements) > asked


def test_a_build_between_compiling_and_reading_is_seen(engine: MemoryEngine, service: QueryService) -> None:
    read = engine.read
    published = []

    def read_after_a_build(*args: object, **more: object) -> object:
        if not published:
            published.append(True)
            engine.publish()
        return read(*args, **more)  # type: ignore[arg-type]

    engine.read = read_after_a_build  # type: ignore[method-assign,assignment]
    assert service.run(query("orders"), OWNER).state.data_version == "v2"
    assert len(engine.statements) == 2


def test_the_list_of_members_says_what_cannot_be_used(engine: MemoryEngine) -> None:
    described = tables()
    described["orders"]["metrics"]["broken"] = {"sql": "SUM(totl)"}
    service = QueryService(engine, lambda: dictionary_of(described))
    listed = {m.member: m for m in service.members(OWNER)}
    assert listed["orders.revenue"].problem is None
    assert listed["orders.revenue"].type == "decimal(38,2)"
    assert "'totl' is not a column of 'orders'" in (listed["orders.broken"].problem or "")
    assert {m.kind for m in listed.values()} == {"metric", "dimension", "segment"}


def test_the_plan_says_which_period_is_not_over_on_the_day_of_the_question():
    service = QueryService(MemoryEngine(), lambda: dictionary_of(tables()))
    query = MetricQuery(metrics=("orders",), by=(GroupBy(dimension="time", grain="month"),))
    assert service.run(query, OWNER, today=date(2024, 3, 5)).plan["partial"] == "2024-03-01"
    assert service.run(query, OWNER, today=date(2024, 3, 31)).plan["partial"] is None
    words, plan, _ = service.explain(query, OWNER, today=date(2024, 3, 5))
    assert plan["partial"] == "2024-03-01"
    assert any("2024-03-01" in line for line in words)


@pytest.mark.parametrize(
    ("grain", "until", "cut"),
    [
        ("hour", datetime(2024, 3, 1, 12, 30), "2024-03-01T12:00:00"),
        ("hour", datetime(2024, 3, 1, 12), None),
        ("day", datetime(2024, 3, 1, 12), "2024-03-01"),
        ("month", datetime(2024, 3, 1, 12), "2024-03-01"),
        ("month", datetime(2024, 3, 1), None),
        ("month", date(2024, 3, 1), None),
    ],
)
def test_a_range_that_ends_within_a_period_cuts_it(grain: Any, until: date, cut: str | None) -> None:
    service = QueryService(MemoryEngine(), lambda: dictionary_of(tables()))
    asked = (GroupBy(dimension="time", grain=grain),)
    query = MetricQuery(metrics=("visits",), by=asked, time_range=TimeRange(since=date(2024, 2, 1), until=until))
    assert service.explain(query, OWNER)[1]["partial"] == cut
