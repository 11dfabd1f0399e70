"""Which frames a query needs: every leaf of its metrics, under every variant that a formula takes it."""

from __future__ import annotations

from dataclasses import replace
from functools import partial

from sqlglot import exp

from verity.contracts.metric import TIME, Span, comparison_span
from verity.exceptions import NotAdditive, NotMeaningful, SpanInvalid, TimeRequired
from verity.semantic import types
from verity.semantic.frames.axis import asked_in, find_axis, known_times, mapped, range_nodes
from verity.semantic.frames.fiscal import (
    fitted_fiscal,
    goes_by_calendar,
    has_fiscal,
    is_stepped,
    plan_calendar_reach,
    step_range,
)
from verity.semantic.frames.reach import plan_reach
from verity.semantic.frames.spans import end_moved_back, fitted, is_fiscal, length, moved_back
from verity.semantic.metrics import Keep, Metric, Reach, Shift, Step, step_of
from verity.semantic.variants import PLAIN, Variant
from verity.semantic.work import PARTS, Asked, Axis, Frame, Output, Work


def plan_frames(work: Work) -> None:
    """Fill `uses`, `outputs`, `leaves` (those of the plain groups) and `frames`."""
    _plan_outputs(work)
    for metric in (*work.metrics, *work.compared):
        _collect(work, metric, PLAIN)
    if work.earlier != PLAIN:
        for metric in work.metrics:
            _collect(work, metric, work.earlier)
    for member, variant in list(work.uses):
        if not variant.makes_rows:
            _use(work, member, Variant(reach=variant.reach))
    for member, variant in work.uses:
        if variant == PLAIN:
            work.leaves[member] = work.model.metric(member)
    variants = dict.fromkeys(variant for _, variant in work.uses if variant != PLAIN)
    work.frames = [_frame(work, variant) for variant in variants]


def _plan_outputs(work: Work) -> None:
    work.outputs = [Output(metric) for metric in work.metrics]
    compare = work.query.compare
    if compare is None:
        return
    for metric in work.metrics:
        if types.family(metric.type) not in types.NUMERIC:
            raise NotMeaningful(f"'{metric.member}' is {metric.type} and has no growth", remedy="Compare numbers.")
    span = comparison_span(compare)
    work.earlier = under(work, PLAIN, Shift(span), f"the comparison with {compare.replace('_', ' ')}")
    work.outputs = [Output(metric, part) for metric in work.metrics for part in PARTS]


def _collect(work: Work, metric: Metric, variant: Variant) -> None:
    if metric.is_leaf:
        special = metric.instant is not None or metric.source is not None or metric.entry.benchmark is not None
        if variant.reach is not None and special:
            what = _KIND_WORDS.get(metric.entry.type, "a benchmark")
            raise NotAdditive(
                f"'{metric.member}' is {what} and may not be summed over time",
                remedy="Accumulate a metric that counts or sums rows.",
            )
        _use(work, metric.member, variant)
        return
    if metric.rank is not None and variant != PLAIN:
        raise NotMeaningful(
            f"'{metric.member}' is a rank, which stands for itself", remedy="Rank the shifted or accumulated metric."
        )
    if metric.formula is None:
        for part in metric.parts:
            _collect(work, work.model.metric(part), variant)
        return
    for column in metric.formula.find_all(exp.Column):
        step = step_of(column)
        if step is not None:
            taken = variant if not step else under(work, variant, metric.steps[step - 1], f"'{metric.member}'")
            _collect(work, work.model.metric(column.name), taken)


_KIND_WORDS = {
    "semi_additive": "a state at one instant",
    "conversion": "a conversion of its own window",
    "retention": "a retention of its own period",
}


def _use(work: Work, member: str, variant: Variant) -> None:
    work.uses.setdefault((member, variant), len(work.uses))


def under(work: Work, variant: Variant, step: Step, why: str) -> Variant:
    """The variant with one more step. Raises `QueryError` where the query gives the step no meaning."""
    if isinstance(step, Keep):
        return variant.kept(dimensions_of(work, step.within), len(work.dimensions))
    axis = axis_of(work)
    if isinstance(step, Reach):
        if variant.reach is not None:
            raise NotAdditive(f"{why} accumulates what is accumulated already", remedy="Accumulate a plain metric.")
        return replace(variant, reach=step)
    return variant.shifted(_span(work, axis, step, why))


