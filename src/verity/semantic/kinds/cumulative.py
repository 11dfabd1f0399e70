"""cumulative: another metric over a rolling window, over the period to date, or over all time up to each period."""

from __future__ import annotations

from verity.contracts.metric import read_span
from verity.semantic.kinds.definition import Definition
from verity.semantic.metrics import Metric, Reach, reference


def read_cumulative(of: Definition) -> Metric:
    """`metric` with a `window` (3 months), `to_date` (year), or neither: all time."""
    of.refuse("filter", "time_column")
    entry = of.entry
    part = of.part(entry.metric or "")
    reach = Reach(read_span(entry.window) if entry.window else None, entry.to_date)
    return Metric(
        of.table, of.name, entry, part.type, formula=reference(part.member, 1), parts=(part.member,), steps=(reach,)
    )
