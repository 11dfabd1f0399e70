"""The members of a catalog: tables, columns, metrics, segments and dimensions behind joins. Plain frozen values."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from verity.contracts.dataset import PhysicalTable
from verity.contracts.table import LogicalType
from verity.data.access import ColumnMask
from verity.data.metric_entry import MetricEntry
from verity.data.model import ColumnEntry, JoinEntry, SegmentEntry, TableEntry

Kind = Literal["dimension", "measure", "id", "time", "text"]

OWN_PREFIX = "_verity_"
"""Columns that a sync adds to every bronze table; never members."""


@dataclass(frozen=True, slots=True)
class CatalogColumn:
    """A column as it can be used. `type` is the dictionary's, else the physical one, else None (unknown offline)."""

    table: str
    name: str
    type: LogicalType | None
    kind: Kind
    entry: ColumnEntry | None = None
    """None: undeclared, found by introspection."""
    physical: bool = False
    """True: the physical table has a column of this name."""
    mask: ColumnMask | None = None
    """How its cells are shown to the principal, where not as they are."""

    @property
    def member(self) -> str:
        """`table.name`."""
        return f"{self.table}.{self.name}"

    @property
    def declared(self) -> bool:
        """True where the dictionary names it."""
        return self.entry is not None

    @property
    def sql(self) -> str | None:
        """The expression of a derived or entity-level column."""
        return self.entry.sql if self.entry else None

    @property
    def derived(self) -> bool:
        """True for a row-level expression (`sql` without `per`)."""
        return self.entry is not None and self.entry.sql is not None and not self.entry.per

    @property
    def per(self) -> tuple[str, ...]:
        """The key columns of an entity-level column; empty for any other."""
        return self.entry.per if self.entry else ()

    @property
    def hidden(self) -> bool:
        """True where the dictionary says `hidden`: definitions may use it, nobody is offered it."""
        return self.entry is not None and self.entry.hidden


@dataclass(frozen=True, slots=True)
class CatalogTable:
    """A table as one principal may use it.

    `columns` are members: what may be asked for. `usable` adds columns that are `hidden: true`, which definitions
    (metric SQL, joins, derived columns) may still read; `metrics` and `usable_metrics` likewise. What `access` denies
    is in neither. In the owner's catalog each pair is the same.
    """

    name: str
    entry: TableEntry
    columns: Mapping[str, CatalogColumn]
    usable: Mapping[str, CatalogColumn]
    joins: Mapping[str, JoinEntry]
    metrics: Mapping[str, MetricEntry]
    usable_metrics: Mapping[str, MetricEntry]
    segments: Mapping[str, SegmentEntry]
    primary_key: tuple[str, ...] = ()
    """Empty where no key is declared, or one of its columns is denied."""
    time_column: str | None = None
    """`column` or `join.column`; None where it has none or it is denied."""
    physical: PhysicalTable | None = None
    """None offline, for a relation that is a SELECT, and where the warehouse has no such table."""
    warnings: tuple[str, ...] = ()
    """Remarks that concern this table, in plain words."""

    @property
    def relation(self) -> str:
        """The physical name or SELECT, as the dictionary gives it."""
        return self.entry.relation or self.entry.table

    def levels(self, hierarchy: str) -> tuple[str, ...]:
        """The columns of a hierarchy that may be asked for, from coarse to fine; empty where there is none."""
        return tuple(name for name in self.entry.hierarchies.get(hierarchy, ()) if name in self.columns)

    def level(self, name: str) -> str | None:
        """The column that `hierarchy` (its first level) or `hierarchy.level` names, or None."""
        if not self.entry.hierarchies:
            return None
        hierarchy, _, level = name.partition(".")
        levels = self.levels(hierarchy)
        if not level:
            return levels[0] if levels else None
        return level if level in levels else None

    @property
    def is_query(self) -> bool:
        """True where `relation` is a SELECT rather than a name."""
        return is_query(self.relation)


@dataclass(frozen=True, slots=True)
class MetricMember:
    """A metric by its identity."""

    table: str
    name: str
    entry: MetricEntry

    @property
    def member(self) -> str:
        """`table.name`."""
        return f"{self.table}.{self.name}"


@dataclass(frozen=True, slots=True)
class SegmentMember:
    """A segment by its identity."""

    table: str
    name: str
    entry: SegmentEntry

    @property
    def member(self) -> str:
        """`table.name`."""
        return f"{self.table}.{self.name}"


@dataclass(frozen=True, slots=True)
class DimensionMember:
    """A column reached from `root` over `joins` (none: a column of the root itself)."""

    root: str
    joins: tuple[str, ...]
    column: CatalogColumn = field(compare=False)
    member: str = ""

    @property
    def table(self) -> str:
        """The table that holds the column."""
        return self.column.table


def is_query(relation: str) -> bool:
    """True where a relation is a SELECT (it begins with SELECT or WITH and a blank, or with a bracket)."""
    words = relation.split(None, 1)
    return relation.lstrip()[:1] == "(" or (len(words) == 2 and words[0].upper() in ("SELECT", "WITH"))


def column_kind(
    name: str, type_: LogicalType | None, entry: ColumnEntry | None, table: TableEntry, joined: frozenset[str]
) -> Kind:
    """How people use a column: what the dictionary says, else what its role, type and name say.

    `joined` are the columns that the table's joins are made on.
    """
    if entry is not None and entry.kind is not None:
        return entry.kind
    base = (type_ or "").split("(", 1)[0]
    if base in ("date", "timestamp", "timestamptz") or name == table.time_column:
        return "time"
    folded = name.casefold()
    if name in table.primary_key or name in joined or folded == "id" or folded.endswith("_id"):
        return "id"
    if entry is not None and entry.values:
        return "dimension"
    if entry is not None and entry.per:
        return "measure"
    if base in ("bigint", "decimal", "double"):
        return "measure"
    return "text" if base in ("json", "binary", "other") else "dimension"
