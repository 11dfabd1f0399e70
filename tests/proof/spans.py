"""Spans of time as the oracle moves by them: `3 months`, whole periods of a grain, the last day that a month has."""

from __future__ import annotations

from calendar import monthrange
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from tests.proof.oracle_compare import naive
from tests.proof.oracle_paths import Refused

MONTHS = {"month": 1, "quarter": 3, "year": 12}
SECONDS = {"second": 1, "minute": 60, "hour": 3600, "day": 86400, "week": 604800}


@dataclass(frozen=True)
class Span:
    """So many of a grain."""

    count: int
    grain: str


def read(text: str) -> Span:
    """`3 months`."""
    count, _, grain = text.partition(" ")
    return Span(int(count), grain.removesuffix("s"))


def fitted(span: Span, grain: str | None) -> Span:
    """The span in periods of the grain; at weeks a year is 52 of them. Raises `Refused` where it is no whole number."""
    if grain is None:
        return span
    if grain == "week" and span.grain == "year":
        return Span(span.count * 52, "week")
    if grain in MONTHS:
        good = span.grain in MONTHS and MONTHS[span.grain] % MONTHS[grain] == 0
    elif span.grain in MONTHS:
        good = grain != "week"
    else:
        good = span.count * SECONDS[span.grain] % SECONDS[grain] == 0 and SECONDS[span.grain] >= SECONDS[grain]
    if not good:
        raise Refused("no whole number of periods", "VRT-241", "VRT-242", "VRT-243", "VRT-244")
    return span


def back(moment: date, span: Span) -> date:
    """So much earlier; a day that the earlier month lacks becomes its last."""
    if span.grain not in MONTHS:
        return moment - timedelta(seconds=span.count * SECONDS[span.grain])
    number = moment.year * 12 + moment.month - 1 - span.count * MONTHS[span.grain]
    year, month = divmod(number, 12)
    return moment.replace(year=year, month=month + 1, day=min(moment.day, monthrange(year, month + 1)[1]))


def end_back(end: date, span: Span) -> date:
    """An excluded end, earlier: after the last moment before it, never short of a whole period."""
    if span.grain not in MONTHS:
        return back(end, span)
    step = tick(end)
    return max(back(end, span), back(end - step, span) + step)


def tick(moment: date) -> timedelta:
    """The smallest step of a date or time."""
    return timedelta(microseconds=1) if isinstance(moment, datetime) else timedelta(days=1)


def last_moment(until: date, grain: str) -> date:
    """The last moment before an excluded end, on the clock where the grain is shorter than a day."""
    if grain in ("second", "minute", "hour") and not isinstance(until, datetime):
        until = datetime.combine(until, time(0))
    return until - tick(until)


def forward(start: date, grain: str) -> date:
    """The start of the next period."""
    if grain in MONTHS:
        return back(start, Span(-1, grain))
    return start + timedelta(seconds=SECONDS[grain])


def between(since: date, until: date) -> Span:
    """The length of a range: whole months where both ends begin one, else days or seconds."""
    low, high = naive(since), naive(until)
    if low.day == high.day == 1 and low.time() == high.time() == datetime.min.time():
        return Span((high.year - low.year) * 12 + high.month - low.month, "month")
    gap = high - low
    whole = gap.seconds == 0 and gap.microseconds == 0
    return Span(gap.days, "day") if whole else Span(int(gap.total_seconds()), "second")
