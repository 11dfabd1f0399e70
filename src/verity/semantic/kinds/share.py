"""share: another metric divided by the same metric over fewer dimensions, each computed from its own rows."""

from __future__ import annotations

from verity.exceptions import ExpressionInvalid
from verity.semantic import types
from verity.semantic.fragments import ratio
from verity.semantic.kinds.definition import Definition
from verity.semantic.metrics import Keep, Metric, reference


def read_share(of: Definition) -> Metric:
    """`metric` of its value over the `within` dimensions; over none of them: of the whole result."""
    of.refuse("filter", "time_column")
    part = of.part(of.entry.metric or "")
    if types.family(part.type) not in types.NUMERIC:
        raise ExpressionInvalid(f"there is no share of what is {part.type}", remedy="Take the share of a number.")
    of.check_dimensions(of.entry.within)
    formula = ratio(reference(part.member), reference(part.member, 1))
    steps = (Keep(of.entry.within),)
    return Metric(of.table, of.name, of.entry, "double", formula=formula, parts=(part.member,), steps=steps)
