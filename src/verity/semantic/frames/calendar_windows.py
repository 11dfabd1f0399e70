"""Rolling windows of N fiscal periods: the first day of the one that ends with a day, or with a period of the query.

A window begins after the place that its periods are moved to, N of them before: after the earlier period's end where it
ends with one, else after the same place there, after the last of a shorter one. Places are counted in units: the fiscal
periods of the query where the window is made of such (a unit belongs to the period that its first day lies in), else
days. Only periods that the calendar knows from their first day on are counted, so some windows have no beginning.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from sqlglot import exp

from verity.contracts.metric import Grain, Span
from verity.semantic.expressions import quoted
from verity.semantic.fragments import all_of, any_of
from verity.semantic.frames.calendar_days import (
    DAY,
    LENGTH,
    NUMBER,
    PLACE,
    WHOLE,
    CalendarDays,
    labelled,
    ordered,
    same,
    subquery,
)

UNIT, LOW, LAST = "unit", "low", "last"
_FIRST, _BEFORE, _BEFORE_LENGTH = "first", "before", "before_length"


@dataclass(frozen=True, slots=True)
class CalendarWindows:
    """Windows of one length over one calendar."""

    calendar: CalendarDays
    window: Span
    unit: Grain

    def lows(self, name: str) -> exp.Expr:
        """Every unit, and the first day of the window that ends with it."""
        return self.calendar.named(f"the last {self.window} by {self.unit}", self._lows, name)

    def earliest(self, since: date) -> exp.Subquery:
        """A day before which no window begins that ends in a range."""
        begins = [quoted(column, "windows") for column in (_BEFORE, _FIRST, WHOLE)]
        ends_in = exp.GTE(this=quoted(LAST, "windows"), expression=self.calendar.work.bind(since, "date"))
        return exp.Subquery(
            this=exp.Select(
                expressions=[exp.Min(this=exp.Coalesce(this=begins[0], expressions=begins[1:]))],
                from_=exp.From(this=self._windows("windows")),
                where=exp.Where(this=ends_in),
            )
        )

    def _lows(self) -> exp.Select:
        place, one = quoted(PLACE, "now"), exp.Literal.number(1)
        is_last = exp.EQ(this=place, expression=quoted(LENGTH, "windows"))
        is_beyond = exp.GTE(this=place.copy(), expression=quoted(_BEFORE_LENGTH, "windows"))
        is_whole = any_of([is_last, is_beyond])
        whole = exp.Case(
            ifs=[exp.If(this=is_whole, true=quoted(_FIRST, "windows"))], default=quoted(_BEFORE, "windows")
        )
        after = exp.Add(this=place.copy(), expression=one)
        at = exp.Case(ifs=[exp.If(this=is_whole.copy(), true=one.copy())], default=after)
        on: list[exp.Expr] = [
            exp.EQ(this=quoted(WHOLE, "then"), expression=whole),
            exp.EQ(this=quoted(PLACE, "then"), expression=at),
        ]
        return exp.Select(
            expressions=[labelled(quoted(UNIT, "now"), UNIT), labelled(quoted(UNIT, "then"), LOW)],
            from_=exp.From(this=self._placed("now")),
            joins=[
                exp.Join(this=self._windows("windows"), kind="INNER", on=same(WHOLE, "windows", "now")),
                exp.Join(this=self._placed("then"), kind="INNER", on=all_of(on)),
            ],
        )

    def _windows(self, name: str) -> exp.Expr:
        """Every known period; of the window that it ends the first, and the period before that with its length."""

        def back(count: int, of: str) -> exp.Join:
            number = exp.Sub(this=quoted(NUMBER, "own"), expression=exp.Literal.number(count))
            on = exp.EQ(this=quoted(NUMBER, of), expression=number)
            return exp.Join(this=self._wholes(of), side="LEFT", on=on)

        def made() -> exp.Select:
            return exp.Select(
                expressions=[
                    *(labelled(quoted(column, "own"), column) for column in (WHOLE, LENGTH, LAST)),
                    labelled(quoted(WHOLE, _FIRST), _FIRST),
                    labelled(quoted(WHOLE, _BEFORE), _BEFORE),
                    labelled(quoted(LENGTH, _BEFORE), _BEFORE_LENGTH),
                ],
                from_=exp.From(this=self._wholes("own")),
                joins=[back(self.window.count - 1, _FIRST), back(self.window.count, _BEFORE)],
            )

        return self.calendar.named(f"{self.window} back by {self.unit}", made, name)

    def _wholes(self, name: str) -> exp.Expr:
        """Every known period of the reach: its number, how many units it has, and its last day."""

        def made() -> exp.Select:
            counted = exp.Select(
                expressions=[
                    quoted(WHOLE, "units"),
                    labelled(exp.Count(this=quoted(UNIT, "units")), LENGTH),
                    labelled(exp.Max(this=quoted(LAST, "units")), LAST),
                ],
                from_=exp.From(this=self._units("units")),
                group=exp.Group(expressions=[exp.Literal.number(1)]),
            )
            number = exp.Window(this=exp.RowNumber(), order=ordered(quoted(WHOLE, "counted")))
            return exp.Select(
                expressions=[*(quoted(name, "counted") for name in (WHOLE, LENGTH, LAST)), labelled(number, NUMBER)],
                from_=exp.From(this=subquery(counted, "counted")),
            )

        return self.calendar.named(f"each {self.window.grain} by {self.unit}", made, name)

    def _placed(self, name: str) -> exp.Expr:
        """Every unit, the period that it lies in and its place there."""

        def made() -> exp.Select:
            unit, whole = quoted(UNIT, "units"), quoted(WHOLE, "units")
            place = exp.Window(this=exp.RowNumber(), partition_by=[whole.copy()], order=ordered(unit.copy()))
            return exp.Select(
                expressions=[unit, whole, labelled(place, PLACE)], from_=exp.From(this=self._units("units"))
            )

        return self.calendar.named(f"each {self.unit} within {self.window.grain}", made, name)

    def _units(self, name: str) -> exp.Expr:
        """Every unit with its last day and the known period that its first day lies in."""

        def made() -> exp.Select:
            days = self.calendar.select((DAY, UNIT, WHOLE), day="day", unit=self.unit, whole=self.window.grain)
            whole = exp.Min(this=quoted(WHOLE, "days"))
            return exp.Select(
                expressions=[
                    quoted(UNIT, "days"),
                    labelled(whole, WHOLE),
                    labelled(exp.Max(this=quoted(DAY, "days")), LAST),
                ],
                from_=exp.From(this=subquery(days, "days")),
                group=exp.Group(expressions=[exp.Literal.number(1)]),
                having=exp.Having(this=exp.GTE(this=whole.copy(), expression=self.calendar.first())),
            )

        return self.calendar.named(f"each {self.unit} and its {self.window.grain}", made, name)
