"""The compiler's rows are those of hand-written SQL on tables of TPC-H's shape, whole ones and ones with holes.

By default on small tables from a seed; `make soak SUITE=tpch` runs the real thing: TPC-H SF1, every question timed.
"""

from __future__ import annotations

import os

import pytest
from benchmarks.peers.judged import EDGE
from benchmarks.tpch.figures import summary
from benchmarks.tpch.forms import hand_queries
from benchmarks.tpch.queries import metric_queries
from benchmarks.tpch.rows import difference
from benchmarks.tpch.side_by_side import Bench, Compared, compare

SCALE = float(os.environ.get("VERITY_TPCH_SCALE", "0"))
RUNS = int(os.environ.get("VERITY_TPCH_RUNS", "0"))
SEED = int(os.environ.get("VERITY_SEED", "1"))

pytestmark = pytest.mark.slow


def compared(*, edge: bool, runs: int = 0, names: tuple[str, ...] = ()) -> list[Compared]:
    bench = Bench(scale=SCALE, edge=edge, seed=SEED % 1000)
    try:
        return compare(bench, runs=runs, names=names)
    finally:
        bench.close()


def test_every_question_is_asked_in_both_languages():
    assert hand_queries().keys() == metric_queries().keys()
    assert len(hand_queries()) >= 14


def test_no_kept_form_knows_more_than_the_schema():
    assert [query.name for query in hand_queries().values() if not query.kept.eligible] == []


def test_compiled_rows_are_those_of_hand_sql():
    done = compared(edge=False, runs=RUNS)
    print(f"told: {len(done)} questions, scale {SCALE:g}, seed {SEED}")
    for figure in summary(done):
        print(f"told: {' '.join(figure.line().split())}")
    assert {one.query.name: one.sides["verity"].verdict for one in done if not one.sides["verity"].is_right} == {}


def test_compiled_rows_are_those_of_hand_sql_where_keys_are_null_and_partners_are_missing():
    done = compared(edge=True, names=EDGE)
    print(f"told: {len(done)} questions on data with holes")
    assert {one.query.name: one.sides["verity"].verdict for one in done if not one.sides["verity"].is_right} == {}


@pytest.mark.parametrize(
    ("found", "expected", "same"),
    [
        ([(1, 2.0)], [(1, 2.0 + 1e-12)], True),
        ([(1, 2.0)], [(1, 2.1)], False),
        ([(None, 1)], [(0, 1)], False),
        ([(1, None)], [(1, 0)], False),
        ([(1,), (2,)], [(2,), (1,)], True),
        ([(1,)], [(1,), (1,)], False),
    ],
)
def test_rows_are_told_apart(found: list[tuple[object, ...]], expected: list[tuple[object, ...]], same: bool):
    assert (difference(found, expected) == "") is same
