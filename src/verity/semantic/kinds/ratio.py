"""ratio: one metric divided by another, in DOUBLE; NULL where the divisor is zero."""

from __future__ import annotations

from verity.exceptions import ExpressionInvalid
from verity.semantic.fragments import ratio
from verity.semantic.kinds.definition import Definition
from verity.semantic.metrics import Metric, reference


def read_ratio(of: Definition) -> Metric:
    """`numerator` / `denominator`, metrics of any tables."""
    of.refuse("filter", "time_column")
    entry = of.entry
    if not entry.numerator or not entry.denominator:
        raise ExpressionInvalid("a ratio needs a numerator and a denominator", remedy="Name two metrics.")
    above, below = of.part(entry.numerator), of.part(entry.denominator)
    formula = ratio(reference(above.member), reference(below.member))
    return Metric(of.table, of.name, entry, "double", formula=formula, parts=(above.member, below.member))
