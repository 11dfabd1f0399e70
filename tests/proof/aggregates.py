"""Aggregates that print themselves as SQL and compute themselves in Python over the rows of a group.

A sum of DOUBLE is a sum of decimals with 6 digits, an average of DOUBLE keeps 12 (ADR 0004); ratios are DOUBLE.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal

from tests.proof.expressions import Cell, Expr, Read, operate


class Aggregate:
    """One value of a group of rows."""

    def sql(self) -> str:
        """As the dictionary writes it."""
        raise NotImplementedError

    def value(self, rows: Sequence[Read], condition: Expr | None = None) -> Cell:
        """Over these rows; `condition` is the metric's own filter, on every aggregate in it."""
        raise NotImplementedError

    def columns(self) -> Iterator[tuple[tuple[str, ...], str]]:
        """Every column that it reads."""
        raise NotImplementedError


@dataclass(frozen=True)
class Agg(Aggregate):
    """One call: COUNT (of None = *), SUM, AVG, MIN, MAX, BOOL_OR, BOOL_AND, MEDIAN."""

    name: str
    of: Expr | None = None
    distinct: bool = False
    where: Expr | None = None

    def sql(self) -> str:
        inner = "*" if self.of is None else ("DISTINCT " if self.distinct else "") + self.of.sql()
        return f"{self.name}({inner})" + (f" FILTER (WHERE {self.where.sql()})" if self.where else "")

    def value(self, rows: Sequence[Read], condition: Expr | None = None) -> Cell:
        conditions = [c for c in (condition, self.where) if c is not None]
        counted = [row for row in rows if all(c.value(row) is True for c in conditions)]
        if self.of is None:
            return len(counted)
        cells = [cell for row in counted if (cell := self.of.value(row)) is not None]
        return aggregate(self.name, list(dict.fromkeys(cells)) if self.distinct else cells)

    def columns(self) -> Iterator[tuple[tuple[str, ...], str]]:
        for part in (self.of, self.where):
            if part is not None:
                yield from part.columns()


@dataclass(frozen=True)
class AggOp(Aggregate):
    """Arithmetic between two aggregates."""

    op: str
    left: Aggregate
    right: Aggregate

    def sql(self) -> str:
        return f"({self.left.sql()} {self.op} {self.right.sql()})"

    def value(self, rows: Sequence[Read], condition: Expr | None = None) -> Cell:
        return operate(self.op, self.left.value(rows, condition), self.right.value(rows, condition))

    def columns(self) -> Iterator[tuple[tuple[str, ...], str]]:
        yield from self.left.columns()
        yield from self.right.columns()


def aggregate(name: str, cells: list[Cell]) -> Cell:
    """An aggregate over cells, none of them NULL."""
    if name == "COUNT":
        return len(cells)
    if not cells:
        return None
    if name in ("MIN", "MAX"):
        return (min if name == "MIN" else max)(cells)
    if name in ("BOOL_OR", "BOOL_AND"):
        return any(cells) if name == "BOOL_OR" else all(cells)
    if name == "MEDIAN":
        return percentile([float(cell) for cell in cells], 0.5)
    total = sum((exact(cell, 6 if name == "SUM" else 12) for cell in cells), Decimal(0))
    return total if name == "SUM" else float(total) / float(len(cells))


def exact(cell: Cell, digits: int) -> Decimal:
    """A number as it is summed: floating ones as decimals of so many digits."""
    if isinstance(cell, float):
        return Decimal(repr(cell)).quantize(Decimal(1).scaleb(-digits), rounding=ROUND_HALF_UP)
    return Decimal(cell)


def percentile(cells: list[float], share: float) -> float:
    """The continuous percentile: between the two neighbours, in proportion."""
    ordered = sorted(cells)
    place = share * (len(ordered) - 1)
    low = int(place)
    high = min(low + 1, len(ordered) - 1)
    return ordered[low] + (ordered[high] - ordered[low]) * (place - low)
