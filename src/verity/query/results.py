"""Results as the plan types them, whatever an engine returned: JSON cells for tables, Arrow for exports.

Decimals are text of their declared scale, times are ISO 8601, doubles are rounded to 12 significant digits, so that
the same query over the same data is the same bytes on every engine and any number of threads.
"""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Sequence
from datetime import UTC, date, datetime, time
from decimal import ROUND_HALF_UP, Decimal, localcontext

import pyarrow as pa

from verity.contracts.table import Cell, Column, LogicalType, Table
from verity.semantic.types import family, precision, scale

DIGITS = 12
"""Significant digits of a double: a sum over threads repeats to about 15."""


def rows_of(table: pa.Table, columns: Sequence[Column]) -> tuple[tuple[Cell, ...], ...]:
    """The rows as JSON cells, each column by the type that the plan gave it."""
    values = [
        [None if value is None else write(value) for value in table.column(i).to_pylist()]
        for i, write in enumerate(map(_writer, columns))
    ]
    return tuple(zip(*values, strict=True)) if values else ()


def typed_table(table: pa.Table, columns: Sequence[Column]) -> pa.Table:
    """The rows as Arrow in the plan's types, with the plan's names."""
    arrays = [_array(table.column(i).to_pylist(), column.type) for i, column in enumerate(columns)]
    return pa.table(arrays, names=[column.name for column in columns])


def arrow_of(table: Table) -> pa.Table:
    """The rows of a result table as Arrow, in the types of its columns."""
    cells: list[list[object]] = [[row[i] for row in table.rows] for i in range(len(table.columns))]
    arrays = [_array(values, column.type) for values, column in zip(cells, table.columns, strict=True)]
    return pa.table(arrays, names=[column.name for column in table.columns])


def rounded(value: float) -> float | None:
    """A double to 12 significant digits; None for what JSON cannot say (NaN, infinity); never a negative zero."""
    if not math.isfinite(value):
        return None
    return float(f"{value:.{DIGITS}g}") + 0.0


def _writer(column: Column) -> Callable[[object], Cell]:
    kind = family(column.type)
    if kind == "decimal":
        places = scale(column.type)
        return lambda value: format(_exact(value, places), "f")
    return _WRITERS.get(kind, _text)


def _exact(value: object, places: int) -> Decimal:
    with localcontext() as context:
        context.prec = 80
        made = (value if isinstance(value, Decimal) else Decimal(str(value))).quantize(
            Decimal(1).scaleb(-places), rounding=ROUND_HALF_UP
        )
        return made + 0 if made else abs(made)


def _whole(value: object) -> int:
    return int(value) if isinstance(value, int | float | Decimal | str) else int(str(value))


def _double(value: object) -> float | None:
    return rounded(float(value) if isinstance(value, int | float | Decimal | str) else float(str(value)))


def _date(value: object) -> str:
    if isinstance(value, datetime):
        return value.date().isoformat()
    return value.isoformat() if isinstance(value, date) else str(value)


def _timestamp(value: object) -> str:
    if isinstance(value, datetime):
        return (value.astimezone(UTC).replace(tzinfo=None) if value.tzinfo else value).isoformat()
    return datetime.combine(value, time(0)).isoformat() if isinstance(value, date) else str(value)


def _instant(value: object) -> str:
    if isinstance(value, datetime):
        return (value.astimezone(UTC) if value.tzinfo else value.replace(tzinfo=UTC)).isoformat()
    return str(value)


def _text(value: object) -> str:
    if isinstance(value, bytes):
        return value.hex()
    return json.dumps(value, ensure_ascii=False, default=str) if isinstance(value, dict | list) else str(value)


_WRITERS: dict[str, Callable[[object], Cell]] = {
    "boolean": lambda value: bool(value),
    "bigint": _whole,
    "double": _double,
    "text": _text,
    "date": _date,
    "timestamp": _timestamp,
    "timestamptz": _instant,
}


def _array(values: list[object], type_: LogicalType) -> pa.Array:
    kind = family(type_)
    if kind == "decimal":
        places = scale(type_)
        exact = [None if v is None else _exact(v, places) for v in values]
        return pa.array(exact, type=pa.decimal128(precision(type_), places))
    if kind in ("date", "timestamp", "timestamptz"):
        return pa.array([None if v is None else _moment(v, kind) for v in values], type=_ARROW[kind])
    write = _WRITERS.get(kind, _text)
    return pa.array([None if v is None else write(v) for v in values], type=_ARROW.get(kind, pa.string()))


def _moment(value: object, kind: str) -> object:
    if kind == "date":
        return date.fromisoformat(_date(value))
    return datetime.fromisoformat(_timestamp(value) if kind == "timestamp" else _instant(value))


_ARROW: dict[str, pa.DataType] = {
    "boolean": pa.bool_(),
    "bigint": pa.int64(),
    "double": pa.float64(),
    "text": pa.string(),
    "date": pa.date32(),
    "timestamp": pa.timestamp("us"),
    "timestamptz": pa.timestamp("us", tz="UTC"),
}
