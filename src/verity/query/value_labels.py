"""Show the labels of values beside them: a column `x_label` after each dimension whose values the dictionary names.

The dimension itself stays what it is: what is grouped, ordered, compared and recorded. A table that holds the labels of
its own column (`label_column`) is asked by that column instead.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

from verity.contracts.table import Cell, Column, Table
from verity.data.catalog import Catalog
from verity.data.members import CatalogColumn
from verity.exceptions import AmbiguousMember, UnknownMember


def with_labels(table: Table, catalog: Catalog, language: Literal["en", "es"] = "en") -> Table:
    """The table with the labels in a language; a value without one shows itself. Rows and their order stay."""
    known = [_labels(column, catalog, language) for column in table.columns]
    if not any(known):
        return table
    columns: list[Column] = []
    for column, labels in zip(table.columns, known, strict=True):
        columns.append(column)
        if labels:
            columns.append(Column(name=f"{column.name}_label", type="text", role="dimension", format=None))
    rows = tuple(_labelled(row, known) for row in table.rows)
    return table.model_copy(update={"columns": tuple(columns), "rows": rows})


def _labelled(row: tuple[Cell, ...], known: list[Mapping[str, str]]) -> tuple[Cell, ...]:
    made: list[Cell] = []
    for cell, labels in zip(row, known, strict=True):
        made.append(cell)
        if labels:
            made.append(None if cell is None else labels.get(_key(cell), str(cell)))
    return tuple(made)


def _labels(column: Column, catalog: Catalog, language: Literal["en", "es"]) -> Mapping[str, str]:
    """The label of each value that has one; none for a column that is no dimension, has a grain, or is masked."""
    if column.role != "dimension" or column.member is None or column.grain is not None:
        return {}
    found = _column(column.member, catalog)
    if found is None or found.entry is None or found.mask is not None:
        return {}
    named = {_key(entry.value): entry.labels.get(language) or entry.label for entry in found.entry.values}
    return {value: label for value, label in named.items() if label}


def _column(member: str, catalog: Catalog) -> CatalogColumn | None:
    try:
        return catalog.dimension(member).column
    except (UnknownMember, AmbiguousMember):
        return None


def _key(value: Cell) -> str:
    return str(value).casefold() if isinstance(value, bool) else str(value)
