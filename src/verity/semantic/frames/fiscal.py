"""Queries that go by a fiscal calendar: which periods are moved or reached over, and by which calendar.

What the calendar's own order says is written in `steps.py` (periods moved back) and `calendar_reach.py` (accumulated).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, datetime, time, timedelta

from sqlglot import exp

from verity.contracts.metric import GRAINS, Grain, Span
from verity.data.members import CatalogTable
from verity.exceptions import CalendarMissing, NotSupported, TimeRequired
from verity.semantic import types
from verity.semantic.calendars import calendar_of, week_start
from verity.semantic.clock import on_wall, zone_of
from verity.semantic.expressions import quoted
from verity.semantic.frames.axis import asked_in, range_nodes
from verity.semantic.frames.calendar_days import CalendarDays, subquery
from verity.semantic.frames.calendar_reach import Reaches
from verity.semantic.frames.reach import grain_of, reach_of, week_start_of
from verity.semantic.frames.spans import is_fiscal, moved_back
from verity.semantic.frames.spine import INTRADAY, kind_of, last_moment, start_of
from verity.semantic.frames.steps import EARLIER, Steps
from verity.semantic.join_graph import Path
from verity.semantic.joins import Tables, policy_predicate
from verity.semantic.metrics import Reach
from verity.semantic.work import Axis, CalendarReach, Frame, Scan, Stepped, Work

_ONE = "Ask by one fiscal grain."
_REMEDY = "Ask by one fiscal grain, move by it or by a longer fiscal one, and let ranges begin and end with days."


def has_fiscal(work: Work, axis: Axis) -> bool:
    """True where the query goes by a fiscal grain."""
    return any(is_fiscal(work.dimensions[i].grain) for i in axis.indices)


# --- periods moved back -----------------------------------------------------------------------------------------------


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
    """Put the range of a frame that is moved by fiscal periods into `work.stepped`; one that reaches back has its own.

    Raises `NotSupported` for what would be moved in part only.
    """
    span = frame.variant.shifts[0]
    if len(frame.variant.shifts) > 1:
        raise NotSupported("periods are not moved by two kinds of spans, one of them fiscal", remedy=_REMEDY)
    if any(axis.has(asked) for asked in asked_in(axis.rest)):
        raise NotSupported(f"only a range of '{axis.on.member}' is moved by fiscal periods", remedy=_REMEDY)
    since, until = _whole_day(axis.since), _whole_day(axis.until)
    if frame.variant.reach is not None or (since is None and until is None):
        return
    for metric in frame.work.leaves.values():
        if metric.instant is not None or metric.source is not None:
            raise NotSupported(
                f"'{metric.member}' over a range is not moved by fiscal periods yet",
                remedy="Ask by a fiscal grain without a range, or move by calendar periods.",
            )
    frame.work.stepped = Stepped(axis.on, axis.grain or span.grain, span, since, until)


def _whole_day(moment: date | None) -> date | None:
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
    return exp.Join(this=_shared(work, axis, span).steps(name), on=on)


# --- accumulations ----------------------------------------------------------------------------------------------------


def goes_by_calendar(work: Work, frame: Frame, axis: Axis) -> bool:
    """True where a calendar says what a frame reaches back over, or to which of its periods."""
    reach = reach_of(frame)
    grains = (reach.to_date, reach.window.grain if reach.window is not None else None)
    grouped = any(i in axis.indices for i in frame.indices)
    return is_stepped(frame) or any(is_fiscal(grain) for grain in grains) or (grouped and has_fiscal(work, axis))


def plan_calendar_reach(work: Work, frame: Frame, axis: Axis) -> None:
    """As `plan_reach`: the frame's rows go by day, and `work.reached` says which of them each period reaches over.

    Raises `NotSupported` for what has no order in the calendar, `TimeRequired` where it is not said up to when.
    """
    reach = reach_of(frame)
    span = frame.variant.shifts[0] if is_stepped(frame) else None
    since, until = (axis.since, axis.until) if span is not None else (frame.since, frame.until)
    grouped = any(i in axis.indices for i in frame.indices)
    if not grouped and until is None:
        raise TimeRequired("an accumulation without periods needs its end", remedy="Give 'until', or ask by a grain.")
    grain = _days_or_longer(work, axis, reach) if grouped else axis.grain or (span.grain if span else "day")
    first = None if since is None else _day_of(since)
    end = None if until is None else _day_of(last_moment(until)) + timedelta(days=1)
    frame.work.reached = CalendarReach(axis.on, grain, reach, span, grouped, first, end)
    lower: date | None = None
    if grouped:
        indices = [i for i in frame.indices if i not in axis.indices or i == axis.indices[0]]
        frame.work.dimensions = [
            replace(work.dimensions[i], grain="day") if i in axis.indices else work.dimensions[i] for i in indices
        ]
        frame.indices = tuple(indices)
        frame.typed = dict.fromkeys(axis.indices, kind_of(grain))
        lower = None if span is not None else _earliest(work, frame, reach, first)
    frame.work.where = [*frame.rest, *range_nodes(axis, lower, frame.until)]


def _day_of(moment: date) -> date:
    return moment.date() if isinstance(moment, datetime) else moment


def _days_or_longer(work: Work, axis: Axis, reach: Reach) -> Grain:
    """The grain that the periods go by."""
    grain = grain_of(axis)
    if len(axis.indices) > 1 and (grain != "day" or has_fiscal(work, axis)):
        raise NotSupported("two periods at once are not accumulated by a fiscal calendar", remedy=_ONE)
    if grain in INTRADAY or (reach.window is not None and reach.window.grain in INTRADAY):
        fine = grain if grain in INTRADAY else str(reach.window)
        raise NotSupported(
            f"a fiscal calendar has days, and nothing is accumulated by {fine} with it", remedy="Ask by day or longer."
        )
    if reach.window is not None and is_fiscal(reach.window.grain) and not (is_fiscal(grain) or grain == "day"):
        raise NotSupported(
            f"a window of {reach.window} ends with a fiscal period or a day, not with a {grain}",
            remedy="Ask by a fiscal grain or by day, or accumulate over calendar periods.",
        )
    return grain


def _earliest(work: Work, frame: Frame, reach: Reach, since: date | None) -> date | None:
    """A day before which no period of the range reaches, where no calendar is needed to tell."""
    if since is None or (reach.window is None and reach.to_date is None):
        return None
    if reach.window is not None:
        return None if is_fiscal(reach.window.grain) else moved_back(since, reach.window)
    return None if is_fiscal(reach.to_date) else start_of(since, reach.to_date or "day", week_start_of(work, frame))


def reaches_of(work: Work, scan: Scan) -> Reaches | None:
    """What a scan of a frame reaches over by its calendar; None where `work.reached` says nothing."""
    reached = work.reached
    if reached is None:
        return None
    path = scan.places[reached.on].path
    of_reach = (reached.reach.to_date, reached.reach.window.grain if reached.reach.window is not None else None)
    moved = reached.span.grain if reached.span is not None else None
    grains = [grain for grain in (reached.grain, *of_reach, moved) if grain is not None]
    return Reaches(_days_of(work, scan, path, *grains), reached)


def require_one_calendar(work: Work, axis: Axis) -> None:
    """Raise `CalendarMissing` where the scans of a query by fiscal periods follow different calendars."""
    if has_fiscal(work, axis):
        _shared(work, axis, Span(1, axis.grain or "day"))


# --- gaps, and the calendars ------------------------------------------------------------------------------------------


def calendar_periods(work: Work, axis: Axis, name: str, first: exp.Expr, last: exp.Expr) -> exp.Subquery:
    """The calendar's periods that hold a day from the first to the last, as a table with the column `t`.

    Raises as `stepped_join` does, and `NotSupported` where the query goes by another period too.
    """
    if len(axis.indices) > 1:
        raise NotSupported("gaps are not filled by two periods at once, one of them fiscal", remedy=_ONE)
    return subquery(_shared(work, axis, Span(1, axis.grain or "day")).periods(first, last), name)


def _shared(work: Work, axis: Axis, span: Span) -> Steps:
    """The one calendar that every scan of the query goes by."""
    grain = axis.grain or "day"
    found: dict[str, Steps] = {}
    for owner, scan, path in _timed(work, axis):
        days = _days_of(owner, scan, path, grain, span.grain)
        found[days.table.name] = Steps(days, grain, span)
    if len(found) != 1:
        raise CalendarMissing(
            f"the query's times follow different calendars: {', '.join(sorted(found))}",
            remedy="Ask for their metrics one by one.",
        )
    return next(iter(found.values()))


def _timed(work: Work, axis: Axis) -> Iterator[tuple[Work, Scan, Path]]:
    """The scans that go along the axis, and where their times lie."""
    index = axis.indices[0]
    for scan in work.scans:
        yield work, scan, scan.dimensions[index].path
    for frame in work.frames:
        if index in frame.indices:
            place = frame.indices.index(index)
            for scan in frame.work.scans:
                yield frame.work, scan, scan.dimensions[place].path


def range_conditions(work: Work, scan: Scan, tables: Tables) -> list[exp.Expr]:
    """That a row's day is moved to one of the query's range, or counts in an accumulation by the calendar."""
    on = work.stepped.on if work.stepped is not None else work.reached.on if work.reached is not None else None
    if on is None:
        return []
    place = scan.places[on]
    if work.model.graph.first_to_many(scan.root, place.path) is not None:
        raise NotSupported(f"'{on.member}' lies in a list and goes by no fiscal periods", remedy=_REMEDY)
    bound = work.model.binder.column(scan.root, place.path, place.column)
    tables.need(bound.paths | {place.path})
    wall = on_wall(bound.node.copy(), bound.type, zone_of(work.query.timezone))
    day = wall if bound.type == "date" else types.cast(wall, "date")
    if work.stepped is not None:
        stepped = work.stepped
        days = replace(_days_of(work, scan, place.path, stepped.grain, stepped.span.grain), inline=True)
        _note(scan, days.table, "exists")
        earlier = Steps(days, stepped.grain, stepped.span).earlier_days(stepped.since, stepped.until)
        return [exp.In(this=day, query=exp.Subquery(this=earlier))]
    reaches = reaches_of(work, scan)
    if reaches is None:
        return []
    _note(scan, reaches.calendar.table, "periods")
    return replace(reaches, calendar=replace(reaches.calendar, inline=True)).conditions(day)


def _note(scan: Scan, calendar: CatalogTable, kind: str) -> None:
    scan.joined.append((f"{scan.root}.{calendar.name}", calendar.name, kind))


def _days_of(work: Work, scan: Scan, path: Path, *grains: Grain) -> CalendarDays:
    calendar = calendar_of(work, scan.root, path)
    missing = [g for g in grains if is_fiscal(g) and (calendar is None or g not in calendar.entry.periods)]
    if calendar is None or missing:
        raise CalendarMissing(
            f"the times of '{scan.root}' have no {missing[0] if missing else 'calendar'}",
            remedy=f"Name a table with that period under `calendar` of '{scan.root}', or go by calendar periods.",
        )
    if policy_predicate(work, scan, calendar.name, (), calendar.name) is not None:
        raise NotSupported(
            f"rows of the calendar '{calendar.name}' are held back, and its periods have no order without them",
            remedy="Give access to all rows of the calendar, or go by calendar periods.",
        )
    return CalendarDays(work, calendar, week_start(work, scan, path))
