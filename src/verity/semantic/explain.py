"""What a compiled query is, for the record and for people: its plan and the definitions that it used."""

from __future__ import annotations

from verity.contracts.metric import AllOf, AnyOf, Condition, FilterNode, GroupBy, MetricQuery, OrderBy
from verity.contracts.question import MetricEvidence
from verity.data.lock import metric_version
from verity.semantic.kinds.sequence import Sequence
from verity.semantic.metrics import Metric
from verity.semantic.plan import Plan, PlannedJoin, PlannedScan
from verity.semantic.words import partial_of, reads_of, words_of
from verity.semantic.work import Both, Either, Leaf, Named, Node, Scan, Work


def evidence_of(work: Work) -> tuple[MetricEvidence, ...]:
    """The definitions of the metrics asked for and of those that they are made of, with their versions."""
    found: dict[str, MetricEvidence] = {}
    waiting = [*work.metrics, *work.compared]
    for metric in waiting:
        if isinstance(metric.source, Sequence):
            waiting += [work.model.metric(metric.source.base), work.model.metric(metric.source.event)]
        named = metric.name in work.model.catalog.usable_tables[metric.table].usable_metrics
        if named and metric.member not in found:
            table = work.model.catalog.usable_tables[metric.table].entry
            found[metric.member] = MetricEvidence(
                name=metric.member, version=metric_version(table, metric.entry), sql=definition(metric)
            )
            waiting += [work.model.metric(part) for part in metric.parts]
    return tuple(found.values())


def definition(metric: Metric) -> str:
    """A metric's definition as one line of the dictionary's SQL."""
    return metric.entry.definition + (f" where {metric.entry.filter}" if metric.entry.filter else "")


def plan_of(work: Work) -> Plan:
    """The logical plan."""
    scans = [_scan(scan) for scan in work.scans]
    scans += [_scan(scan, reads_of(work, frame)) for frame in work.frames for scan in frame.work.scans]
    return Plan(
        query=canonical(work),
        scans=tuple(scans),
        columns=tuple(work.columns),
        partial=partial_of(work),
        words=tuple(words_of(work, tuple(scans))),
    )


def canonical(work: Work) -> MetricQuery:
    """The query in full names: what is stored and hashed."""
    query = work.query
    span = query.time_range
    nodes = [n for n in (*work.where, *work.having) if not isinstance(n, Named)]
    if span is not None:
        nodes = [n for n in nodes if n is not _range_node(work)]
    by_label = dict(zip(work.labels, work.columns, strict=True))
    return query.model_copy(
        update={
            "metrics": tuple(m.member for m in work.metrics),
            "by": tuple(GroupBy(dimension=d.member, grain=d.grain) for d in work.dimensions),
            "filters": tuple(_filter(n) for n in nodes),
            "segments": tuple(n.member for n in work.where if isinstance(n, Named)),
            "order": tuple(
                OrderBy(
                    member=(by_label[o.member].member or o.member) if o.member in by_label else o.member,
                    desc=o.desc,
                    nulls=o.nulls,
                )
                for o in query.order
            ),
        }
    )


def _range_node(work: Work) -> Node:
    return work.where[-1]


def _filter(node: Node) -> FilterNode:
    if isinstance(node, Both):
        return AllOf(all=tuple(_filter(part) for part in node.parts))
    if isinstance(node, Either):
        return AnyOf(any=tuple(_filter(part) for part in node.parts))
    if isinstance(node, Leaf):
        values = tuple(v if isinstance(v, str | int | float | bool) else str(v) for v in node.values)
        return Condition(member=node.on.member, op=node.op, values=values)
    return Condition(member=node.member, op="equals", values=(True,))


def _scan(scan: Scan, reads: str = "") -> PlannedScan:
    time = ".".join((scan.root, *scan.time.path, scan.time.column)) if scan.time else None
    return PlannedScan(
        root=scan.root,
        reads=reads,
        metrics=tuple(m.member for m in scan.metrics),
        time=time,
        dimensions=tuple(".".join((scan.root, *p.path, p.column)) for p in scan.dimensions),
        joins=tuple(PlannedJoin(path=p, table=t, kind=k) for p, t, k in dict.fromkeys(scan.joined)),
        policies=tuple(sorted(scan.policies)),
        deduplicated_by=scan.key,
    )
