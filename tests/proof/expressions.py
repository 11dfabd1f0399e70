"""Expressions that print themselves as SQL and compute themselves in Python, so that the oracle parses nothing.

`value(read)` gives the cell of one row; `read(joins, column)` is how it sees columns. NULL is None, as in SQL.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

Cell = Any
Read = Callable[[tuple[str, ...], str], Cell]
Names = tuple[tuple[tuple[str, ...], str], ...]


class Expr:
    """One value of a row."""

    def sql(self) -> str:
        """As the dictionary writes it."""
        raise NotImplementedError

    def value(self, read: Read) -> Cell:
        """As one row has it."""
        raise NotImplementedError

    def parts(self) -> Sequence[Expr]:
        """The expressions inside."""
        return ()

    def columns(self) -> Iterator[tuple[tuple[str, ...], str]]:
        """Every column that it reads, with the joins that lead there."""
        for part in self.parts():
            yield from part.columns()


@dataclass(frozen=True)
class Col(Expr):
    """A column, own or behind joins."""

    name: str
    joins: tuple[str, ...] = ()

    def sql(self) -> str:
        return ".".join((*self.joins, self.name))

    def value(self, read: Read) -> Cell:
        return read(self.joins, self.name)

    def columns(self) -> Iterator[tuple[tuple[str, ...], str]]:
        yield self.joins, self.name


@dataclass(frozen=True)
class Lit(Expr):
    """A constant."""

    of: Cell

    def sql(self) -> str:
        return literal(self.of)

    def value(self, read: Read) -> Cell:
        return self.of


@dataclass(frozen=True)
class Op(Expr):
    """Two sides: + - * / = <> < <= > >= AND OR and ||."""

    op: str
    left: Expr
    right: Expr

    def sql(self) -> str:
        return f"({self.left.sql()} {self.op} {self.right.sql()})"

    def value(self, read: Read) -> Cell:
        return operate(self.op, self.left.value(read), self.right.value(read))

    def parts(self) -> Sequence[Expr]:
        return self.left, self.right


@dataclass(frozen=True)
class Not(Expr):
    """The contrary; NULL stays NULL."""

    of: Expr

    def sql(self) -> str:
        return f"NOT ({self.of.sql()})"

    def value(self, read: Read) -> Cell:
        found = self.of.value(read)
        return None if found is None else not found

    def parts(self) -> Sequence[Expr]:
        return (self.of,)


@dataclass(frozen=True)
class IsNull(Expr):
    """Whether there is none."""

    of: Expr

    def sql(self) -> str:
        return f"{self.of.sql()} IS NULL"

    def value(self, read: Read) -> Cell:
        return self.of.value(read) is None

    def parts(self) -> Sequence[Expr]:
        return (self.of,)


@dataclass(frozen=True)
class In(Expr):
    """One of several constants."""

    of: Expr
    among: tuple[Cell, ...]

    def sql(self) -> str:
        return f"{self.of.sql()} IN ({', '.join(literal(v) for v in self.among)})"

    def value(self, read: Read) -> Cell:
        found = self.of.value(read)
        return None if found is None else found in self.among

    def parts(self) -> Sequence[Expr]:
        return (self.of,)


@dataclass(frozen=True)
class Case(Expr):
    """CASE WHEN condition THEN one ELSE other END."""

    when: Expr
    then: Expr
    other: Expr | None = None

    def sql(self) -> str:
        tail = f" ELSE {self.other.sql()}" if self.other else ""
        return f"CASE WHEN {self.when.sql()} THEN {self.then.sql()}{tail} END"

    def value(self, read: Read) -> Cell:
        if self.when.value(read) is True:
            return self.then.value(read)
        return self.other.value(read) if self.other else None

    def parts(self) -> Sequence[Expr]:
        return tuple(p for p in (self.when, self.then, self.other) if p is not None)


@dataclass(frozen=True)
class Call(Expr):
    """COALESCE, NULLIF, ABS, GREATEST, LEAST, UPPER, LENGTH."""

    name: str
    of: tuple[Expr, ...]

    def sql(self) -> str:
        return f"{self.name}({', '.join(part.sql() for part in self.of)})"

    def value(self, read: Read) -> Cell:
        found = [part.value(read) for part in self.of]
        known = [v for v in found if v is not None]
        if self.name == "COALESCE":
            return known[0] if known else None
        if self.name in ("GREATEST", "LEAST"):
            return (max if self.name == "GREATEST" else min)(known) if known else None
        if self.name == "NULLIF":
            return None if None not in found and found[0] == found[1] else found[0]
        if found[0] is None:
            return None
        return {"ABS": abs, "UPPER": lambda t: t.upper(), "LENGTH": len}[self.name](found[0])

    def parts(self) -> Sequence[Expr]:
        return self.of


@dataclass(frozen=True)
class Extract(Expr):
    """A part of a date or time: year, month, day, hour; in UTC."""

    unit: str
    of: Expr

    def sql(self) -> str:
        return f"EXTRACT({self.unit} FROM {self.of.sql()})"

    def value(self, read: Read) -> Cell:
        found = self.of.value(read)
        return None if found is None else getattr(found, self.unit)

    def parts(self) -> Sequence[Expr]:
        return (self.of,)


def literal(value: Cell) -> str:
    """A constant as SQL."""
    if value is None:
        return "NULL"
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    if isinstance(value, datetime | date):
        return f"'{value.isoformat()}'"
    if isinstance(value, str):
        return "'" + value.replace("'", "''") + "'"
    return str(value)


def operate(op: str, left: Cell, right: Cell) -> Cell:
    """Two cells under an operator, NULL as SQL has it."""
    if op == "AND":
        return False if left is False or right is False else None if None in (left, right) else True
    if op == "OR":
        return True if left is True or right is True else None if None in (left, right) else False
    if left is None or right is None:
        return None
    if op == "/":
        return None if right == 0 else float(left) / float(right)
    if isinstance(left, float) != isinstance(right, float) and op in "+-*":
        left, right = float(left), float(right)
    return _OPERATIONS[op](left, right)


_OPERATIONS: dict[str, Callable[[Cell, Cell], Cell]] = {
    "+": lambda a, b: a + b,
    "-": lambda a, b: a - b,
    "*": lambda a, b: a * b,
    "=": lambda a, b: a == b,
    "<>": lambda a, b: a != b,
    "<": lambda a, b: a < b,
    "<=": lambda a, b: a <= b,
    ">": lambda a, b: a > b,
    ">=": lambda a, b: a >= b,
    "||": lambda a, b: a + b,
}
__all__ = ["Call", "Case", "Cell", "Col", "Decimal", "Expr", "Extract", "In", "IsNull", "Lit", "Not", "Op", "Read"]
