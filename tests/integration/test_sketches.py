"""The SQL of sketches on real engines: how far estimates lie from the truth, and that states merge to that of all."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from typing import Any

import duckdb
import psycopg
import pytest
from sqlglot import exp

from verity.semantic.dialects import printed
from verity.semantic.expressions import quoted
from verity.semantic.rollups.definition import named
from verity.semantic.rollups.sketches import ERROR, PLANES, REGISTERS, estimate, merged, planes
from verity.semantic.types import SOURCE

Run = Callable[[str], list[tuple[Any, ...]]]
SIGMAS = 4
"""All but one estimate in 16,000 lie within; the data is seeded, so that the law holds or never did."""


@pytest.fixture(params=["duckdb", pytest.param("postgres", marks=pytest.mark.postgres)])
def engine(request: pytest.FixtureRequest) -> Iterator[tuple[str, Run]]:
    if request.param == "duckdb":
        with duckdb.connect(config={"threads": 2}) as connection:
            connection.execute("set timezone = 'UTC'")
            yield "duckdb", lambda sql: connection.execute(sql).fetchall()
    else:
        with psycopg.connect(request.getfixturevalue("postgres_url"), autocommit=True) as server:

            def run(sql: str) -> list[tuple[Any, ...]]:
                cursor = server.execute(sql.encode())
                return cursor.fetchall() if cursor.description else []

            yield "postgres", run


def series(dialect: str, count: int) -> str:
    return f"range({count}) as r(i)" if dialect == "duckdb" else f"generate_series(0, {count} - 1) as r(i)"


def state_of(dialect: str, of: str | None = "bigint", column: str = "x") -> str:
    """The select list that makes the state of a column."""
    call = exp.ApproxDistinct(this=quoted(column))
    call.set(SOURCE, of)
    parts = [named(plane, f"p{i}") for i, plane in enumerate(planes(call, dialect))]
    return printed(exp.Select(expressions=parts), dialect).removeprefix("SELECT ")


def estimated(dialect: str) -> str:
    """The expression that tells the count from merged states."""
    return printed(
        exp.Select(expressions=[estimate([merged(quoted(f"p{i}"), None) for i in range(PLANES)])]), dialect
    ).removeprefix("SELECT ")


def told(engine: tuple[str, Run], values: str, count: int, of: str | None = "bigint") -> float:
    dialect, run = engine
    rows = f"select {values} as x from {series(dialect, count)}"
    found = run(f"select {estimated(dialect)} from (select {state_of(dialect, of)} from ({rows}) t) s")
    return float(found[0][0])


def close(estimate_: float, truth: int) -> bool:
    """Within four standard errors. Two of few values may share a register, which costs one."""
    return abs(estimate_ - truth) <= max(SIGMAS * ERROR * truth, 1.0 if truth else 0.0)


@pytest.mark.parametrize("count", [0, 1, 2, 3, 10, 33, 100, 333, 1_000, 2_048, 5_000, 10_000, 30_000, 100_000, 200_000])
def test_an_estimate_lies_within_four_standard_errors(engine: tuple[str, Run], count: int) -> None:
    assert close(told(engine, f"i * 7919 + {count}", count), count)


def test_the_standard_error_is_the_one_that_is_shown(engine: tuple[str, Run]) -> None:
    """Of 24 seeded sets of 20,000 values: neither much more than said, nor so little that it says nothing."""
    off = [told(engine, f"i + {seed} * 1000003", 20_000) / 20_000 - 1 for seed in range(24)]
    spread = math.sqrt(sum(one * one for one in off) / len(off))
    assert 0.6 * ERROR < spread < 1.4 * ERROR
    assert abs(sum(off) / len(off)) < ERROR, "it leans to no side"


def test_values_that_come_again_and_nulls_count_nothing(engine: tuple[str, Run]) -> None:
    assert told(engine, "case when i % 3 = 0 then null else i % 50 end", 30_000) == told(engine, "i", 50)
    assert told(engine, "cast(null as bigint)", 100) == 0


TYPED = {
    "text": ("text", "'customer ' || i"),
    "decimal": ("decimal(12,2)", "cast(i as decimal(12,2)) / 100"),
    "double": ("double", "cast(i as double precision) / 7"),
    "date": ("date", "date '1970-01-01' + cast(i as int)"),
    "timestamp": ("timestamp", "timestamp '2020-01-01' + i * interval '37 minutes'"),
    "timestamptz": ("timestamptz", "timestamptz '2020-01-01 00:00:00+00' + i * interval '37 minutes'"),
    "packed": ("bigint", "cast(i as bigint) * 4294967297"),
    "unknown": (None, "cast(md5('v' || i) as uuid)"),
}


@pytest.mark.parametrize("name", TYPED)
def test_every_type_is_told_as_well(engine: tuple[str, Run], name: str) -> None:
    """`packed` are whole numbers whose halves are alike, which PostgreSQL's own hash takes for one."""
    of, values = TYPED[name]
    assert close(told(engine, values, 5_000, of), 5_000)


