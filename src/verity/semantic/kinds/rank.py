"""rank: the place of another metric's value among the rows of the result; equal values have the same place."""

from __future__ import annotations

from verity.semantic.kinds.definition import Definition
from verity.semantic.metrics import Metric, Rank


def read_rank(of: Definition) -> Metric:
    """Places count from 1, the largest first unless `direction: asc`; among the rows that share `within`."""
    of.refuse("filter", "time_column")
    part = of.part(of.entry.metric or "")
    of.check_dimensions(of.entry.within)
    rank = Rank(of.entry.within, of.entry.direction != "asc")
    return Metric(of.table, of.name, of.entry, "bigint", parts=(part.member,), rank=rank)
