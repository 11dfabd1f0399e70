"""Refuse what this version does not answer, by name. Nothing of a query is ever ignored."""

from __future__ import annotations

from verity.exceptions import NotSupported, QueryInvalid
from verity.semantic.clock import zone_of
from verity.semantic.work import Work


def refuse_unsupported(work: Work) -> None:
    """Raise `NotSupported` for parts that are not answered yet, `QueryInvalid` for an empty query."""
    query = work.query
    parts = {
        "fill": query.fill,
        "totals": query.totals,
        "pivot": query.pivot is not None,
    }
    for part, asked in parts.items():
        if asked:
            raise NotSupported(f"'{part}' is not answered yet", remedy=f"Ask without '{part}'.")
    zone_of(query.timezone)
    if not query.metrics and not query.by:
        raise QueryInvalid("nothing is asked for", remedy="Name a metric or a dimension.")
    if query.ungrouped and query.metrics:
        raise NotSupported("'ungrouped' rows show dimensions only", remedy="Leave the metrics out, or group them.")
    span = query.time_range
    if span is not None and span.since is None and span.until is None:
        raise QueryInvalid("the time range has neither 'since' nor 'until'", remedy="Give one of them.")
