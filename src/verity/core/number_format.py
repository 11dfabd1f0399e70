"""One cell of a result as people read it: thousands separated, decimals by type, units and percents by column.

One convention for both languages, `1,234,567.89`: it is that of the charts and of Spanish in Latin America, and a
number that looks the same on every screen is not misread.
"""

from __future__ import annotations

import re
from decimal import ROUND_HALF_EVEN, Context, Decimal, InvalidOperation
from typing import Final

from verity.contracts.question import Language
from verity.contracts.table import Cell, Column

_NOTHING: Final[dict[Language, str]] = {"en": "no value", "es": "sin valor"}
_TRUTH: Final[dict[Language, tuple[str, str]]] = {"en": ("no", "yes"), "es": ("no", "sí")}
_WIDE: Final = Context(prec=400, rounding=ROUND_HALF_EVEN)
"""Room for every digit of a decimal(38,s) and of the largest double."""
_CURRENCY: Final = re.compile(r"[A-Z]{3}")
"""ISO 4217: an average of money is shown to the cent, as its sums are."""
_PERCENT: Final = frozenset({"percent", "%", "ratio", "share"})


def format_cell(value: Cell, column: Column, language: Language, *, with_unit: bool = True) -> str:
    """The cell's text. A DOUBLE is shown with at most 4 decimals; the table itself keeps every digit."""
    if value is None:
        return _NOTHING[language]
    if isinstance(value, bool):
        return _TRUTH[language][value]
    number = _number(value, column)
    if number is None:
        return format_moment(str(value), column)
    if is_percent(column):
        return f"{_grouped(_rounded(_WIDE.multiply(number, Decimal(100)), 2))} %"
    places = _declared_places(column)
    text = _grouped(_rounded(number, 4) if places is None else _fixed(number, places))
    return f"{text} {column.shown_unit}" if column.shown_unit and with_unit else text


def is_percent(column: Column) -> bool:
    """Whether the column holds shares of one, to be shown as percents: by format or unit, or a growth column."""
    marks = {(column.format or "").lower(), (column.unit or "").lower()}
    return bool(marks & _PERCENT) or column.name.endswith("__growth")


def _number(value: Cell, column: Column) -> Decimal | None:
    if isinstance(value, int | float):
        return Decimal(str(value))
    if isinstance(value, str) and (column.type.startswith("decimal") or column.type in {"bigint", "double"}):
        try:
            return Decimal(value)
        except InvalidOperation:
            return None
    return None


def _declared_places(column: Column) -> int | None:
    """Decimals that the type declares, so that a column's figures stand below each other: `decimal(38,2)` shows two."""
    if column.type == "double" and _CURRENCY.fullmatch(column.unit or ""):
        return 2
    if column.type.startswith("decimal("):
        scale = column.type.rstrip(")").rpartition(",")[2].strip()
        if scale.isdigit() and int(scale) <= 2:
            return int(scale)
    return None


def _fixed(number: Decimal, places: int) -> Decimal:
    return _WIDE.quantize(number, Decimal(1).scaleb(-places)) if number.is_finite() else number


def _rounded(number: Decimal, places: int) -> Decimal:
    """At most that many decimals, without trailing zeros; a value smaller than they show keeps 4 digits."""
    if not number.is_finite():
        return number
    fixed = _fixed(number, places)
    if number and not fixed:
        fixed = _fixed(number, 3 - number.adjusted())
    return fixed.normalize(_WIDE) if fixed else Decimal(0)


def _grouped(number: Decimal) -> str:
    return f"{number:,f}" if number.is_finite() else str(number)


def format_moment(text: str, column: Column) -> str:
    """A date or time bucket at its grain: `2017-05` for a month, `2017` for a year; else as it is."""
    if column.type in {"date", "timestamp", "timestamptz"}:
        if column.grain == "year":
            return text[:4]
        if column.grain == "month":
            return text[:7]
        if column.grain == "quarter" and text[5:7].isdigit():
            return f"{text[:4]}-Q{(int(text[5:7]) + 2) // 3}"
        if column.grain in {"day", "week"}:
            return text[:10]
    return text
