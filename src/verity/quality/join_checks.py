"""Hold the joins of a table against its data: does a join to one row find one, and how many rows find any."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence

from verity.contracts.run import StageLine
from verity.data.members import CatalogTable
from verity.data.model import JoinEntry
from verity.exceptions import EngineRefused
from verity.quality.figures import Figures, all_given, repeats
from verity.quality.lines import failed, number_of, ok, warned
from verity.semantic.dialects import printed
from verity.semantic.join_graph import SOURCE, TARGET, Hop, JoinGraph
from verity.semantic.types import NUMERIC, family
from verity.warehouse.sql_names import quoted

HARDLY_ANY = 0.01
"""Below this share of matching rows a join that declares no share is doubted."""
TOLERANCE = 0.05
"""How far the share may fall below the declared one before it is told."""


def check_joins(figures: Figures, table: CatalogTable, graph: JoinGraph) -> Iterator[StageLine]:
    """Every join of the table that the dictionary and the model understand; the others are told offline."""
    for name, entry in table.joins.items():
        hop = graph.hops(table.name).get(name)
        if hop is not None:
            yield from _check_join(figures, table, hop, entry)
        elif entry.integrity == "full" and (bridge := graph.bridge_of(table.name, name)) is not None:
            yield from _check_bridge(figures, table, name, bridge, entry)


def _check_bridge(
    figures: Figures, table: CatalogTable, name: str, bridge: Hop, entry: JoinEntry
) -> Iterator[StageLine]:
    """Whether every row of the table is named by the bridge that it is declared to be whole over."""
    target = figures.catalog.usable_tables[bridge.target]
    condition = _condition(bridge, table, target, figures.engine.dialect)
    if condition is None:
        yield StageLine(name=f"{table.name}: join {name}", status="skipped", message="not counted: a derived column")
        return
    try:
        yield _share(figures, bridge, entry, table, condition, name)
    except EngineRefused as error:
        yield warned(f"{table.name}: join {name}", "VRT-579", f"not counted: {error.message}", error.remedy)


def _check_join(figures: Figures, table: CatalogTable, hop: Hop, entry: JoinEntry) -> Iterator[StageLine]:
    name = f"{table.name}: join {hop.name}"
    target = figures.catalog.usable_tables[hop.target]
    condition = _condition(hop, table, target, figures.engine.dialect)
    if condition is None:
        yield StageLine(name=name, status="skipped", message="not counted: it joins on a derived column")
        return
    try:
        doubles = list(_check_one(figures, hop, entry, (table, target), condition))
        yield from doubles
        yield _share(figures, hop, entry, table, condition)
    except EngineRefused as error:
        yield warned(name, "VRT-579", f"not counted: {error.message}", error.remedy)


def _check_one(
    figures: Figures, hop: Hop, entry: JoinEntry, tables: tuple[CatalogTable, CatalogTable], condition: str
) -> Iterator[StageLine]:
    """Each side of which the join says that it is one row is unique."""
    source, target = tables
    sides = []
    if entry.type in ("many_to_one", "one_to_one"):
        sides.append((target, tuple(theirs for _, theirs in hop.pairs)))
    if entry.type in ("one_to_many", "one_to_one"):
        sides.append((source, tuple(ours for ours, _ in hop.pairs)))
    for side, columns in sides:
        if not columns:
            yield from _check_fan_out(figures, hop, entry, source, condition)
            return
        keys, rows = repeats(figures, side, columns)
        if keys:
            message = (
                f"declared {entry.type}, but {', '.join(columns)} of {side.name} is not unique: "
                f"{number_of(keys, 'value stands', 'values stand')} in {rows:,} rows, so rows would count twice"
            )
            yield failed(
                f"{source.name}: join {hop.name}",
                "VRT-573",
                message,
                f"Remove the duplicates from {side.name} in its model, or declare what the join really is.",
            )


def _check_fan_out(
    figures: Figures, hop: Hop, entry: JoinEntry, source: CatalogTable, condition: str
) -> Iterator[StageLine]:
    """A join on a condition: count what it would multiply."""
    if entry.type == "one_to_many":
        return
    rows, joined = figures.counts(
        f"select (select count(*) from {figures.source(source.name, SOURCE)}), "  # noqa: S608  # quoted
        f"(select count(*) from {figures.source(source.name, SOURCE)} "
        f"left join {figures.source(hop.target, TARGET)} on {condition})"
    )
    if joined > rows:
        message = f"declared {entry.type}, but {rows:,} rows become {joined:,} over it: it finds several rows for one"
        yield failed(f"{source.name}: join {hop.name}", "VRT-573", message, "Narrow its condition to one row.")


def _share(
    figures: Figures, hop: Hop, entry: JoinEntry, source: CatalogTable, condition: str, called: str = ""
) -> StageLine:
    """How many rows find a partner, of those that name one."""
    given = all_given([ours for ours, _ in hop.pairs], SOURCE) or "true"
    rows, named, matched = figures.counts(
        f"select (select count(*) from {figures.source(source.name, SOURCE)}), "  # noqa: S608  # quoted
        f"(select count(*) from {figures.source(source.name, SOURCE)} where {given}), "
        f"(select count(*) from {figures.source(source.name, SOURCE)} "
        f"where exists (select 1 from {figures.source(hop.target, TARGET)} where {condition}))"
    )
    name = f"{source.name}: join {called or hop.name}"
    share = matched / named if named else 1.0
    message = f"{_percent(share)} of rows match ({matched:,} of {named:,})"
    if rows > named:
        message += f"; {number_of(rows - named, 'names', 'name')} no partner"
    if entry.integrity == "full" and matched < rows:
        wanted = "Remove 'integrity: full', or complete the data: rows would be lost or kept wrongly."
        return failed(
            name, "VRT-574", f"declared 'integrity: full', but {rows - matched:,} rows find no partner", wanted
        )
    if entry.matched is not None and share < entry.matched - TOLERANCE:
        return warned(name, "VRT-574", f"{message}; it was {_percent(entry.matched)}", "Has a source stopped coming?")
    if entry.matched is None and share < HARDLY_ANY:
        return warned(name, "VRT-574", message, "Does it join on the right columns?")
    return ok(name, message, rows=matched)


def _condition(hop: Hop, source: CatalogTable, target: CatalogTable, dialect: str) -> str | None:
    """The join's condition over the aliases `source` and `target`; None where a column of it is derived."""
    if hop.condition is not None:
        return printed(hop.condition.copy(), dialect)
    parts = [_equal(source, ours, target, theirs) for ours, theirs in hop.pairs]
    return None if None in parts else " and ".join(part for part in parts if part)


def _equal(source: CatalogTable, ours: str, target: CatalogTable, theirs: str) -> str | None:
    sides = (source.usable.get(ours), target.usable.get(theirs))
    if any(side is None or side.sql is not None for side in sides):
        return None
    kinds: Sequence[str] = [family(side.type) for side in sides if side]
    left, right = quoted(SOURCE, ours), quoted(TARGET, theirs)
    if "text" in kinds and NUMERIC & set(kinds):  # an id kept as text on one side, as the compiler joins it
        return f"cast({left} as text) = cast({right} as text)"
    return f"{left} = {right}"


def _percent(share: float) -> str:
    """Rounded down, so that 100 % means every row."""
    return "less than 0.01 %" if 0 < share < 0.0001 else f"{math.floor(share * 10_000) / 100:g} %"
