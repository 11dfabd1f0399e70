"""The start of the period that a time lies in. Dates from a day upwards, times below."""

from __future__ import annotations

from datetime import date, timedelta

from tests.proof.oracle_compare import naive

FINE = ("second", "minute", "hour")


def start(moment: date | None, grain: str) -> date | None:
    """The period's first day, or its first instant below a day."""
    if moment is None:
        return None
    at = naive(moment)
    if grain in FINE:
        at = at.replace(microsecond=0)
        return (
            at if grain == "second" else at.replace(second=0) if grain == "minute" else at.replace(second=0, minute=0)
        )
    day = at.date()
    if grain == "day":
        return day
    if grain == "week":
        return day - timedelta(days=day.weekday())
    month = {"month": day.month, "quarter": (day.month - 1) // 3 * 3 + 1, "year": 1}[grain]
    return date(day.year, month, 1)
