"""Hold what entries name against the columns and tables that exist.

A column that the dictionary does not declare is a warning: it may be physical. Where the physical table is known and
has it neither, it is an error. Names inside SQL are the business of `verity.semantic`, which parses it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from typing import Literal, NamedTuple, Protocol

from verity.contracts.dataset import PhysicalSchema
from verity.data.finding import Finding
from verity.data.members import CatalogTable
from verity.data.model import Dictionary, JoinEntry, TableEntry
from verity.data.tables import own_columns
from verity.exceptions import did_you_mean

Path = tuple[str | int, ...]


class Use(NamedTuple):
    """A place where an entry names a column. `declare`: it should be declared even where it is physical."""

    column: str
    path: Path
    what: str
    declare: bool = False


class Referable(Protocol):
    """What of a catalog its references are held against."""

    dictionary: Dictionary
    physical: PhysicalSchema | None

    @property
    def usable_tables(self) -> Mapping[str, CatalogTable]:
        """Every table, hidden ones included."""
        ...


def find_reference_faults(catalog: Referable) -> tuple[Finding, ...]:
    """Undeclared and missing columns, joins that lead nowhere, tables that the warehouse does not have."""
    return tuple(
        finding for table in catalog.usable_tables.values() for finding in _References(catalog, table).faults()
    )


def column_uses(entry: TableEntry) -> Iterator[Use]:
    """Every column that a table's entry names outside SQL; joins stand in front, as `join.column`."""
    for name in entry.primary_key:
        yield Use(name, ("primary_key",), "primary_key")
    if entry.time_column:
        yield Use(entry.time_column, ("time_column",), "time_column", declare=True)
    for column, described in entry.columns.items():
        for name in described.per:
            yield Use(name, ("columns", column, "per"), f"'per' of the column '{column}'")
        if described.label_column:
            yield Use(described.label_column, ("columns", column, "label_column"), f"label_column of '{column}'")
    for metric, measured in entry.metrics.items():
        for name in measured.requires:
            yield Use(name, ("metrics", metric, "requires"), f"'requires' of the metric '{metric}'", declare=True)
        if measured.time_column:
            path = ("metrics", metric, "time_column")
            yield Use(measured.time_column, path, f"time_column of the metric '{metric}'", declare=True)
    for join, joined in entry.joins.items():
        for name in own_columns(joined):
            yield Use(name, ("joins", join, "on"), f"'on' of the join '{join}'")
    for role, access in (entry.access or {}).items():
        for index, rule in enumerate(() if access.rows == "all" else access.rows):
            yield Use(rule.column, ("access", role, "rows", index), f"a row rule of the role '{role}'")
        for name in access.columns_hidden:
            yield Use(name, ("access", role, "columns_hidden"), f"columns_hidden of the role '{role}'")
        for name in access.columns_masked:
            yield Use(name, ("access", role, "columns_masked", name), f"columns_masked of the role '{role}'")
    for hierarchy, levels in entry.hierarchies.items():
        for index, name in enumerate(levels):
            yield Use(name, ("hierarchies", hierarchy, index), f"the hierarchy '{hierarchy}'")
    for grain, name in entry.periods.items():
        yield Use(name, ("periods", grain), f"the period {grain}")


