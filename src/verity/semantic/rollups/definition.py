"""A declared rollup as algebra: the dimensions it keeps, the parts of aggregates it holds, the SELECT that fills it.

The compiler itself writes the SELECT, as the owner and without any policy, so that an expression of a query and the
same expression of a rollup are one and the same AST.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import cast, get_args

from sqlglot import exp

from verity.contracts.metric import Grain, GroupBy, MetricQuery
from verity.data.access import EVERYTHING
from verity.data.model import RollupEntry
from verity.exceptions import QueryError, RollupInvalid
from verity.semantic import types
from verity.semantic.compiler import Compiled, compile_query
from verity.semantic.dialects import printed
from verity.semantic.expressions import quoted
from verity.semantic.model import Model
from verity.semantic.rollups.parts import Part, parts_of, sketch_parts, sketched_counts
from verity.semantic.rollups.sketches import Sketch
from verity.semantic.types import Type
from verity.semantic.work import JoinName

FORMAT = "1"
"""Moves when the way rollups are stored changes: older ones are then built anew."""
COUNT = "n"
"""The column that counts the rows of the table behind each row of the rollup."""
COARSER: Mapping[str, tuple[Grain, ...]] = {
    "second": ("minute", "hour", "day", "week", "month", "quarter", "year"),
    "minute": ("hour", "day", "week", "month", "quarter", "year"),
    "hour": ("day", "week", "month", "quarter", "year"),
    "day": ("week", "month", "quarter", "year"),
    "month": ("quarter", "year"),
    "quarter": ("year",),
}
"""The grains that each grain divides. A week divides nothing: months cut through it."""

_VOLATILE = (exp.CurrentDate, exp.CurrentTimestamp, exp.CurrentTime, exp.CurrentDatetime, exp.Rand, exp.Uuid)


@dataclass(frozen=True, slots=True)
class Kept:
    """A dimension of the rollup: its column, the AST that it stands for and, where a grain lost detail, how."""

    column: str
    member: str
    grain: Grain | None
    node: exp.Expr
    type: Type
    source: exp.Expr | None = None
    """The column before it was cut to the grain; None where nothing was lost."""
    source_type: Type = None
    coarser: tuple[tuple[Grain, exp.Expr], ...] = ()
    """The AST of each coarser grain that can still be made."""

    @property
    def label(self) -> str:
        """`orders.ordered_at:month`."""
        return f"{self.member}:{self.grain}" if self.grain else self.member


@dataclass(frozen=True)
class Definition:
    """One declared rollup, ready to be built and matched. `select` holds its FROM and JOINs."""

    table: str
    name: str
    entry: RollupEntry
    kept: tuple[Kept, ...]
    parts: tuple[Part, ...]
    select: exp.Select
    asked: exp.Select
    """Its own metrics by its own dimensions, from the raw table."""
    joins: Mapping[str, JoinName]
    """Which declared join each of its joined tables is reached by, by the table's alias."""
    dialect: str
    appended: exp.Expr | None = None
    """The append-only column, where one is declared."""
    appended_type: Type = None
    marked_by: tuple[exp.Expr, ...] = ()
    """The key and the `refresh` column, which together tell whether a row of the table changed; empty: no such."""
    sketches: tuple[Sketch, ...] = ()
    """The approximate distinct counts that it answers; their planes are among the parts."""
    ordered: frozenset[str] = frozenset()
    """The joined tables, by alias, whose key is one number or time."""

    @property
    def member(self) -> str:
        """`table.name`."""
        return f"{self.table}.{self.name}"

    @property
    def members(self) -> frozenset[str]:
        """The members that its declaration names."""
        metrics = {_full(self.table, name) for name in (*self.entry.metrics, *self.entry.sketch)}
        return frozenset(metrics | {k.member for k in self.kept})

    @property
    def partition(self) -> Kept | None:
        """The dimension that it is refreshed by."""
        wanted = self.entry.partition
        return next((k for k in self.kept if wanted and k.label == f"{self.table}.{wanted}"), None)

    def statement(self, where: exp.Expr | None = None) -> exp.Select:
        """The SELECT that fills it, of all rows or of those that fulfil a condition."""
        made = self.select.copy()
        columns = [(k.node, k.column) for k in self.kept]
        columns += [(p.node, p.column) for p in self.parts]
        columns.append((exp.Count(this=exp.Star(), big_int=True), COUNT))
        made.set("expressions", [named(node.copy(), name) for node, name in columns])
        if self.kept:
            ordinals = [exp.Literal.number(i + 1) for i in range(len(self.kept))]
            made.set("group", exp.Group(expressions=ordinals))
        if where is not None:
            made.set("where", exp.Where(this=where))
        return made

    @cached_property
    def hash(self) -> str:
        """SHA-256 hex (16 digits) of everything that makes its content."""
        entry = self.entry
        shape = (
            FORMAT,
            self.member,
            printed(self.statement(), self.dialect),
            str(self.appended),
            entry.partition or "",
        )
        labels = tuple(k.label for k in self.kept)
        return hashlib.sha256("\n".join((*shape, *labels)).encode()).hexdigest()[:16]


