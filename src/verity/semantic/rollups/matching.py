"""One SELECT over a table, answered from a rollup: the same expressions over what it keeps, or a reason why not.

Every node of the SELECT is either made of kept dimensions, or an aggregate that is put together again from parts. What
is neither is a miss. Tables that a policy narrows in their join become NULL where the policy fails, as they would have.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from sqlglot import exp

from verity.semantic import types
from verity.semantic.expressions import quoted
from verity.semantic.fragments import all_of
from verity.semantic.rollups.alignment import cut_in_utc, is_aligned
from verity.semantic.rollups.definition import COUNT, Definition, Kept
from verity.semantic.rollups.parts import Part, aggregates
from verity.semantic.rollups.sketches import Sketch, estimate, merged
from verity.semantic.work import Fact, Value

ALIAS = "rollup"
"""What the rollup is called inside a rewritten SELECT."""
_READ = {"expressions", "from_", "joins", "where", "group", "having", "distinct", "order", "limit", "offset"}
"""The parts of a SELECT that are understood; any other is a miss."""
_TWICE_THE_SAME = (exp.Min, exp.Max, exp.LogicalAnd, exp.LogicalOr, exp.ApproxDistinct)
"""Aggregates that do not notice a value that occurs again."""
_EQUALS = (exp.EQ, exp.And, exp.Paren, exp.Column, exp.Cast, exp.Identifier, exp.DataType, exp.DataTypeParam)

_FLOATING = ("double", "float", "real", "double precision")
_STRICT = (
    exp.Column, exp.Identifier, exp.Cast, exp.DataType, exp.DataTypeParam, exp.Paren, exp.Literal, exp.Var,
    exp.TimestampTrunc, exp.DateTrunc, exp.AtTimeZone, exp.Extract, exp.Add, exp.Sub, exp.Mul,
)  # fmt: skip
"""What is NULL where its operand is."""


class Missed(Exception):
    """The rollup cannot answer; `reason` is for people, `columns` are the members that it names."""

    def __init__(self, reason: str, *columns: str) -> None:
        self.reason = reason
        self.columns = columns
        super().__init__(reason)


@dataclass(frozen=True, slots=True)
class Rewritten:
    """A SELECT over a rollup; `estimates` says that it tells a count from a sketch."""

    select: exp.Select
    estimates: bool


def rewritten(
    select: exp.Select,
    definition: Definition,
    parameters: Sequence[Value],
    held: Mapping[str, str],
    source: exp.Expr,
    proven: frozenset[Fact] = frozenset(),
) -> Rewritten:
    """The SELECT over `source` (the rollup's relation under `ALIAS`). `held` are the engine's types of its columns;
    `proven` are the joins that find a partner for every row, so that INNER says what LEFT says.

    Raises `Missed`.
    """
    _check_shape(select)
    guards = _guards(select, definition, proven)
    writer = _Writer(definition, parameters, held, guards)
    made = {key: _each(select.args.get(key), writer.written) for key in _READ - {"from_", "joins"}}
    made["from_"] = exp.From(this=source)
    fresh = like(select, {key: value for key, value in made.items() if value is not None})
    assert isinstance(fresh, exp.Select)  # noqa: S101 - of the kind of `select`
    return Rewritten(fresh, writer.estimates)


def _check_shape(select: exp.Select) -> None:
    more = [key for key, value in select.args.items() if value and key not in _READ]
    if more:
        raise Missed(f"the statement has a part that rollups do not know ({more[0].rstrip('_')})")
    folds = select.args.get("group") or select.args.get("distinct")
    if not folds and not any(True for node in select.expressions for _ in aggregates(node)):
        raise Missed("single rows are asked for")


def _each(value: object, write: Callable[[exp.Expr], exp.Expr]) -> object:
    if isinstance(value, list):
        return [_each(item, write) for item in value]
    return write(value) if isinstance(value, exp.Expr) else value


def _guards(select: exp.Select, definition: Definition, proven: frozenset[Fact]) -> dict[str, exp.Expr]:
    """For each joined table that the SELECT narrows: the condition under which its row is seen."""
    known = {join.alias_or_name: join for join in definition.select.args.get("joins") or ()}
    own: dict[str, exp.Expr] = {}
    parents: dict[str, set[str]] = {}
    for join in select.args.get("joins") or ():
        name = join.alias_or_name
        kept = known.get(name)
        if kept is None:
            raise Missed(f"it is not joined to {name}", name)
        as_left = join.kind == "INNER" and not join.side and definition.joins.get(name) in proven
        if join.this != kept.this or kept.side != "LEFT" or not (as_left or (join.side, join.kind) == ("LEFT", "")):
            raise Missed(f"{name} is joined in another way", name)
        more = _beyond(join.args.get("on"), kept.args.get("on"))
        parents[name] = {c.table for c in kept.args["on"].find_all(exp.Column)} - {name}
        if more is not None:
            own[name] = more
    return _inherited(own, parents, known)


def _beyond(on: exp.Expr | None, kept: exp.Expr | None) -> exp.Expr | None:
    """What a join's condition says beyond the rollup's; None for nothing."""
    if on == kept:
        return None
    if isinstance(on, exp.And) and kept is not None and on.this.unnest() == kept.unnest():
        more: exp.Expr = on.expression
        return more
    raise Missed("a table is joined on another condition")


def _inherited(
    own: dict[str, exp.Expr], parents: dict[str, set[str]], known: Mapping[str, exp.Join]
) -> dict[str, exp.Expr]:
    """A table behind one that is not seen is not seen either, provided that its join never matches NULL."""
    made: dict[str, list[exp.Expr]] = {}
    for name in sorted(known, key=lambda n: n.count(".")):
        on = known[name].args["on"]
        before = parents.get(name) or {c.table for c in on.find_all(exp.Column)} - {name}
        chain = [guard for parent in sorted(before) for guard in made.get(parent, [])]
        if chain and not all(isinstance(node, _EQUALS) for node in on.walk()):
            raise Missed(f"{name} lies behind a table that a policy narrows", name)
        chain += [own[name]] if name in own else []
        if chain:
            made[name] = chain
    return {name: all_of([g.copy() for g in chain]) for name, chain in made.items()}


@dataclass
class _Writer:
    """Writes nodes of one SELECT over one rollup."""

    definition: Definition
    parameters: Sequence[Value]
    held: Mapping[str, str]
    guards: Mapping[str, exp.Expr]
    _exact: dict[exp.Expr, Kept] = field(default_factory=dict)
    _sources: dict[exp.Expr, Kept] = field(default_factory=dict)
    _coarser: dict[exp.Expr, Kept] = field(default_factory=dict)
    _parts: dict[exp.Expr, Part] = field(default_factory=dict)
    _sketches: dict[exp.Expr, Sketch] = field(default_factory=dict)
    _unguarded: bool = False
    estimates: bool = False

    def __post_init__(self) -> None:
        for kept in self.definition.kept:
            self._exact.setdefault(kept.node, kept)
            if kept.source is not None and cut_in_utc(kept.node):
                self._sources.setdefault(kept.source, kept)
                for _, node in kept.coarser:
                    self._coarser.setdefault(node, kept)
        self._parts = {part.node: part for part in self.definition.parts}
        self._sketches = {sketch.node: sketch for sketch in self.definition.sketches}

    def written(self, node: exp.Expr) -> exp.Expr:
        """The node over the rollup's columns. Raises `Missed`."""
        kept = self._exact.get(node)
        if kept is not None:
            return self._column(kept)
        kept = self._coarser.get(node)
        if kept is not None:
            return self._recut(node, kept)
        if isinstance(node, exp.Filter | exp.AggFunc):
            return self._aggregate(node)
        if isinstance(node, exp.GTE | exp.LT) and node.this in self._sources:
            return self._bounded(node, self._sources[node.this])
        if isinstance(node, exp.Column):
            if not node.table and node.find_ancestor(exp.Ordered):
                return node.copy()  # an output column
            raise self._not_kept(node)
        if isinstance(node, exp.Query | exp.Subquery | exp.Window | exp.Exists):
            raise Missed("it needs rows that the rollup does not have (a sub-query or a window)")
        if isinstance(node, exp.Anonymous):
            raise Missed(f"the function {node.name.upper()} may read single rows")
        return self._rebuilt(node)

    def _rebuilt(self, node: exp.Expr) -> exp.Expr:
        return like(node, {key: _each(value, self.written) for key, value in node.args.items()})

    def _column(self, kept: Kept) -> exp.Expr:
        made: exp.Expr = quoted(kept.column, ALIAS)
        guard = self._guard(kept.node)
        if guard is None:
            return made
        if not _is_strict(kept.node):
            raise Missed(f"'{kept.label}' reads a table that a policy narrows", kept.member)
        return exp.Case(ifs=[exp.If(this=guard, true=made)])

    def _recut(self, node: exp.Expr, kept: Kept) -> exp.Expr:
        """A coarser grain: the same cut, of the period's first moment."""
        return _replaced(node, kept.source, self._moment(kept))

    def _moment(self, kept: Kept) -> exp.Expr:
        made = self._column(kept)
        family = types.family(kept.source_type)
        if family == "date":
            return made
        made = types.cast(made, "timestamp")
        return exp.AtTimeZone(this=made, zone=exp.Literal.string("UTC")) if family == "timestamptz" else made

    def _bounded(self, node: exp.Expr, kept: Kept) -> exp.Expr:
        """`>=` and `<` of the column before it was cut: the same of the period where the bound begins one."""
        bound = node.expression
        value = self._value(bound)
        if kept.grain is None or value is None or not is_aligned(value, kept.grain):
            raise Missed(
                f"a range of '{kept.member}' does not begin and end with a whole {kept.grain}, its grain here",
                kept.member,
            )
        return type(node)(this=self._moment(kept), expression=bound.copy())

    def _value(self, bound: exp.Expr) -> Value:
        inner = bound.this if isinstance(bound, exp.Cast) else bound
        return self.parameters[int(inner.name) - 1] if isinstance(inner, exp.Parameter) else None

    def _aggregate(self, node: exp.Expr) -> exp.Expr:
        made = self._held(node, None)
        if made is not None:
            return made
        call, where = (node.this, node.expression.this) if isinstance(node, exp.Filter) else (node, None)
        condition = self.written(where) if where is not None else None
        made = self._held(call, condition)
        if made is not None:
            return made
        if isinstance(call, exp.Count) and isinstance(call.this, exp.Star):
            return self._counted(condition)
        distinct = isinstance(call.this, exp.Distinct)
        if distinct or isinstance(call, _TWICE_THE_SAME):
            made = self._rebuilt(call)
            return made if condition is None else exp.Filter(this=made, expression=exp.Where(this=condition))
        if isinstance(call, exp.Count):
            present = exp.Not(this=exp.Is(this=self.written(call.this), expression=exp.Null()))
            return self._counted(present if condition is None else all_of([condition, present]))
        raise Missed(f"it holds no part for {call.sql(dialect='duckdb')}")

    def _held(self, node: exp.Expr, condition: exp.Expr | None) -> exp.Expr | None:
        """The aggregate from its part or its sketch; None where neither is kept, or a policy narrows what it reads."""
        part, sketch = self._parts.get(node), self._sketches.get(node)
        if part is not None and self._guard(node) is None:
            return self._merged(part, condition)
        if sketch is not None and self._guard(node) is None:
            return self._estimated(sketch, condition)
        return None

    def _estimated(self, sketch: Sketch, condition: exp.Expr | None) -> exp.Expr:
        self.estimates = True
        return estimate([merged(quoted(column, ALIAS), condition) for column in sketch.columns])

    def _counted(self, condition: exp.Expr | None) -> exp.Expr:
        return self._merged(Part(COUNT, exp.Count(this=exp.Star()), "count"), condition)

    def _merged(self, part: Part, condition: exp.Expr | None) -> exp.Expr:
        column: exp.Expr = quoted(part.column, ALIAS)
        if part.kind == "sum" and self.held.get(part.column, "").lower() in (
            "double",
            "float",
            "real",
            "double precision",
        ):
            raise Missed("it adds floating numbers, whose sum depends on the order")
        call = part.node.this if isinstance(part.node, exp.Filter) else part.node
        if isinstance(call.this, exp.Collate):
            column = exp.Collate(this=column, expression=call.this.expression.copy())
        made: exp.Expr = _AGAIN[part.kind](this=column)
        if condition is not None:
            made = exp.Filter(this=made, expression=exp.Where(this=condition))
        if part.kind != "count":
            return made
        return types.cast(exp.Coalesce(this=made, expressions=[exp.Literal.number(0)]), "bigint")

    def _guard(self, node: exp.Expr) -> exp.Expr | None:
        """The condition under which every table of the node is seen, over the rollup's columns; None: always."""
        if not self.guards or self._unguarded:
            return None
        tables = {column.table for column in node.find_all(exp.Column)}
        found = [self.guards[name] for name in sorted(tables & set(self.guards))]
        if not found:
            return None
        self._unguarded = True  # a policy reads the row as it is
        try:
            return all_of([self.written(guard) for guard in found])
        finally:
            self._unguarded = False

    def _not_kept(self, column: exp.Column) -> Missed:
        member = f"{column.table}.{column.name}"
        kept = self._sources.get(column)
        if kept is not None:
            return Missed(f"it keeps '{kept.member}' by {kept.grain} only", kept.member)
        return Missed(f"it does not keep '{member}'", member)


_AGAIN: dict[str, type[exp.Expr]] = {
    "sum": exp.Sum, "count": exp.Sum, "min": exp.Min, "max": exp.Max, "and": exp.LogicalAnd, "or": exp.LogicalOr,
}  # fmt: skip


def _is_strict(node: exp.Expr) -> bool:
    """True for a column, or a period of one: NULL where the column is NULL."""
    return all(isinstance(part, _STRICT) for part in node.walk())


def _replaced(node: exp.Expr, old: exp.Expr | None, new: exp.Expr) -> exp.Expr:
    if node == old:
        return new.copy()
    return like(node, {key: _each(value, lambda n: _replaced(n, old, new)) for key, value in node.args.items()})


def like(node: exp.Expr, args: Mapping[str, object]) -> exp.Expr:
    """A node of the same kind with other arguments, and with the type and the marks that printing reads."""
    made: exp.Expr = type(node)(**args)
    made.type = node.type
    if node.meta:
        made.meta.update(node.meta)
    return made
