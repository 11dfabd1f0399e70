"""The SQL that tells whether what a rollup read is as it was: of each partition, of all rows, of each table alone.

Rows are counted, and their hashes summed (64 bits over every column read): no order, and each row counts as often as it
occurs.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from sqlglot import exp

from verity.semantic import types
from verity.semantic.dialects import printed
from verity.semantic.rollups.definition import Definition, named
from verity.semantic.rollups.filling import before

Bounds = Sequence[str | None]
"""For each joined table the key, as text, up to which its rows were there when the rollup was built; None: all were."""


def marks_sql(definition: Definition, until: str | None) -> str:
    """`key`, `rows` and `digest` of each partition: equal for a partition only where everything the rollup reads of it
    is equal."""
    partition = definition.partition
    assert partition is not None  # noqa: S101 - asked only where there is one
    select = _measured(definition, until)
    select.set("expressions", [named(partition.node.copy(), "key"), *select.expressions])
    select.set("group", exp.Group(expressions=[exp.Literal.number(1)]))
    return printed(select, definition.dialect)


def whole_sql(definition: Definition, until: str | None) -> str:
    """`rows` and `digest` of everything before `until`."""
    return printed(_measured(definition, until), definition.dialect)


def apart_sql(definition: Definition, until: str | None, bounds: Bounds) -> str:
    """One row: the rows and the digest of each table that it reads, alone; of its own those before `until`, of a joined
    one those up to its bound. Where all are equal, so is whatever joins them."""
    joins = definition.select.args.get("joins") or ()
    told = [_alone(definition, definition.select.args["from_"].this, before(definition, until))]
    told += [_alone(definition, j.this, _up_to(j, bound)) for j, bound in zip(joins, bounds, strict=True)]
    columns: list[exp.Expr] = [named(exp.Subquery(this=select), f"t{i}") for i, select in enumerate(told)]
    return printed(exp.Select(expressions=columns), definition.dialect)


def bounds_sql(definition: Definition, until: str | None) -> str | None:
    """One row: the bound of each joined table, NULL where it has none; None where no table is joined.

    A bound is the table's highest key, where no row that joins it has a higher one: rows that come with higher keys
    then match none of those that are there.
    """
    joins = definition.select.args.get("joins") or ()
    sources = {definition.table: definition.select.args["from_"].this, **{j.alias_or_name: j.this for j in joins}}
    columns: list[exp.Expr] = []
    for i, join in enumerate(joins):
        pair = _keys(join) if join.alias_or_name in definition.ordered else None
        made: exp.Expr = types.cast(exp.Null(), "text")
        if pair is not None:
            theirs, ours = pair
            where = before(definition, until) if ours.table == definition.table else None
            highest = _highest(sources[theirs.table], theirs, None)
            held = exp.LTE(this=_highest(sources[ours.table], ours, where), expression=highest)
            made = exp.Case(ifs=[exp.If(this=held, true=types.cast(highest.copy(), "text"))])
        columns.append(named(made, f"b{i}"))
    return printed(exp.Select(expressions=columns), definition.dialect) if columns else None


def _highest(source: exp.Expr, column: exp.Column, where: exp.Expr | None) -> exp.Subquery:
    made = exp.Select(expressions=[exp.Max(this=column.copy())], from_=exp.From(this=source.copy()))
    if where is not None:
        made.set("where", exp.Where(this=where))
    return exp.Subquery(this=made)


def _keys(join: exp.Join) -> tuple[exp.Column, exp.Column] | None:
    """(the joined table's key, the column that it is equal to); None where the join says anything else."""
    on = join.args["on"]
    sides = (on.this, on.expression) if isinstance(on, exp.EQ) else ()
    if len(sides) != 2 or not all(isinstance(side, exp.Column) for side in sides):
        return None
    theirs = [side for side in sides if side.table == join.alias_or_name]
    ours = [side for side in sides if side.table != join.alias_or_name]
    return (theirs[0], ours[0]) if len(theirs) == len(ours) == 1 else None


def _up_to(join: exp.Join, bound: str | None) -> exp.Expr | None:
    pair = _keys(join)
    if bound is None or pair is None:
        return None
    return exp.LTE(this=pair[0].copy(), expression=exp.Literal.string(bound))


def _alone(definition: Definition, source: exp.Expr, where: exp.Expr | None) -> exp.Select:
    """Rows and digest of one table, as one text."""
    rows = types.cast(exp.Count(this=exp.Star(), big_int=True), "text")
    digest = _digest(_read_of(definition, source.alias_or_name), definition.dialect)
    spaced = exp.DPipe(this=exp.DPipe(this=rows, expression=exp.Literal.string(" ")), expression=digest)
    made = exp.Select(expressions=[spaced], from_=exp.From(this=source.copy()))
    if where is not None:
        made.set("where", exp.Where(this=where))
    return made


def _measured(definition: Definition, until: str | None) -> exp.Select:
    """Rows and digest over everything that the rollup reads."""
    select = definition.select.copy()
    digest = _digest(_columns_read(definition), definition.dialect)
    select.set("expressions", [named(exp.Count(this=exp.Star(), big_int=True), "rows"), named(digest, "digest")])
    bound = before(definition, until)
    if bound is not None:
        select.set("where", exp.Where(this=bound))
    return select


def _columns_read(definition: Definition) -> list[exp.Expr]:
    """The columns behind dimensions and parts. With a `refresh` column those of the table itself stand for the rest:
    its key and that column; columns of joined tables are always read."""
    found = _columns_in(_kept_nodes(definition))
    if definition.marked_by:
        joined = [column for column in found if column.table != definition.table]
        return [*(node.copy() for node in definition.marked_by), *joined]
    return list(found)


def _read_of(definition: Definition, name: str) -> list[exp.Expr]:
    """The same of one table, with the columns that it is joined by."""
    if name == definition.table and definition.marked_by:
        return [node.copy() for node in definition.marked_by]
    joins: list[exp.Expr] = [join.args["on"] for join in definition.select.args.get("joins") or ()]
    return [column for column in _columns_in([*_kept_nodes(definition), *joins]) if column.table == name]


def _kept_nodes(definition: Definition) -> list[exp.Expr]:
    return [*(kept.node for kept in definition.kept), *(part.node for part in definition.parts)]


def _columns_in(nodes: Iterable[exp.Expr]) -> list[exp.Column]:
    """Each column once."""
    return [column.copy() for column in dict.fromkeys(found for node in nodes for found in node.find_all(exp.Column))]


def _digest(columns: list[exp.Expr], dialect: str) -> exp.Expr:
    """A sum of row hashes as text: no order, and every row counts as often as it occurs."""
    if dialect == "duckdb":
        row: exp.Expr = exp.Anonymous(this="hash", expressions=columns or [exp.Literal.number(0)])
    else:
        whole = types.cast(exp.Anonymous(this="row", expressions=columns), "text")
        hashed = exp.Anonymous(this="hashtextextended", expressions=[whole, exp.Literal.number(0)])
        row = types.cast(hashed, types.decimal(0))
    return types.cast(exp.Sum(this=row), "text")
