"""What a metric's own condition fixes: the values that a column must have for a row to count."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import lru_cache
from types import MappingProxyType

from sqlglot import exp

from verity.exceptions import VerityError
from verity.semantic.sql_reader import read_expression


@lru_cache(maxsize=1_000)
def pinned_values(condition: str) -> Mapping[str, frozenset[str]]:
    """For each column that the condition holds to named values, those values as text.

    Only what every row must meet is read: `status = 'paid' AND kind IN ('a', 'b')`; anything else pins nothing, nor
    does a condition that does not parse. Names are as written, joins in front: `order.status`.
    """
    try:
        tree = read_expression(condition)
    except VerityError:
        return MappingProxyType({})
    found: dict[str, frozenset[str]] = {}
    for column, values in _pins(tree):
        found[column] = found[column] & values if column in found else values
    return MappingProxyType(found)


def _pins(node: exp.Expr) -> Iterator[tuple[str, frozenset[str]]]:
    if isinstance(node, exp.Paren):
        yield from _pins(node.this)
    elif isinstance(node, exp.And):
        yield from _pins(node.this)
        yield from _pins(node.expression)
    elif isinstance(node, exp.EQ):
        sides = (node.this, node.expression)
        for one, other in (sides, sides[::-1]):
            if isinstance(one, exp.Column) and isinstance(other, exp.Literal):
                yield _name(one), frozenset({other.name})
    elif isinstance(node, exp.In) and isinstance(node.this, exp.Column) and _are_literals(node.expressions):
        yield _name(node.this), frozenset(value.name for value in node.expressions)


def _are_literals(values: list[exp.Expr]) -> bool:
    return bool(values) and all(isinstance(value, exp.Literal) for value in values)


def _name(column: exp.Column) -> str:
    return ".".join(part.name for part in column.parts)
