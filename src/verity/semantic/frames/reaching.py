"""Accumulations written: a leaf over what its period reaches back to.

A group has a row in every period whose reach holds rows of it: a running total stays in periods without sales, a window
that has become empty has none. Sums, counts, least and most are made of the periods' own by window functions; what
cannot be (distinct counts, percentiles, a row that counts in several groups) reads its rows again for every period.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from sqlglot import exp

from verity.contracts.metric import Grain, Span
from verity.exceptions import InternalError
from verity.semantic import types
from verity.semantic.expressions import quoted
from verity.semantic.fragments import truncated
from verity.semantic.frames.atoms import Atom, atoms_of, rebuilt
from verity.semantic.frames.reach import grain_of, is_aligned, reach_of, week_start_of, window_count
from verity.semantic.frames.spans import moved
from verity.semantic.frames.spine import TIME, bound, kind_of, last_moment, periods, require_few
from verity.semantic.work import Axis, Frame, Scan, Work


@dataclass(frozen=True, slots=True)
class Read:
    """A branch to be: its SELECT without expressions, what they are, and the tables that it names."""

    select: exp.Select
    dimensions: dict[int, exp.Expr]
    values: dict[str, exp.Expr]
    tables: tuple[exp.CTE, ...] = ()


def read_reach(work: Work, frame: Frame, axis: Axis) -> Iterator[Read]:
    """The scans of a frame that reaches back, each with the periods of the query."""
    for number, scan in enumerate(frame.work.scans):
        name = f"{frame.work.scans[0].root}.{work.frames.index(frame)}.{number}"
        yield Reached(work, frame, axis, scan, name).read()


class Reached:
    """One scan of a frame that reaches back."""

    def __init__(self, work: Work, frame: Frame, axis: Axis, scan: Scan, name: str) -> None:
        self._work, self._frame, self._axis, self._scan = work, frame, axis, scan
        self._reach = reach_of(frame)
        self._week = week_start_of(work, frame)
        self._rows, self._spine = f"rows.{name}", f"spine.{name}"
        self._tables: list[exp.CTE] = []
        select = scan.select
        if select is None:
            raise InternalError("a scan was not written")
        self._select = select

    def read(self) -> Read:
        """As the axis is grouped or not, and the values can be made of parts or not."""
        finest = self._axis.indices[0] if self._axis.indices else None
        if finest is None or finest not in self._frame.indices:
            return self._plain()
        atoms = None if self._scan.fan_out else self._atoms()
        if atoms is None:
            return self._of_rows(finest)
        if is_aligned(self._reach, self._grain):
            return self._by_windows(finest, atoms)
        return self._of_parts(finest, atoms)

    @property
    def _grain(self) -> Grain:
        return grain_of(self._axis)

    @property
    def _is_open(self) -> bool:
        """True where the rows say where the periods begin, or where they end."""
        return self._frame.since is None or self._frame.until is None

    @property
    def _count(self) -> int:
        return len(self._frame.indices)

    def _plain(self) -> Read:
        nodes = list(self._select.expressions)
        self._name_columns(nodes)
        outer = exp.Select(from_=exp.From(this=_subquery(self._select, self._rows)))
        values = {m.member: quoted(f"v{j}", self._rows) for j, m in enumerate(self._scan.metrics)}
        return Read(outer, self._dimensions(self._rows), dict(values))

    def _name_columns(self, nodes: list[exp.Expr]) -> None:
        names = [f"d{i}" for i in self._frame.indices]
        names += [f"v{j}" for j in range(len(nodes) - len(names))]
        self._select.set("expressions", [_alias(node, name) for node, name in zip(nodes, names, strict=True)])

    def _dimensions(self, table: str, **replaced: exp.Expr) -> dict[int, exp.Expr]:
        """The dimensions of the query, those on the axis from its finest."""
        made: dict[int, exp.Expr] = {}
        for j, i in enumerate(self._frame.indices):
            node = replaced.get(f"d{i}") or quoted(f"d{i}", table)
            of, to = self._scan.types[j], self._work.types[i]
            made[i] = types.cast(node, to) if to is not None and of != to and f"d{i}" not in replaced else node
        finest = self._axis.indices[0] if self._axis.indices else None
        if finest in made:
            for i in self._axis.indices[1:]:
                grain = self._work.dimensions[i].grain
                if grain is not None and (self._frame.variant.keep is None or i in self._frame.variant.keep):
                    made[i] = truncated(made[finest].copy(), kind_of(self._grain), grain, self._week)[0]
        return made

    # --- the spine ------------------------------------------------------------------------------------------------

    def _add_spine(self, finest: int, back: int = 0) -> None:
        """Every period of the range, or of the data where the query gives no end; `back` more before it."""
        require_few(self._frame.since, self._frame.until, self._grain)
        first, last = self._end("since", finest), self._end("until", finest)
        if back:
            unit = Span(back, self._grain)
            first = moved(first, kind_of(self._grain), unit, back=True)
        select = exp.Select(
            expressions=[quoted(TIME, "periods")], from_=exp.From(this=periods(first, last, self._grain, "periods"))
        )
        self._add_table(self._spine, select)

    def _end(self, which: str, finest: int) -> exp.Expr:
        moment = self._frame.since if which == "since" else self._frame.until
        if moment is not None:
            moment = last_moment(moment, self._grain) if which == "until" else moment
            return bound(self._work, moment, self._grain, self._week)
        kind = exp.Min if which == "since" else exp.Max
        found = exp.Select(
            expressions=[kind(this=quoted(f"d{finest}", self._rows))], from_=exp.From(this=table_named(self._rows))
        )
        moment_found = exp.Subquery(this=found)
        if self._frame.work.dimensions[self._frame.indices.index(finest)].grain == self._grain:
            return moment_found
        return truncated(moment_found, kind_of(self._grain), self._grain, self._week)[0]

    def _add_table(self, name: str, select: exp.Select) -> None:
        self._tables.append(exp.CTE(this=select, alias=exp.TableAlias(this=exp.Identifier(this=name, quoted=True))))

    # --- values made of the periods' own --------------------------------------------------------------------------

    def _atoms(self) -> list[list[Atom]] | None:
        """The aggregates of every value; None where one cannot be made of parts."""
        found = [atoms_of(node) for node in self._select.expressions[self._count :]]
        return [atoms for atoms in found if atoms is not None] if all(found) else None

    def _add_parts(self, atoms: list[list[Atom]]) -> int:
        """The scan by periods with a column for each aggregate, by name; how many there are."""
        nodes = list(self._select.expressions[: self._count])
        nodes += [atom.node.copy() for own in atoms for atom in own]
        self._values = list(self._select.expressions[self._count :])
        self._name_columns(nodes)
        self._add_table(self._rows, self._select)
        return len(nodes) - self._count

    def _rebuilt(self, atoms: list[list[Atom]], columns: list[exp.Expr]) -> dict[str, exp.Expr]:
        made, taken = {}, 0
        for metric, value, own in zip(self._scan.metrics, self._values, atoms, strict=True):
            made[metric.member] = rebuilt(value, own, columns[taken : taken + len(own)])
            taken += len(own)
        return made

    def _by_windows(self, finest: int, atoms: list[list[Atom]]) -> Read:
        """Windows over the periods of every group, each filled up to the end of the spine."""
        width = self._add_parts(atoms)
        window = self._reach.window
        count = window_count(window, self._grain) if window is not None else None
        self._add_spine(finest, back=count - 1 if count else 0)
        flat = [atom for own in atoms for atom in own]
        dense = self._dense(finest, flat, width)
        keys: list[exp.Expr] = [quoted(f"d{i}", "dense") for i in self._frame.indices if i != finest]
        time = quoted(f"d{finest}", "dense")
        if self._reach.to_date is not None:
            keys.append(truncated(time.copy(), kind_of(self._grain), self._reach.to_date, self._week)[0])

        def over(node: exp.Expr) -> exp.Expr:
            return exp.Window(
                this=node,
                partition_by=[key.copy() for key in keys],
                order=exp.Order(expressions=[exp.Ordered(this=time.copy())]),
                spec=exp.WindowSpec(
                    kind="ROWS", start="UNBOUNDED" if count is None else exp.Literal.number(count - 1),
                    start_side="PRECEDING", end="CURRENT ROW",
                ),
            )  # fmt: skip

        columns = [atom.again(quoted(f"v{j}", "dense"), over) for j, atom in enumerate(flat)]
        values = self._rebuilt(atoms, columns)
        shown = [quoted(f"d{i}", "dense") for i in self._frame.indices]
        shown_values = [_alias(values[m.member], f"v{j}") for j, m in enumerate(self._scan.metrics)]
        held = _alias(over(exp.Count(this=quoted("held", "dense"))), "held")
        inner = exp.Select(expressions=[*shown, *shown_values, held], from_=exp.From(this=_subquery(dense, "dense")))
        return self._outer(finest, inner)

    def _dense(self, finest: int, atoms: list[Atom], width: int) -> exp.Select:
        """A row for every group and period: the group's own, or an empty one."""
        names = [f"d{i}" for i in self._frame.indices]
        others = [f"d{i}" for i in self._frame.indices if i != finest]
        own = exp.Select(
            expressions=[
                *(quoted(name, self._rows) for name in names),
                *(quoted(f"v{j}", self._rows) for j in range(width)),
                _alias(exp.Literal.number(1), "held"),
            ],
            from_=exp.From(this=table_named(self._rows)),
        )
        groups = exp.Select(
            expressions=[quoted(name, self._rows) for name in others],
            distinct=exp.Distinct(),
            from_=exp.From(this=table_named(self._rows)),
        )
        empty = exp.Select(
            expressions=[
                _alias(quoted(TIME, self._spine), name) if name == f"d{finest}" else quoted(name, "groups")
                for name in names
            ]
            + [exp.Null() for _ in range(width + 1)],
            from_=exp.From(this=table_named(self._spine)),
        )
        if others:
            empty.set("joins", [exp.Join(this=_subquery(groups, "groups"), kind="CROSS")])
        union = exp.Union(this=own, expression=empty, distinct=False)
        values = [_alias(atom.merged(quoted(f"v{j}", "all")), f"v{j}") for j, atom in enumerate(atoms)]
        return exp.Select(
            expressions=[
                *(quoted(name, "all") for name in names), *values,
                _alias(exp.Max(this=quoted("held", "all")), "held"),
            ],
            from_=exp.From(this=_subquery(union, "all")),
            group=exp.Group(expressions=[exp.Literal.number(i + 1) for i in range(len(names))]),
        )  # fmt: skip

    def _outer(self, finest: int, inner: exp.Select) -> Read:
        conditions: list[exp.Expr] = [exp.GT(this=quoted("held", "reached"), expression=exp.Literal.number(0))]
        if self._frame.since is not None:
            first = bound(self._work, self._frame.since, self._grain, self._week)
            conditions.append(exp.GTE(this=quoted(f"d{finest}", "reached"), expression=first))
        outer = exp.Select(from_=exp.From(this=_subquery(inner, "reached")), where=exp.Where(this=_all(conditions)))
        values = {m.member: quoted(f"v{j}", "reached") for j, m in enumerate(self._scan.metrics)}
        return Read(outer, self._dimensions("reached"), dict(values), tuple(self._tables))

    def _of_parts(self, finest: int, atoms: list[list[Atom]]) -> Read:
        """Days added up for every period that reaches over them."""
        self._add_parts(atoms)
        self._add_spine(finest)
        flat = [atom for own in atoms for atom in own]
        columns = [atom.again(quoted(f"v{j}", self._rows), lambda node: node) for j, atom in enumerate(flat)]
        values = self._rebuilt(atoms, columns)
        others = [f"d{i}" for i in self._frame.indices if i != finest]
        within = self._within(quoted(f"d{finest}", self._rows))
        inner = exp.Select(
            expressions=[
                _alias(quoted(TIME, self._spine), f"d{finest}"), *(quoted(name, self._rows) for name in others),
                *(_alias(values[m.member], f"v{j}") for j, m in enumerate(self._scan.metrics)),
            ],
            from_=exp.From(this=table_named(self._rows)),
            joins=[exp.Join(this=table_named(self._spine), kind="INNER", on=within)],
            group=exp.Group(expressions=[exp.Literal.number(i + 1) for i in range(len(others) + 1)]),
        )  # fmt: skip
        outer = exp.Select(from_=exp.From(this=_subquery(inner, "reached")))
        shown = {m.member: quoted(f"v{j}", "reached") for j, m in enumerate(self._scan.metrics)}
        return Read(outer, self._dimensions("reached"), dict(shown), tuple(self._tables))

    def _within(self, moment: exp.Expr) -> exp.Expr:
        """That a moment lies in the reach of a period of the spine."""
        of = kind_of(self._grain)
        start = quoted(TIME, self._spine)
        end = moved(start.copy(), of, Span(1, self._grain))
        parts: list[exp.Expr] = [exp.LT(this=moment, expression=end)]
        if self._reach.window is not None:
            low = moved(end.copy(), of, self._reach.window, back=True)
            parts.append(exp.GTE(this=moment.copy(), expression=low))
        elif self._reach.to_date is not None:
            last = self._last_day(end.copy(), of)
            low = truncated(last, of, self._reach.to_date, self._week)[0]
            parts.append(exp.GTE(this=moment.copy(), expression=low))
        return _all(parts)

    def _last_day(self, end: exp.Expr, of: str) -> exp.Expr:
        """The last day of a period, not after the range."""
        last = moved(end, of, Span(1, self._grain if of == "timestamp" else "day"), back=True)
        if self._frame.until is None or of == "timestamp":
            return last
        day = bound(self._work, last_moment(self._frame.until), "day", self._week)
        return exp.Least(this=last, expressions=[day])

    # --- values read from their rows again ------------------------------------------------------------------------

    def _of_rows(self, finest: int) -> Read:
        """Every row joined to every period that reaches over it."""
        rows = self._row_level()
        place = self._frame.indices.index(finest)
        node = rows.expressions[place]
        moment = node.this if isinstance(node, exp.Alias) else node
        if self._is_open:
            known = rows.copy()
            known.set("expressions", [_alias(moment.copy(), f"d{finest}")])
            for key in ("distinct", "group"):
                known.set(key, None)
            self._add_table(self._rows, known)
        self._add_spine(finest)
        within = self._within(moment.copy())
        time = quoted(TIME, self._spine)
        rows.expressions[place] = _alias(time, node.alias) if isinstance(node, exp.Alias) else time
        rows.set("expressions", rows.expressions)
        rows.append("joins", exp.Join(this=table_named(self._spine), kind="INNER", on=within))
        self._name_columns(list(self._select.expressions))
        outer = exp.Select(from_=exp.From(this=_subquery(self._select, "reached")))
        values = {m.member: quoted(f"v{j}", "reached") for j, m in enumerate(self._scan.metrics)}
        return Read(outer, self._dimensions("reached"), dict(values), tuple(self._tables))

    def _row_level(self) -> exp.Select:
        """The SELECT that reads the root's rows: the scan itself, or the one that it de-duplicates."""
        source = self._select.args["from_"].this
        inner = source.this if isinstance(source, exp.Subquery) and self._scan.fan_out else self._select
        if not isinstance(inner, exp.Select):
            raise InternalError("a scan reads from no SELECT")
        return inner


def _all(conditions: list[exp.Expr]) -> exp.Expr:
    made = conditions[0]
    for condition in conditions[1:]:
        made = exp.And(this=made, expression=condition)
    return made


def table_named(name: str) -> exp.Table:
    """The table of that name."""
    return exp.Table(this=exp.Identifier(this=name, quoted=True))


def _alias(node: exp.Expr, name: str) -> exp.Alias:
    return exp.Alias(this=node, alias=exp.Identifier(this=name, quoted=True))


def _subquery(node: exp.Expr, name: str) -> exp.Subquery:
    return exp.Subquery(this=node, alias=exp.TableAlias(this=exp.Identifier(this=name, quoted=True)))
