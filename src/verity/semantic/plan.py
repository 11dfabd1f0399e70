"""The logical plan: what a MetricQuery became, before any dialect. Typed, frozen, and JSON for the record.

It says nothing of engines, physical names or policies' values, so it is equal wherever the meaning is.
"""

from __future__ import annotations

from verity.contracts.base import Contract
from verity.contracts.metric import MetricQuery
from verity.contracts.table import Column


class PlannedJoin(Contract):
    """One join of a scan: `path` from the root, the table it leads to, and why (`left`, `exists`, `per`, `fan_out`)."""

    path: str
    table: str
    kind: str


class PlannedScan(Contract):
    """One aggregation at its own grain."""

    root: str
    metrics: tuple[str, ...]
    reads: str = ""
    """Which rows, where it is not those of the groups: earlier periods, longer ones, fewer dimensions. In words."""
    time: str | None = None
    dimensions: tuple[str, ...] = ()
    joins: tuple[PlannedJoin, ...] = ()
    policies: tuple[str, ...] = ()
    """Tables of the scan whose rows are held back by a policy."""
    deduplicated_by: tuple[str, ...] = ()
    """The root's key where a many-side dimension was asked for; else empty."""


class Plan(Contract):
    """The query in full names, its scans, and its result columns."""

    query: MetricQuery
    scans: tuple[PlannedScan, ...]
    columns: tuple[Column, ...]
    partial: str | None = None
    """The start of the last period, where the range or today cuts it short."""
    words: tuple[str, ...] = ()
    """The plan in plain words, a line each."""
