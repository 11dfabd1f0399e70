"""What the passes know of the tables that a statement reads, and pieces of SQL that they share."""

from __future__ import annotations

from collections.abc import Hashable, Iterator
from dataclasses import dataclass

from sqlglot import exp

from verity.data.members import CatalogTable
from verity.semantic.work import Unique, Work

FEWEST_ROWS = 100_000
"""Of a table below which one pass is fast enough."""
MOST_JOINED_LATER = 1_000
"""Rows of a table whose names are joined after aggregating by its key."""
MOST_PROVEN = 20_000_000
"""Rows of a table whose keys are looked at: a proof reads them once for each data version."""
Form = Hashable


class Reading:
    """The tables by what they lie on, and which facts of their data are known."""

    def __init__(self, work: Work) -> None:
        self._work = work
        self.known = work.model.physical_tables
        self.has_approximate = work.model.has_approximate

    def table(self, node: exp.Expr) -> CatalogTable | None:
        """The table that stands in FROM or JOIN; None for what is no stored table."""
        return self.known.get((node.db, node.name)) if isinstance(node, exp.Table) else None

    def rows(self, node: exp.Expr) -> int:
        """The rows of what stands in FROM or JOIN; 0 where they are not known."""
        return rows_of(self.table(node))

    def is_large(self, select: exp.Select) -> bool:
        """Whether the SELECT starts from a large stored table."""
        source = select.args.get("from_")
        return source is not None and self.rows(source.this) >= FEWEST_ROWS

    def is_unique(self, table: CatalogTable, columns: tuple[str, ...]) -> bool:
        """Whether no two rows are alike in the columns and none is NULL: seen in the data that will be read.

        What is not known is asked for: the query is compiled again when it was looked at."""
        fact = Unique(table.name, columns)
        if fact not in self._work.proven and 0 < rows_of(table) <= MOST_PROVEN:
            self._work.unproven.add(fact)
        return fact in self._work.proven


@dataclass(frozen=True, slots=True)
class Statement:
    """A statement, and what stands in it: walked once, not once for each pass."""

    root: exp.Expr
    has: set[type[exp.Expr]]
    """The types of its nodes."""
    selects: list[exp.Select]
    """Its SELECTs, outer ones first."""
    subqueries: list[exp.Subquery]
    """Its sub-queries, outer ones first."""


def looked_through(root: exp.Expr) -> Statement:
    """The statement as it stands now; where it is changed, what this says is no longer so."""
    seen = Statement(root, set(), [], [])
    for node in root.walk():
        seen.has.add(type(node))
        if isinstance(node, exp.Select):
            seen.selects.append(node)
        elif isinstance(node, exp.Subquery):
            seen.subqueries.append(node)
    return seen


def rows_of(table: CatalogTable | None) -> int:
    """How many rows it has; 0 where that is not known."""
    return (table.physical.row_count or 0) if table is not None and table.physical is not None else 0


def form(node: object) -> Form:
    """A tree as nested tuples: equal exactly where the SQL is, and made in a tenth of the time."""
    if isinstance(node, exp.Expr):
        return (node.key, *[(name, form(part)) for name, part in node.args.items() if part is not None])
    if isinstance(node, list):
        return tuple([form(part) for part in node])
    return node


def bare(node: exp.Expr) -> exp.Expr:
    """Without its alias."""
    inner: exp.Expr = node.this if isinstance(node, exp.Alias) else node
    return inner


def is_aggregate(node: exp.Expr) -> bool:
    """An aggregate, with its FILTER."""
    return isinstance(node, exp.Filter | exp.AggFunc)


def joins_of(select: exp.Select) -> list[exp.Join]:
    """The joins, in order."""
    return select.args.get("joins") or []


def grouped_by(select: exp.Select) -> list[exp.Expr] | None:
    """The keys of a GROUP BY that names its first columns by place; None for another one."""
    group = select.args.get("group")
    names = [key.name for key in group.expressions] if group else []
    if names != [str(i + 1) for i in range(len(names))]:
        return None
    return [bare(node) for node in select.expressions[: len(names)]]


def columns_of(select: exp.Select, table: str) -> Iterator[exp.Column]:
    """The columns of one of its tables that a SELECT reads anywhere."""
    return (column for column in select.find_all(exp.Column) if column.table == table)


def named(node: exp.Expr, name: str) -> exp.Alias:
    """node AS "name"."""
    return exp.Alias(this=node, alias=exp.Identifier(this=name, quoted=True))


def subquery(select: exp.Expr, name: str) -> exp.Subquery:
    """(select) AS "name"."""
    return exp.Subquery(this=select, alias=exp.TableAlias(this=exp.Identifier(this=name, quoted=True)))


def table_named(name: str, alias: str) -> exp.Table:
    """A table of the statement's WITH."""
    return exp.Table(
        this=exp.Identifier(this=name, quoted=True),
        alias=exp.TableAlias(this=exp.Identifier(this=alias, quoted=True)),
    )


def add_table(statement: exp.Expr, name: str, select: exp.Expr) -> None:
    """Add a table to WITH, read once: before those that are there, but after those that it reads itself."""
    made = exp.CTE(this=select, alias=exp.TableAlias(this=exp.Identifier(this=name, quoted=True)), materialized=True)
    before = statement.args.get("with_")
    tables = list(before.expressions) if before is not None else []
    read = {table.name for table in select.find_all(exp.Table) if not table.db}
    place = max((i + 1 for i, table in enumerate(tables) if table.alias in read), default=0)
    statement.set("with_", exp.With(expressions=[*tables[:place], made, *tables[place:]]))
