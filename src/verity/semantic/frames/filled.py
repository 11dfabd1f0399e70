"""Gaps filled on the server: a row for every period of the range, for each group that the result has.

What a metric shows there is its own `fill`: nothing, zero, or its value before.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from sqlglot import exp

from verity.semantic.expressions import quoted
from verity.semantic.fragments import truncated
from verity.semantic.frames.branches import Branch, alias, subquery
from verity.semantic.frames.gaps import CURRENT, gap_grain, gap_periods, week_start
from verity.semantic.frames.plan import axis_of
from verity.semantic.frames.spine import TIME, kind_of
from verity.semantic.metrics import Metric
from verity.semantic.work import Work

_GROUPS, _PERIODS = "groups", "periods"


def filled_branch(work: Work) -> Branch:
    """Every period for every group of the current ones. Raises `TimeRequired` where no period is asked by."""
    spine = gap_periods(work, _PERIODS)
    axis = axis_of(work)
    grain, week = gap_grain(axis), week_start(work)
    others = [i for i in range(len(work.dimensions)) if i not in axis.indices]
    select = exp.Select(from_=exp.From(this=spine))
    if others:
        groups = exp.Select(
            expressions=[quoted(f"d{i}", CURRENT) for i in others], distinct=exp.Distinct(), from_=_from(CURRENT)
        )
        select.set("joins", [exp.Join(this=subquery(groups, _GROUPS), kind="CROSS")])
    dimensions: dict[int, exp.Expr] = {i: quoted(f"d{i}", _GROUPS) for i in others}
    for i in axis.indices:
        made, to = work.dimensions[i].grain, kind_of(grain)
        time: exp.Expr = quoted(TIME, _PERIODS)
        dimensions[i] = time if made in (grain, None) else truncated(time, to, made or grain, week)[0]
    return Branch(select, dimensions, {}, looks_up=True)


def _from(name: str) -> exp.From:
    return exp.From(this=exp.Table(this=exp.Identifier(this=name, quoted=True)))


def is_carried(work: Work, metric: Metric) -> bool:
    """True where the metric keeps its value through gaps."""
    return work.query.fill and metric.entry.fill == "previous"


def carried(work: Work, inner: exp.Select, columns: Sequence[tuple[str, Metric]], others: Sequence[str]) -> exp.Select:
    """The rows, columns carried forward from the last period of their group that had a value; `others` as they are."""
    axis = axis_of(work)
    time = axis.indices[0]
    names = [f"d{i}" for i in range(len(work.dimensions))] + [name for name, _ in columns] + [*others]
    keep = [name for name, metric in columns if is_carried(work, metric)]
    groups = [f"d{i}" for i in range(len(work.dimensions)) if i not in axis.indices]

    def over(node: exp.Expr, at: str, more: str | None = None) -> exp.Expr:
        keys: list[exp.Expr] = [quoted(name, at) for name in (*groups, *([more] if more else []))]
        order = None if more else exp.Order(expressions=[exp.Ordered(this=quoted(f"d{time}", at), nulls_first=False)])
        spec = exp.WindowSpec(kind="ROWS", start="UNBOUNDED", start_side="PRECEDING", end="CURRENT ROW")
        return exp.Window(this=node, partition_by=keys, order=order, spec=None if more else spec)

    counted = exp.Select(
        expressions=[
            *(quoted(name, "gaps") for name in names),
            *(alias(over(exp.Count(this=quoted(name, "gaps")), "gaps"), f"{name}.run") for name in keep),
        ],
        from_=exp.From(this=subquery(inner, "gaps")),
    )
    shown = [_kept(name, time, over) if name in keep else quoted(name, "runs") for name in names]
    return exp.Select(expressions=shown, from_=exp.From(this=subquery(counted, "runs")))


def _kept(name: str, time: int, over: Callable[[exp.Expr, str, str | None], exp.Expr]) -> exp.Expr:
    """The value of the run that a period belongs to; rows without a time belong to none."""
    own = quoted(name, "runs")
    last = over(exp.Max(this=own.copy()), "runs", f"{name}.run")
    known = exp.Not(this=exp.Is(this=quoted(f"d{time}", "runs"), expression=exp.Null()))
    return alias(exp.Case(ifs=[exp.If(this=known, true=last)], default=own), name)
