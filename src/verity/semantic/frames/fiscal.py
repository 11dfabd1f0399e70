"""Periods of a fiscal calendar moved back: by the calendar's own order of them, never by a number of days or months.

A period moved by its own kind goes to the one so many before it. Moved by a longer one (weeks by a year) it goes to the
one at the same place there, counted from 1: the 53rd week of a year has none in a year of 52. A period belongs to the
longer one that its first day lies in. What the calendar only knows the end of, having begun later, has no places.
A day of a range goes to the day at the same place of its period; days beyond the end of a shorter one to its last.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time

from sqlglot import exp

from verity.contracts.metric import GRAINS, Grain, Span
from verity.data.members import CatalogTable
from verity.exceptions import CalendarMissing, NotSupported
from verity.semantic import types
from verity.semantic.calendars import calendar_column, calendar_of
from verity.semantic.clock import on_wall, zone_of
from verity.semantic.expressions import quoted
from verity.semantic.fragments import all_of
from verity.semantic.frames.axis import asked_in
from verity.semantic.frames.spans import is_fiscal
from verity.semantic.frames.spine import TIME
from verity.semantic.join_graph import Path, alias
from verity.semantic.joins import Tables, policy_predicate
from verity.semantic.relations import relation
from verity.semantic.work import Axis, Frame, Scan, Stepped, Work

_DAY, _PERIOD, _WHOLE, _NUMBER, _PLACE, _LENGTH = "day", "period", "whole", "number", "place", "length"
EARLIER = "earlier"
_ONE = "Ask by one fiscal grain."
_REMEDY = "Ask by one fiscal grain, move by it or by a longer fiscal one, and let ranges begin and end with days."


def fitted_fiscal(span: Span, axis: Axis, why: str) -> Span:
    """The span as the periods of the query can be moved by it. Raises `NotSupported` naming `why` it is moved."""
    if len(axis.indices) > 1:
        raise NotSupported(f"{why}: two periods at once, one of them fiscal, are not moved by {span}", remedy=_REMEDY)
    grain = axis.grain
    movable = grain == "day" or is_fiscal(grain) or (grain is None and not axis.indices)
    if not is_fiscal(span.grain):
        remedy = f"Move by 1 {grain} or by a longer fiscal period."
        raise NotSupported(f"{why}: periods by {grain} are not moved by {span}", remedy=remedy)
    if not movable or (grain is not None and GRAINS.index(grain) > GRAINS.index(span.grain)):
        raise NotSupported(f"{why}: periods by {grain or 'moments'} are not moved by {span}", remedy=_REMEDY)
    return span


def is_stepped(frame: Frame) -> bool:
    """True where a frame is moved by periods of a calendar."""
    return any(is_fiscal(span.grain) for span in frame.variant.shifts)


def step_range(frame: Frame, axis: Axis) -> None:
    """Put the range of a frame that is moved by fiscal periods into `work.stepped`.

    Raises `NotSupported` for what would be moved in part only.
    """
    span = frame.variant.shifts[0]
    if len(frame.variant.shifts) > 1:
        raise NotSupported("periods are not moved by two kinds of spans, one of them fiscal", remedy=_REMEDY)
    if frame.variant.reach is not None:
        raise NotSupported("an accumulation is not moved by fiscal periods yet", remedy="Move by calendar periods.")
    if any(axis.has(asked) for asked in asked_in(axis.rest)):
        raise NotSupported(f"only a range of '{axis.on.member}' is moved by fiscal periods", remedy=_REMEDY)
    if axis.since is None and axis.until is None:
        return
    for metric in frame.work.leaves.values():
        if metric.instant is not None or metric.source is not None:
            raise NotSupported(
                f"'{metric.member}' over a range is not moved by fiscal periods yet",
                remedy="Ask by a fiscal grain without a range, or move by calendar periods.",
            )
    frame.work.stepped = Stepped(axis.on, axis.grain or span.grain, span, _day(axis.since), _day(axis.until))


def _day(moment: date | None) -> date | None:
    if not isinstance(moment, datetime):
        return moment
    if moment.tzinfo is not None or moment.time() != time.min:
        raise NotSupported("a range that cuts a day is not moved by fiscal periods", remedy=_REMEDY)
    return moment.date()


def stepped_join(work: Work, axis: Axis, span: Span, earlier: exp.Expr, name: str) -> exp.Join:
    """The periods whose earlier ones a node gives: a table with the columns `period` and `earlier`.

    Raises `CalendarMissing` where the scans of the query follow different calendars, or none.
    """
    on = exp.EQ(this=quoted(EARLIER, name), expression=earlier)
    return exp.Join(this=_subquery(_shared(work, axis, span).steps(), name), on=on)


def calendar_periods(work: Work, axis: Axis, name: str, first: exp.Expr, last: exp.Expr) -> exp.Subquery:
    """The calendar's periods that hold a day from the first to the last, as a table with the column `t`.

    Raises as `stepped_join` does, and `NotSupported` where the query goes by another period too.
    """
    if len(axis.indices) > 1:
        raise NotSupported("gaps are not filled by two periods at once, one of them fiscal", remedy=_ONE)
    grain = axis.grain or "day"
    return _subquery(_shared(work, axis, Span(1, grain)).periods(first, last), name)


def has_fiscal(work: Work, axis: Axis) -> bool:
    """True where the query goes by a fiscal grain."""
    return any(is_fiscal(work.dimensions[i].grain) for i in axis.indices)


def _shared(work: Work, axis: Axis, span: Span) -> Steps:
    """The one calendar that every scan of the query goes by."""
    index = axis.indices[0]
    found: dict[str, Steps] = {}
    for scan in work.scans:
        held = _calendar(work, scan, scan.dimensions[index].path, axis.grain or "day", span)
        found[held.calendar.name] = held
    if len(found) != 1:
        raise CalendarMissing(
            f"the query's times follow different calendars: {', '.join(sorted(found))}",
            remedy="Ask for their metrics one by one.",
        )
    return next(iter(found.values()))


def range_conditions(work: Work, scan: Scan, tables: Tables) -> list[exp.Expr]:
    """That a row's day is moved to one of the query's range."""
    if work.stepped is None:
        return []
    stepped, place = work.stepped, scan.places[work.stepped.on]
    if work.model.graph.first_to_many(scan.root, place.path) is not None:
        raise NotSupported(f"'{stepped.on.member}' lies in a list and is not moved by fiscal periods", remedy=_REMEDY)
    held = _calendar(work, scan, place.path, stepped.grain, stepped.span)
    bound = work.model.binder.column(scan.root, place.path, place.column)
    tables.need(bound.paths | {place.path})
    wall = on_wall(bound.node.copy(), bound.type, zone_of(work.query.timezone))
    day = wall if bound.type == "date" else types.cast(wall, "date")
    scan.joined.append((f"{scan.root}.{held.calendar.name}", held.calendar.name, "exists"))
    days = held.earlier_days(stepped.since, stepped.until)
    return [exp.In(this=day, query=exp.Subquery(this=days))]


def _calendar(work: Work, scan: Scan, path: Path, grain: Grain, span: Span) -> Steps:
    calendar = calendar_of(work, scan.root, path)
    missing = [g for g in (grain, span.grain) if calendar is None or (g != "day" and g not in calendar.entry.periods)]
    if calendar is None or missing:
        raise CalendarMissing(
            f"the times of '{scan.root}' have no {missing[0]}",
            remedy=f"Name a table with that period under `calendar` of '{scan.root}', or compare by calendar periods.",
        )
    if policy_predicate(work, scan, calendar.name, (), calendar.name) is not None:
        raise NotSupported(
            f"rows of the calendar '{calendar.name}' are held back, and its periods have no order without them",
            remedy="Give access to all rows of the calendar, or compare by calendar periods.",
        )
    return Steps(work, calendar, grain, span)


@dataclass(frozen=True, slots=True)
class Steps:
    """Periods of one grain moved back by a fiscal span, of that grain or a longer one."""

    work: Work
    calendar: CatalogTable
    grain: Grain
    span: Span

    def steps(self) -> exp.Select:
        """Each period and the earlier one, no two of which share it; periods that have none are absent."""
        shift = exp.Add(this=quoted(_NUMBER, "then"), expression=exp.Literal.number(self.span.count))
        on = [exp.EQ(this=quoted(_NUMBER, "now"), expression=shift), _same(_PLACE, "now", "then")]
        return exp.Select(
            expressions=[quoted(_PERIOD, "now"), _named(quoted(_PERIOD, "then"), EARLIER)],
            from_=exp.From(this=_subquery(self._places(), "now")),
            joins=[exp.Join(this=_subquery(self._places(), "then"), kind="INNER", on=all_of(list(on)))],
        )

    def earlier_days(self, since: date | None, until: date | None) -> exp.Select:
        """The days that are moved into a range."""
        if self.grain == "day":
            return exp.Select(
                expressions=[quoted(EARLIER, "steps")],
                from_=exp.From(this=_subquery(self.steps(), "steps")),
                where=exp.Where(this=self._within(quoted(_PERIOD, "steps"), since, until)),
            )
        last = exp.Least(this=quoted(_PLACE, "before"), expressions=[quoted(_LENGTH, "after")])
        same = exp.EQ(this=quoted(_PLACE, "after"), expression=last)
        then = exp.EQ(this=quoted(EARLIER, "steps"), expression=quoted(_PERIOD, "before"))
        return exp.Select(
            expressions=[quoted(_DAY, "before")],
            from_=exp.From(this=_subquery(self._counted_days(), "before")),
            joins=[
                exp.Join(this=_subquery(self.steps(), "steps"), kind="INNER", on=then),
                exp.Join(
                    this=_subquery(self._counted_days(), "after"),
                    kind="INNER",
                    on=all_of([_same(_PERIOD, "after", "steps"), same]),
                ),
            ],
            where=exp.Where(this=self._within(quoted(_DAY, "after"), since, until)),
        )

    def periods(self, first: exp.Expr, last: exp.Expr) -> exp.Select:
        """The periods that hold a day between two."""
        day = quoted(_DAY, "days")
        held = exp.Between(this=day, low=first, high=last)
        return exp.Select(
            expressions=[_named(quoted(_PERIOD, "days"), TIME)],
            distinct=exp.Distinct(),
            from_=exp.From(this=_subquery(self._days(_DAY, _PERIOD), "days")),
            where=exp.Where(this=held),
        )

    def _within(self, day: exp.Expr, since: date | None, until: date | None) -> exp.Expr:
        ends: list[exp.Expr] = []
        if since is not None:
            ends.append(exp.GTE(this=day, expression=self.work.bind(since, "date")))
        if until is not None:
            ends.append(exp.LT(this=day.copy(), expression=self.work.bind(until, "date")))
        return all_of(ends)

    def _places(self) -> exp.Select:
        """Every period, the number of the longer one that it belongs to, and its place there."""
        number = exp.Window(this=exp.DenseRank(), order=_order(quoted(_WHOLE, "held")))
        place = exp.Window(
            this=exp.RowNumber(), partition_by=[quoted(_WHOLE, "held")], order=_order(quoted(_PERIOD, "held"))
        )
        return exp.Select(
            expressions=[quoted(_PERIOD, "held"), _named(number, _NUMBER), _named(place, _PLACE)],
            from_=exp.From(this=_subquery(self._held(), "held")),
        )

    def _held(self) -> exp.Select:
        """Every period with the longer one that its first day lies in, from the first whose beginning is known."""
        first = exp.Select(expressions=[exp.Min(this=self._column("day"))], from_=exp.From(this=self._table()))
        whole = exp.Min(this=quoted(_WHOLE, "days"))
        return exp.Select(
            expressions=[quoted(_PERIOD, "days"), _named(whole, _WHOLE)],
            from_=exp.From(this=_subquery(self._days(_PERIOD, _WHOLE), "days")),
            group=exp.Group(expressions=[exp.Literal.number(1)]),
            having=exp.Having(this=exp.GTE(this=whole.copy(), expression=exp.Subquery(this=first))),
        )

    def _counted_days(self) -> exp.Select:
        """Every day, its period, its place there, and how many days that has."""
        period = quoted(_PERIOD, "days")
        place = exp.Window(this=exp.RowNumber(), partition_by=[period], order=_order(quoted(_DAY, "days")))
        length = exp.Window(this=exp.Count(this=quoted(_DAY, "days")), partition_by=[period.copy()])
        return exp.Select(
            expressions=[quoted(_DAY, "days"), period.copy(), _named(place, _PLACE), _named(length, _LENGTH)],
            from_=exp.From(this=_subquery(self._days(_DAY, _PERIOD), "days")),
        )

    def _days(self, *names: str) -> exp.Select:
        """The calendar's days that lie in a period, each with these columns, once."""
        grains: dict[str, Grain] = {_DAY: "day", _PERIOD: self.grain, _WHOLE: self.span.grain}
        columns = {name: self._column(grains[name]) for name in grains}
        known: list[exp.Expr] = [exp.Not(this=exp.Is(this=c, expression=exp.Null())) for c in columns.values()]
        return exp.Select(
            expressions=[_named(columns[name].copy(), name) for name in names],
            distinct=exp.Distinct(),
            from_=exp.From(this=self._table()),
            where=exp.Where(this=all_of(known)),
        )

    def _column(self, grain: Grain) -> exp.Expr:
        return calendar_column(self.work, self.calendar, self.calendar.entry.periods[grain], self._at)

    def _table(self) -> exp.Expr:
        return relation(self.work.model.catalog, self.calendar.name, self._at)

    @property
    def _at(self) -> str:
        return alias(self.calendar.name, ())


def _order(node: exp.Expr) -> exp.Order:
    return exp.Order(expressions=[exp.Ordered(this=node)])


def _same(name: str, one: str, other: str) -> exp.Expr:
    return exp.EQ(this=quoted(name, one), expression=quoted(name, other))


def _named(node: exp.Expr, name: str) -> exp.Alias:
    return exp.Alias(this=node, alias=exp.Identifier(this=name, quoted=True))


def _subquery(node: exp.Expr, name: str) -> exp.Subquery:
    return exp.Subquery(this=node, alias=exp.TableAlias(this=exp.Identifier(this=name, quoted=True)))
