"""What must hold in the data before SQL may rest on it, each as a query that finds what breaks it.

sql = proof_sql(model, ("orders", "customer"), "duckdb")      # a row for the first order without a customer
sql = proof_sql(model, Unique("nation", ("name",)), "duckdb")  # a row for a name that two nations share, or one lacks
"""

from __future__ import annotations

from sqlglot import exp

from verity.semantic import types
from verity.semantic.dialects import printed
from verity.semantic.expressions import Bound
from verity.semantic.fragments import all_of, any_of
from verity.semantic.join_graph import Hop, alias
from verity.semantic.model import Model
from verity.semantic.relations import relation
from verity.semantic.work import Fact, JoinName, Unique

LAYERS = frozenset({"bronze", "silver", "gold"})
"""Where published tables lie: what is proven of others could change without a new data version."""


def proof_sql(model: Model, fact: Fact, dialect: str) -> str | None:
    """A SELECT of one row where the fact is broken, else of none; None where it cannot be proven.

    Only joins on stored columns of one type between published tables can be, and keys of stored columns.
    """
    broken = _not_unique(model, fact) if isinstance(fact, Unique) else _not_whole(model, fact)
    return None if broken is None else printed(broken, dialect)


def _not_unique(model: Model, key: Unique) -> exp.Select | None:
    """A group of more than one row, or of NULL."""
    if not _is_published(model, key.table):
        return None
    columns = [model.binder.column(key.table, (), column).node for column in key.columns]
    if not all(isinstance(node, exp.Column) for node in columns):
        return None
    several: exp.Expr = exp.GT(this=exp.Count(this=exp.Star(), big_int=True), expression=exp.Literal.number(1))
    absent: list[exp.Expr] = [exp.Is(this=node.copy(), expression=exp.Null()) for node in columns]
    return exp.Select(
        expressions=[_broken()],
        from_=exp.From(this=relation(model.catalog, key.table, alias(key.table, ()))),
        group=exp.Group(expressions=[node.copy() for node in columns]),
        having=exp.Having(this=any_of([several, *absent])),
        limit=exp.Limit(expression=exp.Literal.number(1)),
    )


def _not_whole(model: Model, join: JoinName) -> exp.Select | None:
    """A row that finds no partner."""
    table, name = join
    hop = model.graph.hops(table).get(name)
    if hop is None or not all(_is_published(model, side) for side in (hop.source, hop.target)):
        return None
    pairs = [(_stored(model, hop, (), ours), _stored(model, hop, (name,), theirs)) for ours, theirs in hop.pairs]
    equal = [exp.EQ(this=o.node.copy(), expression=t.node.copy()) for o, t in pairs if o and t and o.type == t.type]
    if not pairs or len(equal) < len(pairs):
        return None
    partner = exp.Select(
        expressions=[exp.Literal.number(1)],
        from_=exp.From(this=relation(model.catalog, hop.target, alias(table, (name,)))),
        where=exp.Where(this=all_of(list(equal))),
    )
    return exp.Select(
        expressions=[_broken()],
        from_=exp.From(this=relation(model.catalog, table, alias(table, ()))),
        where=exp.Where(this=exp.Not(this=exp.Exists(this=partner))),
        limit=exp.Limit(expression=exp.Literal.number(1)),
    )


def _broken() -> exp.Alias:
    return exp.Alias(this=exp.Literal.number(1), alias=exp.Identifier(this="broken", quoted=True))


def _is_published(model: Model, table: str) -> bool:
    physical = model.catalog.usable_tables[table].physical
    return physical is not None and physical.schema_name in LAYERS


def _stored(model: Model, hop: Hop, path: tuple[str, ...], column: str) -> Bound | None:
    """The column where it is one that the table stores."""
    bound = model.binder.column(hop.source, path, column)
    return bound if isinstance(bound.node, exp.Column) and types.family(bound.type) != "other" else None
