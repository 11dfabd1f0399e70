"""Hold one table of the dictionary against its data: rows, types, key, time column, listed values."""

from __future__ import annotations

from collections.abc import Iterator

from verity.contracts.run import StageLine
from verity.data.members import CatalogColumn, CatalogTable
from verity.quality.figures import Figures, all_given, repeats
from verity.quality.lines import failed, number_of, ok, warned
from verity.semantic.types import NUMERIC, TEMPORAL, family, logical
from verity.warehouse.sql_names import quoted

MOST_VALUES = 1_000
"""Distinct values of a column that are held against a list at most."""
_SHOWN = 5


def check_rows(figures: Figures, table: CatalogTable) -> Iterator[StageLine]:
    """The table can be read; how many rows it has."""
    (rows,) = figures.counts(f"select count(*) from {figures.source(table.name)}")  # noqa: S608  # quoted
    if rows == 0:
        yield warned(table.name, "VRT-578", "the table holds no row", "Is its source empty?", rows=0)
    else:
        yield ok(table.name, f"{len(table.usable)} columns", rows=rows)


def check_types(_: Figures, table: CatalogTable) -> Iterator[StageLine]:
    """A declared type fits the type that the data has."""
    if table.physical is None:
        return
    for column in table.usable.values():
        found = table.physical.column(column.name)
        if found is None or column.entry is None or column.entry.type is None or column.sql is not None:
            continue
        if not fits(column.entry.type, found.type):
            message = f"declared {column.entry.type}, but the data is {found.type}"
            yield failed(column.member, "VRT-570", message, "Correct the type here, or cast it in the model.")


def check_key(figures: Figures, table: CatalogTable) -> Iterator[StageLine]:
    """The primary key is unique and never NULL, counted."""
    name = f"{table.name}: key {', '.join(table.primary_key)}"
    if not table.primary_key or not _physical(table, table.primary_key):
        return
    rows, given = figures.counts(
        f"select count(*), count(*) filter (where {all_given(table.primary_key)}) from {figures.source(table.name)}"  # noqa: S608  # quoted
    )
    keys, repeated = repeats(figures, table, table.primary_key)
    if given < rows:
        message = f"{rows - given:,} of {rows:,} rows {'has' if rows - given == 1 else 'have'} no key: it is NULL there"
        yield failed(name, "VRT-572", message, "Take those rows out in the model, or declare another key.")
    if keys:
        message = f"{number_of(keys, 'key stands', 'keys stand')} in more than one row ({repeated:,} of {rows:,} rows)"
        yield failed(name, "VRT-571", message, "Remove the duplicates in the model, or declare a key that is unique.")
    elif given == rows:
        yield ok(name, "unique, never NULL", rows=rows)


def check_time(figures: Figures, table: CatalogTable) -> Iterator[StageLine]:
    """The table's own time column holds times."""
    if table.time_column is None or not _physical(table, (table.time_column,)):
        return
    rows, given = figures.counts(
        f"select count(*), count({quoted('t', table.time_column)}) from {figures.source(table.name)}"  # noqa: S608  # quoted
    )
    name = f"{table.name}: time {table.time_column}"
    if rows and not given:
        yield failed(name, "VRT-577", "it is NULL in every row", "Name another time_column, or fill it in the model.")
    elif given < rows:
        yield ok(
            name, f"{rows - given:,} of {rows:,} rows have no time and fall out of questions about time", rows=given
        )
    else:
        yield ok(name, "never NULL", rows=rows)


def check_values(figures: Figures, table: CatalogTable) -> Iterator[StageLine]:
    """The values that the dictionary lists are those that the column holds."""
    for column in table.usable.values():
        if column.entry is not None and column.entry.values and column.physical:
            yield from _check_values(figures, table, column)


TABLE_CHECKS = (check_rows, check_types, check_key, check_time, check_values)


def fits(declared: str, found: str) -> bool:
    """Whether data of type `found` can be used as `declared`. Types that neither side knows are let pass."""
    wanted, given = family(logical(declared)), family(found)
    if "other" in (wanted, given):
        return True
    return wanted == given or any({wanted, given} <= kind for kind in (NUMERIC, TEMPORAL))


def _check_values(figures: Figures, table: CatalogTable, column: CatalogColumn) -> Iterator[StageLine]:
    place = quoted("t", column.name)
    counted = figures.rows(
        f"select {place}, count(*) as n from {figures.source(table.name)} where {place} is not null "  # noqa: S608  # quoted
        f"group by 1 order by n desc, 1 limit {MOST_VALUES + 1:d}"
    )
    held = {_shown(value): int(str(rows)) for value, rows in counted}
    listed = [_shown(entry.value) for entry in column.entry.values] if column.entry else []
    unlisted = [value for value in held if value not in set(listed)]
    absent = [value for value in listed if value not in held] if len(held) <= MOST_VALUES else []
    name = f"{column.member}: values"
    if unlisted:
        count = sum(held[value] for value in unlisted)
        message = f"{number_of(count, 'row holds a value', 'rows hold values')} not listed: {_some(unlisted, column)}"
        yield warned(name, "VRT-575", message, "List them, or correct them in the model.")
    if absent:
        message = f"no row holds {_some(absent, column)}"
        yield warned(name, "VRT-576", message, "Remove them from the list if they are gone for good.")
    if not unlisted and not absent:
        yield ok(name, f"{len(listed)} listed, all present and no other")


def _physical(table: CatalogTable, names: tuple[str, ...]) -> bool:
    """Whether each is a column of the data itself; a key or time that is derived or joined is not counted here. Of a
    relation that is a SELECT only declared columns are known, and the others are taken to be in it."""
    return all(table.usable[name].sql is None if name in table.usable else table.is_query for name in names)


def _shown(value: object) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def _some(values: list[str], column: CatalogColumn) -> str:
    if column.entry is not None and column.entry.pii:
        return f"{len(values):,} different ones, not shown because the column is marked pii"
    shown = ", ".join(f"'{value}'" for value in values[:_SHOWN])
    return shown + (f" and {len(values) - _SHOWN:,} more" if len(values) > _SHOWN else "")
