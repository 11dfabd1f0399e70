"""One query after another: hand SQL, the compiler's SQL and the whole QueryService in turn, rows compared first.

Hand and compiled SQL run on the same read-only connection of the published version, with the same threads. The whole
service adds its own connection, compiling, guards and typing; its result cache, where there is one, is kept out by
asking a service that keeps none.
"""

from __future__ import annotations

import fcntl
import math
import os
import statistics
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import duckdb

from benchmarks.timing import Timing, interleaved
from benchmarks.tpch.data import engine
from benchmarks.tpch.forms import HandQuery, hand_queries
from benchmarks.tpch.queries import metric_queries
from benchmarks.tpch.rows import difference
from verity.contracts.identity import OWNER
from verity.contracts.metric import MetricQuery
from verity.data.dictionary import load_dictionary
from verity.data.model import Dictionary
from verity.exceptions import VerityError
from verity.query.service import QueryService, QuerySettings

DICTIONARY = Path(__file__).parent / "dictionary"
RUNS = 15


@dataclass
class Side:
    """One way to answer a query: whether its rows are right, and its seconds beside those of the hand SQL."""

    name: str
    verdict: str
    """`right`, `wrong: ...`, or `not yet: ...` and `cannot: ...` with the reason."""
    timing: Timing | None = None
    sql: str = ""
    written_ms: float | None = None
    """Milliseconds of writing the SQL, where it was measured."""
    by_hand: str = ""
    """What of the answer its user had to write by hand."""
    note: str = ""
    """What is right but not quite the same."""
    columns: tuple[int, ...] = ()
    """Which of its columns, in which order, are the hand SQL's; empty: as they are."""

    @property
    def is_right(self) -> bool:
        """Whether its rows equal those of the hand SQL."""
        return self.verdict == "right"


@dataclass
class Compared:
    """A query with its hand SQL and every side that was held against it."""

    query: HandQuery
    rows: int
    hand: Timing | None = None
    hand_beside_slow: Timing | None = None
    """The hand SQL in the shorter series of slow peers."""
    sides: dict[str, Side] = field(default_factory=dict)

    def ratios(self, side: str) -> tuple[float, float, float] | None:
        """Median, lower and upper quartile of the runs' ratios to the hand SQL; None where it was not timed."""
        timing = self.sides[side].timing if side in self.sides else None
        for base in (self.hand, self.hand_beside_slow):
            if timing is not None and base is not None and len(base.seconds) == len(timing.seconds):
                return quartiles(timing, base)
        return None


def quartiles(timing: Timing, base: Timing) -> tuple[float, float, float]:
    """Median, lower and upper quartile of how many times as long as the base it took, run by run."""
    pairs = [a / b for a, b in zip(timing.seconds, base.seconds, strict=True)]
    low, middle, high = statistics.quantiles(pairs, n=4, method="inclusive") if len(pairs) > 1 else pairs * 3
    return middle, low, high


@contextmanager
def turn() -> Iterator[None]:
    """Hold the file that VERITY_BENCH_LOCK names, where others time things on the same machine."""
    name = os.environ.get("VERITY_BENCH_LOCK")
    if not name:
        yield
        return
    with Path(name).open("a") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


Runnable = Callable[[], object]


class Bench:
    """An open warehouse with a service over the TPC-H dictionary."""

    def __init__(self, *, scale: float = 1, edge: bool = False, threads: int | None = None, seed: int = 0) -> None:
        self._engine = engine(scale, edge=edge, threads=threads, seed=seed)
        self._edge = edge
        dictionary = load_dictionary(DICTIONARY)
        self.dictionary = without_integrity(dictionary) if edge else dictionary
        self.service = QueryService(
            self._engine, lambda: self.dictionary, QuerySettings(seconds=600, row_cap=10_000_000, cache_bytes=0)
        )

    @contextmanager
    def cursor(self) -> Iterator[duckdb.DuckDBPyConnection]:
        """A connection to the published version whose plain names are the tables of `gold`."""
        with self._engine._current() as version, version.connection.cursor() as cursor:
            cursor.execute("use gold")
            yield cursor

    def close(self) -> None:
        """Let the version go."""
        self._engine.close()

    def hand_sql(self, query: HandQuery) -> str:
        """The kept form; on edge data the one that is right on any data."""
        return (query.any_data if self._edge else query.kept).sql

    def verity(self, cursor: duckdb.DuckDBPyConnection, query: MetricQuery, truth: list[tuple[object, ...]]) -> Side:
        """The compiler's SQL, its rows held against the truth."""
        try:
            compiled = self.service.compile(query, OWNER)
        except VerityError as fault:
            return Side("verity", f"not yet: {str(fault).splitlines()[0]}")
        try:
            found = cursor.execute(compiled.sql, list(compiled.parameters)).fetchall()
        except duckdb.Error as fault:
            return Side("verity", f"wrong: {str(fault).splitlines()[0]}", sql=compiled.sql)
        wrong = difference(found, truth)
        return Side("verity", f"wrong: {wrong}" if wrong else "right", sql=compiled.display)

    def runnables(self, cursor: duckdb.DuckDBPyConnection, query: MetricQuery) -> dict[str, Runnable]:
        """The compiled SQL alone, and the whole way through the service."""
        compiled = self.service.compile(query, OWNER)
        parameters = list(compiled.parameters)
        return {
            "verity": lambda: cursor.execute(compiled.sql, parameters).to_arrow_table(),
            "service": lambda: self.service.arrow(query, OWNER),
        }


