"""The days of a calendar as a SELECT, with the first days of the periods that they lie in."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

from sqlglot import exp

from verity.contracts.metric import Grain
from verity.data.members import CatalogTable
from verity.semantic.calendars import calendar_column
from verity.semantic.expressions import quoted
from verity.semantic.fragments import all_of, truncated
from verity.semantic.frames.spans import is_fiscal
from verity.semantic.join_graph import alias
from verity.semantic.relations import relation
from verity.semantic.work import Work

LONGEST_NAME = 60
"""Bytes of a table's name; PostgreSQL cuts names at 63."""
_NO_WORD = re.compile(r"\W+", re.ASCII)
DAY, PERIOD, WHOLE, PLACE, LENGTH, NUMBER = "day", "period", "whole", "place", "length", "number"


@dataclass(frozen=True, slots=True)
class CalendarDays:
    """A calendar table. Periods of plain grains are computed from its days, fiscal ones are its columns."""

    work: Work
    table: CatalogTable
    week_start: str = "monday"
    inline: bool = False
    """True: what it makes stands by itself, for a scan that may be read in another place of the statement."""

    def select(self, names: tuple[str, ...], **grains: Grain) -> exp.Select:
        """The days of which every one of these periods is known: the named columns of them, each row once."""
        columns = {name: self.column(grain) for name, grain in grains.items()}
        known: list[exp.Expr] = [exp.Not(this=exp.Is(this=c, expression=exp.Null())) for c in columns.values()]
        return exp.Select(
            expressions=[labelled(columns[name].copy(), name) for name in names],
            distinct=exp.Distinct(),
            from_=exp.From(this=self.read()),
            where=exp.Where(this=all_of(known)),
        )

    def named(self, what: str, make: Callable[[], exp.Select], name: str) -> exp.Expr:
        """A table of the statement's own, which is made once, whoever reads it: engines then compute it once, too."""
        if self.inline:
            return subquery(make(), name)
        tables, key = self.work.calendar_tables, f"{self.table.name}: {what}"
        if key not in tables:
            made = make()
            called = f"calendar_{len(tables) + 1}_{_NO_WORD.sub('_', what)}"[:LONGEST_NAME]
            tables[key] = exp.CTE(this=made, alias=exp.TableAlias(this=exp.Identifier(this=called, quoted=True)))
        own = exp.Identifier(this=tables[key].alias, quoted=True)
        return exp.Table(this=own, alias=exp.TableAlias(this=exp.Identifier(this=name, quoted=True)))

    def first(self) -> exp.Subquery:
        """The first day that the calendar has."""
        return exp.Subquery(
            this=exp.Select(expressions=[exp.Min(this=self.column("day"))], from_=exp.From(this=self.read()))
        )

    def known(self, grain: Grain, name: str) -> exp.Expr:
        """Every day, once, with the period (`whole`) that it lies in, of those whose beginning the calendar has."""
        return self.named(f"known by {grain}", lambda: self._known(grain), name)

    def _known(self, grain: Grain) -> exp.Select:
        whole = exp.Min(this=quoted(WHOLE, "days"))
        days = self.select((DAY, WHOLE), day="day", whole=grain)
        return exp.Select(
            expressions=[quoted(DAY, "days"), labelled(whole, WHOLE)],
            from_=exp.From(this=subquery(days, "days")),
            group=exp.Group(expressions=[exp.Literal.number(1)]),
            having=exp.Having(this=exp.GTE(this=whole.copy(), expression=self.first())),
        )

    def column(self, grain: Grain) -> exp.Expr:
        """The period that a day lies in, of a row of the table as `read` names it."""
        periods = self.table.entry.periods
        if grain == "day" or is_fiscal(grain):
            return calendar_column(self.work, self.table, periods[grain], self._at)
        return truncated(self.column("day"), "date", grain, self.week_start)[0]

    def read(self) -> exp.Expr:
        """The table."""
        return relation(self.work.model.catalog, self.table.name, self._at)

    @property
    def _at(self) -> str:
        return alias(self.table.name, ())


def ordered(node: exp.Expr) -> exp.Order:
    """ORDER BY one node."""
    return exp.Order(expressions=[exp.Ordered(this=node)])


def labelled(node: exp.Expr, name: str) -> exp.Alias:
    """node AS "name"."""
    return exp.Alias(this=node, alias=exp.Identifier(this=name, quoted=True))


def subquery(node: exp.Expr, name: str) -> exp.Subquery:
    """(node) AS "name"."""
    return exp.Subquery(this=node, alias=exp.TableAlias(this=exp.Identifier(this=name, quoted=True)))


def same(name: str, one: str, other: str) -> exp.Expr:
    """one."name" = other."name"."""
    return exp.EQ(this=quoted(name, one), expression=quoted(name, other))
