"""simple: one aggregate expression over the rows of the metric's table."""

from __future__ import annotations

from verity.semantic.kinds.definition import Definition
from verity.semantic.metrics import Metric


def read_simple(of: Definition) -> Metric:
    """`sql`, with `filter` on every aggregate in it."""
    entry = of.entry
    value = of.binder.aggregate(
        of.sql(), of.table, condition=entry.filter, approximate=entry.approximate, scale=entry.scale
    )
    return Metric(of.table, of.name, entry, value.type, value=value)
