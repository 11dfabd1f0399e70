"""Where a table of the dictionary lies: its physical relation, always quoted, or the SELECT that stands for one."""

from __future__ import annotations

from functools import lru_cache

from sqlglot import exp
from sqlglot.dialects.duckdb import DuckDB
from sqlglot.errors import SqlglotError

from verity.data.catalog import Catalog
from verity.exceptions import ExpressionForbidden, ExpressionInvalid, RelationMissing

_QUERY_PARTS = frozenset({exp.Select, exp.Subquery, exp.Union, exp.Intersect, exp.Except})
_MORE = (
    exp.Placeholder, exp.Parameter, exp.Command, exp.Insert, exp.Update, exp.Delete, exp.Create, exp.Drop, exp.Into,
    exp.Anonymous, exp.ReadCSV, exp.ReadParquet,
)  # fmt: skip
"""What no relation may hold: writes, placeholders, and functions that could read files."""


def relation(catalog: Catalog, table: str, alias: str) -> exp.Expr:
    """The relation as it stands in FROM. Raises `RelationMissing` where the warehouse has no such table."""
    found = catalog.usable_tables[table]
    named = exp.TableAlias(this=exp.Identifier(this=alias, quoted=True))
    if found.is_query:
        return exp.Subquery(this=read_query(found.relation).copy(), alias=named)
    physical = found.physical
    if physical is not None:
        return _table(physical.name, physical.schema_name, physical.database, named)
    if catalog.physical is not None:
        raise RelationMissing(found.relation)
    *schema, name = found.relation.split(".")
    return _table(name, schema[-1] if schema else None, None, named)


@lru_cache(maxsize=1_000)
def read_query(text: str) -> exp.Query:
    """A relation that is a SELECT, parsed. Raises `ExpressionForbidden` where it is anything else."""
    try:
        parsed = DuckDB().parse(text)
    except SqlglotError:
        raise ExpressionInvalid("the relation does not parse", remedy="Write one SELECT.") from None
    if len(parsed) != 1 or type(parsed[0]) not in _QUERY_PARTS:
        raise ExpressionForbidden("the relation is not one SELECT", remedy="Write one SELECT, or a table's name.")
    tree = parsed[0]
    if tree is None or any(isinstance(node, _MORE) for node in tree.walk()):
        raise ExpressionForbidden("the relation holds more than a query", remedy="Write one plain SELECT.")
    query = tree.unnest() if isinstance(tree, exp.Subquery) else tree
    assert isinstance(query, exp.Query)  # noqa: S101 - checked by type above
    return query


def _table(name: str, schema: str | None, database: str | None, alias: exp.TableAlias) -> exp.Table:
    parts = {"this": name, "db": schema, "catalog": database}
    made = {key: exp.Identifier(this=text, quoted=True) for key, text in parts.items() if text}
    return exp.Table(**made, alias=alias)