def test_truth_values_are_two(engine: tuple[str, Run]) -> None:
    assert told(engine, "i % 2 = 0", 5_000, "boolean") == 2


def test_what_is_equal_is_hashed_alike_however_it_is_stored(engine: tuple[str, Run]) -> None:
    dialect, run = engine
    pairs = [
        ("bigint", "cast(42 as smallint)", "cast(42 as bigint)"),
        ("decimal(12,2)", "cast(1.5 as decimal(5,1))", "cast(1.5 as decimal(20,6))"),
        ("double", "cast(0.0 as double precision)", "-cast(0.0 as double precision)"),
        ("text", "cast('a' as varchar(3))", "cast('a' as text)"),
        ("timestamptz", "timestamptz '2024-01-01 00:00:00+00'", "timestamptz '2024-01-01 08:00:00+08'"),
    ]
    for of, one, other in pairs:
        (a,), (b,) = (run(f"select {state_of(dialect, of)} from (select {v} as x) t") for v in (one, other))
        assert a == b, (of, one, other)


def test_the_states_of_parts_merge_to_the_state_of_the_whole(engine: tuple[str, Run]) -> None:
    dialect, run = engine
    rows = f"select i % 4000 as x, i % 7 as g from {series(dialect, 9_000)}"
    again = ", ".join(f"bit_or(p{i})" for i in range(PLANES))
    whole = run(f"select {state_of(dialect)} from ({rows}) t")
    parts = run(f"select {again} from (select {state_of(dialect)} from ({rows}) t group by g) s")
    assert parts == whole
    assert whole[0][0] is not None
    apart = run(f"select {state_of(dialect)} from ({rows}) t where x < 3000")
    assert apart != whole


def test_the_estimate_is_ertls_of_the_same_registers(engine: tuple[str, Run]) -> None:
    """Algorithm 6 as it is printed in the paper, over the registers that the planes stand for."""
    dialect, run = engine
    for count in (1, 700, 9_000, 120_000):
        rows = f"select i * 31 as x from {series(dialect, count)}"
        (state,) = run(f"select {state_of(dialect)} from ({rows}) t")
        highest = [0] * REGISTERS
        for rank, plane in enumerate(state, start=1):
            for register, bit in enumerate(str(plane or "")):
                if bit == "1":
                    highest[register] = rank
        (found,) = run(f"select {estimated(dialect)} from (select {state_of(dialect)} from ({rows}) t) s")
        assert float(found[0]) == pytest.approx(ertl(highest, PLANES - 1), abs=0.5 + 1e-6)


def ertl(registers: list[int], q: int) -> float:
    m = len(registers)
    counts = [registers.count(k) for k in range(q + 2)]
    z = m * tau(1 - counts[q + 1] / m)
    for k in range(q, 0, -1):
        z = 0.5 * (z + counts[k])
    z += m * sigma(counts[0] / m)
    return m * m / (2 * math.log(2)) / z


def sigma(x: float) -> float:
    if x == 1.0:
        return math.inf
    y, z, before = 1.0, x, -1.0
    while z != before:
        x, before = x * x, z
        z, y = z + x * y, y + y
    return z


def tau(x: float) -> float:
    if x in (0.0, 1.0):
        return 0.0
    y, z, before = 1.0, 1 - x, -1.0
    while z != before:
        x, before, y = math.sqrt(x), z, 0.5 * y
        z = z - (1 - x) ** 2 * y
    return z / 3


def test_full_registers_are_told_by_the_second_series(engine: tuple[str, Run]) -> None:
    """A state that no test can fill: a third of the registers at the last rank, as billions of values leave them."""
    dialect, run = engine
    shares = [1.0] * (PLANES - 4) + [0.95, 0.8, 0.55, 0.33]
    cast = "bit" if dialect == "duckdb" else f"bit({REGISTERS})"
    planes_ = [f"cast('{'1' * round(s * REGISTERS):0<{REGISTERS}}' as {cast}) as p{i}" for i, s in enumerate(shares)]
    (found,) = run(f"select {estimated(dialect)} from (select {', '.join(planes_)}) s")
    reached = [round(share * REGISTERS) for share in shares]
    registers = [sum(place < count for count in reached) for place in range(REGISTERS)]
    assert float(found[0]) == pytest.approx(ertl(registers, PLANES - 1), rel=1e-3)
