"""offset: another metric some periods earlier, or its change or growth since then."""

from __future__ import annotations

from sqlglot import exp

from verity.contracts.metric import read_span
from verity.exceptions import ExpressionInvalid
from verity.semantic import types
from verity.semantic.fragments import ratio
from verity.semantic.kinds.definition import Definition
from verity.semantic.metrics import Metric, Shift, reference
from verity.semantic.types import Type


def read_offset(of: Definition) -> Metric:
    """`metric`, `offset` (a span: 1 year) earlier; `show` value, delta or growth."""
    of.refuse("filter", "time_column")
    entry = of.entry
    part = of.part(entry.metric or "")
    made, type_ = shown(reference(part.member), reference(part.member, 1), part.type, entry.show or "value")
    step = Shift(read_span(entry.offset or ""))
    return Metric(of.table, of.name, entry, type_, formula=made, parts=(part.member,), steps=(step,))


def shown(now: exp.Expr, then: exp.Expr, of: Type, show: str) -> tuple[exp.Expr, Type]:
    """The earlier value, the change since then in the metric's type, or the growth in DOUBLE.

    Growth is NULL where there was nothing, or zero, before. Raises `ExpressionInvalid` for what is no number.
    """
    if show == "value":
        return then, of
    if types.family(of) not in types.NUMERIC:
        raise ExpressionInvalid(f"there is no {show} of what is {of}", remedy="Compare numbers.")
    change = exp.Sub(this=now, expression=then)
    if show == "delta":
        return types.cast(change, of or "double"), of
    return ratio(exp.Paren(this=change), then.copy()), "double"
