"""Hold the dictionary against the published data: every table and join of it, counted by the engine."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from verity.contracts.run import StageLine
from verity.contracts.tool import Progress
from verity.data.members import CatalogTable
from verity.exceptions import DataError, QueryError
from verity.quality.figures import Figures
from verity.quality.join_checks import check_joins
from verity.quality.lines import of_error
from verity.quality.period_checks import check_calendar, check_weights
from verity.quality.table_checks import TABLE_CHECKS
from verity.semantic.join_graph import JoinGraph


def check_live(figures: Figures, progress: Callable[[Progress], None]) -> Iterator[StageLine]:
    """The lines of every table that the warehouse has, in the dictionary's order; a missing one is told offline."""
    tables = [table for table in figures.catalog.usable_tables.values() if table.physical or table.is_query]
    graph = JoinGraph(figures.catalog)
    for done, table in enumerate(tables):
        progress(Progress("check", done=done, total=len(tables), message=table.name))
        yield from _check_table(figures, table, graph)
    progress(Progress("check", done=len(tables), total=len(tables)))


def _check_table(figures: Figures, table: CatalogTable, graph: JoinGraph) -> Iterator[StageLine]:
    try:
        for check in TABLE_CHECKS:
            yield from check(figures, table)
        yield from check_joins(figures, table, graph)
        yield from check_calendar(figures, table)
        yield from check_weights(figures, table, graph)
    except (DataError, QueryError) as error:
        yield of_error(table.name, error)
