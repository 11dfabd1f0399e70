"""Make one statement of the scans: alone as it is, several as a UNION ALL of aggregated groups under one GROUP BY.

NULL meets NULL in a GROUP BY, no group is lost, and a metric that a group lacks is NULL. Derived metrics come last.
"""

from __future__ import annotations

from collections.abc import Callable

from sqlglot import exp

from verity.exceptions import QueryInvalid
from verity.semantic import types
from verity.semantic.conditions import comparison
from verity.semantic.expressions import quoted
from verity.semantic.fragments import all_of, any_of
from verity.semantic.metrics import PART, Metric
from verity.semantic.types import Type
from verity.semantic.work import Asked, Both, Either, Leaf, Named, Node, Scan, Work

_GROUPS = "groups"
"""The alias of the united scans."""
ValueOf = Callable[[Metric], exp.Expr]


def combine(work: Work) -> None:
    """Fill `statement`, with the result's columns under their labels, and `having`."""
    if len(work.scans) == 1:
        _alone(work, work.scans[0])
    else:
        _united(work)


def _alone(work: Work, scan: Scan) -> None:
    select = _written(scan)
    leaves = {m.member: node for m, node in zip(scan.metrics, select.expressions[len(work.dimensions) :], strict=True)}
    value_of = _values(work, lambda metric: leaves[metric.member].copy())
    dimensions = select.expressions[: len(work.dimensions)]
    select.set("expressions", _labelled(work, dimensions, value_of))
    if not scan.metrics and not work.query.ungrouped:
        select.set("distinct", exp.Distinct())
    _set_having(work, select, dimensions, value_of)
    work.statement = select


def _united(work: Work) -> None:
    names = [f"d{i}" for i in range(len(work.dimensions))]
    merged = [_merged_type(work, i) for i in range(len(work.dimensions))]
    places = {m.member: f"m{i}" for i, m in enumerate(work.leaves.values())}
    branches = [_branch(work, scan, names, merged) for scan in work.scans]
    union: exp.Expr = branches[0]
    for branch in branches[1:]:
        union = exp.Union(this=union, expression=branch, distinct=False)
    value_of = _values(work, lambda metric: _only(metric, quoted(places[metric.member], _GROUPS)))
    dimensions: list[exp.Expr] = [quoted(name, _GROUPS) for name in names]
    select = exp.Select(
        expressions=_labelled(work, dimensions, value_of),
        from_=exp.From(
            this=exp.Subquery(this=union, alias=exp.TableAlias(this=exp.Identifier(this=_GROUPS, quoted=True)))
        ),
    )
    _by_groups(work, select)
    _set_having(work, select, dimensions, value_of)
    work.statement = select


def _branch(work: Work, scan: Scan, names: list[str], merged: list[Type]) -> exp.Select:
    """One scan with a column for every metric of the query: its own, and NULL for the others'."""
    select = _written(scan)
    nodes = list(select.expressions)
    count = len(work.dimensions)
    dimensions = [
        types.cast(node, to) if to is not None and to != of else node
        for node, of, to in zip(nodes[:count], scan.types, merged, strict=True)
    ]
    own = {m.member: node for m, node in zip(scan.metrics, nodes[count:], strict=True)}
    metrics = [own.get(m.member) or types.cast(exp.Null(), m.type or "double") for m in work.leaves.values()]
    labels = [*names, *(f"m{i}" for i in range(len(metrics)))]
    select.set("expressions", [_named(n, label) for n, label in zip([*dimensions, *metrics], labels, strict=True)])
    return select


def _merged_type(work: Work, index: int) -> Type:
    return types.merged(scan.types[index] for scan in work.scans)


def _only(metric: Metric, column: exp.Expr) -> exp.Expr:
    """The one value that a group has of a metric: every other row of the group is NULL there."""
    return (exp.LogicalOr if metric.type == "boolean" else exp.Max)(this=column)


def _values(work: Work, leaf: ValueOf) -> ValueOf:
    def value_of(metric: Metric) -> exp.Expr:
        if metric.formula is None:
            return leaf(metric)
        made = metric.formula.copy()
        for reference in [c for c in made.find_all(exp.Column) if c.table == PART]:
            value = value_of(work.model.metric(reference.name))
            if not isinstance(value, exp.Cast | exp.Func | exp.Column | exp.Paren | exp.Filter):
                value = exp.Paren(this=value)
            if reference is made:
                return value
            reference.replace(value)
        return made

    return value_of


def _labelled(work: Work, dimensions: list[exp.Expr], value_of: ValueOf) -> list[exp.Expr]:
    nodes = [node.copy() for node in dimensions] + [_final(metric, value_of(metric)) for metric in work.metrics]
    return [_named(node, label) for node, label in zip(nodes, work.labels, strict=True)]


def _final(metric: Metric, node: exp.Expr) -> exp.Expr:
    """A derived metric in its own type: engines differ in what arithmetic over decimals returns."""
    if metric.formula is None or types.family(metric.type) not in ("decimal", "bigint"):
        return node
    return types.cast(node, metric.type or "double")


def _by_groups(work: Work, select: exp.Select) -> None:
    if work.dimensions:
        select.set("group", exp.Group(expressions=[exp.Literal.number(i + 1) for i in range(len(work.dimensions))]))


def _set_having(work: Work, select: exp.Select, dimensions: list[exp.Expr], value_of: ValueOf) -> None:
    if not work.having:
        return
    conditions = [_compared(work, node, dimensions, value_of) for node in work.having]
    select.set("having", exp.Having(this=all_of(conditions)))


def _compared(work: Work, node: Node, dimensions: list[exp.Expr], value_of: ValueOf) -> exp.Expr:
    if isinstance(node, Both):
        return all_of([_compared(work, part, dimensions, value_of) for part in node.parts])
    if isinstance(node, Either):
        return exp.Paren(this=any_of([_compared(work, part, dimensions, value_of) for part in node.parts]))
    if isinstance(node, Leaf) and isinstance(node.on, Metric):
        metric = node.on
        return comparison(
            lambda: _final(metric, value_of(metric)), metric.type, node.op, node.values, work.bind, metric.member
        )
    return _compared_group(work, node, dimensions)


def _compared_group(work: Work, node: Leaf | Named, dimensions: list[exp.Expr]) -> exp.Expr:
    """A dimension beside a metric in one OR: it must be one that the rows are grouped by."""
    on = node.on if isinstance(node, Leaf) else None
    index = next((i for i, asked in enumerate(work.dimensions) if asked == on), None)
    if index is None or not isinstance(node, Leaf):
        name = on.member if isinstance(on, Asked) else "a segment"
        raise QueryInvalid(
            f"'{name}' stands in one condition with a metric, and the groups do not have it",
            remedy=f"Ask by '{name}' too, or put it in a condition of its own joined by AND.",
        )
    of = types.merged(scan.types[index] for scan in work.scans)
    return comparison(dimensions[index].copy, of, node.op, node.values, work.bind, work.dimensions[index].member)


def _written(scan: Scan) -> exp.Select:
    assert scan.select is not None  # noqa: S101 - written by the rule before
    return scan.select


def _named(node: exp.Expr, label: str) -> exp.Alias:
    return exp.Alias(this=node, alias=exp.Identifier(this=label, quoted=True))