def axis_of(work: Work) -> Axis:
    """The query's axis, found when it is first needed."""
    if work.axis is None:
        leaves: dict[str, Metric] = {}
        for metric in (*work.metrics, *work.compared):
            _leaves(work, metric, leaves)
        work.axis = find_axis(work, leaves.values())
    return work.axis


def _leaves(work: Work, metric: Metric, found: dict[str, Metric]) -> None:
    if metric.is_leaf:
        found[metric.member] = metric
    for part in metric.parts:
        _leaves(work, work.model.metric(part), found)


def _span(work: Work, axis: Axis, step: Shift, why: str) -> Span:
    span = step.span
    if span is None:
        span = _own_length(axis, why)
    _require_nested(work, axis, why)
    if is_fiscal(span.grain) or has_fiscal(work, axis):
        return fitted_fiscal(span, axis, why)
    return fitted(span, axis.grain, why)


def _own_length(axis: Axis, why: str) -> Span:
    if axis.since is not None and axis.until is not None:
        return length(axis.since, axis.until)
    if axis.grain is not None:
        return Span(1, axis.grain)
    raise TimeRequired(
        f"{why} has no period to look before", remedy="Give 'since' and 'until', or ask by a time grain."
    )


def _require_nested(work: Work, axis: Axis, why: str) -> None:
    """Periods are looked up by the finest grain, which must tell the coarser ones."""
    grains = [work.dimensions[i].grain for i in axis.indices]
    if "week" in grains[:-1] and set(grains[grains.index("week") :]) != {"week"}:
        raise SpanInvalid(f"{why} goes by weeks and by {grains[-1]}s, and weeks cross them", remedy="Ask by one grain.")


def dimensions_of(work: Work, names: tuple[str, ...]) -> frozenset[int]:
    """The query's dimensions that some of these names mean; `time` means every period of the axis."""
    return frozenset(i for i, asked in enumerate(work.dimensions) if any(_is_named(work, i, asked, n) for n in names))


def _is_named(work: Work, index: int, asked: Asked, name: str) -> bool:
    plain, _, grain = name.partition(":")
    if grain and grain != asked.grain:
        return False
    if plain == TIME:
        return asked.at is None or index in axis_of(work).indices
    return asked.member == plain or asked.member.endswith(f".{plain}")


def _frame(work: Work, variant: Variant) -> Frame:
    members = [member for member, known in work.uses if known == variant]
    kept = tuple(i for i in range(len(work.dimensions)) if variant.keep is None or i in variant.keep)
    made = replace(
        work, dimensions=[work.dimensions[i] for i in kept], leaves={m: work.model.metric(m) for m in members},
        metrics=[], compared=[], having=[], scans=[], uses={}, frames=[], outputs=[], types=[], labels=[], columns=[],
        statement=None,
    )  # fmt: skip
    frame = Frame(variant, made, kept)
    if variant.shifts or variant.reach is not None:
        _move(frame, axis_of(work))
    if variant.reach is not None:
        axis = axis_of(work)
        (plan_calendar_reach if goes_by_calendar(work, frame, axis) else plan_reach)(work, frame, axis)
    else:
        frame.reuses = variant.keep is None and _is_within(work)
    return frame


def _is_within(work: Work) -> bool:
    """True where the groups of the query hold every earlier period: grouped by time, over no range of it."""
    axis = work.axis
    if axis is None or not axis.indices or axis.since is not None or axis.until is not None:
        return False
    return not any(axis.has(asked) for asked in asked_in(axis.rest))


def _move(frame: Frame, axis: Axis) -> None:
    """The conditions of a frame that looks at other times: the range moved back, and no rows without a time."""
    since, until, rest = axis.since, axis.until, list(axis.rest)
    if frame.variant.shifts and until is None and not any(i in axis.indices for i in frame.indices):
        raise TimeRequired(
            "an earlier value of the whole range needs its end", remedy="Give 'until', or ask by a time grain."
        )
    if is_stepped(frame):
        step_range(frame, axis)
        frame.rest = [*rest, known_times(axis)]
        frame.work.where = list(frame.rest)
        return
    for span in frame.variant.shifts:
        since = moved_back(since, span) if since is not None else None
        until = end_moved_back(until, span) if until is not None else None
        rest = [mapped(node, axis, partial(moved_back, span=span)) for node in rest]
    frame.since, frame.until, frame.rest = since, until, [*rest, known_times(axis)]
    frame.work.where = [*frame.rest, *range_nodes(axis, since, until)]
