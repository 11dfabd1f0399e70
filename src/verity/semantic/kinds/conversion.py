"""conversion: how many rows of a base event are followed by another event of the same entity within a span of time."""

from __future__ import annotations

from sqlglot import exp

from verity.contracts.metric import read_span
from verity.exceptions import ExpressionInvalid
from verity.semantic.expressions import Bound
from verity.semantic.fragments import ratio
from verity.semantic.kinds.definition import Definition
from verity.semantic.kinds.sequence import Sequence, base_of, event_of
from verity.semantic.metrics import Metric, reference

CONVERTED = "converted"


def read_conversion(of: Definition) -> Metric:
    """`base` rows with an `event` within `within`, as a share of all base rows (`rate`) or their number (`count`).

    A row of an entity that is NULL, or of no time, is a base row that is never followed.
    """
    of.refuse("filter", "time_column")
    base, event = base_of(of), event_of(of)
    if base.value is None or any(isinstance(node, exp.Distinct) for node in base.value.node.walk()):
        raise ExpressionInvalid(
            f"its base '{base.member}' counts something other than rows", remedy="Name a metric like COUNT(*)."
        )
    span = read_span(of.entry.within[0])
    if span.grain.startswith("fiscal_"):
        raise ExpressionInvalid("its 'within' counts fiscal periods", remedy="Count days, weeks or months.")
    own, theirs = of.entry.entity_of("base") or "", of.entry.entity_of("event") or ""
    entry = of.entry.model_copy(update={"time_column": base.entry.time_column})
    value = Bound(_every_row(base.value.node), "bigint", base.value.paths)
    source = Sequence(base.member, event.member, own, theirs, span)
    converted = Metric(of.table, f"{of.name}({CONVERTED})", entry, "bigint", value=value, source=source)
    return shown(of, converted, base)


def _every_row(count: exp.Expr) -> exp.Expr:
    """The base's count without its filter: the scan reads no other rows."""
    inner: exp.Expr = count.this if isinstance(count, exp.Filter) else count
    return inner


def shown(of: Definition, above: Metric, below: Metric) -> Metric:
    """One count as a share of another, or as it is: 0, not NULL, where there are rows and none of them fits."""
    zero = exp.Literal.number(0)
    count = exp.Coalesce(this=reference(above.member), expressions=[zero])
    own = tuple(part for part in (above, below) if "(" in part.name)
    parts = (above.member, below.member)
    if of.entry.show == "count":
        known = exp.Not(this=exp.Is(this=reference(below.member), expression=exp.Null()))
        formula: exp.Expr = exp.Case(ifs=[exp.If(this=known, true=count)])
        return Metric(of.table, of.name, of.entry, "bigint", formula=formula, parts=parts, own=own)
    return Metric(
        of.table, of.name, of.entry, "double", formula=ratio(count, reference(below.member)), parts=parts, own=own
    )
