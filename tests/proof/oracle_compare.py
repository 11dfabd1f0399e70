"""One comparison of a filter, by the words of `contracts/metric.py`: NULL, text, numbers, whole days.

`equals`, `in`, the inequalities and the `contains` family never match NULL; their `not_` forms keep NULL rows.
"""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

from tests.proof.expressions import Cell


def fits(cell: Cell, of: str, op: str, values: tuple[Cell, ...], zone: str | None = None) -> bool:
    """Whether a cell of a type passes. `zone` is the query's, whose wall clock bare dates and times mean."""
    if op == "is_null":
        return cell is None
    if op == "is_not_null":
        return cell is not None
    if op in ("not_equals", "not_in", "not_contains"):
        return cell is None or not fits(cell, of, op.removeprefix("not_"), values, zone)
    if op == "in":
        return any(fits(cell, of, "equals", (value,), zone) for value in values)
    if cell is None:
        return False
    if op in ("contains", "starts_with", "ends_with"):
        text = str(values[0])
        return {"contains": text in cell, "starts_with": cell.startswith(text), "ends_with": cell.endswith(text)}[op]
    kind = of.partition("(")[0]
    if kind in ("date", "timestamp", "timestamptz"):
        return _moment_fits(cell if kind == "date" else wall(cell, zone), kind, op, _moment(values[0]))
    return _compare(op, cell, _read(values[0], kind))


def _read(value: Cell, kind: str) -> Cell:
    if kind == "boolean":
        return value if isinstance(value, bool) else str(value).strip().lower() == "true"
    if kind in ("bigint", "decimal", "double"):
        return value if isinstance(value, int) else Decimal(str(value))
    if kind == "text" and isinstance(value, bool):
        return "true" if value else "false"
    return str(value)


def _compare(op: str, cell: Cell, value: Cell) -> bool:
    if isinstance(cell, float) and isinstance(value, Decimal):
        value = float(value)
    return {
        "equals": cell == value,
        "gt": cell > value,
        "gte": cell >= value,
        "lt": cell < value,
        "lte": cell <= value,
    }[op]


def _moment_fits(cell: Cell, kind: str, op: str, value: date) -> bool:
    """A bare date compared with a time of day means the whole day; a date column is its midnight."""
    if isinstance(value, datetime) or kind == "date":
        return _compare(op, naive(cell), naive(value))
    low = datetime.combine(value, time(0))
    high = low + timedelta(days=1)
    at = naive(cell)
    return {"equals": low <= at < high, "gt": at >= high, "gte": at >= low, "lt": at < low, "lte": at < high}[op]


def _moment(value: Cell) -> date:
    if isinstance(value, date):
        return value
    text = str(value).strip()
    return date.fromisoformat(text) if len(text) <= 10 else datetime.fromisoformat(text)


def wall(moment: date, zone: str | None) -> date:
    """A time on the clock of a zone; a time without one is UTC's, and a date has none."""
    if zone is None or not isinstance(moment, datetime):
        return moment
    return naive(moment).replace(tzinfo=UTC).astimezone(ZoneInfo(zone)).replace(tzinfo=None)


def naive(moment: date) -> datetime:
    """A date or time as a wall clock in UTC."""
    if not isinstance(moment, datetime):
        return datetime.combine(moment, time(0))
    return moment.astimezone(UTC).replace(tzinfo=None) if moment.tzinfo else moment
