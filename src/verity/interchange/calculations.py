"""Arithmetic over aggregates of several tables: each aggregate becomes a metric of its own table, then they are put
together, so that no table is joined before it is counted."""

from __future__ import annotations

import re
from typing import Any

from sqlglot import exp

from verity.interchange import sql
from verity.interchange.cursor import Cursor
from verity.interchange.drafting import Drafts

_PART = "__metric_{}__"
_PARTS = re.compile(r'"?__metric_(\d+)__"?')


class Calculation:
    """A metric whose columns are written as `table.column`, and other metrics bare."""

    def __init__(self, drafts: Drafts, name: str, cursor: Cursor) -> None:
        self.drafts, self.name, self.cursor = drafts, name, cursor

    def defined(self, tree: exp.Expr) -> tuple[str, dict[str, Any]]:
        """The table that holds the metric, and its definition. Raises `Untranslatable`."""
        holder = exp.Paren(this=tree)
        calls = sql.aggregates(tree)
        outside = self._outside(tree, calls)
        roots = [self.root(call) for call in calls]
        if calls and not outside and len(set(roots)) == 1:
            return roots[0], self.simple(roots[0], holder.this)
        if not calls and not outside:
            raise sql.Untranslatable("it holds no aggregate")
        parts: list[str] = []
        for call, root in zip(calls, roots, strict=True):
            parts.append(self._part(root, call))
            call.replace(sql.column(_PART.format(len(parts) - 1)))
        for node in outside:
            parts.append(node.name)
            node.replace(sql.column(_PART.format(len(parts) - 1)))
        written = sql.row(holder.this)
        root = roots[0] if roots else self._holder_of(parts[0])
        return root, {"type": "derived", "sql": _PARTS.sub(lambda m: "{" + parts[int(m.group(1))] + "}", written)}

    def root(self, call: exp.Expr) -> str:
        """The table whose rows an aggregate counts: the one from which every other is one row away."""
        tables = list(dict.fromkeys(node.table for node in call.find_all(exp.Column) if node.table))
        if not tables:
            if len(self.drafts.tables) == 1:
                return next(iter(self.drafts.tables))
            raise sql.Untranslatable(f"'{sql.written(call)}' names no table, so it could count rows of any")
        for table in tables:
            if all(other == table or self._reaches(table, other) for other in tables):
                return table
        raise sql.Untranslatable(f"an aggregate over {', '.join(tables)}, which no join to one row connects")

    def simple(self, root: str, tree: exp.Expr) -> dict[str, Any]:
        """The definition of a metric of one table. A lone percentile is of that kind."""
        made = tree.copy()
        holder = exp.Paren(this=made)
        for node in list(holder.find_all(exp.Column)):
            if node.table:
                node.replace(self._bound(root, node.table, node.name))
        made = holder.this
        return percentile(made) or {"sql": sql.aggregate(made)}

    def _bound(self, root: str, table: str, name: str) -> exp.Expr:
        self.drafts.tables[table].used.add(name)
        return sql.column(name) if table == root else sql.column(*self.drafts.path(root, table), name)

    def _reaches(self, start: str, target: str) -> bool:
        try:
            return bool(self.drafts.path(start, target))
        except sql.Untranslatable:
            return False

    def _outside(self, tree: exp.Expr, calls: list[exp.Expr]) -> list[exp.Expr]:
        """Metrics that stand beside the aggregates."""
        inside = {id(node) for call in calls for node in call.find_all(exp.Column)}
        found = [node for node in exp.Paren(this=tree).find_all(exp.Column) if id(node) not in inside]
        if columns := [node for node in found if node.table]:
            raise sql.Untranslatable(f"'{sql.written(columns[0])}' stands outside an aggregate")
        if any(not node.table for call in calls for node in call.find_all(exp.Column)):
            raise sql.Untranslatable("it aggregates a metric, which is an aggregate already")
        return list(found)

    def _part(self, root: str, call: exp.Expr) -> str:
        draft = self.drafts.tables[root]
        made = self.simple(root, call)
        for name, metric in draft.metrics.items():
            if {key: metric[key] for key in ("sql", "type", "filter", "percentile", "method") if key in metric} == made:
                return f"{root}.{name}"
        name = draft.free(f"{self.name}_part")
        draft.add("metrics", name, {**made, "hidden": True, "description": f"A part of {self.name}."}, self.cursor)
        return f"{root}.{name}"

    def _holder_of(self, metric: str) -> str:
        found = [draft.name for draft in self.drafts.tables.values() if metric in draft.metrics]
        if len(found) != 1:
            raise sql.Untranslatable(f"'{metric}' is no metric that was imported before it")
        return found[0]


def percentile(tree: exp.Expr) -> dict[str, Any] | None:
    """The definition of a lone percentile or median; None for anything else."""
    if isinstance(tree, exp.WithinGroup):
        call, order = tree.this, tree.expression
        ordered = order.expressions[0] if isinstance(order, exp.Order) and order.expressions else None
        if not isinstance(call, exp.PercentileCont | exp.PercentileDisc) or not isinstance(ordered, exp.Ordered):
            return None
        if ordered.args.get("desc"):
            raise sql.Untranslatable("its percentile counts from the top")
        at, value = call.this, ordered.this
        method = "discrete" if isinstance(call, exp.PercentileDisc) else None
    elif isinstance(tree, exp.PercentileCont | exp.PercentileDisc) and tree.args.get("expression") is not None:
        at, value = tree.expression, tree.this
        method = "discrete" if isinstance(tree, exp.PercentileDisc) else None
    else:
        return None
    try:
        share = float(at.name)
    except (AttributeError, ValueError):
        raise sql.Untranslatable("its percentile is no number") from None
    made: dict[str, Any] = {"type": "percentile", "sql": sql.row(value), "percentile": share}
    return {**made, "method": method} if method else made
