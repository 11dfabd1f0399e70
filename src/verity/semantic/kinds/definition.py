"""What a kind reads a metric from: its entry, and the means to bind SQL and to find other metrics."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from verity.contracts.metric import TIME
from verity.data.catalog import Catalog
from verity.data.metric_entry import MetricEntry
from verity.exceptions import ExpressionInvalid
from verity.semantic.expressions import Binder
from verity.semantic.metrics import Metric, Place


@dataclass(frozen=True, slots=True)
class Definition:
    """One metric's entry of the dictionary on its way to a `Metric`."""

    table: str
    name: str
    entry: MetricEntry
    catalog: Catalog
    binder: Binder
    find: Callable[[str, str], Metric]

    def part(self, name: str) -> Metric:
        """The metric that the entry names, the table's own first. Raises `QueryError` where it cannot be used."""
        return self.find(self.table, name)

    def sql(self) -> str:
        """The entry's SQL. Raises `ExpressionInvalid` where it has none."""
        if self.entry.sql is None:
            raise ExpressionInvalid("it has no sql", remedy="Give its `sql`.")
        return self.entry.sql

    def place(self, reference: str) -> Place:
        """`column` or `join.column`, read from the metric's table."""
        return place_of(self.catalog, self.table, reference)

    def check_dimensions(self, names: tuple[str, ...]) -> None:
        """Raise `UnknownMember` where the entry names no dimension. Narrowed catalogs lack some and are not asked."""
        if self.catalog.is_narrowed:
            return
        for name in names:
            if name.partition(":")[0] != TIME:
                self.catalog.dimension(name.partition(":")[0], of=(self.table,))

    def refuse(self, *keys: str) -> None:
        """Raise `ExpressionInvalid` where the entry has one of these, which say nothing for this kind."""
        for key in keys:
            if getattr(self.entry, key) is not None:
                raise ExpressionInvalid(
                    f"a {self.entry.type} metric takes no '{key}'", remedy=f"Give '{key}' to the metrics it is made of."
                )


def place_of(catalog: Catalog, table: str, reference: str) -> Place:
    """`column` or `join.column`, read from `table`."""
    if reference in catalog.usable_tables[table].usable:
        return Place((), reference)
    *steps, column = reference.split(".")
    return Place(tuple(steps), column)
