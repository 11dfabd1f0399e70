"""What must hold in the data before an INNER JOIN may stand for a LEFT one: every row of the source has its partner.

sql = proof_sql(model, ("orders", "customer"), "duckdb")      # a row for the first order without a customer
"""

from __future__ import annotations

from sqlglot import exp

from verity.semantic import types
from verity.semantic.dialects import printed
from verity.semantic.expressions import Bound
from verity.semantic.fragments import all_of
from verity.semantic.join_graph import Hop, alias
from verity.semantic.model import Model
from verity.semantic.relations import relation
from verity.semantic.work import JoinName

LAYERS = frozenset({"bronze", "silver", "gold"})
"""Where published tables lie: what is proven of others could change without a new data version."""


def proof_sql(model: Model, join: JoinName, dialect: str) -> str | None:
    """A SELECT of one row where the join's integrity is broken, else of none; None where it cannot be proven.

    Only joins on stored columns of one type between published tables can be.
    """
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
    broken = exp.Select(
        expressions=[exp.Alias(this=exp.Literal.number(1), alias=exp.Identifier(this="broken", quoted=True))],
        from_=exp.From(this=relation(model.catalog, table, alias(table, ()))),
        where=exp.Where(this=exp.Not(this=exp.Exists(this=partner))),
        limit=exp.Limit(expression=exp.Literal.number(1)),
    )
    return printed(broken, dialect)


def _is_published(model: Model, table: str) -> bool:
    physical = model.catalog.usable_tables[table].physical
    return physical is not None and physical.schema_name in LAYERS


def _stored(model: Model, hop: Hop, path: tuple[str, ...], column: str) -> Bound | None:
    """The column where it is one that the table stores."""
    bound = model.binder.column(hop.source, path, column)
    return bound if isinstance(bound.node, exp.Column) and types.family(bound.type) != "other" else None
