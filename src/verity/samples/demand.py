"""How many sales a branch makes on a day: size, growth, season, weekday, payday, opening and the revenue drop.

Only +, * and / of doubles are used, which every platform rounds alike: no exp, no pow.
"""

from __future__ import annotations

from datetime import date, timedelta

import numpy as np

from verity.samples.period import date_of, day_number
from verity.samples.places import BRANCHES
from verity.samples.streams import Floats, Ints, Stream

SALES_OF_AN_AVERAGE_BRANCH = 7.85
"""Sales a day of a branch of weight 1 at the start, at scale 1; gives about 250,000 in all."""

DROP_REGION = "Central Visayas"
DROP_SINCE, DROP_UNTIL = date(2024, 9, 1), date(2024, 10, 1)
DROP_FACTOR = 0.6

BULK_CATEGORY = "Beverages"
BULK_SINCE, BULK_UNTIL = date(2025, 5, 12), date(2025, 5, 19)

_BY_MONTH = (0.86, 0.88, 0.96, 1.0, 1.04, 1.02, 0.95, 0.94, 0.96, 1.0, 1.16, 1.55)
_BY_WEEKDAY = (0.86, 0.86, 0.90, 0.95, 1.12, 1.28, 1.20)
_YEARLY_GROWTH = 0.10
_OPENING_DAYS = 180


def arrivals(stream: Stream, days: range, scale: int) -> Ints:
    """Sales of each branch on each of `days`: shape (branches, days)."""
    expected = expected_sales(days) * scale
    size = expected.size
    noise = 0.85 + 0.30 * stream.uniform(size).reshape(expected.shape)
    return (expected * noise + stream.uniform(size).reshape(expected.shape)).astype(np.int64)


def expected_sales(days: range) -> Floats:
    """Mean sales at scale 1 of each branch on each of `days`: shape (branches, days)."""
    by_day = np.array([_day_factor(date_of(day)) * (1 + _YEARLY_GROWTH * day / 365) for day in days])
    by_branch = np.array([branch.weight for branch in BRANCHES]) * SALES_OF_AN_AVERAGE_BRANCH
    expected: Floats = by_branch[:, None] * by_day[None, :] * _opening(days) * _drop(days)
    return expected


def is_payday(day: date) -> bool:
    """The 15th and the 30th; in February its last day."""
    last_of_february = day.month == 2 and (day + timedelta(days=1)).month == 3
    return day.day in (15, 30) or last_of_february


def is_promotion(day: date) -> bool:
    """Paydays, and December until Christmas Eve."""
    return is_payday(day) or (day.month == 12 and day.day <= 24)


def _day_factor(day: date) -> float:
    payday = 1.3 if is_payday(day) else 1.15 if is_payday(day - timedelta(days=1)) else 1.0
    return _BY_MONTH[day.month - 1] * _BY_WEEKDAY[day.weekday()] * payday


def _opening(days: range) -> Floats:
    """0 before a branch opens, then from a half to 1 over its first half year."""
    age = np.array(days)[None, :] - np.array([day_number(branch.opened_on) for branch in BRANCHES])[:, None]
    ramp: Floats = np.minimum(1.0, 0.5 + 0.5 * age / _OPENING_DAYS)
    return np.where(age < 0, 0.0, ramp)


def _drop(days: range) -> Floats:
    at = np.array(days)
    in_time = (at >= day_number(DROP_SINCE)) & (at < day_number(DROP_UNTIL))
    in_region = np.array([branch.region == DROP_REGION for branch in BRANCHES])
    return np.where(in_region[:, None] & in_time[None, :], DROP_FACTOR, 1.0)
