"""Write the scans of conversion and retention: base rows with one condition more, that a later event exists.

Both tables keep their policies: a row that is withheld is no event. Which event is the first of an entity, and which
are later, does not depend on the query's filters.
"""

from __future__ import annotations

from sqlglot import exp

from verity.contracts.metric import Span
from verity.semantic import types
from verity.semantic.expressions import Bound, quoted
from verity.semantic.fragments import all_of, at_utc, truncated
from verity.semantic.frames.spans import moved
from verity.semantic.joins import Tables
from verity.semantic.kinds.sequence import Sequence, counted_rows
from verity.semantic.metrics import Metric, require_time
from verity.semantic.types import Type
from verity.semantic.work import Scan, Work

LATER, FIRST = "later", "first"


def sequence_conditions(work: Work, scan: Scan, tables: Tables) -> list[exp.Expr]:
    """What makes a row of the scan count: it is the first of its entity, and is followed, as the source says."""
    source = scan.source
    if not isinstance(source, Sequence):
        return []
    base, event = work.model.metric(source.base), work.model.metric(source.event)
    entity = work.model.binder.behind(base.table, source.own)
    time = _time(work, base)
    of = _compared_as(time.type, _time(work, event).type, periods=source.first)
    tables.need(entity.paths | time.paths)
    made = []
    counted = counted_rows(base)
    if counted is not None:
        tables.need(counted.paths)
        made.append(counted.node.copy())
    moment = _moment(time, of)
    if source.first:
        first = _first(work, scan, tables, source, base)
        made.append(exp.EQ(this=_moment(time, time.type), expression=first))
    if source.followed:
        made.append(_followed(work, scan, source, entity, moment, of))
    return made


def _followed(work: Work, scan: Scan, source: Sequence, entity: Bound, moment: exp.Expr, of: Type) -> exp.Expr:
    """EXISTS a row of the event for the same entity, later."""
    event = work.model.metric(source.event)
    time = _time(work, event)
    rows = _events(work, scan, event, source.theirs, {"moment": _moment(time, of)})
    key, later = quoted("key", LATER), quoted("moment", LATER)
    if source.first:
        start, made = truncated(moment, of, source.span.grain)
        ends = [
            exp.GTE(this=later, expression=moved(start, made, source.span)),
            exp.LT(this=later.copy(), expression=moved(start.copy(), made, _longer(source.span))),
        ]
    else:
        after = exp.GT if event.table == source.base.partition(".")[0] else exp.GTE
        ends = [
            after(this=later, expression=moment),
            exp.LTE(this=later.copy(), expression=moved(moment.copy(), of, source.span)),
        ]
    same = exp.EQ(this=key, expression=entity.node.copy())
    scan.joined.append((f"{scan.root} then {event.member}", event.table, "exists"))
    return exp.Exists(
        this=exp.Select(
            expressions=[exp.Literal.number(1)],
            from_=exp.From(this=_named(rows, LATER)),
            where=exp.Where(this=all_of([same, *ends])),
        )
    )


def _first(work: Work, scan: Scan, tables: Tables, source: Sequence, base: Metric) -> exp.Expr:
    """The time of an entity's first base event, from a table of its own with one row an entity."""
    time = _time(work, base)
    rows = _events(work, scan, base, source.own, {"moment": exp.Min(this=_moment(time, time.type))})
    rows.set("group", exp.Group(expressions=[exp.Literal.number(1)]))
    entity = work.model.binder.behind(base.table, source.own)

    def joined(name: str) -> exp.Join:
        scan.joined.append((f"{scan.root}.{FIRST}", base.table, "per"))
        same = exp.EQ(this=quoted("key", name), expression=entity.node.copy())
        return exp.Join(this=_named(rows, name), side="LEFT", on=same)

    return quoted("moment", tables.also((f"{FIRST}({base.name})",), joined))


def _events(work: Work, scan: Scan, metric: Metric, entity: str, more: dict[str, exp.Expr]) -> exp.Select:
    """The rows that a metric counts, as `key` and what else is asked for, under the policies of their tables."""
    binder = work.model.binder
    tables = Tables(work, scan, metric.table)
    key, time, counted = binder.behind(metric.table, entity), _time(work, metric), counted_rows(metric)
    tables.need(key.paths | time.paths | (counted.paths if counted else frozenset()))
    source, joins, where = tables.written()
    where += [counted.node.copy()] if counted else []
    columns = {"key": key.node.copy(), **more}
    return exp.Select(
        expressions=[exp.Alias(this=n, alias=exp.Identifier(this=name, quoted=True)) for name, n in columns.items()],
        from_=exp.From(this=source),
        joins=joins,
        where=exp.Where(this=all_of(where)) if where else None,
    )


def _time(work: Work, metric: Metric) -> Bound:
    place = require_time(work.model.time_of(metric), metric)
    return work.model.binder.column(metric.table, place.path, place.column)


def _compared_as(one: Type, other: Type, *, periods: bool) -> Type:
    """Days where one side knows no time of day; instants as they are; else, and for periods, wall clock in UTC."""
    if "date" in (one, other):
        return "date"
    return one if one == other and not periods else "timestamp"


def _moment(time: Bound, of: Type) -> exp.Expr:
    if time.type == of:
        return time.node.copy()
    wall = at_utc(time.node.copy(), time.type)
    return types.cast(wall, "date") if of == "date" else wall


def _longer(span: Span) -> Span:
    return Span(span.count + 1, span.grain)


def _named(select: exp.Select, name: str) -> exp.Subquery:
    return exp.Subquery(this=select, alias=exp.TableAlias(this=exp.Identifier(this=name, quoted=True)))