class _References:
    """The references of one table."""

    def __init__(self, catalog: Referable, table: CatalogTable) -> None:
        self._catalog = catalog
        self._table = table

    def faults(self) -> Iterator[Finding]:
        yield from self._relation_faults()
        yield from self._join_faults()
        yield from self._calendar_faults()
        told: set[tuple[str, str]] = set()
        for use in column_uses(self._table.entry):
            for finding in self._use_faults(use):
                if (use.column, finding.code) not in told:
                    told.add((use.column, finding.code))
                    yield finding
        yield from self._declared_faults()

    def _relation_faults(self) -> Iterator[Finding]:
        table = self._table
        if self._catalog.physical is None or table.physical is not None or table.is_query:
            return
        guess = did_you_mean(table.relation, (physical.name for physical in self._catalog.physical.tables))
        remedy = (
            f"Did you mean {guess}?" if guess else "Build it with 'verity build', or correct 'table' or 'relation'."
        )
        yield self._finding("VRT-211", ("table",), f"the warehouse has no table '{table.relation}'", remedy)

    def _join_faults(self) -> Iterator[Finding]:
        tables = self._catalog.usable_tables
        for join, entry in self._table.entry.joins.items():
            path = ("joins", join)
            target = tables.get(entry.table)
            if target is None:
                guess = did_you_mean(entry.table, tables)
                remedy = f"Did you mean {guess}?" if guess else "Add that table to the dictionary, or remove the join."
                yield self._finding(
                    "VRT-208", path, f"the join '{join}' leads to '{entry.table}', which is no table", remedy
                )
                continue
            if entry.type == "many_to_many":
                yield from self._bridge_faults(join, entry)
            elif entry.on is None and entry.sql is None:
                remedy = "Add 'on: {own_column: target_column}'."
                yield self._finding("VRT-208", path, f"the join '{join}' does not say on what", remedy)
            for name in (entry.on,) if isinstance(entry.on, str) else (entry.on or {}).values():
                if name not in target.usable:
                    yield self._missing(target, name, (*path, "on"), f"'on' of the join '{join}'")

    def _bridge_faults(self, join: str, entry: JoinEntry) -> Iterator[Finding]:
        """A many_to_many join names a bridge that has a join to one row of either side, and nothing else."""
        path = ("joins", join)
        bridge = self._catalog.usable_tables.get(entry.through or "")
        if bridge is None:
            guess = did_you_mean(entry.through or "", self._catalog.usable_tables)
            what = f"goes through '{entry.through}', which is no table" if entry.through else "names no bridge"
            remedy = f"Did you mean {guess}?" if guess else "Add 'through: <the table that holds the pairs>'."
            yield self._finding("VRT-208", path, f"the many_to_many join '{join}' {what}", remedy)
            return
        if entry.on is not None or entry.sql is not None:
            remedy = "Leave 'on' and 'sql' out: the joins of the bridge say them."
            yield self._finding("VRT-208", path, f"the many_to_many join '{join}' says 'through' and 'on'", remedy)
        ways = [way.table for way in bridge.joins.values() if way.type in ("many_to_one", "one_to_one")]
        for side, count in Counter((self._table.name, entry.table)).items():
            if ways.count(side) < count:
                message = f"the bridge '{bridge.name}' of the join '{join}' has no many_to_one join to '{side}'"
                twice = " a second time, under another name" * (count > 1)
                yield self._finding("VRT-208", path, message, f"Add one to the joins of {bridge.name}{twice}.")
        if entry.weight is not None and entry.weight not in bridge.usable:
            yield self._missing(bridge, entry.weight, (*path, "weight"), f"'weight' of the join '{join}'")

    def _calendar_faults(self) -> Iterator[Finding]:
        """The calendar that a table follows is a table that says which column is the day."""
        name = self._table.entry.calendar
        if name is None:
            return
        calendar = self._catalog.usable_tables.get(name)
        if calendar is None:
            guess = did_you_mean(name, self._catalog.usable_tables)
            remedy = f"Did you mean {guess}?" if guess else "Add that table to the dictionary, or remove 'calendar'."
            yield self._finding("VRT-208", ("calendar",), f"the calendar '{name}' is no table", remedy)
        elif "day" not in calendar.entry.periods:
            message = f"'{name}' is no calendar: it does not say which of its columns is the day"
            remedy = f"Add 'periods: {{day: <column>, fiscal_month: <column>, ...}}' to {name}."
            yield self._finding("VRT-208", ("calendar",), message, remedy)

    def _use_faults(self, use: Use) -> Iterator[Finding]:
        holder: CatalogTable | None = self._table
        column = use.column
        while holder is not None and column not in holder.usable and "." in column:
            join, _, column = column.partition(".")
            entry = holder.joins.get(join)
            holder = self._catalog.usable_tables.get(entry.table) if entry else None
        if holder is None:
            message = f"{use.what} follows a join that does not exist: '{use.column}'"
            yield self._finding("VRT-208", use.path, message, "Write join.column with the joins of this table.")
        elif column not in holder.usable:
            yield self._missing(holder, column, use.path, use.what)
        elif use.declare and not holder.usable[column].declared:
            yield self._undeclared(holder, column, use.path, use.what, guess="")

    def _declared_faults(self) -> Iterator[Finding]:
        """Columns that the dictionary declares and the physical table does not have."""
        table = self._table
        if table.physical is None:
            return
        for name, column in table.usable.items():
            if column.declared and column.sql is None and not column.physical:
                guess = did_you_mean(name, (physical.name for physical in table.physical.columns))
                remedy = f"Did you mean {guess}?" if guess else "Remove it, or give it 'sql' if it is derived."
                message = f"the column '{name}' is declared, but '{table.relation}' does not have it"
                yield self._finding("VRT-207", ("columns", name), message, remedy)

    def _missing(self, holder: CatalogTable, column: str, path: Path, what: str) -> Finding:
        guess = did_you_mean(column, holder.usable)
        if holder.physical is None:
            return self._undeclared(holder, column, path, what, guess)
        remedy = f"Did you mean {guess}?" if guess else f"Its columns: {_listed(holder.usable)}."
        message = f"{what} uses the column '{column}', which {holder.name} does not have"
        return self._finding("VRT-207", path, message, remedy)

    def _undeclared(self, holder: CatalogTable, column: str, path: Path, what: str, guess: str) -> Finding:
        remedy = f"Add '{column}' to the columns of {holder.name} with what it means."
        if guess:
            remedy = f"{remedy} Or did you mean {guess}?"
        message = f"{what} uses the column '{column}', which {holder.name} does not declare"
        return self._finding("VRT-210", path, message, remedy, level="warning")

    def _finding(
        self, code: str, path: Path, message: str, remedy: str, level: Literal["error", "warning"] = "error"
    ) -> Finding:
        name = self._table.name
        inner = len(path) > 1 and path[0] in ("columns", "joins", "metrics", "segments")
        return Finding(
            code=code,
            level=level,
            place=self._catalog.dictionary.place(name, *path),
            message=message,
            remedy=remedy,
            member=f"{name}.{path[1]}" if inner else name,
        )


def _listed(names: Iterable[str], most: int = 12) -> str:
    shown = list(names)
    return ", ".join(shown[:most]) + ("..." if len(shown) > most else "")
