"""Counts and sums of a table, column by column, on any engine: two tables with the same ones hold the same numbers.

Whole numbers and decimals are summed exactly, doubles as the engine sums them (compared to 1e-9 of their size); dates
and times give their ends, texts the sum of their lengths and their ends.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from datetime import UTC, date, datetime
from decimal import Decimal

from verity.contracts.dataset import PhysicalColumn
from verity.warehouse.sql_names import quoted

Run = Callable[[str], Sequence[Sequence[object]]]
"""Runs a query and returns its rows."""
Totals = dict[str, tuple[object, ...]]
"""Figures by column; `''` holds the row count."""
_NEAR = 1e-9


def table_totals(run: Run, dialect: str, table: Sequence[str], columns: Sequence[PhysicalColumn]) -> Totals:
    """The figures of a table, `table` being its name in parts as that engine has it."""
    parts: list[str] = []
    widths: list[tuple[str, int]] = []
    for column in columns:
        own = _figures(_named(dialect, column.name), column.type, dialect)
        widths.append((column.name, len(own)))
        parts += own
    names = ", ".join(f"{part} as f{i}" for i, part in enumerate(["count(*)", *parts]))
    row = list(run(f"select {names} from {_named(dialect, *table)}")[0])  # noqa: S608  # names are quoted
    found: Totals = {"": (_plain(row[0]),)}
    place = 1
    for name, width in widths:
        found[name] = tuple(_plain(value) for value in row[place : place + width])
        place += width
    return found


def first_difference(ours: Totals, theirs: Totals) -> tuple[str, str, str] | None:
    """The first column whose figures differ, with both; the column is '' for the row count."""
    for name, figures in ours.items():
        other = theirs.get(name, ())
        if len(figures) != len(other) or not all(map(_same, figures, other)):
            return name, _shown(figures), _shown(other)
    return None


def _figures(name: str, logical: str, dialect: str) -> list[str]:
    whole, length = _WHOLE.get(dialect, "decimal(38,0)"), _LENGTH.get(dialect, "length")
    counted = f"count({name})"
    if logical == "boolean":
        return [counted, f"sum(case when {name} then 1 else 0 end)"]
    if logical == "bigint":
        return [counted, f"sum(cast({name} as {whole}))", f"min({name})", f"max({name})"]
    if logical == "double" or logical.startswith("decimal"):
        return [counted, f"sum({name})", f"min({name})", f"max({name})"]
    if logical in ("date", "timestamp", "timestamptz"):
        return [counted, f"min({name})", f"max({name})"]
    if logical in ("text",):
        return [counted, f"sum({length}({name}))", f"count(distinct {name})"]
    return [counted]


_WHOLE = {"clickhouse": "Nullable(Decimal(38, 0))"}
_LENGTH = {"clickhouse": "lengthUTF8"}


def _named(dialect: str, *names: str) -> str:
    if dialect != "spark":
        return quoted(*names)
    return ".".join("`" + name.replace("`", "``") + "`" for name in names)


def _plain(value: object) -> object:
    if isinstance(value, datetime):
        return value.astimezone(UTC).replace(tzinfo=None) if value.tzinfo else value
    if isinstance(value, bool):
        return int(value)
    return value


def _same(one: object, other: object) -> bool:
    if isinstance(one, float) or isinstance(other, float):
        if not isinstance(one, int | float | Decimal) or not isinstance(other, int | float | Decimal):
            return _is_nothing(one) and _is_nothing(other)
        first, second = float(one), float(other)
        return math.isclose(first, second, rel_tol=_NEAR, abs_tol=_NEAR) or (math.isnan(first) and math.isnan(second))
    if isinstance(one, int | Decimal) and isinstance(other, int | Decimal):
        return Decimal(one) == Decimal(other)
    return one == other or (_is_nothing(one) and _is_nothing(other))


def _is_nothing(value: object) -> bool:
    """A sum of no values: NULL, or 0 on an engine that says so."""
    return value is None or (isinstance(value, int | float | Decimal) and not value)


def _shown(figures: tuple[object, ...]) -> str:
    return ", ".join("-" if f is None else f.isoformat() if isinstance(f, date) else str(f) for f in figures)
