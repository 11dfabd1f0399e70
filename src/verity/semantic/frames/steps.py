"""Periods of a fiscal calendar and the earlier ones that they are compared with, as SELECTs over the calendar.

A period moved by its own kind goes to the one so many before it. Moved by a longer one (weeks by a year) it goes to the
one at the same place there, counted from 1: the 53rd week of a year has none in a year of 52. A period belongs to the
longer one that its first day lies in. What the calendar only knows the end of, having begun later, has no places.
A day of a range goes to the day at the same place of its period; days beyond the end of a shorter one to its last.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from sqlglot import exp

from verity.contracts.metric import Grain, Span
from verity.semantic.expressions import quoted
from verity.semantic.fragments import all_of
from verity.semantic.frames.calendar_days import (
    DAY,
    LENGTH,
    NUMBER,
    PERIOD,
    PLACE,
    WHOLE,
    CalendarDays,
    labelled,
    ordered,
    same,
    subquery,
)
from verity.semantic.frames.spine import TIME

EARLIER, HIGH = "earlier", "high"


@dataclass(frozen=True, slots=True)
class Steps:
    """Periods of one grain moved back by a fiscal span, of that grain or a longer one."""

    calendar: CalendarDays
    grain: Grain
    span: Span

    def steps(self, name: str) -> exp.Expr:
        """Each period and the earlier one, no two of which share it; periods that have none are absent."""
        return self.calendar.named(f"{self.span} before each {self.grain}", self._steps, name)

    def _steps(self) -> exp.Select:
        shift = exp.Add(this=quoted(NUMBER, "then"), expression=exp.Literal.number(self.span.count))
        on = [exp.EQ(this=quoted(NUMBER, "now"), expression=shift), same(PLACE, "now", "then")]
        return exp.Select(
            expressions=[labelled(quoted(PERIOD, "now"), PERIOD), labelled(quoted(PERIOD, "then"), EARLIER)],
            from_=exp.From(this=self._places("now")),
            joins=[exp.Join(this=self._places("then"), kind="INNER", on=all_of(list(on)))],
        )

    def earlier_days(self, since: date | None, until: date | None) -> exp.Select:
        """The days that are moved into a range."""
        if self.grain == "day":
            return exp.Select(
                expressions=[quoted(EARLIER, "steps")],
                from_=exp.From(this=self.steps("steps")),
                where=exp.Where(this=self.within(quoted(PERIOD, "steps"), since, until)),
            )
        return self._moved_days([labelled(quoted(DAY, "before"), DAY)], since, until)

    def earlier_ends(self, until: date) -> exp.Select:
        """Each period before the excluded end, and the last day of the earlier one that is compared with its days."""
        if self.grain == "day":
            select = self.earlier_days(None, until)
            select.set("expressions", [quoted(PERIOD, "steps"), labelled(quoted(EARLIER, "steps"), HIGH)])
            return select
        high = labelled(exp.Max(this=quoted(DAY, "before")), HIGH)
        select = self._moved_days([labelled(quoted(PERIOD, "steps"), PERIOD), high], None, until)
        select.set("group", exp.Group(expressions=[exp.Literal.number(1)]))
        return select

    def earlier_day(self, last: date, until: date) -> exp.Subquery:
        """The day that the last day before an excluded end is compared with; NULL where the calendar lacks that day."""
        days = self.calendar.select((PERIOD,), day="day", period=self.grain)
        days.set("where", exp.Where(this=all_of([days.args["where"].this, self._is(last)])))
        ends = self.earlier_ends(until)
        return exp.Subquery(
            this=exp.Select(
                expressions=[exp.Max(this=quoted(HIGH, "ends"))],
                from_=exp.From(this=subquery(ends, "ends")),
                where=exp.Where(this=exp.In(this=quoted(PERIOD, "ends"), query=exp.Subquery(this=days))),
            )
        )

    def periods(self, first: exp.Expr, last: exp.Expr) -> exp.Select:
        """The periods that hold a day between two."""
        day = quoted(DAY, "days")
        held = exp.Between(this=day, low=first, high=last)
        return exp.Select(
            expressions=[labelled(quoted(PERIOD, "days"), TIME)],
            distinct=exp.Distinct(),
            from_=exp.From(this=subquery(self._days(DAY, PERIOD), "days")),
            where=exp.Where(this=held),
        )

    def within(self, day: exp.Expr, since: date | None, until: date | None) -> exp.Expr:
        """That a day lies in a range."""
        ends: list[exp.Expr] = []
        if since is not None:
            ends.append(exp.GTE(this=day, expression=self.calendar.work.bind(since, "date")))
        if until is not None:
            ends.append(exp.LT(this=day.copy(), expression=self.calendar.work.bind(until, "date")))
        return all_of(ends)

    def _is(self, day: date) -> exp.Expr:
        return exp.EQ(this=self.calendar.column("day"), expression=self.calendar.work.bind(day, "date"))

    def _moved_days(self, expressions: list[exp.Expr], since: date | None, until: date | None) -> exp.Select:
        """The days (`before`) of earlier periods that are compared with days (`after`) of a range."""
        last = exp.Least(this=quoted(PLACE, "before"), expressions=[quoted(LENGTH, "after")])
        at = exp.EQ(this=quoted(PLACE, "after"), expression=last)
        then = exp.EQ(this=quoted(EARLIER, "steps"), expression=quoted(PERIOD, "before"))
        return exp.Select(
            expressions=expressions,
            from_=exp.From(this=self._counted_days("before")),
            joins=[
                exp.Join(this=self.steps("steps"), kind="INNER", on=then),
                exp.Join(
                    this=self._counted_days("after"),
                    kind="INNER",
                    on=all_of([same(PERIOD, "after", "steps"), at]),
                ),
            ],
            where=exp.Where(this=self.within(quoted(DAY, "after"), since, until)),
        )

    def _places(self, name: str) -> exp.Expr:
        """Every period, the number of the longer one that it belongs to, and its place there."""
        return self.calendar.named(f"{self.grain} within {self.span.grain}", self._placed, name)

    def _placed(self) -> exp.Select:
        number = exp.Window(this=exp.DenseRank(), order=ordered(quoted(WHOLE, "held")))
        place = exp.Window(
            this=exp.RowNumber(), partition_by=[quoted(WHOLE, "held")], order=ordered(quoted(PERIOD, "held"))
        )
        return exp.Select(
            expressions=[quoted(PERIOD, "held"), labelled(number, NUMBER), labelled(place, PLACE)],
            from_=exp.From(this=subquery(self._held(), "held")),
        )

    def _held(self) -> exp.Select:
        """Every period with the longer one that its first day lies in, from the first whose beginning is known."""
        whole = exp.Min(this=quoted(WHOLE, "days"))
        return exp.Select(
            expressions=[quoted(PERIOD, "days"), labelled(whole, WHOLE)],
            from_=exp.From(this=subquery(self._days(PERIOD, WHOLE), "days")),
            group=exp.Group(expressions=[exp.Literal.number(1)]),
            having=exp.Having(this=exp.GTE(this=whole.copy(), expression=self.calendar.first())),
        )

    def _counted_days(self, name: str) -> exp.Expr:
        """Every day, its period, its place there, and how many days that has."""
        return self.calendar.named(f"days within {self.grain} and {self.span.grain}", self._counted, name)

    def _counted(self) -> exp.Select:
        period = quoted(PERIOD, "days")
        place = exp.Window(this=exp.RowNumber(), partition_by=[period], order=ordered(quoted(DAY, "days")))
        length = exp.Window(this=exp.Count(this=quoted(DAY, "days")), partition_by=[period.copy()])
        return exp.Select(
            expressions=[quoted(DAY, "days"), period.copy(), labelled(place, PLACE), labelled(length, LENGTH)],
            from_=exp.From(this=subquery(self._days(DAY, PERIOD), "days")),
        )

    def _days(self, *names: str) -> exp.Select:
        """The calendar's days that lie in a period, each with these columns, once."""
        return self.calendar.select(names, day="day", period=self.grain, whole=self.span.grain)
