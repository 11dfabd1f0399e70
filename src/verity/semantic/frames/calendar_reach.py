"""What accumulations reach over where a calendar says the periods: days from a `low` up to a `high`, as SELECTs.

A period ends with its last day in the calendar, or with the last one of the range. A fiscal period to date begins with
the period that this day lies in; where a rolling window of them begins, `calendar_windows.py` says. A row counts where
its day lies in a fiscal period that the calendar knows from its first day on, so that accumulations are those periods'
own values added up; where the calendar begins later there are none.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from sqlglot import exp

from verity.contracts.metric import GRAINS, Grain, Span
from verity.exceptions import InternalError
from verity.semantic.expressions import quoted
from verity.semantic.fragments import truncated
from verity.semantic.frames.calendar_days import DAY, PERIOD, WHOLE, CalendarDays, labelled, same, subquery
from verity.semantic.frames.calendar_windows import LAST, LOW, UNIT, CalendarWindows
from verity.semantic.frames.spans import is_fiscal, moved
from verity.semantic.frames.spine import TIME
from verity.semantic.frames.steps import EARLIER, HIGH, Steps
from verity.semantic.work import CalendarReach

_REACHED, _ENDS, _SHOWN, _STEPS, _CUT = "reached", "ends", "shown", "steps", "cut"


@dataclass(frozen=True, slots=True)
class Reaches:
    """The reach of one frame over one calendar."""

    calendar: CalendarDays
    of: CalendarReach

    @property
    def fiscal(self) -> Grain | None:
        """The fiscal periods that it reaches over; None where it goes by plain days."""
        reach = self.of.reach
        grain = reach.window.grain if reach.window is not None else reach.to_date
        return grain if is_fiscal(grain) else None

    @property
    def has_low(self) -> bool:
        """False for all time."""
        return self.of.reach.window is not None or self.of.reach.to_date is not None

    # --- where the periods of the query reach back to ---------------------------------------------------------------

    def spine(self, first: exp.Expr, last: exp.Expr) -> exp.Select:
        """Every period that holds a day from the first to the last, and what it reaches over: `t`, `low` and `high`.

        Where periods are moved, `t` are those of the query, and earlier ones reach for them.
        """
        select, period, high, end = self._now(first, last) if self.of.span is None else self._moved()
        select.set("distinct", exp.Distinct())  # no row is there twice; PostgreSQL then makes it before it joins rows
        select.append("expressions", labelled(high, HIGH))
        if self.has_low:
            select.append("expressions", labelled(self._low(select, period, high.copy(), end), LOW))
        return select

    def _now(self, first: exp.Expr, last: exp.Expr) -> tuple[exp.Select, exp.Expr, exp.Expr, exp.Expr]:
        until = self.of.until
        inside = exp.Between(this=quoted(DAY, "days"), low=first, high=last)
        on = same(PERIOD, _ENDS, _SHOWN)
        select = exp.Select(
            expressions=[labelled(quoted(PERIOD, _SHOWN), TIME)],
            from_=exp.From(this=subquery(self._holding(inside), _SHOWN)),
            joins=[exp.Join(this=subquery(self._ends(), _ENDS), kind="INNER", on=on)],
        )
        return select, quoted(PERIOD, _SHOWN), quoted(LAST if until is None else HIGH, _ENDS), quoted(LAST, _ENDS)

    def _moved(self) -> tuple[exp.Select, exp.Expr, exp.Expr, exp.Expr]:
        steps, earlier = self._steps(), quoted(EARLIER, _STEPS)
        on = exp.EQ(this=quoted(PERIOD, _ENDS), expression=earlier.copy())
        select = exp.Select(
            expressions=[labelled(quoted(PERIOD, _STEPS), TIME)],
            from_=exp.From(this=steps.steps(_STEPS)),
            joins=[exp.Join(this=subquery(self._ends(), _ENDS), kind="INNER", on=on)],
        )
        if self.of.since is not None or self.of.until is not None:  # the others would be made for nobody
            select.set("where", exp.Where(this=self._in_range(quoted(PERIOD, _STEPS))))
        if self.of.until is None:
            return select, earlier, quoted(LAST, _ENDS), quoted(LAST, _ENDS)
        cut = subquery(steps.earlier_ends(self.of.until), _CUT)
        select.append("joins", exp.Join(this=cut, kind="INNER", on=same(PERIOD, _CUT, _STEPS)))
        return select, earlier, quoted(HIGH, _CUT), quoted(LAST, _ENDS)

    def _in_range(self, period: exp.Expr) -> exp.Expr:
        inside = self._steps().within(quoted(DAY, "days"), self.of.since, self.of.until)
        return exp.In(this=period, query=exp.Subquery(this=self._holding(inside)))

    def _holding(self, condition: exp.Expr) -> exp.Select:
        """The periods that hold such a day."""
        return exp.Select(
            expressions=[quoted(PERIOD, "days")],
            distinct=exp.Distinct(),
            from_=exp.From(this=subquery(self._days(), "days")),
            where=exp.Where(this=condition),
        )

    def _ends(self) -> exp.Select:
        """The last day of each period, and the last one in the range."""
        day, until = quoted(DAY, "days"), self.of.until
        columns: list[exp.Expr] = [quoted(PERIOD, "days"), labelled(exp.Max(this=day), LAST)]
        if until is not None and self.of.span is None:
            before = exp.LT(this=day.copy(), expression=self.calendar.work.bind(until, "date"))
            inside = exp.Case(ifs=[exp.If(this=before, true=day.copy())])
            columns.append(labelled(exp.Max(this=inside), HIGH))
        return exp.Select(
            expressions=columns,
            from_=exp.From(this=subquery(self._days(), "days")),
            group=exp.Group(expressions=[exp.Literal.number(1)]),
        )

    def _days(self) -> exp.Select:
        return self.calendar.select((DAY, PERIOD), day="day", period=self.of.grain)

    def _low(self, select: exp.Select, period: exp.Expr, high: exp.Expr, end: exp.Expr) -> exp.Expr:
        """The first day of a reach, joined to the SELECT where the calendar says it."""
        if self.fiscal is None:
            return self._plain_low(high, end)
        windows = self._windows()
        at = high if windows is None else end if windows.unit == "day" else period
        on = exp.EQ(this=quoted(UNIT, _REACHED), expression=at.copy())
        select.append("joins", exp.Join(this=self._lows(_REACHED), kind="INNER", on=on))
        return quoted(LOW, _REACHED)

    def _plain_low(self, high: exp.Expr, end: exp.Expr) -> exp.Expr:
        reach = self.of.reach
        if reach.window is not None:
            return moved(moved(end, "date", Span(1, "day")), "date", reach.window, back=True)
        return truncated(high, "date", reach.to_date or "day", self.calendar.week_start)[0]

    def _lows(self, name: str) -> exp.Expr:
        """Every day of a known fiscal period (or period of the query), and the first day of the reach that it ends."""
        windows = self._windows()
        if windows is not None:
            return windows.lows(name)
        return self.calendar.named(f"{self.fiscal} to date", self._to_date_lows, name)

    def _to_date_lows(self) -> exp.Select:
        return exp.Select(
            expressions=[labelled(quoted(DAY, "known"), UNIT), labelled(quoted(WHOLE, "known"), LOW)],
            from_=exp.From(this=self.known("known")),
        )

    def _windows(self) -> CalendarWindows | None:
        """Of a rolling window of fiscal periods: where it begins."""
        window, grain = self.of.reach.window, self.of.grain
        if window is None or self.fiscal is None:
            return None
        is_made_of = self.of.grouped and is_fiscal(grain) and GRAINS.index(grain) <= GRAINS.index(window.grain)
        return CalendarWindows(self.calendar, window, grain if is_made_of else "day")

    def known(self, name: str) -> exp.Expr:
        """Every day with its fiscal period, of those that the calendar knows from their first day on."""
        if self.fiscal is None:
            raise InternalError("a reach over no fiscal periods has none")
        return self.calendar.known(self.fiscal, name)

    # --- which rows are read ----------------------------------------------------------------------------------------

    def conditions(self, day: exp.Expr) -> list[exp.Expr]:
        """What the day of a row must meet to count in any period; of the one value without periods: in it."""
        made: list[exp.Expr] = []
        if self.fiscal is not None:
            known = exp.Select(expressions=[quoted(DAY, "known")], from_=exp.From(this=self.known("known")))
            made.append(exp.In(this=day.copy(), query=exp.Subquery(this=known)))
        if not self.of.grouped:
            return made + self._of_the_whole(day)
        if self.fiscal is not None and self.of.since is not None and self.of.span is None:
            made.append(exp.GTE(this=day.copy(), expression=self._earliest(self.of.since)))
        return made

    def _earliest(self, since: date) -> exp.Subquery:
        """A day before which no period that ends in the range reaches."""
        windows = self._windows()
        if windows is not None:
            return windows.earliest(since)
        after = exp.GTE(this=quoted(DAY, "known"), expression=self.calendar.work.bind(since, "date"))
        begins = exp.Select(
            expressions=[exp.Min(this=quoted(WHOLE, "known"))],
            from_=exp.From(this=self.known("known")),
            where=exp.Where(this=after),
        )
        return exp.Subquery(this=begins)

    def _of_the_whole(self, day: exp.Expr) -> list[exp.Expr]:
        """The days up to the end of the range, or up to the earlier day that it is compared with."""
        until = self.of.until
        if until is None:
            raise InternalError("a reach without periods has no end")
        last = until - timedelta(days=1)
        if self.of.span is None:
            end: exp.Expr = self.calendar.work.bind(last, "date")
            made: list[exp.Expr] = []
        else:
            end = self._steps().earlier_day(last, until)
            made = [exp.LTE(this=day.copy(), expression=end.copy())]
        if self.fiscal is not None:
            made.append(exp.GTE(this=day.copy(), expression=self._low_of(end)))
        elif self.has_low and self.of.span is not None:
            made.append(exp.GTE(this=day.copy(), expression=self._plain_low(end, end.copy())))
        return made

    def _low_of(self, end: exp.Expr) -> exp.Subquery:
        """The first day of the reach that ends with a day."""
        return exp.Subquery(
            this=exp.Select(
                expressions=[exp.Min(this=quoted(LOW, "lows"))],
                from_=exp.From(this=self._lows("lows")),
                where=exp.Where(this=exp.EQ(this=quoted(UNIT, "lows"), expression=end)),
            )
        )

    def _steps(self) -> Steps:
        if self.of.span is None:
            raise InternalError("a reach that is not moved has no steps")
        return Steps(self.calendar, self.of.grain, self.of.span)
