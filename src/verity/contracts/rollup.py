"""Rollups as they are declared, built and chosen: what crosses packages."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

from verity.contracts.base import Contract


class BuiltRollup(Contract):
    """One rollup as it stands in the warehouse. It covers the rows of exactly one data version, or, where it has a
    `watermark`, every row whose append-only column lies before it."""

    rollup: str
    """`table.name`."""
    definition: str
    """The hash of what it was built from; another one means that it answers nothing any more."""
    data_version: str
    relation: tuple[str | None, str, str]
    """Database (None: the engine's own), schema and name."""
    rows: int
    source_rows: int
    """Rows of the table that it stands for."""
    types: dict[str, str]
    """The engine's type of each of its columns."""
    watermark: str | None = None
    """The append-only value, as text, before which every row is covered."""
    digest: str | None = None
    """Of all that it reads of the rows before the watermark: another one where any of them changed since."""
    apart: tuple[str, ...] = ()
    """The same of each table alone: its rows, and a digest of what is read of it."""
    bounds: tuple[str | None, ...] = ()
    """For each joined table the key up to which `apart` covers it; None: all of it."""
    hashing: str = ""
    """What hashed the values of its sketches: an engine and its version. States of unlike hashes do not merge."""
    built_at: datetime
    seconds: float
    rebuilt: int | None = None
    """Partitions that the last refresh made anew; None: all of it."""


class RollupVerdict(Contract):
    """Why one rollup was used for a query, or was not."""

    rollup: str
    used: bool
    reason: str
    rows: int | None = None
    """Rows that it holds; None where it is not built, and for a principal who does not see every row."""
    source_rows: int | None = None
    """Rows of the table that it stands for; None likewise."""
    error: float | None = None
    """The relative standard error of the counts that it tells from sketches (0.023 is 2.3 %); None: it tells none."""

    def words(self) -> str:
        """The verdict in a sentence."""
        size = "" if self.rows is None else f" ({self.rows:,} rows for {self.source_rows or 0:,})"
        told = (
            ""
            if self.error is None
            else f" It tells counts from sketches, with a standard error of {self.error * 100:.1f} %."
        )
        return f"Rollup {self.rollup}{size} is {'' if self.used else 'not '}used: {self.reason}.{told}"


class RollupState(Contract):
    """One declared rollup and what there is of it."""

    rollup: str
    description: str = ""
    state: Literal["ready", "stale", "missing", "invalid"]
    """ready: answers now. stale: built from data before the last publish. missing: never built. invalid: its
    declaration cannot be used; `problem` says why."""
    metrics: tuple[str, ...] = ()
    sketch: tuple[str, ...] = ()
    """The metrics that it tells from sketches."""
    error: float | None = None
    """Their relative standard error; None where it tells none."""
    dimensions: tuple[str, ...] = ()
    rows: int | None = None
    source_rows: int | None = None
    built_at: datetime | None = None
    data_version: str | None = None
    problem: str = ""


class ProposedRollup(Contract):
    """A rollup that would have served queries of the log. `entry` is what to write under `rollups:` of the table."""

    rollup: str
    table: str
    entry: dict[str, object]
    queries: int
    """Queries of the log that it would have answered."""
    seconds: float
    """Seconds that the engine spent on them."""
    share: float
    """Share of the log's engine time, 0 to 1."""
    rows: int | None = None
    """Rows that it would hold, where that was counted."""
