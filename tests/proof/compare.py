"""Whether an engine's rows are the expected ones: exact for integers, decimals, text and times; doubles to 1e-9."""

from __future__ import annotations

import math
from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from tests.proof.oracle_compare import naive

TOLERANCE = 1e-9


def same_rows(expected: Sequence[tuple[Any, ...]], got: Sequence[tuple[Any, ...]]) -> bool:
    """Row for row, in order."""
    return len(expected) == len(got) and all(same_row(*pair) for pair in zip(expected, got, strict=True))


def same_row(expected: tuple[Any, ...], got: tuple[Any, ...]) -> bool:
    """Cell for cell."""
    return len(expected) == len(got) and all(same(*pair) for pair in zip(expected, got, strict=True))


def same(expected: Any, got: Any) -> bool:
    """Whether two cells are one."""
    if expected is None or got is None:
        return expected is got
    if isinstance(expected, bool) or isinstance(got, bool):
        return expected is got
    if isinstance(expected, date) and isinstance(got, date):
        return naive(expected) == naive(got)
    if isinstance(expected, float) or isinstance(got, float):
        return math.isclose(float(expected), float(got), rel_tol=TOLERANCE, abs_tol=TOLERANCE)
    if isinstance(expected, int | Decimal) and isinstance(got, int | Decimal):
        return Decimal(expected) == Decimal(got)
    return type(expected) is type(got) and bool(expected == got)
