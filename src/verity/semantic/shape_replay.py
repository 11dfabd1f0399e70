"""Comparisons that were heard, read again with other values: what they bind, and what the SQL shows of them."""

from __future__ import annotations

from collections.abc import Hashable

from sqlglot import exp

from verity.semantic.conditions import Heard, comparison
from verity.semantic.shape_values import Values
from verity.semantic.work import Value

_COLUMN = exp.Column(this=exp.Identifier(this="compared"))
_PARAMETER = exp.Parameter(this=exp.Literal.number(0))


class Replayed:
    """Comparisons as they are read: the parameters that they bind, in order, and the form of the rest."""

    __slots__ = ("_bound", "_forms", "_slots", "parameters")

    def __init__(self) -> None:
        self.parameters: list[Value] = []
        self._slots: dict[tuple[str, Value], int] = {}
        self._bound: list[tuple[int, str]] = []
        self._forms: list[Hashable] = []

    @property
    def form(self) -> Hashable:
        """All that the SQL shows of the values."""
        return (tuple(self._bound), tuple(self._forms))

    def compare(self, spoken: Heard, values: Values) -> None:
        """Read one. Raises `FilterInvalid`, as it does where it is written."""
        made = comparison(
            _column, spoken.of, spoken.op, values, self._bind, spoken.member, spoken.zone, strict=spoken.strict
        )
        self._forms.append(_form_of(made))

    def _bind(self, value: Value, type_: str) -> exp.Expr:
        key = (f"{type_} {type(value).__name__}", value)
        slot = self._slots.get(key)
        if slot is None:
            self.parameters.append(value)
            slot = self._slots[key] = len(self.parameters)
        self._bound.append((slot, type_))
        return _PARAMETER


def _column() -> exp.Expr:
    return _COLUMN


def _form_of(node: object) -> Hashable:
    """A condition as nested tuples, its column and its parameters being alike."""
    if isinstance(node, exp.Expr):
        if node is _COLUMN or node is _PARAMETER:
            return node.key
        return (node.key, *[_form_of(part) for part in node.args.values()])
    if isinstance(node, list):
        return tuple([_form_of(part) for part in node])
    return node
