"""The frames of a query as one statement: united, grouped, spread and shown, a layer for each need.

united    the groups of every frame below each other; a value that a frame lacks is NULL
grouped   one row a group; groups that only an earlier period has are left out
spread    values over fewer dimensions written beside every row that they belong to (a window: NULL meets NULL)
shown     formulas, ranks and filled gaps under their labels, and the conditions on them
"""

from __future__ import annotations

from collections.abc import Sequence

from sqlglot import exp

from verity.semantic import types
from verity.semantic.expressions import quoted
from verity.semantic.fragments import REFILLED, all_of
from verity.semantic.frames.branches import Branch, alias, branches_of, null, subquery
from verity.semantic.frames.filled import carried, filled_branch, is_carried
from verity.semantic.frames.fiscal import has_fiscal
from verity.semantic.frames.formulas import Columns, Values, conditions, has_rank
from verity.semantic.frames.gaps import CURRENT
from verity.semantic.frames.plan import axis_of
from verity.semantic.metrics import Metric
from verity.semantic.work import Work

UNITED, GROUPED, SPREAD, SHOWN = "united", "grouped", "spread", "shown"
_MADE = "made"
"""The column that says whether a row makes a group of the result, or only gives it a value."""
_LEVEL = "level"
"""The column that tells values over fewer dimensions apart from the groups: 0 for a group."""
Keeps = list[frozenset[int]]


def combine_frames(work: Work) -> None:
    """Fill `statement` of a query with frames, ranks or gaps to fill."""
    branches = branches_of(work)
    tables = [*work.calendar_tables.values(), *(table for branch in branches for table in branch.tables)]
    current = _current(work, branches)
    if work.query.fill:
        branches.append(filled_branch(work))
    keeps: Keeps = list(dict.fromkeys(branch.keep for branch in branches if branch.keep is not None))
    source, table = _grouped(work, branches, keeps), GROUPED
    if keeps:
        source, table = _spread(work, source, branches), SPREAD
    work.statement = _shown(work, source, table, level=bool(keeps))
    tables += [current] if current is not None else []
    if tables:
        work.statement.set("with_", exp.With(expressions=tables))


def _current(work: Work, branches: list[Branch]) -> exp.CTE | None:
    """The groups of the result by name, where another branch looks something up in them."""
    if not work.query.fill and not any(branch.looks_up for branch in branches):
        return None
    making = [branch for branch in branches if branch.makes_rows]
    made = _grouped(work, making, [])
    if _is_refilled(work, making):
        made.set(REFILLED, True)
    cte = exp.CTE(this=made, alias=exp.TableAlias(this=exp.Identifier(this=CURRENT, quoted=True)))
    named = Branch(
        exp.Select(from_=exp.From(this=exp.Table(this=exp.Identifier(this=CURRENT, quoted=True)))),
        {i: quoted(f"d{i}", CURRENT) for i in range(len(work.dimensions))},
        {use: quoted(f"u{work.uses[use]}", CURRENT) for branch in making for use in branch.values},
    )
    branches[:] = [named, *(branch for branch in branches if not branch.makes_rows)]
    return cte


def _is_refilled(work: Work, making: Sequence[Branch]) -> bool:
    """Whether a group without a row that its metrics count is among the filled ones, with the same values."""
    if not work.query.fill or work.frames or len(making) != 1:
        return False
    axis = axis_of(work)
    if has_fiscal(work, axis):
        return False
    whole = axis.since is not None and axis.until is not None and len(axis.indices) == len(work.dimensions)
    shown = [*(output.metric for output in work.outputs), *work.compared]
    zero = all(metric.is_leaf and metric.entry.fill == "zero" for metric in shown)
    return whole and zero


def _grouped(work: Work, branches: Sequence[Branch], keeps: Keeps) -> exp.Select:
    """One row a group, and one for each group of fewer dimensions."""
    first, *rest = [_united(work, branch, keeps) for branch in branches]
    if not rest:
        return first
    union: exp.Expr = first
    for select in rest:
        union = exp.Union(this=union, expression=select, distinct=False)
    names = [f"d{i}" for i in range(len(work.dimensions))] + ([_LEVEL] if keeps else [])
    expressions: list[exp.Expr] = [quoted(name, UNITED) for name in names]
    for (member, _), i in work.uses.items():
        expressions.append(alias(only(work.model.metric(member), quoted(f"u{i}", UNITED)), f"u{i}"))
    select = exp.Select(expressions=expressions, from_=exp.From(this=subquery(union, UNITED)))
    if names:
        select.set("group", exp.Group(expressions=[exp.Literal.number(i + 1) for i in range(len(names))]))
    if not all(branch.makes_rows for branch in branches):
        select.set("having", exp.Having(this=_is_made(bool(keeps))))
    return select


def _is_made(level: bool) -> exp.Expr:
    one = exp.Literal.number(1)
    made = exp.EQ(this=exp.Max(this=quoted(_MADE, UNITED)), expression=one)
    return exp.Or(this=made, expression=exp.GTE(this=quoted(_LEVEL, UNITED), expression=one.copy())) if level else made


