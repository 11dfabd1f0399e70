"""Periods of a time: plain ones by date arithmetic, fiscal ones by an equal join on the day with a calendar table.

A calendar is a table of one row a day, `periods: {day: ..., fiscal_month: ...}`; each column holds the first day of the
period that the day lies in, so 4-4-5, 4-5-4 and any other year are only different rows. A day that the calendar lacks
is in the period NULL. The first day of a week is the `week_start` of the table that the query's metric belongs to.
"""

from __future__ import annotations

from sqlglot import exp

from verity.contracts.metric import Grain
from verity.data.members import CatalogTable
from verity.exceptions import CalendarMissing
from verity.semantic import types
from verity.semantic.clock import on_wall, zone_of
from verity.semantic.expressions import Bound
from verity.semantic.fragments import Typed, all_of, truncated
from verity.semantic.join_graph import Path, alias
from verity.semantic.joins import Tables, policy_predicate
from verity.semantic.relations import relation
from verity.semantic.types import Type
from verity.semantic.work import Scan, Work

FISCAL = "fiscal_"


def period(work: Work, scan: Scan, tables: Tables, path: Path, column: str, bound: Bound, grain: Grain) -> Typed:
    """The first moment of the period that a time lies in, `column` of the table at the end of `path`.

    Raises `CalendarMissing` for a fiscal grain without a calendar.
    """
    zone = zone_of(work.query.timezone)
    wall = on_wall(bound.node.copy(), bound.type, zone)
    of: Type = "timestamp" if bound.type == "timestamptz" else bound.type
    if not grain.startswith(FISCAL):
        return truncated(wall, of, grain, week_start(work, scan, path) if grain == "week" else "monday")
    calendar = calendar_of(work, scan.root, path)
    if calendar is None or grain not in calendar.entry.periods:
        raise CalendarMissing(
            f"'{'.'.join((scan.root, *path, column))}' has no {grain}",
            remedy=f"Name a table with that period under `calendar` of '{scan.root}', or ask by "
            f"{grain.removeprefix(FISCAL)}.",
        )
    day = wall if of == "date" else types.cast(wall, "date")
    at = tables.also((*path, f"calendar({column})"), lambda name: _joined(work, scan, calendar, name, day))
    return calendar_column(work, calendar, calendar.entry.periods[grain], at), "date"


def week_start(work: Work, scan: Scan, path: Path) -> str:
    """The weekday that weeks begin with, as the scan's root says, else the table that holds the time."""
    tables = work.model.catalog.usable_tables
    own = tables[scan.root].entry
    said = "week_start" in own.model_fields_set
    return own.week_start if said else tables[_holder(work, scan.root, path)].entry.week_start


def calendar_of(work: Work, root: str, path: Path) -> CatalogTable | None:
    """The calendar that the times of a root follow: the root's, else that of the table that holds the time."""
    tables = work.model.catalog.usable_tables
    name = tables[root].entry.calendar or tables[_holder(work, root, path)].entry.calendar
    calendar = tables.get(name) if name else None
    if calendar is None or "day" not in calendar.entry.periods:
        return None
    used = calendar.entry.periods.values()
    return calendar if all(column in calendar.usable for column in used) else None


def _joined(work: Work, scan: Scan, calendar: CatalogTable, at: str, day: exp.Expr) -> exp.Join:
    conditions: list[exp.Expr] = [
        exp.EQ(this=calendar_column(work, calendar, calendar.entry.periods["day"], at), expression=day)
    ]
    policy = policy_predicate(work, scan, calendar.name, (), calendar.name)
    if policy is not None:
        conditions.append(_under(policy, calendar, at))
    scan.joined.append((at, calendar.name, "left"))
    return exp.Join(this=relation(work.model.catalog, calendar.name, at), side="LEFT", on=all_of(conditions))


def calendar_column(work: Work, calendar: CatalogTable, name: str, at: str) -> exp.Expr:
    """A column of the calendar as a date, read under an alias of its own."""
    bound = work.model.binder.column(calendar.name, (), name)
    node = _under(bound.node.copy(), calendar, at)
    return node if bound.type == "date" else types.cast(node, "date")


def _under(node: exp.Expr, calendar: CatalogTable, at: str) -> exp.Expr:
    own = alias(calendar.name, ())
    for column in list(node.find_all(exp.Column)):
        if column.table == own:
            column.set("table", exp.Identifier(this=at, quoted=True))
    return node


def _holder(work: Work, root: str, path: Path) -> str:
    return work.model.graph.target(root, path)


def refuse_unlike_periods(work: Work) -> None:
    """Raise `CalendarMissing` where one column of the result would hold weeks or fiscal periods of two kinds."""
    for index, asked in enumerate(work.dimensions):
        if asked.grain is None or not (asked.grain == "week" or asked.grain.startswith(FISCAL)):
            continue
        found: dict[str, str] = {}
        for scan in work.scans:
            path = scan.dimensions[index].path
            if asked.grain == "week":
                found.setdefault(f"weeks from {week_start(work, scan, path)}", scan.root)
            elif (calendar := calendar_of(work, scan.root, path)) is not None:
                found.setdefault(f"the calendar '{calendar.name}'", scan.root)
        if len(found) > 1:
            (one, first), (other, second) = list(found.items())[:2]
            raise CalendarMissing(
                f"'{first}' has {one}, '{second}' {other}: their periods by {asked.grain} are not the same",
                remedy="Ask for their metrics one by one, or by another grain.",
            )
