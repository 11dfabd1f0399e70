"""Whether a moment begins a period, so that a range cut there cuts no period in two."""

from __future__ import annotations

from datetime import UTC, date, datetime, time

from sqlglot import exp

from verity.contracts.metric import Grain
from verity.semantic.work import Value


def is_aligned(value: Value, grain: Grain) -> bool:
    """True where `value` (a date, a time, or ISO text of an instant) is the first moment of a period, in UTC."""
    moment = _moment(value)
    if moment is None:
        return False
    finer = (moment.microsecond, moment.second, moment.minute, moment.hour)
    depth = {"second": 1, "minute": 2, "hour": 3}.get(grain, 4)
    if any(finer[:depth]):
        return False
    if grain in ("second", "minute", "hour", "day"):
        return True
    if grain in ("month", "quarter", "year"):
        step = {"month": 1, "quarter": 3, "year": 12}[grain]
        return moment.day == 1 and (moment.month - 1) % step == 0
    return False  # weeks and fiscal periods begin where the dictionary says; a range of them is read raw


def cut_in_utc(node: exp.Expr) -> bool:
    """True where the start of a period is computed without a time zone, or in UTC: its bounds are the calendar's."""
    utc = exp.Literal.string("UTC")
    return all(zoned.args["zone"] == utc for zoned in node.find_all(exp.AtTimeZone))


def _moment(value: Value) -> datetime | None:
    if isinstance(value, str):
        try:
            value = datetime.fromisoformat(value)
        except ValueError:
            return None
    if isinstance(value, datetime):
        return value.astimezone(UTC).replace(tzinfo=None) if value.tzinfo else value
    return datetime.combine(value, time(0)) if isinstance(value, date) else None