def _united(work: Work, branch: Branch, keeps: Keeps) -> exp.Select:
    """One branch with every column of the union: what it lacks is a typed NULL."""
    expressions: list[exp.Expr] = []
    for i in range(len(work.dimensions)):
        node = branch.dimensions.get(i)
        expressions.append(alias(null(work.types[i]) if node is None else node, f"d{i}"))
    if keeps:
        level = 0 if branch.keep is None else keeps.index(branch.keep) + 1
        expressions.append(alias(exp.Literal.number(level), _LEVEL))
    for use, i in work.uses.items():
        value = branch.values.get(use)
        if value is None:
            value = types.cast(exp.Null(), work.model.metric(use[0]).type or "double")
        expressions.append(alias(value, f"u{i}"))
    expressions.append(alias(exp.Literal.number(int(branch.makes_rows)), _MADE))
    branch.select.set("expressions", expressions)
    return branch.select


def _spread(work: Work, source: exp.Select, branches: Sequence[Branch]) -> exp.Select:
    """Every value over fewer dimensions beside the groups that share those."""
    kept = {use: branch.keep for branch in branches if branch.keep is not None for use in branch.values}
    expressions: list[exp.Expr] = [quoted(f"d{i}", GROUPED) for i in range(len(work.dimensions))]
    expressions.append(quoted(_LEVEL, GROUPED))
    for use, i in work.uses.items():
        node: exp.Expr = quoted(f"u{i}", GROUPED)
        if use in kept:
            partition: list[exp.Expr] = [quoted(f"d{k}", GROUPED) for k in sorted(kept[use] or ())]
            value = exp.Window(this=only(work.model.metric(use[0]), node), partition_by=partition)
            node = alias(value, f"u{i}")
        expressions.append(node)
    return exp.Select(expressions=expressions, from_=exp.From(this=subquery(source, GROUPED)))


def _shown(work: Work, source: exp.Select, table: str, *, level: bool) -> exp.Select:
    """The result's columns under their labels, and the conditions on metrics."""
    dimensions: list[exp.Expr] = [quoted(f"d{i}", table) for i in range(len(work.dimensions))]
    columns: Columns = {use: quoted(f"u{i}", table) for use, i in work.uses.items()}
    values = Values(work, columns, dimensions)
    select = exp.Select(from_=exp.From(this=subquery(source, table)))
    where: list[exp.Expr] = []
    if level:
        where.append(exp.EQ(this=quoted(_LEVEL, table), expression=exp.Literal.number(0)))
    shown = [values.output(output) for output in work.outputs]
    asked = [*work.metrics, *work.compared]
    carries = any(is_carried(work, metric) for metric in asked)
    if not carries and (not work.having or not any(has_rank(work, metric) for metric in asked)):
        where += conditions(work, dimensions, values.output)
        select.set("expressions", labelled(work, [*dimensions, *shown]))
        return _where(select, where)
    inner = [alias(node, f"o{i}") for i, node in enumerate(shown)]
    inner += [alias(values.final(metric), f"c{i}") for i, metric in enumerate(asked)]
    select.set("expressions", [*dimensions, *inner])
    return _outermost(work, _where(select, where), asked, carries=carries)


def _outermost(work: Work, inner: exp.Select, asked: list[Metric], *, carries: bool) -> exp.Select:
    """Values carried over gaps, and conditions on ranks: after every row was ranked, before one is left out."""
    if carries:
        names = [(f"o{i}", o.metric) for i, o in enumerate(work.outputs) if o.part in ("value", "previous")]
        others = [f"o{i}" for i, o in enumerate(work.outputs) if o.part not in ("value", "previous")]
        inner = carried(work, inner, [*names, *((f"c{i}", metric) for i, metric in enumerate(asked))], others)
    dimensions: list[exp.Expr] = [quoted(f"d{i}", SHOWN) for i in range(len(work.dimensions))]
    shown: list[exp.Expr] = [quoted(f"o{i}", SHOWN) for i in range(len(work.outputs))]
    place = {metric.member: f"c{i}" for i, metric in enumerate(asked)}
    place |= {output.member: f"o{i}" for i, output in enumerate(work.outputs) if output.part != "value"}
    select = exp.Select(expressions=labelled(work, [*dimensions, *shown]), from_=exp.From(this=subquery(inner, SHOWN)))
    return _where(select, conditions(work, dimensions, lambda output: quoted(place[output.member], SHOWN)))


def _where(select: exp.Select, conditions: list[exp.Expr]) -> exp.Select:
    if conditions:
        select.set("where", exp.Where(this=all_of(conditions)))
    return select


def labelled(work: Work, nodes: Sequence[exp.Expr]) -> list[exp.Expr]:
    """The columns under the names that the result has."""
    return [alias(node.copy(), label) for node, label in zip(nodes, work.labels, strict=True)]


def only(metric: Metric, column: exp.Expr) -> exp.Expr:
    """The one value that a group has of a metric: every other row of the group is NULL there."""
    return (exp.LogicalOr if metric.type == "boolean" else exp.Max)(this=column)
