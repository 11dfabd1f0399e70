"""The hard rules that one member must pass for the words that named it: unit, type, grain."""

from __future__ import annotations

import re
from typing import Literal

from verity.contracts.metric import Grain
from verity.data.catalog import CatalogColumn
from verity.data.metric_entry import MetricEntry
from verity.reading.frame import Unit

MetricKind = Literal["count", "amount", "average", "ratio", "unknown"]

COUNTABLE = frozenset({"count", "unit", "units", "item", "items", "piece", "pieces", "unidad", "unidades", "persons"})
"""Units whose sum answers 'how many' as well."""

_FIRST_FUNCTION = re.compile(r"\s*(\w+)\s*\(")


def metric_kind(entry: MetricEntry) -> MetricKind:
    """What sort of number a metric is, from its type, unit and outermost aggregate."""
    if entry.type in ("ratio", "share", "conversion", "retention") and entry.show != "count":
        return "ratio"
    if entry.type == "percentile":
        return "average"
    match = _FIRST_FUNCTION.match(entry.sql or "")
    function = match[1].upper() if match and _is_one_call(entry.sql or "") else ""
    if function in ("COUNT", "COUNT_IF"):
        return "count"
    if function in ("SUM", "MIN", "MAX"):
        return "count" if entry.unit and entry.unit.casefold() in COUNTABLE else "amount"
    return "average" if function in ("AVG", "MEDIAN") else "unknown"


def unit_fits(entry: MetricEntry, asked: Unit | None) -> bool:
    """How many asks for a count; how much for an amount, an average or a ratio; anything else asks for nothing."""
    kind = metric_kind(entry)
    if asked == "count":
        return kind == "count"
    if asked == "amount":
        return kind in ("amount", "average", "unknown") or bool(entry.unit and kind != "count")
    return True


def comparable(column: CatalogColumn) -> bool:
    """True where a column holds numbers (or its type is not known offline and people measure by it)."""
    base = (column.type or "").partition("(")[0]
    return base in ("bigint", "decimal", "double") or (not base and column.kind == "measure")


def grain_allowed(column: CatalogColumn, grain: Grain | None) -> bool:
    """An hour needs a time of day."""
    return grain not in ("hour", "minute", "second") or (column.type or "timestamp").startswith("timestamp")


def _is_one_call(sql: str) -> bool:
    """True for one aggregate call, with or without FILTER: `SUM(a)`, not `SUM(a) / SUM(b)`."""
    depth, rest = 0, ""
    for place, char in enumerate(sql):
        depth += (char == "(") - (char == ")")
        if depth == 0 and char == ")":
            rest = sql[place + 1 :].strip()
            break
    return not rest or rest.upper().startswith("FILTER")
