"""A correlated EXISTS as a membership of keys, for engines that run those better or alone run them right.

`EXISTS (SELECT 1 FROM t WHERE o.k = t.k AND ...)` is `o.k IN (SELECT t.k FROM t WHERE ...)`, with false for NULL. What
else the sub-query says of the outer key is said of its own key instead, which is equal there. ClickHouse 26.9 fails on
an EXISTS inside an EXISTS that reaches two levels out.
"""

from __future__ import annotations

from sqlglot import exp

from verity.semantic.fragments import all_of
from verity.semantic.printing.rules import call, number


def as_membership(node: exp.Expr) -> exp.Expr:
    """The EXISTS as IN, or as it is where it hangs on the outer row by more than equal keys."""
    select = node.this
    if not isinstance(select, exp.Select) or select.args.get("where") is None:
        return node
    inner = _aliases(select)
    links, rest = _parted(select.args["where"].this, inner)
    if not links:
        return node
    made = select.copy()
    made.set("where", exp.Where(this=all_of([part.copy() for part in rest])) if rest else None)
    for outer, own in links:
        _replaced(made, outer, own)
    if _reaches_out(made):
        return node
    made.set("expressions", [own.copy() for _, own in links])
    keys = [outer.copy() for outer, _ in links]
    left = keys[0] if len(keys) == 1 else exp.Tuple(expressions=keys)
    return call("ifNull", exp.In(this=left, query=exp.Subquery(this=made)), number(0))


def _parted(condition: exp.Expr, inner: set[str]) -> tuple[list[tuple[exp.Expr, exp.Expr]], list[exp.Expr]]:
    """The equalities of an outer value with an own one, (outer, own), and the other conditions."""
    links: list[tuple[exp.Expr, exp.Expr]] = []
    rest: list[exp.Expr] = []
    for part in _conjuncts(condition):
        link = _link(part, inner)
        if link is None:
            rest.append(part)
        else:
            links.append(link)
    return links, rest


def _link(part: exp.Expr, inner: set[str]) -> tuple[exp.Expr, exp.Expr] | None:
    if not isinstance(part, exp.EQ):
        return None
    for own, outer in ((part.this, part.expression), (part.expression, part.this)):
        ours = {column.table for column in own.find_all(exp.Column)}
        theirs = {column.table for column in outer.find_all(exp.Column)}
        if ours and theirs and ours <= inner and not theirs & inner:
            return outer, own
    return None


def _conjuncts(node: exp.Expr) -> list[exp.Expr]:
    while isinstance(node, exp.Paren):
        node = node.this
    if isinstance(node, exp.And):
        return [*_conjuncts(node.this), *_conjuncts(node.expression)]
    return [node]


def _aliases(select: exp.Expr) -> set[str]:
    """The tables that the sub-query itself reads."""
    sources = [select.args["from_"].this, *(join.this for join in select.args.get("joins") or ())]
    return {source.alias_or_name for source in sources}


def _replaced(tree: exp.Expr, outer: exp.Expr, own: exp.Expr) -> None:
    if not isinstance(outer, exp.Column):
        return
    for column in list(tree.find_all(exp.Column)):
        if (column.table, column.name) == (outer.table, outer.name) and _is_of_outside(column, tree):
            column.replace(own.copy())


def _reaches_out(select: exp.Expr) -> bool:
    return any(column.table and _is_of_outside(column, select) for column in select.find_all(exp.Column))


def _is_of_outside(column: exp.Expr, select: exp.Expr) -> bool:
    """Whether no SELECT from the column's own up to `select` reads a table of its name."""
    inside = column.parent_select
    while inside is not None:
        if inside.args.get("from_") is not None and column.args["table"].name in _aliases(inside):
            return False
        if inside is select:
            return True
        inside = inside.parent_select
    return True
