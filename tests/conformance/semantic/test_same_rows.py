"""The same question has the same rows on every engine: integers and decimals equal, doubles to 1e-9."""

from __future__ import annotations

import math
from collections.abc import Sequence

import pytest

from tests.conformance.semantic.queries import NOT_YET, QUERIES
from tests.conformance.semantic.stands import Stand
from verity.contracts.identity import OWNER, Principal
from verity.contracts.metric import MetricQuery
from verity.contracts.table import Cell
from verity.query.service import QueryResult
from verity.warehouse.engine import Engine

HELD_BACK = ["three facts by one dimension", "de-duplicated", "an entity-level count", "two roles"]
PAID = {"paid", "unpaid"}
NEAR = 1e-9


@pytest.mark.parametrize("name", QUERIES)
def test_every_engine_answers_as_duckdb_does(
    reference: Stand, stand: Stand, name: str, request: pytest.FixtureRequest
) -> None:
    notyet(request, stand, name)
    query = MetricQuery.model_validate(QUERIES[name])
    expected, found = reference.service.run(query, OWNER), stand.service.run(query, OWNER)
    assert found.plan == expected.plan
    assert found.table.columns == expected.table.columns
    assert_same(expected, found)
    assert expected.table.row_count > 0


@pytest.mark.parametrize("name", HELD_BACK)
def test_every_engine_holds_back_the_same_rows(reference: Stand, stand: Stand, name: str) -> None:
    asked = QUERIES[name] | {"metrics": [m for m in QUERIES[name]["metrics"] if m not in PAID]}
    query, reader = MetricQuery.model_validate(asked), Principal(id="e", roles=("eu",))
    expected, found = reference.service.run(query, reader), stand.service.run(query, reader)
    assert_same(expected, found)
    assert found.table != stand.service.run(query, OWNER).table


@pytest.mark.parametrize("name", QUERIES)
def test_what_people_see_answers_as_what_ran(stand: Stand, name: str, request: pytest.FixtureRequest) -> None:
    notyet(request, stand, name)
    query = MetricQuery.model_validate(QUERIES[name])
    compiled = stand.service.compile(query, OWNER)
    assert rows(stand.engine, compiled.display) == rows(stand.engine, compiled.sql, compiled.parameters)


def notyet(request: pytest.FixtureRequest, stand: Stand, name: str) -> None:
    """What an engine cannot do is said, and fails here when it starts to work."""
    reason = NOT_YET.get((stand.name.partition(" ")[0], name))
    if reason is not None:
        request.applymarker(pytest.mark.xfail(reason=reason, strict=True))


def rows(engine: Engine, sql: str, parameters: Sequence[object] = ()) -> list[tuple[object, ...]]:
    return [tuple(row.values()) for row in engine.read(sql, parameters).table.to_pylist()]  # type: ignore[arg-type]


def assert_same(expected: QueryResult, found: QueryResult) -> None:
    assert len(found.table.rows) == len(expected.table.rows)
    for ours, theirs in zip(expected.table.rows, found.table.rows, strict=True):
        for column, one, other in zip(expected.table.columns, ours, theirs, strict=True):
            assert same(one, other), f"{column.name}: {other!r} where DuckDB has {one!r}, in {ours} and {theirs}"


def same(one: Cell, other: Cell) -> bool:
    if isinstance(one, float) and isinstance(other, int | float):
        return math.isclose(one, other, rel_tol=NEAR, abs_tol=NEAR)
    return type(one) is type(other) and one == other
