"""Form the scans: metrics of one root share one, unless `time` means different columns of theirs.

A metric is aggregated from its own root, never from a table that another metric or a dimension brought in. That is
why its value cannot depend on what else is asked.
"""

from __future__ import annotations

from verity.contracts.metric import TIME
from verity.exceptions import NoJoinPath, QueryInvalid
from verity.semantic.metrics import Instant, Place, Source, require_time
from verity.semantic.work import Asked, Both, Either, Leaf, Node, Scan, Work


def form_scans(work: Work) -> None:
    """One `Scan` for each root (and time column), in the order in which the metrics were asked."""
    timed = _uses_time(work)
    scans: dict[tuple[str, Place | None, Instant | None, Source | None, bool], Scan] = {}
    for metric in work.leaves.values():
        time = require_time(work.model.time_of(metric), metric) if timed else None
        key = (metric.table, time, metric.instant, metric.source, metric.entry.benchmark is not None)
        scan = scans.setdefault(key, Scan(*key))
        scan.metrics.append(metric)
    work.scans = list(scans.values())
    if not work.scans and not work.frames:
        root = _root_of_rows(work)
        work.scans = [Scan(root, _time_of_rows(work, root) if timed else None)]


def _uses_time(work: Work) -> bool:
    return any(d.at is None for d in work.dimensions) or any(_names_time(node) for node in work.where)


def _names_time(node: Node) -> bool:
    if isinstance(node, Both | Either):
        return any(_names_time(part) for part in node.parts)
    return isinstance(node, Leaf) and isinstance(node.on, Asked) and node.on.at is None


def _root_of_rows(work: Work) -> str:
    """The one table that the rows of a query without metrics are rows of: it reaches every dimension to one row."""
    named = [d.at for d in work.dimensions if d.at is not None]
    if not named:
        raise QueryInvalid(f"'{TIME}' alone belongs to no table", remedy="Name a metric, or a time column of a table.")
    roots = list(dict.fromkeys(at.root for at in named))
    graph = work.model.graph
    reaching = [r for r in roots if all(at.root == r or graph.up(r, at.root) for at in named)]
    if not reaching:
        raise NoJoinPath(named[0].member, named[-1].member, remedy="Add a metric that both belong to.")
    return reaching[0]


def _time_of_rows(work: Work, root: str) -> Place:
    reference = work.model.catalog.usable_tables[root].time_column
    if reference is None:
        raise QueryInvalid(f"'{root}' has no time column", remedy=f"Declare time_column on '{root}'.")
    return work.model.place(root, reference)
