"""A condition on a text of a joined table is decided once for each of its rows, and joined as true or false.

    SUM(x) FILTER (WHERE part.type LIKE 'P%') FROM lines JOIN part ...                     -- as the plan says it
    SUM(x) FILTER (WHERE part.c) FROM lines JOIN (SELECT key, type LIKE 'P%' AS c FROM part) AS part ...

The text is then not carried beside each row of the large table. Measured on TPC-H SF1: 0.94 times the fastest
hand-written SQL instead of 1.45.
"""

from __future__ import annotations

from collections.abc import Iterator

from sqlglot import exp

from verity.data.members import CatalogTable
from verity.semantic import types
from verity.semantic.expressions import quoted
from verity.semantic.fragments import null_of_nulls
from verity.semantic.physical.tables import Form, Reading, Statement, columns_of, form, joins_of, named, subquery

FEWEST_A_ROW = 4
"""Rows of the large table for each row of the joined one."""
_DECIDES = (exp.Like, exp.EQ, exp.NEQ, exp.GT, exp.GTE, exp.LT, exp.LTE, exp.In, exp.Is)
_WITHIN = (*_DECIDES, exp.And, exp.Or, exp.Not, exp.Paren)


def conditions_before_joins(statement: Statement, reading: Reading) -> bool:
    """Rewrite the joins of aggregating SELECTs over a large table."""
    changed = False
    for select in statement.selects:
        if reading.is_large(select):
            size = reading.rows(select.args["from_"].this)
            for join in joins_of(select):
                changed |= 0 < reading.rows(join.this) * FEWEST_A_ROW <= size and _rewrite(select, join, reading)
    return changed


def _rewrite(select: exp.Select, join: exp.Join, reading: Reading) -> bool:
    name, table = join.alias_or_name, reading.table(join.this)
    if join.kind not in ("", "INNER") or join.side not in ("", "LEFT") or table is None:
        return False
    found = [node for node in _conditions(select, name) if join.side != "LEFT" or null_of_nulls(node)]
    inside = {id(column) for node in found for column in node.find_all(exp.Column)}
    texts = {column.name for node in found for column in node.find_all(exp.Column) if _is_text(table, column)}
    kept = {column.name for column in columns_of(select, name) if id(column) not in inside}
    if not texts or texts & kept:
        return False  # the text is read all the same
    made: dict[Form, tuple[str, exp.Expr]] = {}
    for node in found:
        label, _ = made.setdefault(form(node), (f"condition {len(made)}", node.copy()))
        node.replace(quoted(label, name))
    columns: list[exp.Expr] = [quoted(column, name) for column in sorted(kept)]
    columns += [named(node, label) for label, node in made.values()]
    inner = exp.Select(expressions=columns, from_=exp.From(this=join.this))
    join.set("this", subquery(inner, name))
    return True


def _conditions(select: exp.Select, table: str) -> list[exp.Expr]:
    """The largest conditions in the columns and in HAVING that read nothing but the table."""
    having = select.args.get("having")
    return [node for whole in (*select.expressions, having) if whole is not None for node in _within(whole, table)]


def _within(node: exp.Expr, table: str) -> Iterator[exp.Expr]:
    if _is_condition(node, table):
        yield node
        return
    for part in node.iter_expressions():
        yield from _within(part, table)


def _is_condition(node: exp.Expr, table: str) -> bool:
    if not isinstance(node, _WITHIN) or node.find(exp.Select, exp.AggFunc, exp.Window) is not None:
        return False
    return {column.table for column in node.find_all(exp.Column)} == {table} and node.find(*_DECIDES) is not None


def _is_text(table: CatalogTable, column: exp.Column) -> bool:
    found = table.usable.get(column.name)
    return found is not None and types.family(found.type) == "text"
