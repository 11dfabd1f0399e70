"""Refuse what this version does not answer, by name. Nothing of a query is ever ignored."""

from __future__ import annotations

from verity.exceptions import NotSupported, QueryInvalid
from verity.semantic.clock import zone_of
from verity.semantic.work import Work


def refuse_unsupported(work: Work) -> None:
    """Raise `NotSupported` for parts that are not answered yet, `QueryInvalid` for an empty query."""
    query = work.query
    zone_of(query.timezone)
    if not query.metrics and not query.by:
        raise QueryInvalid("nothing is asked for", remedy="Name a metric or a dimension.")
    if query.ungrouped and query.metrics:
        raise NotSupported(
            "'ungrouped' shows rows as they are, and a metric is a number of a group of rows",
            remedy="Ask by the columns that the metric is made of instead, or leave 'ungrouped' out.",
        )
    if query.pivot is not None and (query.totals or query.subtotals):
        raise QueryInvalid("a pivoted table has no totals", remedy="Ask for the totals without the pivot.")
    span = query.time_range
    if span is not None and span.since is None and span.until is None:
        raise QueryInvalid("the time range has neither 'since' nor 'until'", remedy="Give one of them.")
