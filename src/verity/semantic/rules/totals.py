"""Totals and subtotals: the same query by fewer dimensions, each level read from its own rows, so that they are right
for what cannot be added up too.

Details come first, in the order asked for, then the subtotals from the finest to the coarsest, and the grand total
last. `limit` and conditions on metrics choose among the details; no total changes or goes by them.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from sqlglot import exp

from verity.contracts.table import Column
from verity.exceptions import InternalError, QueryInvalid, TimeRequired
from verity.semantic import types
from verity.semantic.expressions import quoted
from verity.semantic.frames.branches import alias, null, subquery
from verity.semantic.frames.formulas import has_rank
from verity.semantic.metrics import Metric
from verity.semantic.rules.order import ordered_keys
from verity.semantic.rules.parts import level_of, parts_table
from verity.semantic.variants import PLAIN
from verity.semantic.work import Work

LEVEL = "totals_level"
"""The last column of a result with totals: how many dimensions the row keeps."""


def add_totals(work: Work, compile_level: Callable[[Work], None]) -> None:
    """Unite the statement with one for each level; `compile_level` writes that of a query by fewer dimensions."""
    query = work.query
    if not (query.totals or query.subtotals):
        return
    if not work.metrics or query.ungrouped:
        raise QueryInvalid("there is nothing to total", remedy="Ask for a metric, or leave the totals out.")
    count = len(work.dimensions)
    levels = list(range(count - 1, 0, -1)) if query.subtotals else []
    levels += [0] if query.totals and count else []
    union: exp.Expr = _level(work, _statement(work), count)
    for kept in levels:
        union = exp.Union(this=union, expression=_level(work, _below(work, kept, compile_level), kept), distinct=False)
    work.columns.append(Column(name=LEVEL, type="bigint", role="level"))
    outer = exp.Select(
        expressions=[quoted(label, "levels") for label in (*work.labels, LEVEL)],
        from_=exp.From(this=subquery(union, "levels")),
    )
    last = exp.Ordered(this=exp.Literal.number(len(work.labels) + 1), desc=True, nulls_first=False)
    outer.set("order", exp.Order(expressions=[last, *ordered_keys(work)]))
    if work.parts:
        outer.set("with_", exp.With(expressions=[parts_table(work)]))
    work.statement = outer
    work.labels = [*work.labels, LEVEL]


def _below(work: Work, kept: int, compile_level: Callable[[Work], None]) -> exp.Select:
    if work.parts:
        return level_of(work, kept)
    below = _less(work, kept)
    try:
        compile_level(below)
    except TimeRequired as error:
        raise TimeRequired(
            f"a total over all periods cannot be told: {error.message}",
            remedy="Give 'until', or leave the totals out.",
        ) from None
    return _statement(below)


def _less(work: Work, kept: int) -> Work:
    """The query by its first `kept` dimensions, without conditions on metrics."""
    dimensions = work.dimensions[:kept]
    timed = work.axis is not None and any(i < kept for i in work.axis.indices)
    count = len(work.dimensions)
    return replace(
        work,
        query=work.query.model_copy(
            update={"fill": work.query.fill and timed, "limit": None, "offset": 0, "totals": False, "subtotals": False}
        ),
        dimensions=dimensions, metrics=[_readable(work, metric) for metric in work.metrics], compared=[], having=[],
        leaves={}, scans=[], uses={}, frames=[], axis=None, outputs=[], types=[], earlier=PLAIN, columns=[],
        labels=[*work.labels[:kept], *work.labels[count:]], statement=None, calendar_tables={},
    )  # fmt: skip


def _readable(work: Work, metric: Metric) -> Metric:
    """The metric, or what a rank is of: totals have no rank."""
    while metric.rank is not None:
        metric = work.model.metric(metric.parts[0])
    return metric


def _statement(work: Work) -> exp.Select:
    if work.statement is None:
        raise InternalError("a level has no statement")
    return work.statement


def _level(work: Work, statement: exp.Select, kept: int) -> exp.Select:
    """The rows of one level with every column of the result, and the level."""
    name, count = f"level {kept}", len(work.dimensions)
    dimensions: list[exp.Expr] = [
        quoted(label, name) if i < kept else null(work.types[i]) for i, label in enumerate(work.labels[:count])
    ]
    shown: list[exp.Expr] = []
    for output, label in zip(work.outputs, work.labels[count:], strict=True):
        ranked = kept < count and has_rank(work, output.metric)
        shown.append(types.cast(exp.Null(), output.metric.type or "bigint") if ranked else quoted(label, name))
    nodes = [alias(node, label) for node, label in zip([*dimensions, *shown], work.labels, strict=True)]
    level = alias(types.cast(exp.Literal.number(kept), "bigint"), LEVEL)
    return exp.Select(expressions=[*nodes, level], from_=exp.From(this=subquery(statement, name)))
