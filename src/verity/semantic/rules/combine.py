"""Make one statement of the scans: alone as it is, several as a UNION ALL of aggregated groups under one GROUP BY.

NULL meets NULL in a GROUP BY, no group is lost, and a metric that a group lacks is NULL. Derived metrics come last.
What looks at other times or fewer dimensions, ranks, or fills gaps is put together in `frames/layers.py`.
"""

from __future__ import annotations

from collections.abc import Sequence

from sqlglot import exp

from verity.exceptions import InternalError
from verity.semantic import types
from verity.semantic.expressions import quoted
from verity.semantic.fragments import all_of
from verity.semantic.frames.branches import alias, typed
from verity.semantic.frames.formulas import Values, conditions, has_rank
from verity.semantic.frames.layers import combine_frames, labelled, only
from verity.semantic.rules.parts import split_parts
from verity.semantic.variants import PLAIN
from verity.semantic.work import Scan, Work

_GROUPS = "groups"
"""The alias of the united scans."""


def combine(work: Work) -> None:
    """Fill `statement`, with the result's columns under their labels, and `having`."""
    if split_parts(work):
        return
    if work.frames or work.query.fill or any(has_rank(work, metric) for metric in (*work.metrics, *work.compared)):
        combine_frames(work)
    elif len(work.scans) == 1:
        _alone(work, work.scans[0])
    else:
        _united(work)


def _alone(work: Work, scan: Scan) -> None:
    select = _written(scan)
    count = len(work.dimensions)
    nodes = select.expressions
    columns = {(m.member, PLAIN): node for m, node in zip(scan.metrics, nodes[count:], strict=True)}
    dimensions = nodes[:count]
    values = Values(work, columns, dimensions)
    shown = [values.output(output) for output in work.outputs]
    select.set("expressions", labelled(work, [*dimensions, *shown]))
    if not scan.metrics and not work.query.ungrouped:
        select.set("distinct", exp.Distinct())
    _set_having(work, select, dimensions, values)
    work.statement = select


def _united(work: Work) -> None:
    names = [f"d{i}" for i in range(len(work.dimensions))]
    union: exp.Expr | None = None
    for scan in work.scans:
        branch = _branch(work, scan, names)
        union = branch if union is None else exp.Union(this=union, expression=branch, distinct=False)
    dimensions: list[exp.Expr] = [quoted(name, _GROUPS) for name in names]
    columns = {
        (metric.member, PLAIN): only(metric, quoted(f"m{i}", _GROUPS)) for i, metric in enumerate(work.leaves.values())
    }
    values = Values(work, columns, dimensions)
    select = exp.Select(
        expressions=labelled(work, [*dimensions, *(values.output(output) for output in work.outputs)]),
        from_=exp.From(
            this=exp.Subquery(this=union, alias=exp.TableAlias(this=exp.Identifier(this=_GROUPS, quoted=True)))
        ),
    )
    if names:
        select.set("group", exp.Group(expressions=[exp.Literal.number(i + 1) for i in range(len(names))]))
    _set_having(work, select, dimensions, values)
    work.statement = select


def _branch(work: Work, scan: Scan, names: list[str]) -> exp.Select:
    """One scan with a column for every metric of the query: its own, and NULL for the others'."""
    select = _written(scan)
    nodes = list(select.expressions)
    count = len(work.dimensions)
    dimensions = [typed(node, of, to) for node, of, to in zip(nodes[:count], scan.types, work.types, strict=True)]
    own = {m.member: node for m, node in zip(scan.metrics, nodes[count:], strict=True)}
    metrics = [own.get(m.member) or types.cast(exp.Null(), m.type or "double") for m in work.leaves.values()]
    labels = [*names, *(f"m{i}" for i in range(len(metrics)))]
    select.set("expressions", [alias(n, label) for n, label in zip([*dimensions, *metrics], labels, strict=True)])
    return select


def _set_having(work: Work, select: exp.Select, dimensions: Sequence[exp.Expr], values: Values) -> None:
    if not work.having:
        return
    made = conditions(work, dimensions, values.output)
    if not any(node.find(exp.AggFunc) for node in values.columns.values()):  # the groups were made further in
        held = select.args.get("where")
        select.set("where", exp.Where(this=all_of([held.this, *made] if held else made)))
        return
    held = select.args.get("having")
    select.set("having", exp.Having(this=all_of([held.this, *made] if held else made)))


def _written(scan: Scan) -> exp.Select:
    if scan.select is None:
        raise InternalError("a scan was not written")
    return scan.select
