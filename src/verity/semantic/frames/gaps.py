"""The periods of a query whose gaps are filled: of its range, else from the first to the last that it has data for."""

from __future__ import annotations

from sqlglot import exp

from verity.contracts.metric import Grain
from verity.exceptions import TimeRequired
from verity.semantic import types
from verity.semantic.expressions import quoted
from verity.semantic.frames.fiscal import calendar_periods, has_fiscal
from verity.semantic.frames.plan import axis_of
from verity.semantic.frames.spine import bound, last_moment, periods, require_few
from verity.semantic.work import Axis, Work

CURRENT = "current_groups"
"""What the groups of the result are called where another branch looks something up in them."""


def gap_periods(work: Work, name: str) -> exp.Expr:
    """Every period, as a table with the column `t`. Raises `TimeRequired` where no period is asked by."""
    axis = axis_of(work)
    if not axis.indices:
        raise TimeRequired("there are no periods to fill", remedy="Ask by a time grain, or leave 'fill' out.")
    grain, week = gap_grain(axis), week_start(work)
    if has_fiscal(work, axis):
        return calendar_periods(
            work, axis, name, _end(work, axis, "since", "day", week), _end(work, axis, "until", "day", week)
        )
    require_few(axis.since, axis.until, grain)
    return periods(_end(work, axis, "since", grain, week), _end(work, axis, "until", grain, week), grain, name)


def gap_grain(axis: Axis) -> Grain:
    """The grain of the periods."""
    if axis.grain is not None:
        return axis.grain
    if axis.on.at is not None and types.logical(axis.on.at.column.type) == "date":
        return "day"
    raise TimeRequired("moments have no gaps to fill", remedy="Ask by a grain: `time:day`.")


def week_start(work: Work) -> str:
    """How the weeks of the query begin."""
    leaves = [work.model.metric(member) for member, _ in work.uses]
    table = leaves[0].table if leaves else ""
    return work.model.catalog.usable_tables[table].entry.week_start if table else "monday"


def _end(work: Work, axis: Axis, which: str, grain: Grain, week: str) -> exp.Expr:
    """The first or last period: of the range, else of the data."""
    moment = axis.since if which == "since" else axis.until
    if moment is not None:
        return bound(work, last_moment(moment, grain) if which == "until" else moment, grain, week)
    kind = exp.Min if which == "since" else exp.Max
    table = exp.From(this=exp.Table(this=exp.Identifier(this=CURRENT, quoted=True)))
    return exp.Subquery(this=exp.Select(expressions=[kind(this=quoted(f"d{axis.indices[0]}", CURRENT))], from_=table))
