"""What a metric's SQL says where it is one plain aggregate: the function, the column, and whether it counts rows."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import NamedTuple

from verity.data.catalog import Catalog
from verity.data.metric_entry import MetricEntry

_AGGREGATE = re.compile(r"(SUM|AVG|MIN|MAX|COUNT)\s*\(\s*(DISTINCT\s+)?(\*|1|\w+)\s*\)", re.IGNORECASE)


class Aggregate(NamedTuple):
    """`SUM(price)` as `("SUM", False, "price")`."""

    function: str
    distinct: bool
    column: str


def simple_aggregate(entry: MetricEntry) -> Aggregate | None:
    """The one aggregate that a metric is; None for any other expression and where a filter narrows it."""
    match = _AGGREGATE.fullmatch((entry.sql or "").strip()) if entry.type == "simple" and not entry.filter else None
    return Aggregate(match[1].upper(), bool(match[2]), match[3]) if match else None


def counts_of(catalog: Catalog) -> Mapping[str, tuple[str, ...]]:
    """For each table the metrics that count its rows, or its entities by their key."""
    found: dict[str, list[str]] = {}
    for metric in catalog.metrics():
        said = simple_aggregate(metric.entry)
        if said is None or said.function != "COUNT":
            continue
        if (said.column in "*1" and not said.distinct) or (said.column,) == catalog.tables[metric.table].primary_key:
            found.setdefault(metric.table, []).append(metric.member)
    return {table: tuple(members) for table, members in found.items()}
