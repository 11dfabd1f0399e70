"""Aggregate a large table by what it stores before names are joined and periods begin: the same rows, much faster.

    SELECT nation.name, month(day), SUM(x) FROM lines JOIN ... GROUP BY 1, 2              -- as the plan says it
    SELECT nation.name, month(day), SUM(p) FROM (SELECT nation_key, day, SUM(x) AS p ... GROUP BY 1, 2) JOIN nation ...

Both are equal for sums, counts, least and greatest of exact numbers, whatever the data, because every column that is
read outside is a key inside. Where several SELECTs of a statement read the same rows, they share one such scan. Whether
it pays is decided by the row counts of the warehouse (measured on DuckDB: benchmarks/tpch); the plan does not change.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from sqlglot import exp

from verity.semantic.expressions import quoted
from verity.semantic.physical.tables import (
    MOST_JOINED_LATER,
    Form,
    Reading,
    Statement,
    add_table,
    bare,
    form,
    grouped_by,
    is_aggregate,
    named,
    rows_of,
    subquery,
    table_named,
)  # fmt: skip
from verity.semantic.types import cast

FEWEST_A_GROUP = 20
"""Rows of the table for each group inside; with fewer, two aggregations take longer than one."""
DAYS = 2_600
"""Days that a date column is taken to hold: seven years."""
YEARS = 7
_PARTS = {"YEAR": 1, "QUARTER": 4, "MONTH": 12}
CATEGORIES = 50
"""Values that a text dimension is taken to hold."""

STAGED = "staged"
"""The alias of the inner aggregation."""
_AGAIN: dict[type[exp.Expr], type[exp.Expr]] = {
    exp.Sum: exp.Sum, exp.Count: exp.Sum, exp.Min: exp.Min, exp.Max: exp.Max,
    exp.LogicalAnd: exp.LogicalAnd, exp.LogicalOr: exp.LogicalOr,
}  # fmt: skip
"""How partial results are put together."""


class _CannotBeStaged(Exception):
    """The SELECT is not of the form that this knows."""


def stages(statement: Statement, reading: Reading) -> bool:
    """Stage the large scans of the statement, where that pays. Floating sums repeat only where they are made in one
    way, so a model that has some is left as it is."""
    if reading.has_approximate:
        return False
    alike: dict[Form, list[_Scan]] = {}
    for select in reversed(statement.selects):  # inner ones first: conditions hold some
        if reading.is_large(select):
            try:
                scan = _Scan(select, reading)
            except _CannotBeStaged:
                continue
            alike.setdefault(scan.rows_read, []).append(scan)
    written = [_write(statement.root, scans, number) for number, scans in enumerate(alike.values())]
    return any(written)


def _write(statement: exp.Expr, scans: list[_Scan], number: int) -> bool:
    """Stage the scans of the same rows: by one inner aggregation where that pays, else each that it pays for."""
    if len(scans) > 1 and all(scan.keeps_rows for scan in scans):
        for dates in (True, False):
            if _groups(scans, dates=dates) * FEWEST_A_GROUP <= scans[0].size:
                inner, name = _Inner(), f"{STAGED} {number}"
                made = [scan.plan(inner, dates=dates) for scan in scans]
                add_table(statement, name, inner.select(scans[0]))
                for scan, outer in zip(scans, made, strict=True):
                    scan.replace(outer, table_named(name, STAGED))
                return True
    written = [_write_alone(scan) for scan in scans if scan.dimensions]
    return any(written)


def _write_alone(scan: _Scan) -> bool:
    for dates in (True, False) if scan.has_periods else (False,):
        if (dates or scan.later) and _groups([scan], dates=dates) * FEWEST_A_GROUP <= scan.size:
            inner = _Inner()
            outer = scan.plan(inner, dates=dates)
            scan.replace(outer, subquery(inner.select(scan), STAGED))
            return True
    return False


def _groups(scans: Iterable[_Scan], *, dates: bool) -> float:
    """How many groups an inner aggregation is taken to have."""
    keys = {form(node): values for scan in scans for node, values in scan.keys(dates=dates)}
    return math.prod(keys.values())


@dataclass(slots=True)
class _Outer:
    """What stands in the place of a SELECT: its columns, its condition and the joins that come after."""

    expressions: list[exp.Expr]
    having: exp.Expr | None
    joins: list[exp.Join]


@dataclass(slots=True)
class _Inner:
    """The inner aggregation: keys and partial results, each once."""

    keys: dict[Form, tuple[str, exp.Expr]] = field(default_factory=dict)
    partials: dict[Form, tuple[str, exp.Expr]] = field(default_factory=dict)
    joins: dict[str, exp.Join] = field(default_factory=dict)

    def key(self, node: exp.Expr) -> exp.Column:
        """A key, as it is read outside."""
        name, _ = self.keys.setdefault(form(node), (f"k{len(self.keys)}", node.copy()))
        return quoted(name, STAGED)

    def partial(self, node: exp.Expr) -> exp.Column:
        """A partial result, as it is read outside."""
        name, _ = self.partials.setdefault(form(node), (f"p{len(self.partials)}", node))
        return quoted(name, STAGED)

    def select(self, scan: _Scan) -> exp.Select:
        """The SELECT of it, which takes the table and the conditions of the scan."""
        nodes = (*self.keys.values(), *self.partials.values())
        group = [exp.Literal.number(i + 1) for i in range(len(self.keys))]
        return exp.Select(
            expressions=[named(node, name) for name, node in nodes],
            from_=scan.select.args["from_"],
            joins=list(self.joins.values()),
            where=scan.select.args.get("where"),
            group=exp.Group(expressions=group) if group else None,
        )


class _Scan:
    """One aggregating SELECT over a large table. Raises `_CannotBeStaged` where it is not of that form."""

    def __init__(self, select: exp.Select, reading: Reading) -> None:
        self.select = select
        self._tables = {t.alias: reading.table(t) for t in _read(select)}
        root = select.args["from_"].this
        self.root = root.alias
        self.size = rows_of(self._tables[self.root])
        self.joins: list[exp.Join] = select.args.get("joins") or []
        keys = grouped_by(select)
        if keys is None:
            raise _CannotBeStaged
        self.dimensions = select.expressions[: len(keys)]
        self._measured = select.expressions[len(keys) :]
        self._having = select.args["having"].this if select.args.get("having") else None
        if any(select.args.get(part) for part in ("distinct", "with_", "laterals", "windows", "qualify")):
            raise _CannotBeStaged
        self._check_measured()
        self._check_condition()
        self.later = self._joined_later(self._needed_inside())
        self.has_periods = any(_starts_a_period(bare(node)) for node in self.dimensions)
        self.rows_read = (form(root), form(select.args.get("where")))

    @property
    def keeps_rows(self) -> bool:
        """Whether its joins neither multiply nor lose rows of the root: each over the whole key of its table."""
        for join in self.joins:
            table = self._tables.get(join.alias_or_name)
            on = join.args.get("on")
            if table is None or on is None or not table.primary_key:
                return False
            own = {column.name for column in on.find_all(exp.Column) if column.table == join.alias_or_name}
            if not set(table.primary_key) <= own or any(not isinstance(n, _EQUATES) for n in on.walk()):
                return False
        return True

    def keys(self, *, dates: bool) -> Iterator[tuple[exp.Expr, float]]:
        """The keys of an inner aggregation, and how many values each is taken to have."""
        for dimension in self.dimensions:
            node = bare(dimension)
            columns = list(node.find_all(exp.Column))
            if any(column.table in self.later for column in columns):
                yield from ((c, self._values(c)) for c in columns if c.table not in self.later)
            elif dates and _starts_a_period(node):
                unit = node.args["unit"].name
                yield (node.this, DAYS) if self._by_day(unit) else (node, YEARS * _PARTS[unit])
            else:
                yield node, math.prod(map(self._values, columns))
        for join in self.joins:
            if join.alias_or_name in self.later:
                rows = rows_of(self._tables.get(join.alias_or_name)) or MOST_JOINED_LATER
                yield from ((c, rows) for c in self._keys_of(join))

    def plan(self, inner: _Inner, *, dates: bool) -> _Outer:
        """Move what is needed to the inner aggregation; what then stands outside. `dates`: periods begin outside."""
        for join in self.joins:
            if join.alias_or_name not in self.later:
                inner.joins.setdefault(join.alias_or_name, join)
        old = {form(bare(node)): i for i, node in enumerate(self.dimensions)} if self._having is not None else {}
        aliases = [node.args.get("alias") for node in (*self.dimensions, *self._measured)]
        made = [self._dimension(bare(node), inner, dates=dates) for node in self.dimensions]
        having = self._condition(inner, made, old)
        outer = [*made, *(self._again(bare(node), inner) for node in self._measured)]
        named = [
            node if alias is None else exp.Alias(this=node, alias=alias)
            for node, alias in zip(outer, aliases, strict=True)
        ]
        joins = [self._outside(join, inner) for join in self.joins if join.alias_or_name in self.later]
        return _Outer(named, having, joins)

    def replace(self, outer: _Outer, source: exp.Expr) -> None:
        """Read the inner aggregation in the place of the table."""
        select = self.select
        select.set("expressions", outer.expressions)
        select.set("from_", exp.From(this=source))
        select.set("joins", outer.joins)
        select.set("where", None)
        select.set("having", exp.Having(this=outer.having) if outer.having is not None else None)

    def _check_measured(self) -> None:
        found = False
        for node in (*self._measured, *([self._having] if self._having is not None else [])):
            for part in node.walk(prune=is_aggregate):
                if is_aggregate(part):
                    call = part.this if isinstance(part, exp.Filter) else part
                    if type(call) not in _AGAIN or isinstance(call.this, exp.Distinct):
                        raise _CannotBeStaged
                    found = True
                elif isinstance(part, exp.Window | exp.Select) or (
                    isinstance(part, exp.Column) and node is not self._having
                ):
                    raise _CannotBeStaged
        if not found:
            raise _CannotBeStaged

    def _check_condition(self) -> None:
        """What stands in HAVING outside aggregates is a dimension."""
        if self._having is None:
            return
        dimensions = {form(bare(node)) for node in self.dimensions}
        parts = self._having.walk(prune=lambda n: is_aggregate(n) or form(n) in dimensions)
        if any(isinstance(part, exp.Column) and form(part) not in dimensions for part in parts):
            raise _CannotBeStaged

    def _needed_inside(self) -> set[str]:
        """The tables that conditions and aggregates read, and those on the way to them."""
        parts: list[exp.Expr] = [
            *self._measured,
            *([self.select.args["where"]] if self.select.args.get("where") else []),
        ]
        if self._having is not None:
            parts += [part for part in self._having.walk(prune=is_aggregate) if is_aggregate(part)]
        needed = {column.table for part in parts for column in part.find_all(exp.Column)}
        for join in reversed(self.joins):
            if join.alias_or_name in needed:
                needed |= _others(join)
        return needed

    def _joined_later(self, inside: set[str]) -> set[str]:
        """The joins that may come after: nothing inside needs them, and they are few rows or hang on such."""
        later: set[str] = set()
        for join in self.joins:
            name = join.alias_or_name
            if name in inside or join.args.get("on") is None:
                continue
            if _others(join) & later or 0 < rows_of(self._tables.get(name)) <= MOST_JOINED_LATER:
                later.add(name)
        return later

    def _by_day(self, unit: str) -> bool:
        """One key alone is fastest as it is stored; beside others, a number of periods is."""
        return len(self.dimensions) == 1 or unit not in _PARTS

    def _keys_of(self, join: exp.Join) -> list[exp.Column]:
        own = join.alias_or_name
        columns: Iterable[exp.Column] = join.args["on"].find_all(exp.Column)
        return [c for c in columns if c.table != own and c.table not in self.later]

    def _dimension(self, node: exp.Expr, inner: _Inner, *, dates: bool) -> exp.Expr:
        columns = list(node.find_all(exp.Column))
        if any(column.table in self.later for column in columns):
            return _with_keys(node, [c for c in columns if c.table not in self.later], inner)
        if dates and _starts_a_period(node):
            if self._by_day(node.args["unit"].name):
                return _with_keys(node, [node.this], inner)
            return _from_number(node, inner)
        return inner.key(node)

    def _outside(self, join: exp.Join, inner: _Inner) -> exp.Join:
        join.set("on", _with_keys(join.args["on"], self._keys_of(join), inner))
        return join

    def _again(self, node: exp.Expr, inner: _Inner) -> exp.Expr:
        """A measured expression with its aggregates made of partial ones."""
        for part in [part for part in node.walk(prune=is_aggregate) if is_aggregate(part)]:
            call = part.this if isinstance(part, exp.Filter) else part
            whole: exp.Expr = _AGAIN[type(call)](this=inner.partial(part))
            if isinstance(call, exp.Count):
                whole = cast(whole, "bigint")
                if not self.dimensions:  # of no row at all
                    whole = exp.Coalesce(this=whole, expressions=[exp.Literal.number(0)])
            if part is node:
                return whole
            part.replace(whole)
        return node

    def _condition(self, inner: _Inner, made: list[exp.Expr], old: Mapping[Form, int]) -> exp.Expr | None:
        """HAVING: its dimensions as they are made outside, its aggregates made of partial ones."""
        if self._having is None:
            return None
        node = exp.Paren(this=self._having)
        outside = node.walk(prune=lambda n: is_aggregate(n) or form(n) in old)  # an aggregate's own columns stay inside
        for part in [part for part in outside if form(part) in old]:
            part.replace(made[old[form(part)]].copy())
        inside: exp.Expr = node.this
        return self._again(inside, inner)

    def _values(self, column: exp.Column) -> float:
        """How many values a column is taken to have."""
        table = self._tables.get(column.table)
        rows = rows_of(table) or self.size
        found = table.usable.get(column.name) if table is not None else None
        if found is None or found.kind in ("id", "text", "measure"):
            return rows
        if found.kind == "time":
            return min(rows, DAYS) if found.type == "date" else rows
        return min(rows, CATEGORIES) if column.table == self.root else rows


def _starts_a_period(node: exp.Expr) -> bool:
    """`DateTrunc` is of a date, which is a whole number of days."""
    return isinstance(node, exp.DateTrunc) and isinstance(node.this, exp.Column)


def number_of_period(start: exp.Expr) -> exp.Expr | None:
    """The number since year 0 of the month, quarter or year that the start of a period stands for; else None."""
    if not _starts_a_period(start) or start.args["unit"].name not in _PARTS:
        return None
    unit = start.args["unit"].name
    year = _part("YEAR", start.this)
    if unit == "YEAR":
        return year
    size = exp.Literal.number(_PARTS[unit])
    return exp.Add(this=exp.Mul(this=year, expression=size), expression=_part(unit, start.this))


def _from_number(start: exp.Expr, inner: _Inner) -> exp.Expr:
    """The start of a period made of its number since year 0: a small integer, which groups fastest."""
    number = number_of_period(start)
    assert number is not None  # noqa: S101 - the caller looked
    periods = _PARTS[start.args["unit"].name]
    if periods == 1:
        return _first_of(inner.key(number), exp.Literal.number(1))
    size = exp.Literal.number(periods)
    before = exp.Paren(this=exp.Sub(this=inner.key(number), expression=exp.Literal.number(1)))  # from 0 in each year
    whole = cast(exp.Floor(this=exp.Div(this=before, expression=size.copy())), "bigint")
    months = 12 // periods
    passed = exp.Paren(this=exp.Sub(this=before.copy(), expression=exp.Mul(this=whole.copy(), expression=size.copy())))
    moved = passed if months == 1 else exp.Mul(this=passed, expression=exp.Literal.number(months))
    return _first_of(whole, exp.Add(this=moved, expression=exp.Literal.number(1)))


def _first_of(year: exp.Expr, month: exp.Expr) -> exp.Expr:
    return exp.DateFromParts(year=year, month=month, day=exp.Literal.number(1))


def _part(unit: str, day: exp.Expr) -> exp.Expr:
    return exp.Extract(this=exp.Var(this=unit), expression=day.copy())


_EQUATES = (exp.Column, exp.Identifier, exp.EQ, exp.And, exp.Paren)


def _read(select: exp.Select) -> Iterator[exp.Table]:
    yield select.args["from_"].this
    yield from (join.this for join in select.args.get("joins") or () if isinstance(join.this, exp.Table))


def _others(join: exp.Join) -> set[str]:
    on = join.args.get("on")
    columns: Iterable[exp.Column] = on.find_all(exp.Column) if on is not None else ()
    return {column.table for column in columns} - {join.alias_or_name}


def _with_keys(node: exp.Expr, columns: list[exp.Column], inner: _Inner) -> exp.Expr:
    """The expression with columns read from the inner aggregation."""
    for column in columns:
        key = inner.key(column)
        if column is node:
            return key
        column.replace(key)
    return node
