"""The numbers that a change of the dictionary changes: every metric of either side, asked of the same published data.

A metric whose compiled SQL is the same under both dictionaries gives the same rows, whatever else changed; so only the
others are asked, in all and by year. What reaches a metric (a join, a column, a relation, a metric that it is made of)
is in its SQL, and counts. A changed segment is asked with the metrics of its table.
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
from verity.data.model import Dictionary
from verity.exceptions import QueryError
from verity.query.service import QueryService
from verity.warehouse.engine import Engine

Change = Literal["added", "removed", "changed", "reached"]
"""`changed`: its own definition. `reached`: something that it rests on."""


class Figure(Contract):
    """One number on both sides; `difference` is new less old where both are numbers, as text."""

    year: str | None = None
    """None: the total."""
    old: Cell = None
    new: Cell = None
    difference: str | None = None


class MetricDiff(Contract):
    """A metric that was added, removed, changed or reached, and its numbers where they can be asked."""

    member: str
    segment: str | None = None
    """The changed segment that it is asked with."""
    change: Change
    figures: tuple[Figure, ...] = ()
    """The total, then each year whose number differs."""
    notes: tuple[str, ...] = ()
    """Why a side has no number."""

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
            asked = f"{diff.member} (segment {diff.segment})" if diff.segment else diff.member
            still = "" if diff.moved or not diff.figures else ": the same numbers"
            lines.append(f"  {diff.change} {asked}{still}")
            for figure in diff.figures if diff.moved else ():
                change = f" ({figure.difference})" if figure.difference is not None else ""
                lines.append(f"      {figure.year or 'total'}: {_shown(figure.old)} -> {_shown(figure.new)}{change}")
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


def diff_numbers(revision: str, commit: str, old: Dictionary, new: Dictionary, engine: Engine) -> NumberDiff:
    """Every metric that differs, with its numbers before and now. Raises `NothingPublished` and other `DataError`s."""
    version = engine.state().data_version
    before = _Side("before", old, QueryService(engine, lambda: old))
    now = _Side("now", new, QueryService(engine, lambda: new))
    known_before, known_now = before.metrics(), now.metrics()
    members = sorted(known_before | known_now)
    found = [diff for member in members if (diff := _metric(before, now, member, known_before, known_now)) is not None]
    segments = list(_segments(before, now, known_before & known_now))
    changed = {diff.member for diff in found}
    return NumberDiff(
        revision=revision,
        commit=commit,
        data_version=version,
        metrics=(*found, *segments),
        unchanged=len(set(members) - changed),
    )


def _metric(before: _Side, now: _Side, member: str, old: set[str], new: set[str]) -> MetricDiff | None:
    if member not in old or member not in new:
        side, change = (now, "added") if member in new else (before, "removed")
        return _asked(before if side is before else None, now if side is now else None, member, None, change)  # type: ignore[arg-type]  # one of two literals
    same = before.hash(member) == now.hash(member)
    if same and all(before.sql(query) == now.sql(query) for query in _queries(member, None)):
        return None
    return _asked(before, now, member, None, "reached" if same else "changed")


def _segments(before: _Side, now: _Side, members: set[str]) -> Iterator[MetricDiff]:
    for table, entry in now.dictionary.tables.items():
        known = before.dictionary.tables.get(table)
        for name in entry.segments if known is not None else ():
            if known is None or name not in known.segments:
                continue
            for member in sorted(m for m in members if m.startswith(f"{table}.")):
                segment = f"{table}.{name}"
                plain, cut = _queries(member, None), _queries(member, segment)
                if any(before.sql(q) != now.sql(q) for q in cut) and all(before.sql(q) == now.sql(q) for q in plain):
                    yield _asked(before, now, member, segment, "reached")


def _queries(member: str, segment: str | None) -> tuple[MetricQuery, MetricQuery]:
    segments = (segment,) if segment else ()
    by_year = (GroupBy(dimension=TIME, grain="year"),)
    return (
        MetricQuery(metrics=(member,), segments=segments),
        MetricQuery(metrics=(member,), segments=segments, by=by_year),
    )


def _asked(before: _Side | None, now: _Side | None, member: str, segment: str | None, change: Change) -> MetricDiff:
    notes: list[str] = []
    total, yearly = _queries(member, segment)
    sides = [_numbers(side, total, yearly, notes) for side in (before, now)]
    years = sorted(set(sides[0]) | set(sides[1]), key=lambda year: (year is not None, year or ""))
    figures = [_figure(year, sides[0].get(year), sides[1].get(year)) for year in years]
    kept = tuple(figure for figure in figures if figure.year is None or figure.old != figure.new)
    return MetricDiff(member=member, segment=segment, change=change, figures=kept, notes=tuple(dict.fromkeys(notes)))


def _numbers(
    side: _Side | None, total: MetricQuery, yearly: MetricQuery, notes: list[str]
) -> Mapping[str | None, Cell]:
    """The total under None, and each year. What cannot be asked is a note, unless the metric just has no time."""
    if side is None:
        return {}
    found: dict[str | None, Cell] = {}
    refused: list[QueryError] = []
    for query in (total, yearly):
        try:
            rows = side.service.run(query, OWNER).table.rows
        except QueryError as error:
            refused.append(error)
            continue
        found |= {
            (None if query is total else str(row[0])[:4] if row[0] is not None else "no time"): row[-1] for row in rows
        }
    if len(refused) == 2:
        notes.append(f"{side.name}: {refused[0].code} {refused[0].message}")
    return found


def _figure(year: str | None, old: Cell, new: Cell) -> Figure:
    try:
        difference = str(Decimal(str(new)) - Decimal(str(old))) if old is not None and new is not None else None
    except InvalidOperation:
        difference = None
    return Figure(year=year, old=old, new=new, difference=difference)


def _shown(value: Cell) -> str:
    return "-" if value is None else str(value)
