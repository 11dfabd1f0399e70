"""semi_additive: an aggregate over the rows of one instant of each period (a balance), or over its instants."""

from __future__ import annotations

from dataclasses import replace

from verity.exceptions import ExpressionInvalid
from verity.semantic.kinds.definition import Definition
from verity.semantic.metrics import Instant, Metric


def read_semi_additive(of: Definition) -> Metric:
    """`sql` at the `take` (last) instant of the time column `over`; `per` keys have an instant each."""
    entry = of.entry
    reference = entry.over or entry.time_column or of.catalog.usable_tables[of.table].time_column
    if reference is None:
        raise ExpressionInvalid("it has no time column to choose an instant of", remedy="Name it in `over`.")
    take = entry.take or "last"
    if entry.per and take not in ("last", "first"):
        raise ExpressionInvalid(
            f"'per' goes with the last or first row of each key, not with '{take}'", remedy="Leave `per` out."
        )
    per = tuple(of.place(name) for name in entry.per)
    paths = [of.binder.behind(of.table, name).paths for name in (reference, *entry.per)]
    value = of.binder.aggregate(
        of.sql(), of.table, condition=entry.filter, approximate=entry.approximate, scale=entry.scale
    )
    value = replace(value, paths=value.paths.union(*paths))
    type_ = "double" if take == "average" else value.type
    return Metric(of.table, of.name, entry, type_, value=value, instant=Instant(of.place(reference), take, per))
