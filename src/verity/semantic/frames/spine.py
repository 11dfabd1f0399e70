"""The spine: every period of a range, one row each, whether or not any data lies in it."""

from __future__ import annotations

from datetime import date, datetime, timedelta

from sqlglot import exp

from verity.contracts.metric import MONTHS, Grain
from verity.exceptions import SpanInvalid
from verity.semantic import types
from verity.semantic.expressions import quoted
from verity.semantic.fragments import truncated
from verity.semantic.frames.spans import SECONDS
from verity.semantic.work import Work

TIME = "t"
"""The column of a spine: the first moment of each period."""
INTRADAY = frozenset({"second", "minute", "hour"})
MOST_PERIODS = 1_000_000
"""Periods of a spine: two years of minutes, eleven days of seconds."""


def kind_of(grain: Grain) -> str:
    """The type of a period's first moment."""
    return "timestamp" if grain in INTRADAY else "date"


def bound(work: Work, moment: date, grain: Grain, week_start: str) -> exp.Expr:
    """The period that a moment of the query lies in, as a bound value brought to the period's start."""
    of = kind_of(grain)
    wall = wall_of(moment)
    value: date = wall.date() if of == "date" else wall
    return truncated(work.bind(value, of), of, grain, week_start)[0]


def last_moment(until: date, grain: Grain = "day") -> date:
    """The last moment before an excluded end: before a day that is the day before, or its end where hours are told."""
    if grain in INTRADAY:
        until = wall_of(until)
    step = timedelta(microseconds=1) if isinstance(until, datetime) else timedelta(days=1)
    return until - step


def periods(first: exp.Expr, last: exp.Expr, grain: Grain, name: str) -> exp.Unnest:
    """The first moment of every period from one to another, as a table with the column `t`."""
    unit, count = ("month", MONTHS[grain]) if grain in MONTHS else (grain, 1)
    step = exp.Interval(this=exp.Literal.string(str(count)), unit=exp.Var(this=unit.upper()))
    kind = exp.GenerateTimestampArray if grain in INTRADAY else exp.GenerateDateArray
    alias = exp.TableAlias(
        this=exp.Identifier(this=name, quoted=True), columns=[exp.Identifier(this=TIME, quoted=True)]
    )
    return exp.Unnest(expressions=[kind(start=first, end=last, step=step)], alias=alias)


def require_few(since: date | None, until: date | None, grain: Grain) -> None:
    """Refuse to make more periods than anyone reads: a second's mistake would keep an engine busy for its whole time.

    Only where the query says both ends: how far the data goes is not known here."""
    if since is None or until is None or grain not in SECONDS:
        return
    count = (wall_of(until) - wall_of(since)).total_seconds() / SECONDS[grain]
    if count > MOST_PERIODS:
        raise SpanInvalid(
            f"by {grain} there are {int(count):,} periods from {since} to {until}; at most {MOST_PERIODS:,} are made",
            remedy="Ask for a shorter range, or by a longer grain.",
        )


def wall_of(moment: date) -> datetime:
    """A moment of the query on its own clock; a day is its midnight."""
    if isinstance(moment, datetime):
        return moment.replace(tzinfo=None)
    return datetime(moment.year, moment.month, moment.day)


def start_of(moment: date, grain: str, week_start: str) -> date:
    """The start of the period that a moment lies in."""
    if grain in MONTHS:
        month = (moment.month - 1) // MONTHS[grain] * MONTHS[grain] + 1
        return _midnight(moment).replace(month=month, day=1)
    if grain == "week":
        days = (moment.weekday() - _WEEKDAYS.index(week_start)) % 7
        return _midnight(moment) - timedelta(days=days)
    if grain == "day" or not isinstance(moment, datetime):
        return _midnight(moment)
    seconds = SECONDS[grain]
    midnight = moment.replace(hour=0, minute=0, second=0, microsecond=0)
    return midnight + timedelta(seconds=(moment - midnight).seconds // seconds * seconds)


_WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")


def _midnight(moment: date) -> date:
    return moment.replace(hour=0, minute=0, second=0, microsecond=0) if isinstance(moment, datetime) else moment


def column(name: str, at: str) -> exp.Column:
    """A column of a spine or of what is joined to it."""
    return quoted(name, at)


def typed_null(of: str) -> exp.Expr:
    """NULL of a period's type."""
    return types.cast(exp.Null(), of)