def define_rollup(model: Model, table: str, name: str, *, dialect: str) -> Definition:
    """The rollup of that name. `model` is the owner's. Raises `RollupInvalid` where it cannot be what it says."""
    entry = model.catalog.usable_tables[table].entry.rollups[name]
    return define_entry(model, table, name, entry, dialect=dialect)


def define_entry(model: Model, table: str, name: str, entry: RollupEntry, *, dialect: str) -> Definition:
    """The same of an entry that no dictionary holds yet. Raises `RollupInvalid`."""
    try:
        return _defined(model, table, name, entry, dialect)
    except RollupInvalid:
        raise
    except QueryError as error:
        raise RollupInvalid(f"{table}.{name}", error.message, remedy=error.remedy) from error


def _defined(model: Model, table: str, name: str, entry: RollupEntry, dialect: str) -> Definition:
    who = f"{table}.{name}"
    if not entry.metrics and not entry.sketch:
        raise RollupInvalid(who, "it names no metric", remedy="List the metrics that it answers under `metrics`.")
    groups = [*map(_group, entry.dimensions), *(GroupBy(dimension=key) for key in entry.keep)]
    asked = [GroupBy(dimension=_full(table, g.dimension), grain=g.grain) for g in groups]
    metrics = tuple(dict.fromkeys(_full(table, metric) for metric in (*entry.metrics, *entry.sketch)))
    compiled = _compiled(model, metrics, asked, dialect)
    select = _one_scan(who, table, compiled)
    count = len(asked)
    kept = tuple(
        _kept(model, metrics, dialect, i, group, bare(node), column.type)
        for i, (group, node, column) in enumerate(
            zip(asked, select.expressions[:count], compiled.columns[:count], strict=True)
        )
    )
    keys = {k.node for k in kept if k.source is None}
    written = {
        name: _compiled(model, (_full(table, name),), [], dialect).statement.expressions for name in entry.sketch
    }
    counts = sketched_counts(who, written, keys, dialect)
    parts = tuple(parts_of(who, select.expressions[count:], keys, counts))
    told, planes = sketch_parts(counts, len(parts), dialect)
    skeleton = exp.Select(from_=select.args["from_"].copy(), joins=[j.copy() for j in select.args.get("joins") or ()])
    joins = _joins(model, table, skeleton)
    appended, appended_type = _appended(model, who, table, entry)
    made = Definition(
        table,
        name,
        entry,
        kept,
        (*parts, *planes),
        skeleton,
        select,
        joins,
        dialect,
        appended,
        appended_type,
        _marked_by(model, who, table, entry),
        told,
        frozenset(_ordered(model, joins)),
    )
    if entry.partition and made.partition is None:
        raise RollupInvalid(
            who, f"its partition '{entry.partition}' is none of its dimensions", remedy="Write it as it stands there."
        )
    return made


def _compiled(model: Model, metrics: tuple[str, ...], by: list[GroupBy], dialect: str) -> Compiled:
    accesses = dict.fromkeys(model.catalog.dictionary.tables, EVERYTHING)
    return compile_query(model, MetricQuery(metrics=metrics, by=tuple(by)), accesses=accesses, dialect=dialect)


def _one_scan(who: str, table: str, compiled: Compiled) -> exp.Select:
    """The statement, where it is one plain aggregation of the table over joins to one row."""
    select = compiled.statement
    source = select.args.get("from_")
    plain = source is not None and source.this.alias == table
    if not plain or select.args.get("where") or select.args.get("with_"):
        raise RollupInvalid(
            who,
            "its metrics are not one plain aggregation of its own table",
            remedy="Keep simple metrics of this table; ratios and derived ones of the same table follow from them.",
        )
    wide = [scan for scan in compiled.work.scans if scan.fan_out]
    if wide or any(not isinstance(join.this, exp.Table | exp.Subquery) for join in select.args.get("joins") or ()):
        raise RollupInvalid(
            who, "a dimension lies on the many side, where rows would count twice", remedy="Leave that dimension out."
        )
    if any(isinstance(node, _VOLATILE) for node in select.walk()):
        raise RollupInvalid(who, "its table reads the clock", remedy="Build the table by a model instead.")
    return select


