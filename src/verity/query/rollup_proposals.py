"""Propose rollups from the query log: those that would have served most of the engine's time.

Candidates are what single queries need, and unions of those. Which queries one would answer is asked of the very code
that chooses rollups; how many rows it would hold is counted.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import combinations

from verity.contracts.metric import Grain, MetricQuery
from verity.contracts.rollup import BuiltRollup, ProposedRollup
from verity.data.model import RollupEntry
from verity.exceptions import QueryError
from verity.query.log import LoggedQuery
from verity.semantic.compiler import Compiled
from verity.semantic.model import Model
from verity.semantic.rollups.definition import Definition, define_entry
from verity.semantic.rollups.needs import Need, needs_of
from verity.semantic.rollups.routing import Candidate, route

MOST_NEEDS = 24
"""Distinct needs that are paired with each other, by their time."""
MOST_HOPS = 8
SMALLER = 2
"""A rollup must hold at most one row for so many of its table's."""


@dataclass(frozen=True)
class Counted:
    """Rows of a rollup that is not built, and of its table."""

    rows: int
    source_rows: int


@dataclass(frozen=True)
class _Asked:
    compiled: Compiled
    needs: tuple[Need, ...]
    seconds: float
    queries: int


def propose(
    logged: Iterable[LoggedQuery],
    model: Model,
    compile_: Callable[[MetricQuery], Compiled],
    count: Callable[[Definition], Counted],
    *,
    dialect: str,
    most: int,
) -> tuple[ProposedRollup, ...]:
    """The proposals, most time first. `model` is the owner's; `compile_` compiles as the owner."""
    asked = _asked(logged, model, compile_)
    total = sum(one.seconds for one in asked)
    candidates = [d for need in _needs(asked) if (d := _defined(model, need, dialect)) is not None]
    served = {i: _served(definition, asked, dialect) for i, definition in enumerate(candidates)}
    found: list[ProposedRollup] = []
    left = set(range(len(asked)))
    while served and len(found) < most:
        best = max(served, key=lambda i: (_seconds(served[i] & left, asked), -len(candidates[i].kept)))
        answers = served.pop(best) & left
        if not answers:
            break
        counted = count(candidates[best])
        if counted.rows * SMALLER > counted.source_rows:
            continue
        left -= answers
        found.append(_proposed(candidates[best], answers, asked, counted.rows, total, len(found)))
    return tuple(found)


def _asked(logged: Iterable[LoggedQuery], model: Model, compile_: Callable[[MetricQuery], Compiled]) -> list[_Asked]:
    """The queries of the log that compile today, alike ones together."""
    times: dict[tuple[str, bool], tuple[LoggedQuery, float, int]] = {}
    for one in logged:
        key = (one.query.model_dump_json(by_alias=True), one.policed)
        _, seconds, queries = times.get(key, (one, 0.0, 0))
        times[key] = (one, seconds + one.seconds, queries + 1)
    found = []
    for one, seconds, queries in times.values():
        try:
            compiled = compile_(one.query)
        except QueryError:
            continue  # the dictionary has moved on
        needs = needs_of(compiled, model.catalog)
        if one.policed:
            needs = tuple(_policed(need, model) for need in needs)
        found.append(_Asked(compiled, needs, seconds, queries))
    return found


def _policed(need: Need, model: Model) -> Need:
    """With the columns that the access rules of its tables read: without them it would serve the owner only."""
    paths = {tuple(member.split(".")[1:-1][:hops]) for member, _ in need.dimensions for hops in range(MOST_HOPS)}
    columns: set[tuple[str, Grain | None]] = set()
    for path in paths | {()}:
        try:
            table = model.catalog.usable_tables[model.graph.target(need.root, path)]
        except KeyError:
            continue  # a dimension of another form than joins to one row
        for access in (table.entry.access or {}).values():
            rules = () if access.rows == "all" else access.rows
            columns |= {(".".join((need.root, *path, rule.column)), None) for rule in rules}
    return need.union(Need(need.root, frozenset(), frozenset(columns)))


def _needs(asked: Sequence[_Asked]) -> list[Need]:
    """Single needs by their time, each two of one table together, and all of a table together."""
    times: dict[Need, float] = {}
    for one in asked:
        for need in one.needs:
            times[need] = times.get(need, 0.0) + one.seconds
    single = sorted(times, key=lambda need: -times[need])[:MOST_NEEDS]
    found = list(single)
    found += [a.union(b) for a, b in combinations(single, 2) if a.root == b.root]
    for root in dict.fromkeys(need.root for need in single):
        first, *rest = [need for need in single if need.root == root]
        for other in rest:
            first = first.union(other)
        found.append(first)
    return list(dict.fromkeys(found))


def _defined(model: Model, need: Need, dialect: str) -> Definition | None:
    entry = RollupEntry.model_validate(_entry(need))
    try:
        return define_entry(model, need.root, "proposed", entry, dialect=dialect)
    except QueryError:
        return None


def _entry(need: Need) -> dict[str, object]:
    def short(member: str) -> str:
        return member.removeprefix(f"{need.root}.")

    dimensions = sorted(_label(short(member), grain) for member, grain in need.dimensions)
    kept = sorted(short(key) for key in need.keys if (key, None) not in need.dimensions)
    entry: dict[str, object] = {
        "metrics": sorted(map(short, need.metrics - need.sketch)),
        "dimensions": dimensions,
        "keep": kept,
        "sketch": sorted(map(short, need.sketch)),
    }
    return {key: value for key, value in entry.items() if value or key == "dimensions"}


def _label(name: str, grain: Grain | None) -> str:
    return f"{name}:{grain}" if grain else name


def _served(definition: Definition, asked: Sequence[_Asked], dialect: str) -> set[int]:
    """The queries that it would answer, as if it were built with one row."""
    built = BuiltRollup(
        rollup=definition.member,
        definition=definition.hash,
        data_version="",
        relation=(None, "proposed", "proposed"),
        rows=1,
        source_rows=2,
        types={},
        built_at=datetime.now(UTC),
        seconds=0.0,
    )
    candidates = {definition.table: [Candidate(definition, built)]}
    found = set()
    for i, one in enumerate(asked):
        made = one.compiled
        if route(made.statement, made.parameters, candidates, dialect, made.work.proven).used:
            found.add(i)
    return found


def _seconds(which: set[int], asked: Sequence[_Asked]) -> float:
    return sum(asked[i].seconds for i in which)


def _proposed(
    definition: Definition, answers: set[int], asked: Sequence[_Asked], rows: int, total: float, place: int
) -> ProposedRollup:
    seconds = _seconds(answers, asked)
    entry = definition.entry.model_dump(mode="json", exclude_defaults=True)
    name = "by_" + "_".join(d.replace(".", "_").replace(":", "_") for d in definition.entry.dimensions[:3])
    return ProposedRollup(
        rollup=f"{definition.table}.{name if len(name) > 3 else f'rollup_{place + 1}'}",
        table=definition.table,
        entry=entry,
        queries=sum(asked[i].queries for i in answers),
        seconds=round(seconds, 3),
        share=round(seconds / total, 4) if total else 0.0,
        rows=rows,
    )
