"""Read figures of physical tables from the engine: one small SELECT at a time, each over every row."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from dataclasses import dataclass

from verity.data.catalog import Catalog
from verity.data.members import CatalogTable
from verity.semantic.dialects import printed
from verity.semantic.relations import relation
from verity.warehouse.engine import Engine
from verity.warehouse.sql_names import quoted

Row = tuple[object, ...]


@dataclass(frozen=True)
class Figures:
    """What live checks read with. `seconds` is the time that one statement may take."""

    engine: Engine
    catalog: Catalog
    seconds: float
    cancel: threading.Event | None = None

    def source(self, table: str, alias: str = "t") -> str:
        """The table, view or SELECT of a dictionary table, as it stands in FROM."""
        return printed(relation(self.catalog, table, alias), self.engine.dialect)

    def rows(self, sql: str) -> list[Row]:
        """The rows of one statement."""
        read = self.engine.read(sql, seconds=self.seconds, cancel=self.cancel)
        return list(zip(*(column.to_pylist() for column in read.table.columns), strict=True))

    def counts(self, sql: str) -> tuple[int, ...]:
        """The one row of a statement whose columns are all counts."""
        return tuple(int(str(value or 0)) for value in self.rows(sql)[0])


def all_given(columns: Sequence[str], alias: str = "t") -> str:
    """The condition that none of the columns is NULL."""
    return " and ".join(f"{quoted(alias, column)} is not null" for column in columns)


def repeats(figures: Figures, table: CatalogTable, columns: Sequence[str]) -> tuple[int, int]:
    """(how many keys stand in more than one row, in how many rows they stand), NULL left out."""
    listed = ", ".join(quoted("t", column) for column in columns)
    keys, rows = figures.counts(
        f"select count(*), sum(r.n) from (select count(*) as n from {figures.source(table.name)} "  # noqa: S608  # quoted
        f"where {all_given(columns)} group by {listed} having count(*) > 1) as r"
    )
    return keys, rows
