"""A dimension over a weighted bridge splits sums: each row falls to its groups by the shares that the bridge gives.

A row that the bridge does not name falls whole into the NULL group; a share that is NULL is none. Only sums are split:
a count, an average or a largest value of a part of a row means nothing.
"""

from __future__ import annotations

from sqlglot import exp

from verity.exceptions import NotAllocatable
from verity.semantic import types
from verity.semantic.expressions import quoted
from verity.semantic.join_graph import Path
from verity.semantic.joins import Tables
from verity.semantic.metrics import Metric
from verity.semantic.work import Scan, Work

SHARE_DIGITS = 9
"""Decimal digits of a share."""
_SHARE = types.decimal(SHARE_DIGITS, 18)


def weighted_bridge(work: Work, scan: Scan) -> Path | None:
    """The path to the weighted bridge that the dimensions go over, or None. Raises `NotAllocatable`."""
    graph = work.model.graph
    for asked, place in zip(work.dimensions, scan.dimensions, strict=True):
        index = graph.weighted(scan.root, place.path)
        if index is None:
            continue
        for metric in scan.metrics:
            _require_sums(metric, asked.member)
        if index != graph.first_to_many(scan.root, place.path):
            raise NotAllocatable(
                f"'{scan.metrics[0].member}' by '{asked.member}' goes to many rows before the bridge that splits them",
                remedy="Ask for a metric of the table that declares the weighted join, or of one that reaches it.",
            )
        return place.path[: index + 1]
    return None


def share(work: Work, scan: Scan, tables: Tables, bridge: Path) -> exp.Expr:
    """The share of one row that falls to a group, as an aggregate over the bridge's rows."""
    binder = work.model.binder
    *_, hop = work.model.graph.walk(scan.root, bridge)
    weight = binder.column(scan.root, bridge, hop.weight or "")
    key = binder.column(scan.root, bridge, hop.pairs[0][1])
    tables.need(weight.paths | key.paths)
    zero, one = exp.Literal.number(0), exp.Literal.number(1)
    given = exp.Coalesce(this=types.cast(weight.node.copy(), _SHARE, weight.type), expressions=[zero])
    absent = exp.Is(this=key.node.copy(), expression=exp.Null())
    part = exp.Case(ifs=[exp.If(this=absent, true=types.cast(one, _SHARE))], default=given)
    return types.cast(exp.Sum(this=part), _SHARE)


def allocate(metric: Metric, value: exp.Expr, column: str, table: str) -> exp.Expr:
    """The value of a metric with every sum multiplied by the share."""
    for total in list(value.find_all(exp.Sum)):
        factor: exp.Expr = quoted(column, table)
        if metric.entry.approximate:
            factor = types.cast(factor, "double")
        total.set("this", exp.Mul(this=exp.Paren(this=total.this), expression=factor))
    return value if types.family(metric.type) == "double" else types.cast(value, metric.type or "double")


def _require_sums(metric: Metric, dimension: str) -> None:
    assert metric.value is not None  # noqa: S101 - leaves of a de-duplicated scan are aggregates
    found = [node for node in metric.value.node.walk() if isinstance(node, exp.AggFunc)]
    if any(type(node) is not exp.Sum or isinstance(node.this, exp.Distinct) for node in found):
        raise NotAllocatable(
            f"'{metric.member}' is no sum, and '{dimension}' splits sums by the weights of its bridge",
            remedy="Ask over a join without `weight`, where each row counts once in every group that it belongs to.",
        )
    if types.family(metric.type) != "double" and types.scale(metric.type) == 0:
        raise NotAllocatable(
            f"'{metric.member}' is a whole number, and '{dimension}' splits it by the weights of its bridge",
            remedy="Give it decimals where it is defined: SUM(quantity * 1.00).",
        )
