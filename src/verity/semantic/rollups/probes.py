"""Freshness probes: one SELECT of one value, and spans of time written as `10m`."""

from __future__ import annotations

import re

from verity.exceptions import QueryError
from verity.semantic.relations import read_query

_UNITS = {"s": 1.0, "m": 60.0, "h": 3_600.0, "d": 86_400.0, "w": 604_800.0}
_SPAN = re.compile(r"\s*(\d+(?:\.\d+)?)\s*([smhdw])\s*\Z")


def seconds_of(text: str) -> float | None:
    """`10m` as seconds; None where it is no span of time."""
    match = _SPAN.match(text)
    return float(match.group(1)) * _UNITS[match.group(2)] if match else None


def probe_problem(probe: str | None, ttl: str | None) -> str | None:
    """Why a probe or a time to live cannot be used; None where both can."""
    if ttl is not None and seconds_of(ttl) is None:
        return f"'{ttl}' is no span of time such as 30s, 10m, 2h or 1d"
    if probe is None:
        return None
    try:
        query = read_query(probe)
    except QueryError as error:
        return error.message.replace("the relation", "the probe")
    return None if len(query.selects) == 1 else "the probe gives more than one value"
