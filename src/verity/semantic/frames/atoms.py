"""The aggregates inside a leaf's value, for adding it up over periods: sums and counts add, least and most compare.

What counts distinct values, or takes a middle or a spread, cannot be made of its values in parts.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from sqlglot import exp

from verity.semantic import types
from verity.semantic.fragments import CODE_POINT

_AGAIN: dict[type[exp.Expr], type[exp.Expr]] = {
    exp.Sum: exp.Sum, exp.Count: exp.Sum, exp.Min: exp.Min, exp.Max: exp.Max,
    exp.LogicalAnd: exp.LogicalAnd, exp.LogicalOr: exp.LogicalOr,
}  # fmt: skip
"""How each aggregate of parts is made of the aggregates of the parts."""

Take = Callable[[exp.Expr], exp.Expr]
"""What is done to an aggregate of an atom's column: nothing, or a window around it."""


@dataclass(frozen=True, slots=True)
class Atom:
    """One aggregate of a leaf, and the column of the parts that holds it."""

    node: exp.Expr
    call: exp.Expr

    def again(self, column: exp.Expr, take: Take) -> exp.Expr:
        """The aggregate over the parts, in the type that the aggregate over the rows has."""
        kind = type(self.call)
        if kind in (exp.Min, exp.Max) and isinstance(self.call.this, exp.Collate):
            column = exp.Collate(this=column, expression=exp.Identifier(this=CODE_POINT, quoted=True))
        made = take(_AGAIN[kind](this=column))
        return types.cast(made, "bigint") if kind is exp.Count else made

    def merged(self, column: exp.Expr) -> exp.Expr:
        """The one value among NULLs."""
        kind = type(self.call)
        return (kind if kind in (exp.LogicalAnd, exp.LogicalOr) else exp.Max)(this=column)


def atoms_of(value: exp.Expr) -> list[Atom] | None:
    """The aggregates in a value, in order; None where one of them cannot be made of parts."""
    found: list[Atom] = []
    for call in value.find_all(exp.AggFunc):
        if type(call) not in _AGAIN or isinstance(call.this, exp.Distinct) or call.expressions:
            return None
        found.append(Atom(call.parent if isinstance(call.parent, exp.Filter) else call, call))
    if not found or any(isinstance(node, exp.Window) for node in value.walk()):
        return None
    return found


def rebuilt(value: exp.Expr, atoms: list[Atom], columns: list[exp.Expr]) -> exp.Expr:
    """The value with its aggregates replaced; the value itself is used up."""
    for atom, column in zip(atoms, columns, strict=True):
        if atom.node is value:
            return column
        atom.node.replace(column)
    return value
