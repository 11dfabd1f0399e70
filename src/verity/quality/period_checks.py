"""Hold fiscal calendars and weighted bridges against the data: one row a day, no day missing, shares that add up."""

from __future__ import annotations

from collections.abc import Iterator

from verity.contracts.run import StageLine
from verity.data.members import CatalogTable
from verity.quality.figures import Figures, all_given, repeats
from verity.quality.lines import failed, number_of, ok, warned
from verity.semantic.join_graph import Hop, JoinGraph
from verity.warehouse.sql_names import quoted

SHARE_TOLERANCE = "0.00001"
"""How far the shares of a row may be from 1, for their decimals."""


def check_calendar(figures: Figures, table: CatalogTable) -> Iterator[StageLine]:
    """A calendar has one row a day; the tables that follow it have no day that it lacks."""
    day = table.entry.periods.get("day")
    if day is not None and _physical(table, day):
        name = f"{table.name}: calendar"
        days, rows = repeats(figures, table, (day,))
        if days:
            message = f"{number_of(days, 'day stands', 'days stand')} in {rows:,} rows, so rows by period count twice"
            yield failed(name, "VRT-571", message, "Keep one row a day in its model.")
        else:
            yield ok(name, "one row a day")
    yield from _check_days(figures, table)


def check_weights(figures: Figures, table: CatalogTable, graph: JoinGraph) -> Iterator[StageLine]:
    """The shares that a weighted bridge gives to one row add up to the whole of it."""
    for name, entry in table.joins.items():
        hop = graph.hops(table.name).get(f"through({name})")
        if (
            entry.weight is None
            or hop is None
            or not _physical(figures.catalog.usable_tables[hop.target], entry.weight)
        ):
            continue
        off = _off(figures, hop, entry.weight)
        if off:
            message = (
                f"the weights of {number_of(off, 'row', 'rows')} do not add up to 1, so sums over it are not the whole"
            )
            yield warned(f"{table.name}: join {name}", "VRT-581", message, f"Correct '{entry.weight}' in {hop.target}.")
        else:
            yield ok(f"{table.name}: join {name}", "the weights of each row add up to 1")


def _off(figures: Figures, hop: Hop, weight: str) -> int:
    keys = [theirs for _, theirs in hop.pairs]
    listed = ", ".join(quoted("t", key) for key in keys)
    (off,) = figures.counts(
        f"select count(*) from (select 1 from {figures.source(hop.target)} where {all_given(keys)} "  # noqa: S608  # quoted
        f"group by {listed} having abs(coalesce(sum({quoted('t', weight)}), 0) - 1) > {SHARE_TOLERANCE}) as r"
    )
    return off


def _check_days(figures: Figures, table: CatalogTable) -> Iterator[StageLine]:
    calendar = figures.catalog.usable_tables.get(table.entry.calendar or "")
    day = calendar.entry.periods.get("day") if calendar else None
    time = table.time_column
    if calendar is None or day is None or time is None or not (_physical(calendar, day) and _physical(table, time)):
        return
    (missing,) = figures.counts(
        f"select count(distinct cast({quoted('t', time)} as date)) from {figures.source(table.name)} "  # noqa: S608  # quoted
        f"left join {figures.source(calendar.name, 'c')} "
        f"on cast({quoted('c', day)} as date) = cast({quoted('t', time)} as date) "
        f"where {quoted('c', day)} is null and {quoted('t', time)} is not null"
    )
    name = f"{table.name}: calendar {calendar.name}"
    if missing:
        message = f"it lacks {number_of(missing, 'day', 'days')} of {table.name}, which fall into no fiscal period"
        yield warned(name, "VRT-580", message, f"Add the missing days to {calendar.name}.")
    else:
        yield ok(name, f"it has every day of {table.name}")


def _physical(table: CatalogTable, name: str) -> bool:
    return name in table.usable and table.usable[name].physical and table.usable[name].sql is None
