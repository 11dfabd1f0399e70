"""Resolve every name of the query to a member that the principal may see."""

from __future__ import annotations

from collections.abc import Iterable

from verity.contracts.metric import TIME, AllOf, AnyOf, Condition, FilterNode
from verity.data.members import DimensionMember
from verity.exceptions import AmbiguousMember, QueryInvalid, UnknownMember
from verity.semantic import types
from verity.semantic.conditions import check_arity
from verity.semantic.metrics import Metric
from verity.semantic.work import Asked, Both, Either, Leaf, Named, Node, Output, Work, compared_part


def resolve_members(work: Work) -> None:
    """Fill metrics, dimensions, `where` (rows) and `having` (groups)."""
    query = work.query
    work.metrics = [_metric(work, name) for name in query.metrics]
    _refuse_repeats([m.member for m in work.metrics])
    nodes = [_node(work, node) for node in query.filters]
    work.dimensions = [_dimension(work, g.dimension, g.grain) for g in query.by]
    _refuse_repeats([f"{d.member}:{d.grain or ''}" for d in work.dimensions])
    for node in nodes:
        for part in node.parts if isinstance(node, Both) else (node,):
            (work.having if _names_metric(part) else work.where).append(part)
    asked = {m.member for m in work.metrics}
    compared = {m.member: m for part in work.having for m in _metrics_of(part) if m.member not in asked}
    work.compared = list(compared.values())
    segments = [work.model.catalog.segment(name) for name in query.segments]
    work.where += [Named(segment.table, segment.name) for segment in segments]
    work.where += _time_range(work)


def _metric(work: Work, name: str) -> Metric:
    return work.model.metric(work.model.catalog.metric(name).member)


def _dimension(work: Work, name: str, grain: str | None = None) -> Asked:
    if name == TIME:
        return Asked(None, grain)  # type: ignore[arg-type]  # a Grain by its contract
    roots = tuple(dict.fromkeys(m.table for m in work.metrics))
    try:
        at = work.model.catalog.dimension(name, of=roots)
    except AmbiguousMember:
        conformed = _conformed(work, name, roots)
        if conformed is None:
            raise
        at = conformed
    return Asked(at, grain)  # type: ignore[arg-type]  # as above


def _conformed(work: Work, name: str, roots: tuple[str, ...]) -> DimensionMember | None:
    """`customer.region` of two tables that both have a join `customer` to one table: one dimension, in one role."""
    found = []
    for root in roots:
        try:
            found.append(work.model.catalog.dimension(f"{root}.{name}"))
        except (UnknownMember, AmbiguousMember):
            continue
    joined = [at for at in found if at.joins]
    roles = {(at.joins[-1], at.table, at.column.name) for at in joined}
    return joined[0] if joined and len(joined) == len(found) and len(roles) == 1 else None


def _node(work: Work, node: FilterNode) -> Node:
    if isinstance(node, AllOf):
        return Both(tuple(_node(work, part) for part in node.all))
    if isinstance(node, AnyOf):
        return Either(tuple(_node(work, part) for part in node.any))
    return _leaf(work, node)


def _leaf(work: Work, condition: Condition) -> Leaf:
    check_arity(condition.member, condition.op, condition.values)
    return Leaf(_compared(work, condition.member), condition.op, condition.values)


def _compared(work: Work, name: str) -> Asked | Metric | Output:
    """A condition's member: a dimension, a metric, or a compared column of a metric asked for. Never two of them."""
    output = _output(work, name)
    try:
        found = _named(work, name)
    except UnknownMember:
        if output is not None:
            return output
        _refuse_uncompared(work, name)
        raise
    if output is not None:
        raise AmbiguousMember(name, [f"member {found.member}", f"compared column of {output.metric.member}"])
    return found


def _named(work: Work, name: str) -> Asked | Metric:
    """A dimension of the tables asked for, or a metric. One name may not be both."""
    asked = _asked_metric(work, name)
    if asked is not None:
        return asked
    metric = work.model.catalog.find_metric(name)
    if metric is None:
        return _dimension(work, name)
    try:
        dimension = _dimension(work, name)
    except UnknownMember:
        return work.model.metric(metric.member)
    raise AmbiguousMember(name, [f"metric {metric.member}", f"dimension {dimension.member}"])


def _asked_metric(work: Work, name: str) -> Metric | None:
    """The metric asked for that a full or short name means."""
    found = [m for m in work.metrics if m.member == name] or [m for m in work.metrics if m.name == name]
    if len(found) > 1:
        raise AmbiguousMember(name, [m.member for m in found])
    return found[0] if found else None


def _output(work: Work, name: str) -> Output | None:
    """The compared column that a name means among those of the result."""
    named = compared_part(name)
    if named is None or work.query.compare is None:
        return None
    metric = _asked_metric(work, named[0])
    return None if metric is None else Output(metric, named[1])


def _refuse_uncompared(work: Work, name: str) -> None:
    """Raise `QueryInvalid` for a compared column that the result does not have."""
    named = compared_part(name)
    if named is None:
        return
    asked = _asked_metric(work, named[0])
    if asked is not None:
        raise QueryInvalid(
            f"'{name}' is a compared column of '{asked.member}', and nothing is compared",
            remedy="Give `compare`, such as previous_year, or leave the condition out.",
        )
    metric = work.model.catalog.find_metric(named[0])
    if metric is not None:
        raise QueryInvalid(
            f"'{name}' is a compared column of '{metric.member}', which is not asked for",
            remedy=f"Ask for '{metric.member}' with `compare`, or leave the condition out.",
        )


def _names_metric(node: Node) -> bool:
    return bool(_metrics_of(node))


def _metrics_of(node: Node) -> list[Metric]:
    if isinstance(node, Both | Either):
        return [metric for part in node.parts for metric in _metrics_of(part)]
    on = node.on if isinstance(node, Leaf) else None
    return [on.metric] if isinstance(on, Output) else [on] if isinstance(on, Metric) else []


def _time_range(work: Work) -> list[Node]:
    span = work.query.time_range
    if span is None:
        return []
    on = _dimension(work, span.dimension or TIME)
    if on.at is not None and types.family(types.logical(on.at.column.type)) not in {*types.TEMPORAL, "other"}:
        raise QueryInvalid(f"'{on.member}' is no time", remedy="Give a date or time column for the time range.")
    ends: list[Node] = []
    if span.since is not None:
        ends.append(Leaf(on, "gte", (span.since,)))
    if span.until is not None:
        ends.append(Leaf(on, "lt", (span.until,)))
    return [Both(tuple(ends))]


def _refuse_repeats(names: Iterable[str]) -> None:
    seen: set[str] = set()
    for name in names:
        if name in seen:
            raise QueryInvalid(f"'{name.rstrip(':')}' is asked for twice", remedy="Name it once.")
        seen.add(name)
