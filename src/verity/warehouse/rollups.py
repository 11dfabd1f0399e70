"""What an engine that builds models can also do: keep rollups beside the published data, never as part of it.

Building or dropping a rollup leaves the data version as it is. A rollup's relation never changes once it is in force:
a refresh makes another relation and swaps the list of those in force, at once and whole.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Protocol, runtime_checkable

from verity.contracts.dataset import DataState
from verity.contracts.rollup import BuiltRollup

Relation = tuple[str | None, str, str]
"""Database (None: the engine's own), schema and name."""
NAMED = "verity_rollup_"
"""How databases and tables of rollups begin; introspection leaves them out."""


@dataclass(frozen=True)
class RollupPlan:
    """SQL that fills one rollup. `until` is the watermark as text, or None for all rows."""

    rollup: str
    definition: str
    fill: Callable[[str | None], str]
    """The SELECT of every row of the rollup."""
    refill: Callable[[str | None, Relation], str] | None
    """The same of the partitions listed in the column `key` of a relation; None where it has no partition."""
    marks: Callable[[str | None], str] | None
    """`key`, `rows` and `digest` of each partition of the raw table: unequal where any row differs."""
    whole: Callable[[str | None], str]
    """`rows` and `digest` of the raw table behind it, over its joins."""
    apart: Callable[[str | None, Sequence[str | None]], str]
    """One row: the rows and the digest of each table behind it, alone; of a joined one up to its key."""
    bounds: Callable[[str | None], str | None]
    """One row: those keys as they are now; None where it joins no table."""
    source_rows: Callable[[str | None], str]
    """The rows of the raw table alone."""
    watermark: str | None
    """The SELECT of the highest append-only value as text."""
    partition: str | None
    """Its partition column."""
    count: str
    """The column that counts the raw rows behind each of its own."""
    counted: str | None = None
    """A SELECT of the values that its sketches count, of no row; None where it has none."""


class RollupBuilder(Protocol):
    """One process's turn to build rollups, on one published version. Nothing is in force before `commit`."""

    state: DataState

    def build(self, plan: RollupPlan) -> BuiltRollup:
        """Fill it, or refresh the partitions that changed. Raises `RollupFailed` and the engine's errors."""
        ...

    def commit(self, keep: Collection[str]) -> None:
        """Put what was built in force, and forget every rollup that is not in `keep` (names as `table.name`)."""
        ...


class RollupStore(Protocol):
    """The rollups of one warehouse."""

    def built(self) -> tuple[BuiltRollup, ...]:
        """Those in force. Cheap enough for every query."""
        ...

    def hashing(self) -> str:
        """What hashes values now: equal texts, equal hashes. Cheap enough for every query."""
        ...

    def outside(self, relations: Collection[tuple[str, str]]) -> frozenset[tuple[str, str]]:
        """The (schema, name) among these whose rows the data version does not settle: not published by Verity, or a
        view that reads what is not, or the clock."""
        ...

    def builder(self, wait_seconds: float = 0.0) -> AbstractContextManager[RollupBuilder]:
        """Take the turn. Raises `WarehouseBusy` naming the holder, `NothingPublished`."""
        ...


@runtime_checkable
class HoldsRollups(Protocol):
    """An engine with a place for rollups."""

    @property
    def rollups(self) -> RollupStore:
        """Its rollups."""
        ...


def changed_keys(
    before: Sequence[tuple[object, ...]], after: Sequence[tuple[object, ...]]
) -> tuple[list[object], list[object]]:
    """(keys to make anew, keys that are gone) from two lists of (key, rows, digest)."""
    old, new = ({row[0]: row[1:] for row in rows} for rows in (before, after))
    return [key for key, mark in new.items() if old.get(key) != mark], [key for key in old if key not in new]
