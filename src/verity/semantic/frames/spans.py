"""Spans of time: moving dates by them, and which of them fit which grain.

A day that the earlier month lacks is compared with that month's last day (31 March with 28 February); at the week grain
a year is 52 weeks.
"""

from __future__ import annotations

from calendar import monthrange
from datetime import date, datetime, timedelta
from typing import TypeVar

from sqlglot import exp

from verity.contracts.metric import MONTHS, Grain, Span
from verity.exceptions import SpanInvalid
from verity.semantic import types
from verity.semantic.fragments import MOVED_DAYS
from verity.semantic.types import Type

T = TypeVar("T", bound=date)

SECONDS: dict[str, int] = {"second": 1, "minute": 60, "hour": 3_600, "day": 86_400, "week": 604_800}
WEEKS_A_YEAR = 52
_FITTING: dict[str, tuple[str, ...]] = {
    "second": (*SECONDS, *MONTHS), "minute": (*SECONDS, *MONTHS), "hour": (*SECONDS, *MONTHS),
    "day": ("day", "week", *MONTHS), "week": ("week", "year"), "month": ("month", "quarter", "year"),
    "quarter": ("quarter", "year"), "year": ("year",),
}  # fmt: skip
"""By which grains of a span each grain of a query can be moved."""
_ORDER = tuple(SECONDS)
_DAYS = {"day": 1, "week": 7}


def is_fiscal(grain: str | None) -> bool:
    """True for the grains of a calendar table."""
    return grain is not None and grain.startswith("fiscal_")


def fitted(span: Span, grain: Grain | None, why: str) -> Span:
    """The span as the grain can be moved by it. Raises `SpanInvalid` naming `why` it is moved."""
    if grain is None:
        return span
    if span.grain not in _FITTING[grain] or (span.grain in _ORDER and grain in _ORDER and not _divides(grain, span)):
        fitting = [known for known in _FITTING[grain] if known in ("day", "week", "month", "quarter", "year")]
        raise SpanInvalid(
            f"{why}: {span} is no whole number of periods by {grain}",
            remedy=f"Move by {' or '.join(fitting or [grain])}, or ask by a finer grain.",
        )
    return Span(span.count * WEEKS_A_YEAR, "week") if grain == "week" and span.grain == "year" else span


def _divides(grain: str, span: Span) -> bool:
    return span.count * SECONDS[span.grain] % SECONDS[grain] == 0


def is_one_to_one(span: Span, grain: Grain | None) -> bool:
    """True where different periods of the grain are moved to different periods: not for days moved by months."""
    return span.grain not in MONTHS or grain in MONTHS


def moved_back(moment: T, span: Span) -> T:
    """The moment, a span earlier."""
    if span.grain in MONTHS:
        return _months_back(moment, span.count * MONTHS[span.grain])
    return moment - timedelta(seconds=span.count * SECONDS[span.grain])


def end_moved_back(end: T, span: Span) -> T:
    """An excluded end, a span earlier: after the last moment before it, and never short of a whole period."""
    if span.grain not in MONTHS:
        return moved_back(end, span)
    last = timedelta(microseconds=1) if isinstance(end, datetime) else timedelta(days=1)
    return max(moved_back(end, span), moved_back(end - last, span) + last)


def _months_back(moment: T, months: int) -> T:
    number = moment.year * 12 + moment.month - 1 - months
    year, month = divmod(number, 12)
    return moment.replace(year=year, month=month + 1, day=min(moment.day, monthrange(year, month + 1)[1]))


def length(since: date, until: date) -> Span:
    """How long a range is: whole calendar months where it begins and ends with one, else days (or seconds)."""
    if since.day == until.day == 1 and _midnight(since) and _midnight(until):
        return Span((until.year - since.year) * 12 + until.month - since.month, "month")
    gap = _instant(until) - _instant(since)
    if gap.seconds == 0 and gap.microseconds == 0:
        return Span(gap.days, "day")
    return Span(int(gap.total_seconds()), "second")


def _midnight(moment: date) -> bool:
    return not isinstance(moment, datetime) or moment.time() == datetime.min.time()


def _instant(moment: date) -> datetime:
    return (
        moment.replace(tzinfo=None) if isinstance(moment, datetime) else datetime(moment.year, moment.month, moment.day)
    )


def moved(node: exp.Expr, of: Type, span: Span, *, back: bool = False) -> exp.Expr:
    """The time of a node, a span later or earlier, in its own type."""
    kind = exp.DateSub if back else exp.DateAdd
    unit, count = ("month", span.count * MONTHS[span.grain]) if span.grain in MONTHS else (span.grain, span.count)
    made = kind(this=node, expression=exp.Literal.number(count), unit=exp.Var(this=unit.upper()))
    if of == "date" and unit in _DAYS:
        made.set(MOVED_DAYS, count * _DAYS[unit])
    return types.cast(made, of or "timestamp")
