"""The numbers that a change of the dictionary changes: every metric of either side, asked of the same published data.

A metric whose compiled SQL is the same under both dictionaries gives the same rows, whatever else changed; so only the
others are asked, in all and by year. What reaches a metric (a join, a column, a relation, a metric that it is made of)
is in its SQL, and counts. A changed segment is asked with the metrics of its table, a changed column or join as their
dimension.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import Literal

from verity.contracts.base import Contract
from verity.contracts.identity import OWNER
from verity.contracts.metric import TIME, GroupBy, MetricQuery
from verity.contracts.table import Cell
from verity.data.lock import metric_hash
from verity.data.model import Dictionary, TableEntry
from verity.exceptions import QueryError
from verity.query.service import QueryService
from verity.warehouse.engine import Engine

YEAR = GroupBy(dimension=TIME, grain="year")
MOST_GROUPS = 12
"""Groups of a changed dimension that are shown; the others are counted."""

Change = Literal["added", "removed", "changed", "reached"]
"""`changed`: its own definition. `reached`: something that it rests on."""


class Figure(Contract):
    """One number on both sides; `difference` is new less old where both are numbers, as text."""

    group: str | None = None
    """The year, or the value of the changed dimension; None: the total."""
    old: Cell = None
    new: Cell = None
    difference: str | None = None


class MetricDiff(Contract):
    """A metric that was added, removed, changed or reached, and its numbers where they can be asked."""

    member: str
    segment: str | None = None
    """The changed segment that it is asked with."""
    by: str | None = None
    """The changed dimension that it is asked by; None: by year."""
    change: Change
    figures: tuple[Figure, ...] = ()
    """The total, then each group whose number differs."""
    notes: tuple[str, ...] = ()
    """Why a side has no number, and how many groups are not shown."""

    @property
    def moved(self) -> bool:
        """Whether any number differs."""
        return any(figure.old != figure.new for figure in self.figures)


class NumberDiff(Contract):
    """What a change of the dictionary does to the numbers."""

    revision: str
    commit: str
    data_version: str
    metrics: tuple[MetricDiff, ...] = ()
    unchanged: int = 0
    """Metrics of which nothing changed."""

    def text(self) -> str:
        """As the terminal shows it."""
        lines = [
            f"{self.revision} ({self.commit[:10]}) against the dictionary now, on data {self.data_version}",
            f"{len(self.metrics)} changed, {self.unchanged} as before",
        ]
        for diff in self.metrics:
            asked = diff.member + (
                f" (segment {diff.segment})" if diff.segment else f" by {diff.by}" if diff.by else ""
            )
            still = "" if diff.moved or not diff.figures else ": the same numbers"
            lines.append(f"  {diff.change} {asked}{still}")
            for figure in diff.figures if diff.moved else ():
                change = f" ({figure.difference})" if figure.difference is not None else ""
                lines.append(f"      {figure.group or 'total'}: {_shown(figure.old)} -> {_shown(figure.new)}{change}")
            lines += [f"      {note}" for note in diff.notes]
        return "\n".join(lines)


@dataclass(frozen=True)
class _Side:
    """One dictionary over the published data."""

    name: str
    dictionary: Dictionary
    service: QueryService

    def metrics(self) -> set[str]:
        return {
            f"{table}.{name}"
            for table, entry in self.dictionary.tables.items()
            for name, metric in entry.metrics.items()
            if not metric.hidden and not entry.hidden
        }

    def hash(self, member: str) -> str:
        table, _, name = member.partition(".")
        return metric_hash(self.dictionary.tables[table].metrics[name])

    def sql(self, query: MetricQuery) -> str:
        """The SQL, or the reason why there is none."""
        try:
            return self.service.compile(query, OWNER).display
        except QueryError as error:
            return f"{error.code} {error.message}"


@dataclass(frozen=True)
class _Question:
    """A metric, with a segment or by a dimension."""

    member: str
    segment: str | None = None
    by: str | None = None

    @property
    def total(self) -> MetricQuery:
        return MetricQuery(metrics=(self.member,), segments=(self.segment,) if self.segment else ())

    @property
    def grouped(self) -> MetricQuery:
        by = GroupBy(dimension=self.by) if self.by else YEAR
        return self.total.model_copy(update={"by": (by,)})

    def same(self, before: _Side, now: _Side) -> bool:
        """Whether both sides compile to one SQL, and so give the same rows."""
        return all(before.sql(query) == now.sql(query) for query in (self.total, self.grouped))


def diff_numbers(revision: str, commit: str, old: Dictionary, new: Dictionary, engine: Engine) -> NumberDiff:
    """Every metric that differs, with its numbers before and now. Raises `NothingPublished` and other `DataError`s."""
    version = engine.state().data_version
    before = _Side("before", old, QueryService(engine, lambda: old))
    now = _Side("now", new, QueryService(engine, lambda: new))
    members = sorted(before.metrics() | now.metrics())
    found = [diff for member in members if (diff := _metric(before, now, member)) is not None]
    changed = {diff.member for diff in found}
    untouched = sorted((before.metrics() & now.metrics()) - changed)
    reached = [_asked(before, now, question, "reached") for question in _reached(before, now, untouched)]
    kept = [diff for diff in reached if diff.moved or diff.notes]
    changed |= {diff.member for diff in kept}
    return NumberDiff(
        revision=revision,
        commit=commit,
        data_version=version,
        metrics=(*found, *kept),
        unchanged=len(set(members) - changed),
    )


def _metric(before: _Side, now: _Side, member: str) -> MetricDiff | None:
    question = _Question(member)
    if member not in before.metrics():
        return _asked(None, now, question, "added")
    if member not in now.metrics():
        return _asked(before, None, question, "removed")
    same = before.hash(member) == now.hash(member)
    if same and question.same(before, now):
        return None
    return _asked(before, now, question, "reached" if same else "changed")


def _reached(before: _Side, now: _Side, members: list[str]) -> Iterator[_Question]:
    """Metrics that are as before, with the segments and dimensions of their table that are not."""
    for name, entry in now.dictionary.tables.items():
        known = before.dictionary.tables.get(name)
        if known is None:
            continue
        own = [member for member in members if member.partition(".")[0] == name]
        asked = [("segment", f"{name}.{segment}") for segment in entry.segments if segment in known.segments]
        asked += [("by", dimension) for dimension in _dimensions(now.dictionary, known, entry)]
        for member in own:
            for key, what in asked:
                question = _Question(member, **{key: what})
                if not question.same(before, now):
                    yield question


def _dimensions(dictionary: Dictionary, known: TableEntry, entry: TableEntry) -> Iterator[str]:
    """Columns whose definition changed, and the keys behind joins that changed."""
    for name, column in entry.columns.items():
        if name in known.columns and known.columns[name] != column:
            yield f"{entry.table}.{name}"
    for name, join in entry.joins.items():
        target = dictionary.tables.get(join.table)
        if name in known.joins and known.joins[name] != join and target is not None:
            yield from (f"{entry.table}.{name}.{key}" for key in target.primary_key[:1])


def _asked(before: _Side | None, now: _Side | None, question: _Question, change: Change) -> MetricDiff:
    notes: list[str] = []
    sides = [_numbers(side, question, notes) for side in (before, now)]
    groups = sorted(set(sides[0]) | set(sides[1]), key=lambda group: (group is not None, group or ""))
    figures = [_figure(group, sides[0].get(group), sides[1].get(group)) for group in groups]
    kept = [figure for figure in figures if figure.group is None or figure.old != figure.new]
    if len(kept) > MOST_GROUPS:
        notes.append(f"{len(kept) - MOST_GROUPS} more groups differ")
    return MetricDiff(
        member=question.member,
        segment=question.segment,
        by=question.by,
        change=change,
        figures=tuple(kept[:MOST_GROUPS]),
        notes=tuple(dict.fromkeys(notes)),
    )


def _numbers(side: _Side | None, question: _Question, notes: list[str]) -> Mapping[str | None, Cell]:
    """The total under None, and each group. What cannot be asked either way is a note."""
    if side is None:
        return {}
    found: dict[str | None, Cell] = {}
    refused: list[QueryError] = []
    for query in (question.total, question.grouped):
        try:
            rows = side.service.run(query, OWNER).table.rows
        except QueryError as error:
            refused.append(error)
            continue
        found |= {_group(row, query): row[-1] for row in rows}
    if len(refused) == 2 or (refused and question.by):
        notes.append(f"{side.name}: {refused[0].code} {refused[0].message}")
    return found


def _group(row: tuple[Cell, ...], query: MetricQuery) -> str | None:
    if not query.by:
        return None
    if row[0] is None:
        return "(none)"
    return str(row[0])[:4] if query.by == (YEAR,) else str(row[0])


def _figure(group: str | None, old: Cell, new: Cell) -> Figure:
    try:
        difference = str(Decimal(str(new)) - Decimal(str(old))) if old is not None and new is not None else None
    except InvalidOperation:
        difference = None
    return Figure(group=group, old=old, new=new, difference=difference)


def _shown(value: Cell) -> str:
    return "-" if value is None else str(value)
