"""Hold what entries name against the columns and tables that exist.

A column that the dictionary does not declare is a warning: it may be physical. Where the physical table is known and
has it neither, it is an error. Names inside SQL are the business of `verity.semantic`, which parses it.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from verity.data.finding import Finding, nearest
from verity.data.members import CatalogTable

if TYPE_CHECKING:
    from verity.data.catalog import Catalog

Use = tuple[str, tuple[str | int, ...], str]
"""A column name as written, the path of the entry that names it, and what it is there."""


def find_reference_faults(catalog: Catalog) -> tuple[Finding, ...]:
    """Undeclared and missing columns, joins that lead nowhere, tables that the warehouse does not have."""
    return tuple(finding for table in catalog.usable_tables.values() for finding in _table_faults(catalog, table))


def _table_faults(catalog: Catalog, table: CatalogTable) -> Iterator[Finding]:
    if catalog.physical is not None and table.physical is None and not table.is_query:
        yield _finding(
            catalog, table, "VRT-211", (), f"the warehouse has no table '{table.relation}'",
            remedy="Build it ('verity build'), or correct 'table' or 'relation'.",
        )  # fmt: skip
    for join, entry in table.entry.joins.items():
        if entry.table not in catalog.usable_tables:
            guess = nearest(entry.table, catalog.usable_tables)
            yield _finding(
                catalog, table, "VRT-208", ("joins", join), f"the join '{join}' leads to '{entry.table}', which is no table",
                remedy=f"Did you mean {guess}?" if guess else "Add that table to the dictionary, or remove the join.",
            )  # fmt: skip
        elif entry.on is None and entry.sql is None:
            yield _finding(
                catalog, table, "VRT-208", ("joins", join), f"the join '{join}' does not say on what",
                remedy="Add 'on: {own_column: target_column}'.",
            )  # fmt: skip
    seen: set[tuple[str, str]] = set()
    for name, path, what in _uses(table):
        finding = _check_use(catalog, table, name, path, what)
        if finding is not None and (name, finding.code) not in seen:
            seen.add((name, finding.code))
            yield finding
    yield from _target_faults(catalog, table)


def _uses(table: CatalogTable) -> Iterator[Use]:
    """Every column that the table's entry names outside SQL."""
    entry = table.entry
    for name in entry.primary_key:
        yield name, ("primary_key",), "primary_key"
    if entry.time_column:
        yield entry.time_column, ("time_column",), "time_column"
    for column, described in entry.columns.items():
        for name in described.per:
            yield name, ("columns", column, "per"), f"'per' of the column '{column}'"
        if described.label_column:
            yield described.label_column, ("columns", column, "label_column"), f"label_column of '{column}'"
    for metric, measured in entry.metrics.items():
        for name in measured.requires:
            yield name, ("metrics", metric, "requires"), f"'requires' of the metric '{metric}'"
        if measured.time_column:
            yield measured.time_column, ("metrics", metric, "time_column"), f"time_column of the metric '{metric}'"
    for join, joined in entry.joins.items():
        for name in (joined.on,) if isinstance(joined.on, str) else tuple(joined.on or ()):
            yield name, ("joins", join, "on"), f"'on' of the join '{join}'"
    for role, access in (entry.access or {}).items():
        for index, rule in enumerate(() if access.rows == "all" else access.rows):
            yield rule.column, ("access", role, "rows", index), f"a row rule of the role '{role}'"
        for name in access.columns_hidden:
            yield name, ("access", role, "columns_hidden"), f"columns_hidden of the role '{role}'"


def _check_use(
    catalog: Catalog, table: CatalogTable, name: str, path: tuple[str | int, ...], what: str
) -> Finding | None:
    if name in table.usable:
        return (
            None
            if table.usable[name].declared or not _must_be_declared(path)
            else _undeclared(catalog, table, name, path, what)
        )
    if "." in name:
        *joins, last = name.split(".")
        holder: CatalogTable | None = table
        for join in joins:
            holder = catalog.usable_tables.get(holder.joins[join].table) if holder and join in holder.joins else None
        if holder is None:
            return _finding(
                catalog, table, "VRT-208", path, f"{what} follows joins that do not exist: '{name}'",
                remedy="Write join.column with joins of this table.",
            )  # fmt: skip
        if last in holder.usable:
            return None
        return _check_missing(catalog, holder, last, path, what, table)
    return _check_missing(catalog, table, name, path, what, table)


def _must_be_declared(path: tuple[str | int, ...]) -> bool:
    return path[0] in ("time_column", "metrics")


def _undeclared(catalog: Catalog, table: CatalogTable, name: str, path: tuple[str | int, ...], what: str) -> Finding:
    return _finding(
        catalog, table, "VRT-210", path, f"{what} uses the column '{name}', which is not declared", level="warning",
        remedy=f"Add '{name}' to the columns of {table.name} with what it means.",
    )  # fmt: skip


def _check_missing(
    catalog: Catalog, holder: CatalogTable, name: str, path: tuple[str | int, ...], what: str, table: CatalogTable
) -> Finding:
    guess = nearest(name, holder.usable)
    if holder.physical is None:
        return _finding(
            catalog, table, "VRT-210", path, f"{what} uses the column '{name}', which {holder.name} does not declare",
            level="warning",
            remedy=f"Did you mean {guess}? Otherwise add '{name}' to its columns."
            if guess
            else f"Add '{name}' to the columns of {holder.name} with what it means.",
        )  # fmt: skip
    return _finding(
        catalog, table, "VRT-207", path, f"{what} uses the column '{name}', which {holder.name} does not have",
        remedy=f"Did you mean {guess}?" if guess else f"Its columns: {', '.join(list(holder.usable)[:12])}.",
    )  # fmt: skip


def _target_faults(catalog: Catalog, table: CatalogTable) -> Iterator[Finding]:
    """The columns of the other side of each join, and declared columns that the physical table lacks."""
    for join, entry in table.entry.joins.items():
        target = catalog.usable_tables.get(entry.table)
        if target is None or entry.on is None:
            continue
        for name in (entry.on,) if isinstance(entry.on, str) else entry.on.values():
            if name not in target.usable:
                yield _check_missing(catalog, target, name, ("joins", join, "on"), f"'on' of the join '{join}'", table)
    if table.physical is not None:
        for name, column in table.entry.columns.items():
            if column.sql is None and name in table.usable and not table.usable[name].physical:
                guess = nearest(name, (c.name for c in table.physical.columns))
                yield _finding(
                    catalog, table, "VRT-207", ("columns", name),
                    f"the column '{name}' is declared but the table '{table.relation}' does not have it",
                    remedy=f"Did you mean {guess}?" if guess else "Remove it, or give it 'sql' if it is derived.",
                )  # fmt: skip


def _finding(
    catalog: Catalog,
    table: CatalogTable,
    code: str,
    path: tuple[str | int, ...],
    message: str,
    *,
    remedy: str,
    level: str = "error",
) -> Finding:
    named = len(path) > 1 and path[0] in ("columns", "joins", "metrics", "segments")
    return Finding.model_validate(
        {
            "code": code,
            "level": level,
            "place": catalog.dictionary.place(table.name, *path),
            "message": message,
            "remedy": remedy,
            "member": f"{table.name}.{path[1]}" if named else table.name,
        }
    )
