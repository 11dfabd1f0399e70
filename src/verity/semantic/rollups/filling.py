"""The SQL that fills a rollup, and that reads the rows after it."""

from __future__ import annotations

from collections.abc import Iterator

from sqlglot import exp

from verity.contracts.table import LogicalType
from verity.semantic import types
from verity.semantic.dialects import printed
from verity.semantic.expressions import quoted
from verity.semantic.fragments import all_of, any_of, counted_about
from verity.semantic.rollups.definition import Definition, named

Relation = tuple[str | None, str, str]


def fill_sql(definition: Definition, until: str | None) -> str:
    """Every row of the rollup, of the raw rows before `until`."""
    return printed(definition.statement(before(definition, until)), definition.dialect)


def refill_sql(definition: Definition, until: str | None, changed: Relation) -> str:
    """The same of the partitions that the column `key` of `changed` lists."""
    partition = definition.partition
    assert partition is not None  # noqa: S101 - asked only where there is one
    key = exp.NullSafeEQ(this=quoted("key", "changed"), expression=partition.node.copy())
    listed = exp.Exists(
        this=exp.Select(
            expressions=[exp.Literal.number(1)],
            from_=exp.From(this=table_of(changed, "changed")),
            where=exp.Where(this=key),
        )
    )
    bound = before(definition, until)
    where: exp.Expr = listed if bound is None else all_of([bound, listed])
    return printed(definition.statement(where), definition.dialect)


def source_rows_sql(definition: Definition, until: str | None) -> str:
    """How many rows the table has before `until`, joined to nothing."""
    select = exp.Select(
        expressions=[exp.Count(this=exp.Star(), big_int=True)], from_=definition.select.args["from_"].copy()
    )
    bound = before(definition, until)
    if bound is not None:
        select.set("where", exp.Where(this=bound))
    return printed(select, definition.dialect)


def size_sql(definition: Definition) -> str:
    """How many rows the rollup would hold, and its table has: `rows`, `source_rows`."""
    filled = definition.statement()
    groups = exp.Select(
        expressions=[
            named(exp.Count(this=exp.Star(), big_int=True), "rows"),
            named(types.cast(exp.Sum(this=quoted("n", "filled")), "bigint"), "source_rows"),
        ],
        from_=exp.From(
            this=exp.Subquery(this=filled, alias=exp.TableAlias(this=exp.Identifier(this="filled", quoted=True)))
        ),
    )
    return printed(groups, definition.dialect)


def counted_sql(definition: Definition) -> str | None:
    """The values that its sketches count, of no row; None where it has none."""
    if not definition.sketches:
        return None
    made = definition.select.copy()
    made.set("expressions", [named(value, f"c{i}") for i, value in enumerate(_counted(definition))])
    made.set("limit", exp.Limit(expression=exp.Literal.number(0)))
    return printed(made, definition.dialect)


def _counted(definition: Definition) -> Iterator[exp.Expr]:
    for sketch in definition.sketches:
        call = sketch.node.this if isinstance(sketch.node, exp.Filter) else sketch.node
        value = counted_about(call)
        if value is not None:
            yield value.copy()


def watermark_sql(definition: Definition) -> str | None:
    """The highest append-only value as text; None where none is declared."""
    if definition.appended is None:
        return None
    highest = types.cast(exp.Max(this=definition.appended.copy()), "text")
    return printed(exp.Select(expressions=[highest], from_=definition.select.args["from_"].copy()), definition.dialect)


def before(definition: Definition, until: str | None) -> exp.Expr | None:
    """`column < until`: rows of the highest value may still be joined by others, so they are never covered."""
    if until is None or definition.appended is None:
        return None
    return exp.LT(this=definition.appended.copy(), expression=_value(definition, until))


def tail(definition: Definition, until: str) -> exp.Select:
    """The rollup of the rows that lie at or after the watermark, read from the raw table."""
    assert definition.appended is not None  # noqa: S101 - only such a rollup has a watermark
    column = definition.appended
    later = exp.GTE(this=column.copy(), expression=_value(definition, until))
    return definition.statement(any_of([later, exp.Is(this=column.copy(), expression=exp.Null())]))


def table_of(relation: Relation, alias: str) -> exp.Table:
    """A relation under an alias."""
    parts = dict(zip(("catalog", "db", "this"), relation, strict=True))
    named_as = exp.TableAlias(this=exp.Identifier(this=alias, quoted=True))
    names = {key: exp.Identifier(this=text, quoted=True) for key, text in parts.items() if text}
    return exp.Table(**names, alias=named_as)


def _value(definition: Definition, until: str) -> exp.Expr:
    of: LogicalType = definition.appended_type or "timestamp"
    return types.cast(exp.Literal.string(until), of)
