"""The plan in plain words, a line each: what is read, which joins are taken and which are not, policies, frames."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

from verity.exceptions import QueryError
from verity.semantic.frames.axis import find_axis
from verity.semantic.frames.formulas import has_rank
from verity.semantic.frames.spans import is_fiscal
from verity.semantic.frames.spine import INTRADAY, start_of, wall_of
from verity.semantic.metrics import Metric, Reach
from verity.semantic.plan import PlannedScan
from verity.semantic.variants import Variant
from verity.semantic.work import Asked, Axis, Both, Either, Frame, Leaf, Node, Output, Work

_JOINED = "joined to {table} over {path}"
_JOIN_WORDS = {
    "left": _JOINED,
    "fan_out": "joined to the many rows of {table} over {path}",
    "exists": "kept where a row of {table} exists over {path}",
    "periods": "by the periods of {table}",
    "per": "with {path}, computed over every row that may be seen",
}


def words_of(work: Work, scans: tuple[PlannedScan, ...]) -> list[str]:
    """The plan's lines."""
    lines = [line for scan in scans for line in _scan(work, scan)]
    if len(work.scans) > 1:
        lines.append("The groups are united on their dimensions; what a group lacks is empty.")
    lines += [_reread(frame) for frame in work.frames if frame.reuses]
    lines += _filled(work)
    derived = [m.member for m in (*work.metrics, *work.compared) if m.formula is not None and not has_rank(work, m)]
    if derived:
        lines.append(f"Computed last: {', '.join(derived)}.")
    ranked = [m.member for m in (*work.metrics, *work.compared) if has_rank(work, m)]
    if ranked:
        lines.append(f"Ranked over all rows, before any condition on metrics: {', '.join(ranked)}.")
    lines += _chosen(work)
    lines += _totals(work)
    partial = partial_of(work)
    if partial is not None:
        lines.append(f"The last period, from {partial} on, is not complete.")
    return lines


def _scan(work: Work, scan: PlannedScan) -> Iterator[str]:
    what = f"aggregate {', '.join(scan.metrics)}" if scan.metrics else "read the rows"
    by = f" by {', '.join(scan.dimensions)}" if scan.dimensions else ""
    yield f"From {scan.root}: {what}{by}{f', {scan.reads}' if scan.reads else ''}."
    for join in scan.joins:
        yield f"  {_JOIN_WORDS.get(join.kind, _JOINED).format(table=join.table, path=join.path)}"
    unused = list(_unused(work, scan))
    if unused:
        yield f"  not joined, for nothing asked needs it: {', '.join(unused)}"
    if scan.deduplicated_by:
        yield f"  each row of {scan.root} counted once a group, by {', '.join(scan.deduplicated_by)}"
    yield from (f"  rows of {table} held back by the access policy" for table in scan.policies)


def _unused(work: Work, scan: PlannedScan) -> Iterator[str]:
    """Joins of the root that were not taken, of those that the principal may see."""
    tables = work.model.catalog.tables
    taken = {join.path for join in scan.joins}
    root = tables.get(scan.root)
    for name, join in root.joins.items() if root is not None else ():
        path = f"{scan.root}.{name}"
        if join.table in tables and path not in taken:
            yield path


def reads_of(work: Work, frame: Frame) -> str:
    """Which rows a frame reads, in words."""
    variant = frame.variant
    parts = [*_kept(work, variant), *_reached(variant.reach), *_shifted(variant)]
    ends = [f"from {frame.since}"] if frame.since is not None else []
    ends += [f"up to {frame.until}"] if frame.until is not None else []
    return " ".join([", ".join(parts), *([f"({' '.join(ends)})"] if ends else [])])


def _shifted(variant: Variant) -> Iterator[str]:
    if variant.shifts:
        yield f"{' and '.join(str(span) for span in variant.shifts)} earlier"


def _reached(reach: Reach | None) -> Iterator[str]:
    if reach is None:
        return
    if reach.window is not None:
        yield f"over the {reach.window} up to each period's end"
    elif reach.to_date is not None:
        yield f"since the start of the {reach.to_date} of each period's end"
    else:
        yield "over all time up to each period's end"


def _kept(work: Work, variant: Variant) -> Iterator[str]:
    if variant.keep is not None:
        names = [work.dimensions[i].member for i in sorted(variant.keep)]
        yield f"over {' and '.join(names)} only" if names else "over all groups together"


def _reread(frame: Frame) -> str:
    metrics = ", ".join(frame.work.leaves)
    return (
        f"The same groups {' and '.join(str(s) for s in frame.variant.shifts)} earlier are read beside them: {metrics}."
    )


def _filled(work: Work) -> Iterator[str]:
    if not work.query.fill:
        return
    yield "Every period has a row, for each group of the result."
    for metric in work.metrics:
        if metric.entry.fill in ("zero", "previous"):
            shown = "0" if metric.entry.fill == "zero" else "its value before"
            yield f"  where it has none, {metric.member} shows {shown}"


def _chosen(work: Work) -> Iterator[str]:
    named = dict.fromkeys(on.member for node in work.having for on in _conditions(node) if isinstance(on, Output))
    if named:
        yield f"Rows are chosen by {', '.join(named)} after everything is compared."


def _conditions(node: Node) -> Iterator[Asked | Metric | Output]:
    if isinstance(node, Both | Either):
        for part in node.parts:
            yield from _conditions(part)
    elif isinstance(node, Leaf):
        yield node.on


def _totals(work: Work) -> Iterator[str]:
    if work.query.subtotals:
        yield "Subtotals follow the details, each read from its own rows."
    if work.query.totals:
        yield "The grand total comes last, read from its own rows; limit and conditions on metrics do not change it."


def partial_of(work: Work) -> str | None:
    """The start of the last period, where the range or the caller's today cuts it short."""
    timed = any(asked.at is None or asked.grain is not None for asked in work.dimensions)
    if not timed:
        return None
    try:
        axis = work.axis or find_axis(work, work.leaves.values())
    except QueryError:
        return None  # by two times at once, neither of them is the one that ends
    if axis.grain is None or is_fiscal(axis.grain) or not axis.indices:
        return None
    return _partial(work, axis)


def _partial(work: Work, axis: Axis) -> str | None:
    ends = [axis.until] if axis.until is not None else []
    if work.today is not None and axis.grain not in INTRADAY:  # today has no hours: which one it is, nobody says
        ends.append(work.today + timedelta(days=1))
    if not ends or axis.grain is None:
        return None
    end = min(map(wall_of, ends))
    week = "monday"
    for member in work.leaves:
        week = work.model.catalog.usable_tables[member.partition(".")[0]].entry.week_start
    if start_of(end, axis.grain, week) == end:
        return None
    first = wall_of(start_of(end, axis.grain, week))
    return (first if axis.grain in INTRADAY else first.date()).isoformat()
