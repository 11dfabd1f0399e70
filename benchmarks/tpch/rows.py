"""Are two results the same rows? Integers, decimals, dates and texts equal; doubles to 1e-9 of their size."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from datetime import date, datetime
from decimal import Decimal

Row = tuple[object, ...]
_CLOSE = 1e-9


def normal(value: object) -> object:
    """One form of a value, whatever a driver made of it: dates are dates, whole decimals compare with integers."""
    if isinstance(value, datetime) and value.time().isoformat() == "00:00:00":
        return value.date()
    return value


def sorted_rows(rows: Iterable[Sequence[object]]) -> list[Row]:
    """Rows in one order, dimensions first, NULLs last; floats never decide."""
    return sorted((tuple(map(normal, row)) for row in rows), key=lambda row: tuple(map(_key, row)))


def difference(
    found: Iterable[Sequence[object]],
    expected: Iterable[Sequence[object]],
    *,
    exact: bool = True,
    zero_for_nothing: bool = False,
) -> str:
    """What differs first, in words; empty where nothing does. `exact` False: decimals too compare to 1e-9.
    `zero_for_nothing`: a 0 is taken where NULL is expected."""
    left, right = sorted_rows(found), sorted_rows(expected)
    if len(left) != len(right):
        return f"{len(left)} rows, expected {len(right)}{_example(left, right)}"
    for mine, theirs in zip(left, right, strict=True):
        if len(mine) != len(theirs):
            return f"{len(mine)} columns, expected {len(theirs)}"
        if not all(
            same(a, b, exact=exact, zero_for_nothing=zero_for_nothing) for a, b in zip(mine, theirs, strict=True)
        ):
            wrong = sum(
                not all(same(a, b, exact=exact, zero_for_nothing=zero_for_nothing) for a, b in zip(m, t, strict=True))
                for m, t in zip(left, right, strict=True)
            )
            return f"{wrong} of {len(right)} rows differ, first {_text(mine)}, expected {_text(theirs)}"
    return ""


def same(found: object, expected: object, *, exact: bool = True, zero_for_nothing: bool = False) -> bool:
    """Two values as one. A DOUBLE on either side is compared to 1e-9; a DECIMAL must be equal where `exact`."""
    if found is None or expected is None:
        return found is expected or (zero_for_nothing and expected is None and found == 0)
    numbers = (int, float, Decimal)
    if isinstance(found, numbers) and isinstance(expected, numbers):
        if exact and not isinstance(found, float) and not isinstance(expected, float):
            return found == expected
        return math.isclose(float(found), float(expected), rel_tol=_CLOSE, abs_tol=_CLOSE)
    return found == expected


def _key(value: object) -> tuple[int, object]:
    if value is None:
        return (9, 0)
    if isinstance(value, (int, float, Decimal)):
        return (1, round(float(value), 6))
    return (2, value.isoformat()) if isinstance(value, date) else (3, str(value))


def _example(left: list[Row], right: list[Row]) -> str:
    known, wanted = {row[:1] for row in right}, {row[:1] for row in left}
    extra = [row for row in left if row[:1] not in known][:1]
    lost = [row for row in right if row[:1] not in wanted][:1]
    return "".join(f"; {word} {_text(rows[0])}" for word, rows in (("for example", extra), ("missing", lost)) if rows)


def _text(row: Row) -> str:
    return "(" + ", ".join(str(value) for value in row) + ")"
