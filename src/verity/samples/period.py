"""The three years that Scout covers. Days are counted from `FIRST_DAY`, months and weeks from the one it lies in."""

from __future__ import annotations

from datetime import date, timedelta

FIRST_DAY = date(2023, 1, 1)
TODAY = date(2025, 12, 31)
"""Scout's today: the last day with sales. Anything dated later is dirt."""
DAYS = (TODAY - FIRST_DAY).days + 1
MONTHS = 36
WEEKS = (DAYS + 5) // 7 + 1
"""Weeks start on Monday; week 0 holds the one Sunday 2023-01-01."""


def day_number(day: date) -> int:
    """Days since `FIRST_DAY`."""
    return (day - FIRST_DAY).days


def date_of(day: int) -> date:
    """The date of a day number."""
    return FIRST_DAY + timedelta(days=day)


def month_number(day: date) -> int:
    """Months since the month of `FIRST_DAY`."""
    return (day.year - FIRST_DAY.year) * 12 + day.month - 1


def month_start(month: int) -> date:
    """The first day of a month number; `month_start(MONTHS)` is the day after the last."""
    return date(FIRST_DAY.year + month // 12, month % 12 + 1, 1)


def week_number(day: int) -> int:
    """The Monday-based week of a day number."""
    return (day + 6) // 7
