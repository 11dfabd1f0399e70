"""Calendar periods as half-open ranges of days: years, halves, quarters, months, ISO weeks, days."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Literal

PeriodGrain = Literal["day", "week", "month", "quarter", "half", "year", "range"]

MONTHS_OF: dict[str, int] = {"month": 1, "quarter": 3, "half": 6, "year": 12}


@dataclass(frozen=True)
class Period:
    """`since` included, `until` excluded; either may be open. `grain` is the unit it was named in."""

    since: date | None
    until: date | None
    grain: PeriodGrain


def year_of(year: int) -> Period:
    """A calendar year."""
    return Period(date(year, 1, 1), date(year + 1, 1, 1), "year")


def part_of(year: int, grain: Literal["month", "quarter", "half"], number: int) -> Period:
    """The `number`-th month, quarter or half of a year, from 1."""
    months = MONTHS_OF[grain]
    start = date(year, (number - 1) * months + 1, 1)
    return Period(start, add_months(start, months), grain)


def day_of(day: date) -> Period:
    """One day."""
    return Period(day, day + timedelta(days=1), "day")


def containing(grain: PeriodGrain, day: date) -> Period:
    """The day, ISO week (Monday first), month, quarter, half or year that `day` lies in."""
    if grain == "day":
        return day_of(day)
    if grain == "week":
        start = day - timedelta(days=day.weekday())
        return Period(start, start + timedelta(days=7), "week")
    months = MONTHS_OF[grain]
    start = date(day.year, (day.month - 1) // months * months + 1, 1)
    return Period(start, add_months(start, months), grain)


def complete_before(grain: PeriodGrain, day: date, count: int) -> Period:
    """The `count` complete units before the one that `day` lies in."""
    until = containing(grain, day).since
    assert until is not None  # noqa: S101 - a containing period always has a start
    if grain == "day":
        since = until - timedelta(days=count)
    elif grain == "week":
        since = until - timedelta(weeks=count)
    else:
        since = add_months(until, -MONTHS_OF[grain] * count)
    return Period(since, until, grain if count == 1 else "range")


def add_months(first: date, months: int) -> date:
    """The first of a month, `months` later or earlier."""
    index = first.year * 12 + first.month - 1 + months
    return date(index // 12, index % 12 + 1, 1)