def _kept(
    model: Model, metrics: tuple[str, ...], dialect: str, place: int, group: GroupBy, node: exp.Expr, of: Type
) -> Kept:
    column = f"d{place}"
    if group.grain is None:
        return Kept(column, group.dimension, None, node, of)
    plain = _compiled(model, metrics[:1], [GroupBy(dimension=group.dimension)], dialect)
    source = bare(plain.statement.expressions[0])
    if source == node:
        return Kept(column, group.dimension, group.grain, node, of)
    coarser = []
    for grain in COARSER.get(group.grain, ()):
        made = _compiled(model, metrics[:1], [GroupBy(dimension=group.dimension, grain=grain)], dialect)
        coarser.append((grain, bare(made.statement.expressions[0])))
    return Kept(column, group.dimension, group.grain, node, of, source, plain.columns[0].type, tuple(coarser))


def bare(node: exp.Expr) -> exp.Expr:
    """An output expression without its label and its collation."""
    while isinstance(node, exp.Alias | exp.Collate):
        node = node.this
    return node


def named(node: exp.Expr, label: str) -> exp.Alias:
    """`node AS "label"`."""
    return exp.Alias(this=node, alias=exp.Identifier(this=label, quoted=True))


def _joins(model: Model, table: str, skeleton: exp.Select) -> Mapping[str, JoinName]:
    found: dict[str, JoinName] = {}
    for join in skeleton.args.get("joins") or ():
        *before, last = join.alias_or_name.split(".")[1:] or [""]
        try:
            source = model.graph.target(table, tuple(before))
        except KeyError:
            continue  # an alias that was cut short, or an entity-level table: never INNER here
        found[join.alias_or_name] = (source, last)
    return found


def _ordered(model: Model, joins: Mapping[str, JoinName]) -> Iterator[str]:
    for alias, (source, name) in joins.items():
        hop = model.graph.hops(source).get(name)
        if hop is None or len(hop.pairs) != 1:
            continue
        ours, theirs = hop.pairs[0]
        kinds = {
            types.family(model.binder.column(hop.source, (), ours).type),
            types.family(model.binder.column(hop.target, (), theirs).type),
        }
        if len(kinds) == 1 and kinds <= {"bigint", "decimal", "date", "timestamp", "timestamptz"}:
            yield alias


def _appended(model: Model, who: str, table: str, entry: RollupEntry) -> tuple[exp.Expr | None, Type]:
    if entry.append_only is None:
        return None, None
    bound = model.binder.column(table, (), entry.append_only)
    if types.family(bound.type) not in ("bigint", "date", "timestamp", "timestamptz") or bound.paths - {()}:
        raise RollupInvalid(
            who,
            f"its append_only column '{entry.append_only}' is {bound.type or 'of no known type'}",
            remedy="Name a whole number, date or time of the table itself that only grows as rows are appended.",
        )
    return bound.node.copy(), bound.type


def _marked_by(model: Model, who: str, table: str, entry: RollupEntry) -> tuple[exp.Expr, ...]:
    if entry.refresh is None:
        return ()
    key = model.catalog.usable_tables[table].primary_key
    if not key:
        raise RollupInvalid(
            who,
            f"it is refreshed by '{entry.refresh}', and '{table}' has no primary key to tell rows apart",
            remedy="Declare the key, or leave `refresh` out: every column is compared then.",
        )
    bound = [model.binder.column(table, (), name) for name in (*key, entry.refresh)]
    if any(one.paths - {()} for one in bound):
        raise RollupInvalid(who, "its refresh column lies in another table", remedy="Name one of the table itself.")
    return tuple(one.node.copy() for one in bound)


def _group(text: str) -> GroupBy:
    name, colon, grain = text.rpartition(":")
    if colon and grain in get_args(Grain):
        return GroupBy(dimension=name, grain=cast(Grain, grain))
    return GroupBy(dimension=text)


def _full(table: str, name: str) -> str:
    return name if name.startswith(f"{table}.") else f"{table}.{name}"


def column(name: str, alias: str) -> exp.Column:
    """A column of the rollup."""
    return quoted(name, alias)
