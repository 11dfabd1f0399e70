"""How far back accumulations reach: over a rolling window, a period to date, or all time, up to each period's end.

Over calendar periods; what fiscal ones reach over is planned in `fiscal.py`.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from verity.contracts.metric import GRAINS, MONTHS, Grain, Span
from verity.exceptions import InternalError, SpanInvalid, TimeRequired
from verity.semantic import types
from verity.semantic.frames.axis import range_nodes
from verity.semantic.frames.spans import SECONDS, moved_back
from verity.semantic.frames.spine import INTRADAY, kind_of, last_moment, start_of
from verity.semantic.metrics import Reach
from verity.semantic.work import Axis, Frame, Work

_COARSER: dict[str, tuple[str, ...]] = {
    "day": ("day", "week", *MONTHS), "week": ("week",), "month": ("month", "quarter", "year"),
    "quarter": ("quarter", "year"), "year": ("year",),
}  # fmt: skip
"""Which periods consist of whole periods of a grain."""


def plan_reach(work: Work, frame: Frame, axis: Axis) -> None:
    """Fill the frame's dimensions and conditions: its rows reach back before its range.

    Raises `TimeRequired` where it is not said up to when, `SpanInvalid` where the grain does not fit.
    """
    reach = reach_of(frame)
    if not any(i in axis.indices for i in frame.indices):
        frame.work.where = [*frame.rest, *range_nodes(axis, _lower(work, frame, reach), frame.until)]
        return
    grain = grain_of(axis)
    base = grain if is_aligned(reach, grain) else _base(reach, grain)
    indices = [i for i in frame.indices if i not in axis.indices or i == axis.indices[0]]
    frame.work.dimensions = [
        replace(work.dimensions[i], grain=base) if i in axis.indices else work.dimensions[i] for i in indices
    ]
    frame.indices = tuple(indices)
    frame.typed = dict.fromkeys(axis.indices, kind_of(grain))
    frame.work.where = [*frame.rest, *range_nodes(axis, _earliest(work, frame, reach, grain), frame.until)]


def reach_of(frame: Frame) -> Reach:
    """What a frame that reaches back reaches over."""
    if frame.variant.reach is None:
        raise InternalError("a frame without a reach")
    return frame.variant.reach


def grain_of(axis: Axis) -> Grain:
    """The grain that an accumulation goes by. Raises `SpanInvalid` where there is none."""
    if axis.grain is not None:
        return axis.grain
    if axis.on.at is not None and types.logical(axis.on.at.column.type) == "date":
        return "day"
    raise SpanInvalid("an accumulation goes by periods, not by moments", remedy="Ask by a grain: `time:day`.")


def is_aligned(reach: Reach, grain: Grain) -> bool:
    """True where the reach consists of whole periods of the grain."""
    if reach.window is not None:
        return window_count(reach.window, grain) is not None
    return reach.to_date is None or grain in INTRADAY or reach.to_date in _COARSER.get(grain, ())


def window_count(window: Span, grain: Grain) -> int | None:
    """How many periods of the grain a window is; None where it is no whole number."""
    sizes = MONTHS if grain in MONTHS else SECONDS
    if window.grain not in sizes or window.count * sizes[window.grain] % sizes[grain]:
        return None
    return window.count * sizes[window.grain] // sizes[grain]


def _base(reach: Reach, grain: Grain) -> Grain:
    """The grain at which the rows are told apart where the reach cuts periods: what is asked by or reached over, where
    either is shorter than a day."""
    of_window: Grain = reach.window.grain if reach.window is not None else "day"
    return min("day", grain, of_window, key=GRAINS.index)


def _earliest(work: Work, frame: Frame, reach: Reach, grain: Grain) -> date | None:
    """The first moment that any period of the range reaches back to."""
    if frame.since is None or (reach.window is None and reach.to_date is None):
        return None
    start = start_of(frame.since, grain, week_start_of(work, frame))
    if reach.window is not None:
        return moved_back(start, reach.window)
    return start_of(start, reach.to_date or grain, week_start_of(work, frame))


def _lower(work: Work, frame: Frame, reach: Reach) -> date | None:
    """Where the one value of a whole range begins."""
    if reach.window is None and reach.to_date is None:
        return None
    until = frame.until
    if until is None:
        raise TimeRequired("an accumulation without periods needs its end", remedy="Give 'until', or ask by a grain.")
    if reach.window is not None:
        return moved_back(until, reach.window)
    return start_of(last_moment(until), reach.to_date or "day", week_start_of(work, frame))


def week_start_of(work: Work, frame: Frame) -> str:
    """How the weeks of the frame begin; different ones in one column are refused when it is written."""
    first = next(iter(frame.work.leaves.values()))
    return work.model.catalog.usable_tables[first.table].entry.week_start
