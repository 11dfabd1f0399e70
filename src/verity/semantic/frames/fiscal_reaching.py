"""Accumulations by a fiscal calendar written: days of rows, and the days that each period of the spine reaches over.

To date and over all time, a group's days and the ends of its periods stand in one order, and windows run over both.
Over rolling windows, and for what cannot be made of parts, rows are joined to the periods that reach over their day.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from sqlglot import exp

from verity.exceptions import InternalError
from verity.semantic.expressions import quoted
from verity.semantic.fragments import all_of, truncated
from verity.semantic.frames.atoms import Atom
from verity.semantic.frames.calendar_days import DAY, WHOLE, labelled, subquery
from verity.semantic.frames.calendar_reach import Reaches
from verity.semantic.frames.calendar_windows import LOW
from verity.semantic.frames.fiscal import reaches_of, require_one_calendar
from verity.semantic.frames.reaching import Reached, Read, table_named
from verity.semantic.frames.spine import TIME, bound, last_moment, typed_null
from verity.semantic.frames.steps import HIGH
from verity.semantic.work import Axis, Frame, Work

_MARK, _MARKED, _KNOWN = "mark", "marked", "known"


def read_calendar_reach(work: Work, frame: Frame, axis: Axis) -> Iterator[Read]:
    """As `read_reach`, by the calendar that `frame.work.reached` speaks of."""
    require_one_calendar(work, axis)
    for number, scan in enumerate(frame.work.scans):
        reaches = reaches_of(frame.work, scan)
        if reaches is None:
            raise InternalError("a frame that reaches over no calendar")
        name = f"{frame.work.scans[0].root}.{work.frames.index(frame)}.{number}"
        yield _Fiscal(work, frame, axis, scan, name).by(reaches)


class _Fiscal(Reached):
    """One scan of a frame that reaches back by a calendar."""

    _reaches: Reaches

    def by(self, reaches: Reaches) -> Read:
        """As the values can be made of parts or not."""
        self._reaches = reaches
        finest = self._axis.indices[0] if self._axis.indices else None
        if finest is None or finest not in self._frame.indices:
            return self._plain()
        atoms = None if self._scan.fan_out else self._atoms()
        if atoms is None:
            return self._of_rows(finest)
        return self._by_marks(finest, atoms) if self._reach.window is None else self._of_parts(finest, atoms)

    @property
    def _is_open(self) -> bool:
        """True where the rows say which periods there are; those that are moved are of the query's own."""
        return super()._is_open and self._reaches.of.span is None

    def _add_spine(self, finest: int, back: int = 0) -> None:
        del back
        since, until = self._frame.since, self._frame.until
        first = self._of_data(exp.Min, finest) if since is None else self._day(since)
        last = self._of_data(exp.Max, finest) if until is None else self._day(last_moment(until))
        self._add_table(self._spine, self._reaches.spine(first, last))

    def _day(self, moment: date) -> exp.Expr:
        return bound(self._work, moment, "day", self._week)

    def _of_data(self, kind: type[exp.Func], finest: int) -> exp.Expr:
        """The first or last day of the rows."""
        found = exp.Select(
            expressions=[kind(this=quoted(f"d{finest}", self._rows))], from_=exp.From(this=table_named(self._rows))
        )
        return exp.Subquery(this=found)

    def _within(self, moment: exp.Expr) -> exp.Expr:
        parts: list[exp.Expr] = [exp.LTE(this=moment, expression=quoted(HIGH, self._spine))]
        if self._reaches.has_low:
            parts.append(exp.GTE(this=moment.copy(), expression=quoted(LOW, self._spine)))
        return all_of(parts)

    # --- running windows over days and the ends of periods ----------------------------------------------------------

    def _by_marks(self, finest: int, atoms: list[list[Atom]]) -> Read:
        """A row for every end of a period among the days of its group; the windows up to it are its values."""
        width = self._add_parts(atoms)
        self._add_spine(finest)
        flat = [atom for own in atoms for atom in own]
        others = [f"d{i}" for i in self._frame.indices if i != finest]
        keys = [*others, *([WHOLE] if self._reaches.has_low else [])]

        def over(node: exp.Expr) -> exp.Expr:
            order = [exp.Ordered(this=quoted(name, _MARKED)) for name in (DAY, _MARK)]
            return exp.Window(
                this=node,
                partition_by=[quoted(key, _MARKED) for key in keys],
                order=exp.Order(expressions=order),
                spec=exp.WindowSpec(kind="ROWS", start="UNBOUNDED", start_side="PRECEDING", end="CURRENT ROW"),
            )

        columns = [atom.again(quoted(f"v{j}", _MARKED), over) for j, atom in enumerate(flat)]
        values = self._rebuilt(atoms, columns)
        inner = exp.Select(
            expressions=[
                labelled(quoted(TIME, _MARKED), f"d{finest}"),
                *(quoted(name, _MARKED) for name in (*others, _MARK)),
                *(labelled(values[m.member], f"v{j}") for j, m in enumerate(self._scan.metrics)),
                labelled(over(exp.Count(this=quoted("held", _MARKED))), "held"),
            ],
            from_=exp.From(this=subquery(self._marked(finest, others, width), _MARKED)),
        )
        ends = exp.EQ(this=quoted(_MARK, "reached"), expression=exp.Literal.number(1))
        held = exp.GT(this=quoted("held", "reached"), expression=exp.Literal.number(0))
        outer = exp.Select(from_=exp.From(this=subquery(inner, "reached")), where=exp.Where(this=all_of([ends, held])))
        shown = {m.member: quoted(f"v{j}", "reached") for j, m in enumerate(self._scan.metrics)}
        return Read(outer, self._dimensions("reached"), dict(shown), tuple(self._tables))

    def _marked(self, finest: int, others: list[str], width: int) -> exp.Union:
        """The days of every group, and the ends of all periods in each of them."""
        day, has_low = quoted(f"d{finest}", self._rows), self._reaches.has_low
        values: list[exp.Expr] = [quoted(f"v{j}", self._rows) for j in range(width)]
        own = exp.Select(
            expressions=[
                *(quoted(name, self._rows) for name in others),
                labelled(day, DAY),
                *([labelled(self._whole(day.copy()), WHOLE)] if has_low else []),
                labelled(exp.Literal.number(0), _MARK),
                labelled(typed_null("date"), TIME),
                *values,
                labelled(exp.Literal.number(1), "held"),
            ],
            from_=exp.From(this=table_named(self._rows)),
        )
        if self._reaches.fiscal is not None:
            on = exp.EQ(this=quoted(DAY, _KNOWN), expression=day.copy())
            own.set("joins", [exp.Join(this=self._reaches.known(_KNOWN), kind="INNER", on=on)])
        ends = exp.Select(
            expressions=[
                *(quoted(name, "groups") for name in others),
                quoted(HIGH, self._spine),
                *([quoted(LOW, self._spine)] if has_low else []),
                exp.Literal.number(1),
                quoted(TIME, self._spine),
                *(exp.Null() for _ in range(width + 1)),
            ],
            from_=exp.From(this=table_named(self._spine)),
        )
        if others:
            groups = exp.Select(
                expressions=[quoted(name, self._rows) for name in others],
                distinct=exp.Distinct(),
                from_=exp.From(this=table_named(self._rows)),
            )
            ends.set("joins", [exp.Join(this=subquery(groups, "groups"), kind="CROSS")])
        return exp.Union(this=own, expression=ends, distinct=False)

    def _whole(self, day: exp.Expr) -> exp.Expr:
        """The first day of the period to date that a row's day lies in."""
        if self._reaches.fiscal is not None:
            return quoted(WHOLE, _KNOWN)
        return truncated(day, "date", self._reach.to_date or "day", self._reaches.calendar.week_start)[0]
