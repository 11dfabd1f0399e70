"""A 4-4-5 calendar with a year of 53 weeks, without some days, that begins in the midst of a year; plain Python."""

from __future__ import annotations

import random
from collections.abc import Sequence
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

COLUMNS = {"d": "date", "fw": "date", "fm": "date", "fq": "date", "fy": "date"}
PERIODS = {"day": "d", "fiscal_week": "fw", "fiscal_month": "fm", "fiscal_quarter": "fq", "fiscal_year": "fy"}
GRAINS = tuple(PERIODS)
LACKING = {date(2023, 5, 10), date(2024, 3, 31), date(2024, 6, 3)}
BEGINS = date(2022, 11, 9)
Row = dict[str, Any]


def days_of_calendar() -> list[tuple[date, ...]]:
    """Years from 2022-01-31 of 52, 52, 53 and 52 weeks, kept from `BEGINS` on without the days of `LACKING`."""
    rows: list[tuple[date, ...]] = []
    start = date(2022, 1, 31)
    for weeks in (52, 52, 53, 52):
        lengths = [4, 4, 5, 4, 4, 5, 4, 4, 5, 4, 4, 5 + weeks - 52]
        month = start
        for number, length in enumerate(lengths):
            quarter = start + timedelta(weeks=13 * (number // 3))
            for i in range(7 * length):
                day = month + timedelta(days=i)
                rows.append((day, month + timedelta(weeks=i // 7), month, quarter, start))
            month += timedelta(weeks=length)
        start += timedelta(weeks=weeks)
    return [row for row in rows if row[0] >= BEGINS and row[0] not in LACKING]


CALENDAR = days_of_calendar()
BY_DAY = {row[0]: row for row in CALENDAR}


def period(day: date | None, grain: str) -> date | None:
    """The period of a day; None outside the calendar."""
    if grain == "day":
        return day
    row = BY_DAY.get(day) if day is not None else None
    return None if row is None else row[GRAINS.index(grain)]


def days_in(start: date, grain: str) -> list[date]:
    """The calendar's days of a period."""
    return [row[0] for row in CALENDAR if row[GRAINS.index(grain)] == start]


def earlier(start: date, grain: str, count: int, span: str) -> date | None:
    """The period at the same place of the longer one, `count` of those before."""
    wholes = sorted({row[GRAINS.index(span)] for row in CALENDAR if row[GRAINS.index(span)] >= BEGINS})
    whole = next((row[GRAINS.index(span)] for row in CALENDAR if row[GRAINS.index(grain)] == start), None)
    if whole not in wholes or wholes.index(whole) < count:
        return None
    before = wholes[wholes.index(whole) - count]
    inside = [sorted({r[GRAINS.index(grain)] for r in CALENDAR if r[GRAINS.index(span)] == w}) for w in (whole, before)]
    place = inside[0].index(start)
    return inside[1][place] if place < len(inside[1]) else None


def rows_of(seed: int, count: int = 500) -> list[Row]:
    """Sales with days before, in and after the calendar, and without one."""
    chance = random.Random(seed)  # noqa: S311 - not for secrets
    return [
        {
            "day": None if chance.random() < 0.05 else date(2022, 9, 1) + timedelta(days=chance.randrange(1_300)),
            "region": chance.choice(["A", "B", None]),
            "customer": chance.randrange(12),
            "amount": Decimal(chance.randrange(-500, 5_000)) / 100,
        }
        for _ in range(count)
    ]


def in_range(day: date | None, since: date | None, until: date | None) -> bool:
    """Whether a range holds the day."""
    if since is None and until is None:
        return True
    return day is not None and (since is None or day >= since) and (until is None or day < until)


def earlier_rows(
    rows: Sequence[Row], start: date, grain: str, count: int, span: str, since: date | None, until: date | None
) -> list[Row]:
    """The rows that a period is compared with: those of the earlier one, cut where the range cuts this one."""
    then = earlier(start, grain, count, span)
    if then is None:
        return []
    now_days, then_days = ([start], [then]) if grain == "day" else (days_in(start, grain), days_in(then, grain))
    kept = {d for i, d in enumerate(then_days) if in_range(now_days[min(i, len(now_days) - 1)], since, until)}
    return [row for row in rows if row["day"] in kept]
