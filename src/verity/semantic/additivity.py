"""By what a metric may be summed, and why not by the rest: what it is made of decides.

Totals never go by this (they are read from their own rows); it says what rollups may keep, what a chart may stack, and
what a question may add up.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from sqlglot import exp

from verity.semantic.metrics import Keep, Metric, Reach, step_of
from verity.semantic.model import Model

Over = Literal["all", "not_time", "none"]
_ADDED = (exp.Sum, exp.Count)
_LINEAR = (exp.Add, exp.Sub, exp.Neg, exp.Paren, exp.Cast)


@dataclass(frozen=True, slots=True)
class Additivity:
    """Over which dimensions a metric's values may be summed: `all`, all but time (`not_time`), or `none`; and why."""

    over: Over
    reason: str = ""


ALL = Additivity("all")


def additivity_of(model: Model, metric: Metric) -> Additivity:
    """The additivity of a metric of the model."""
    if metric.source is not None:
        return Additivity("none", "it counts each entity once, which may act in several groups")
    if metric.value is not None:
        return _of_value(metric)
    if metric.rank is not None:
        return Additivity("none", "places do not add up")
    return _of_formula(model, metric)


def _of_value(metric: Metric) -> Additivity:
    node = metric.value.node if metric.value is not None else exp.Null()
    found = _linear(node, _of_aggregate)
    if metric.instant is None or found.over == "none":
        return found
    if metric.instant.take in ("min", "max"):
        return Additivity("none", "a least or most over time does not add up")
    return Additivity("not_time", "it is a state at one instant of each period")


def _of_aggregate(node: exp.Expr) -> Additivity | None:
    """What a piece of a value is; None where it is no aggregate."""
    call = node.this if isinstance(node, exp.Filter) else node
    if not isinstance(call, exp.AggFunc):
        return None
    if isinstance(call.this, exp.Distinct) or isinstance(call, exp.ApproxDistinct):
        return Additivity("none", "it counts distinct values, and one may lie in several groups")
    if isinstance(call, _ADDED):
        return ALL
    if isinstance(call, exp.Min | exp.Max):
        return Additivity("none", "a least or most does not add up")
    return Additivity("none", f"{call.sql_name()} does not add up")


def _of_formula(model: Model, metric: Metric) -> Additivity:
    def of_part(node: exp.Expr) -> Additivity | None:
        step = step_of(node) if isinstance(node, exp.Column) else None
        if step is None:
            return None
        part = additivity_of(model, model.metric(node.name))
        taken = metric.steps[step - 1] if step else None
        if isinstance(taken, Keep):
            return Additivity("none", "it is the value of a whole, the same in every part")
        if isinstance(taken, Reach) and part.over == "all":
            return Additivity("not_time", "its periods reach over one another")
        return part

    return _linear(metric.formula or exp.Null(), of_part)


def _linear(node: exp.Expr, of_piece: Callable[[exp.Expr], Additivity | None]) -> Additivity:
    """The additivity of sums, differences and multiples of pieces; of anything else none."""
    found = of_piece(node)
    if found is not None:
        return found
    if isinstance(node, _LINEAR):
        parts = [_linear(child, of_piece) for child in node.iter_expressions() if not isinstance(child, exp.DataType)]
        order: tuple[Over, ...] = ("none", "not_time", "all")
        return min(parts, key=lambda part: order.index(part.over), default=ALL)
    sides = [node.this, node.expression] if isinstance(node, exp.Mul | exp.Div) else []
    if len(sides) == 2 and isinstance(sides[1], exp.Literal):
        return _linear(sides[0], of_piece)
    if isinstance(node, exp.Mul) and isinstance(sides[0], exp.Literal):
        return _linear(sides[1], of_piece)
    if isinstance(node, exp.Div):
        return Additivity("none", "it is a ratio: its parts add up, it does not")
    return Additivity("none", "it is computed from what adds up, and does not itself")