def without_integrity(dictionary: Dictionary) -> Dictionary:
    """The same dictionary with no promise that foreign keys find their partner."""
    tables = {
        name: table.model_copy(
            update={"joins": {n: join.model_copy(update={"integrity": None}) for n, join in table.joins.items()}}
        )
        for name, table in dictionary.tables.items()
    }
    return dictionary.model_copy(update={"tables": tables, "content_hash": dictionary.content_hash + "-edge"})


def compare(
    bench: Bench,
    *,
    runs: int = RUNS,
    names: tuple[str, ...] = (),
    peers: Mapping[str, Mapping[str, Side]] | None = None,
    progress: Callable[[Compared], None] = lambda _: None,
) -> list[Compared]:
    """Every query (or those named), each side checked and then timed in turn with the hand SQL. `runs` 0: not timed."""
    questions = metric_queries()
    done = []
    for name, hand in hand_queries().items():
        if names and name not in names and name.split("_")[0] not in names:
            continue
        with bench.cursor() as cursor, turn():
            done.append(_compare_one(bench, cursor, hand, questions[name], runs, (peers or {}).get(name, {})))
        progress(done[-1])
    return done


def _compare_one(
    bench: Bench,
    cursor: duckdb.DuckDBPyConnection,
    hand: HandQuery,
    question: MetricQuery,
    runs: int,
    peers: Mapping[str, Side],
) -> Compared:
    sql = bench.hand_sql(hand)
    truth = cursor.execute(sql).fetchall()
    compared = Compared(hand, len(truth))
    timed: dict[str, Runnable] = {"hand": lambda: cursor.execute(sql).to_arrow_table()}
    ours = compared.sides["verity"] = bench.verity(cursor, question, truth)
    if ours.is_right:
        timed |= bench.runnables(cursor, question)
        compared.sides["service"] = Side("service", "right")
    for peer, side in peers.items():
        compared.sides[peer] = side
        if side.sql:
            side.verdict, runnable = _checked(cursor, side, truth)
            if runnable:
                timed[peer] = runnable
    if runs:
        slow = {name for name in timed if name in peers and _seconds(timed[name]) > _MOST}
        timings = interleaved({name: thing for name, thing in timed.items() if name not in slow}, runs)
        if slow:
            few = interleaved({name: timed[name] for name in ("hand", *sorted(slow))}, _FEW, warmup=0)
            compared.hand_beside_slow = few.pop("hand")
            timings |= few
        compared.hand = timings.pop("hand")
        for name, timing in timings.items():
            compared.sides[name].timing = timing
    return compared


LIMIT = 60.0
"""Seconds after which a peer's query is stopped."""
_MOST = 1.5
"""Seconds: a side of another system that takes longer is timed three times and not fifteen."""
_FEW = 3


def _seconds(thing: Runnable) -> float:
    return interleaved({"once": thing}, 1, warmup=0)["once"].seconds[0]


def _checked(
    cursor: duckdb.DuckDBPyConnection, side: Side, truth: list[tuple[object, ...]]
) -> tuple[str, Runnable | None]:
    watch = threading.Timer(LIMIT, cursor.interrupt)
    watch.start()
    try:
        rows = cursor.execute(side.sql).fetchall()
    except duckdb.InterruptException:
        return f"stopped: no rows after {LIMIT:g} s", None
    except duckdb.Error as fault:
        return f"wrong: {str(fault).splitlines()[0]}", None
    finally:
        watch.cancel()
    if side.columns:
        rows = [tuple(row[place] for place in side.columns) for row in rows]
    wrong = difference(rows, truth, exact=False)
    if wrong and not difference(rows, truth, exact=False, zero_for_nothing=True):
        wrong, side.note = "", "0 where there is nothing"
    return (f"wrong: {wrong}" if wrong else "right"), lambda: cursor.execute(side.sql).to_arrow_table()


def geometric_mean(values: list[float]) -> float:
    """Of positive numbers."""
    return math.exp(statistics.fmean(math.log(value) for value in values))
