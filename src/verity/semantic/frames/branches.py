"""The branches of the union: one for each scan of each frame, its periods moved to those that they are shown beside."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from sqlglot import exp

from verity.exceptions import InternalError
from verity.semantic import types
from verity.semantic.expressions import quoted
from verity.semantic.fragments import CODE_POINT, truncated
from verity.semantic.frames.fiscal import is_stepped, stepped_join
from verity.semantic.frames.fiscal_reaching import read_calendar_reach
from verity.semantic.frames.formulas import Use
from verity.semantic.frames.gaps import CURRENT, gap_periods
from verity.semantic.frames.reaching import read_reach
from verity.semantic.frames.spans import is_one_to_one, moved
from verity.semantic.frames.spine import TIME
from verity.semantic.types import Type
from verity.semantic.variants import PLAIN
from verity.semantic.work import Axis, Frame, Scan, Work

_EARLIER, _PERIODS, _SPINE = "earlier", "periods", "spine"


@dataclass(slots=True)
class Branch:
    """One SELECT of the union, its FROM written, and what each of its columns is."""

    select: exp.Select
    dimensions: dict[int, exp.Expr]
    values: dict[Use, exp.Expr]
    makes_rows: bool = True
    keep: frozenset[int] | None = None
    tables: tuple[exp.CTE, ...] = ()
    """What its SELECT reads by name."""
    looks_up: bool = False
    """True where it reads the groups of the result by their name, CURRENT."""


def branches_of(work: Work) -> list[Branch]:
    """Every scan of the plain groups, then of every frame; those that make rows first."""
    made = [_plain(work, scan) for scan in work.scans]
    for frame in sorted(work.frames, key=lambda frame: not frame.variant.makes_rows):
        made += [_framed(work, frame, branch) for branch in _read(work, frame)]
    return made


def _plain(work: Work, scan: Scan) -> Branch:
    count = len(work.dimensions)
    nodes = list(_written(scan).expressions)
    dimensions = {i: typed(nodes[i], scan.types[i], work.types[i]) for i in range(count)}
    values = {(m.member, PLAIN): node for m, node in zip(scan.metrics, nodes[count:], strict=True)}
    return Branch(_written(scan), dimensions, values)


def _read(work: Work, frame: Frame) -> Iterator[Branch]:
    """The scans of a frame as they are read: with their own periods."""
    if frame.variant.reach is not None:
        if work.axis is None:
            raise InternalError("an accumulation without a time")
        reads = read_calendar_reach if frame.work.reached is not None else read_reach
        for read in reads(work, frame, work.axis):
            found = {(member, frame.variant): node for member, node in read.values.items()}
            yield Branch(read.select, read.dimensions, found, tables=read.tables)
        return
    if frame.reuses:
        yield _reread(work, frame)
    count = len(frame.indices)
    for scan in frame.work.scans:
        nodes = list(_written(scan).expressions)
        named = {f"d{i}": nodes[j] for j, i in enumerate(frame.indices)}
        named |= {f"v{j}": node for j, node in enumerate(nodes[count:])}
        select = _written(scan)
        select.set("expressions", [alias(node, name) for name, node in named.items()])
        outer = exp.Select(from_=exp.From(this=subquery(select, _EARLIER)))
        dimensions = {
            i: typed(quoted(f"d{i}", _EARLIER), scan.types[j], work.types[i]) for j, i in enumerate(frame.indices)
        }
        values: dict[Use, exp.Expr] = {
            (m.member, frame.variant): quoted(f"v{j}", _EARLIER) for j, m in enumerate(scan.metrics)
        }
        yield Branch(outer, dimensions, values)


def _reread(work: Work, frame: Frame) -> Branch:
    """Earlier periods among the groups of the result; a group without a time is in none."""
    table = exp.Table(this=exp.Identifier(this=CURRENT, quoted=True))
    table.set("alias", exp.TableAlias(this=exp.Identifier(this=_EARLIER, quoted=True)))
    time = quoted(f"d{work.axis.indices[0] if work.axis else 0}", _EARLIER)
    select = exp.Select(
        from_=exp.From(this=table), where=exp.Where(this=exp.Not(this=exp.Is(this=time, expression=exp.Null())))
    )
    members = [member for member, variant in work.uses if variant == frame.variant]
    return Branch(
        select,
        {i: quoted(f"d{i}", _EARLIER) for i in frame.indices},
        {(member, frame.variant): quoted(f"u{work.uses[member, PLAIN]}", _EARLIER) for member in members},
        looks_up=True,
    )


def _framed(work: Work, frame: Frame, branch: Branch) -> Branch:
    branch.makes_rows = frame.variant.makes_rows
    branch.keep = frame.variant.keep
    is_moved = frame.variant.shifts and not (is_stepped(frame) and frame.work.reached is not None)
    if is_moved and work.axis is not None and any(i in branch.dimensions for i in work.axis.indices):
        _move(work, work.axis, frame, branch)
    return branch


def _move(work: Work, axis: Axis, frame: Frame, branch: Branch) -> None:
    """Put each earlier period beside the later one that it is compared with."""
    finest = axis.indices[0]
    of = work.types[finest]
    node = branch.dimensions[finest]
    if is_stepped(frame):
        branch.select.append("joins", stepped_join(work, axis, frame.variant.shifts[0], node, _PERIODS))
        node = quoted("period", _PERIODS)
    elif all(is_one_to_one(span, axis.grain) for span in frame.variant.shifts):
        for span in frame.variant.shifts:
            node = moved(node, of, span)
    else:
        node = _looked_up(work, axis, frame, branch, node, of)
    branch.dimensions[finest] = node
    for index in axis.indices[1:]:
        grain = work.dimensions[index].grain
        if index in branch.dimensions and grain is not None:
            branch.dimensions[index] = truncated(node.copy(), of, grain)[0]


def _looked_up(work: Work, axis: Axis, frame: Frame, branch: Branch, node: exp.Expr, of: Type) -> exp.Expr:
    """Days moved by months: several days may look back at one, so each day of the result names its own."""

    def named(day: exp.Expr, table: exp.Expr) -> exp.Select:
        earlier = day.copy()
        for span in frame.variant.shifts:
            earlier = moved(earlier, of, span, back=True)
        return exp.Select(
            expressions=[alias(day, "now"), alias(earlier, "then")],
            distinct=exp.Distinct(),
            from_=exp.From(this=table),
        )

    current = exp.Table(this=exp.Identifier(this=CURRENT, quoted=True))
    days: exp.Expr = named(quoted(f"d{axis.indices[0]}", CURRENT), current)
    if work.query.fill:  # the days that are filled are in no group
        filled = named(quoted(TIME, _SPINE), gap_periods(work, _SPINE))
        days = exp.Union(this=days, expression=filled, distinct=True)
    join = exp.Join(this=subquery(days, _PERIODS), on=exp.EQ(this=quoted("then", _PERIODS), expression=node))
    branch.select.append("joins", join)
    branch.looks_up = True
    return quoted("now", _PERIODS)


def typed(node: exp.Expr, of: Type, to: Type) -> exp.Expr:
    """The node in the type that the result has."""
    return types.cast(node, to) if to is not None and to != of else node


def null(of: Type) -> exp.Expr:
    """NULL of a dimension's type, text with its collation."""
    node: exp.Expr = types.cast(exp.Null(), of or "text")
    return exp.Collate(this=node, expression=exp.Identifier(this=CODE_POINT, quoted=True)) if of == "text" else node


def alias(node: exp.Expr, name: str) -> exp.Alias:
    """node AS "name"."""
    return exp.Alias(this=node, alias=exp.Identifier(this=name, quoted=True))


def subquery(node: exp.Expr, name: str) -> exp.Subquery:
    """(node) AS "name"."""
    return exp.Subquery(this=node, alias=exp.TableAlias(this=exp.Identifier(this=name, quoted=True)))


def _written(scan: Scan) -> exp.Select:
    if scan.select is None:
        raise InternalError("a scan was not written")
    return scan.select
