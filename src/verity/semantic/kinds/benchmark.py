"""benchmark: a metric over all rows, whatever rows the asker may see, in groups of enough rows.

A group tells its value only where every aggregate in it takes at least `min_group` values; the scan shows no other.
What this does not protect against is said in docs/reference/semantic/policies.md.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from sqlglot import exp

from verity.exceptions import ExpressionInvalid
from verity.semantic.fragments import all_of
from verity.semantic.metrics import Metric


def guarded(metric: Metric) -> Metric:
    """The metric, its value empty in groups that are too small. One that is no benchmark as it is."""
    benchmark = metric.entry.benchmark
    if benchmark is None:
        return metric
    if metric.value is None or metric.instant is not None or metric.own:
        raise ExpressionInvalid(
            f"a {metric.entry.type} metric cannot be a benchmark", remedy="Mark the metrics that it is made of."
        )
    if metric.entry.fill in ("zero", "previous"):
        raise ExpressionInvalid(
            f"its small groups would be filled with {metric.entry.fill}",
            remedy="Leave `fill` out, or say `fill: null`.",
        )
    enough = large_enough(metric)
    value = exp.Case(ifs=[exp.If(this=enough, true=metric.value.node)])
    return replace(metric, value=replace(metric.value, node=value))


def large_enough(metric: Metric) -> exp.Expr:
    """The condition that a group has enough rows for the metric to be told."""
    benchmark, value = metric.entry.benchmark, metric.value
    if benchmark is None or value is None:
        raise ExpressionInvalid("it is no benchmark", remedy="Add `benchmark`.")
    fewest = exp.Literal.number(benchmark.min_group)
    counts = dict.fromkeys(_counted(call) for call in _aggregates(value.node))
    return all_of([exp.GTE(this=count.copy(), expression=fewest.copy()) for count in counts])


def _aggregates(node: exp.Expr) -> Iterator[exp.Expr]:
    """Each aggregate, with its FILTER where it has one."""
    for call in node.find_all(exp.AggFunc):
        yield call.parent if isinstance(call.parent, exp.Filter) else call


def _counted(call: exp.Expr) -> exp.Expr:
    """How many values an aggregate takes: COUNT of its argument, under its own FILTER."""
    inner = call.this if isinstance(call, exp.Filter) else call
    argument = inner.this.expressions[0] if isinstance(inner.this, exp.Distinct) else inner.this
    count = exp.Count(this=argument.copy(), big_int=True)
    return exp.Filter(this=count, expression=call.expression.copy()) if isinstance(call, exp.Filter) else count
