"""What conversion and retention share: rows of a base event, whom they belong to, and a later event of the same one."""

from __future__ import annotations

from dataclasses import dataclass

from sqlglot import exp

from verity.contracts.metric import Span
from verity.exceptions import ExpressionInvalid
from verity.semantic.expressions import Bound
from verity.semantic.kinds.definition import Definition
from verity.semantic.metrics import Metric, Source


@dataclass(frozen=True, slots=True)
class Sequence(Source):
    """Rows of `base`, of which only the first of each entity count (`first`), or those with a later event (`followed`).

    `base` and `event` are members; `own` and `theirs` name the entity in either table. The later event lies within the
    span after the row, or in the calendar period exactly that much later where only first rows count.
    """

    base: str
    event: str
    own: str
    theirs: str
    span: Span
    first: bool = False
    followed: bool = True


def counted_rows(metric: Metric) -> Bound | None:
    """The condition of the rows that a metric counts, at its table; None: all. Raises `ExpressionInvalid`."""
    value = metric.value
    call = value.node.this if value is not None and isinstance(value.node, exp.Filter) else value and value.node
    if value is None or not isinstance(call, exp.Count) or metric.instant is not None:
        raise ExpressionInvalid(
            f"it is made of '{metric.member}', which counts no rows",
            remedy="Name a metric like COUNT(*) with a filter.",
        )
    conditions = [value.node.expression.this.copy()] if isinstance(value.node, exp.Filter) else []
    counted = call.this.expressions[0] if isinstance(call.this, exp.Distinct) else call.this
    if not isinstance(counted, exp.Star):
        conditions.append(exp.Not(this=exp.Is(this=counted.copy(), expression=exp.Null())))
    if not conditions:
        return None
    node = (
        conditions[0] if len(conditions) == 1 else exp.And(this=exp.Paren(this=conditions[0]), expression=conditions[1])
    )
    return Bound(node, "boolean", value.paths)


def base_of(of: Definition) -> Metric:
    """The metric whose rows come first. Raises `ExpressionInvalid` where it is of another table."""
    base = of.part(of.entry.base or "")
    if base.table != of.table:
        raise ExpressionInvalid(
            f"its base '{base.member}' is of another table", remedy=f"Define it in the metrics of '{base.table}'."
        )
    counted_rows(base)
    if of.entry.entity_of("base") is None or of.entry.entity_of("event") is None:
        raise ExpressionInvalid("it does not say whose events they are", remedy="Give `entity`, in both tables.")
    of.binder.behind(base.table, of.entry.entity_of("base") or "")
    _require_time(of, base)
    return base


def event_of(of: Definition) -> Metric:
    """The metric whose rows come later."""
    event = of.part(of.entry.event or "")
    counted_rows(event)
    of.binder.behind(event.table, of.entry.entity_of("event") or "")
    _require_time(of, event)
    return event


def _require_time(of: Definition, metric: Metric) -> None:
    if metric.entry.time_column is None and of.catalog.usable_tables[metric.table].time_column is None:
        raise ExpressionInvalid(
            f"'{metric.member}' has no time column", remedy=f"Declare time_column on '{metric.table}'."
        )
