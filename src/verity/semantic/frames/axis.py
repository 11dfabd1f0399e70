"""The time that a query goes along: its grouped periods and its range, which shifts and accumulations move."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from datetime import date, datetime, timedelta

from verity.contracts.metric import GRAINS
from verity.exceptions import QueryInvalid
from verity.semantic import types
from verity.semantic.metrics import Metric, Place
from verity.semantic.work import Asked, Axis, Both, Either, Leaf, Node, Value, Work

Own = frozenset[tuple[str, Place | None]]
"""The tables of the metrics and their time columns."""
_ENDS = ("gte", "gt", "lt", "lte", "equals")


def find_axis(work: Work, leaves: Iterable[Metric]) -> Axis:
    """The axis of the query. Raises `QueryInvalid` where it goes along two times at once."""
    own: Own = frozenset((metric.table, work.model.time_of(metric)) for metric in leaves)
    timed = {i: _key(asked, own) for i, asked in enumerate(work.dimensions) if _is_time(asked)}
    ranged = _ranged(work)
    key = _chosen(set(timed.values()), _key(ranged, own) if ranged else None, ranged)
    indices = sorted((i for i, known in timed.items() if known == key), key=lambda i: _fineness(work.dimensions[i]))
    named = [work.dimensions[i] for i in indices] + [asked for asked in asked_in(work.where) if _key(asked, own) == key]
    on = named[0] if named else Asked(None)
    axis = Axis(
        on=replace(on, grain=None),
        same=frozenset({on.member, *(asked.member for asked in named)}),
        indices=tuple(indices),
        grain=work.dimensions[indices[0]].grain if indices else None,
    )
    _read_range(work, axis)
    return axis


def _is_time(asked: Asked) -> bool:
    if asked.at is None or asked.grain is not None:
        return True
    return types.family(types.logical(asked.at.column.type)) in types.TEMPORAL


def _key(asked: Asked, own: Own) -> str:
    """What tells times apart; empty for the member `time`, and for the column that it means in every metric here."""
    at = asked.at
    if at is None:
        return ""
    place = Place(at.joins, at.column.name)
    return "" if own and all(known == (at.root, place) for known in own) else at.member


def _ranged(work: Work) -> Asked | None:
    """The member of the query's time range."""
    span = work.query.time_range
    if span is None or not work.where:
        return None
    last = next(iter(asked_in(work.where[-1:])), None)
    return last if span.since is not None or span.until is not None else None


def _chosen(keys: set[str], ranged_key: str | None, ranged: Asked | None) -> str:
    if not keys:
        return ranged_key or ""
    key = "" if "" in keys else ranged_key if ranged_key in keys else next(iter(keys)) if len(keys) == 1 else None
    if key is None:
        names = " and ".join(sorted(keys))
        raise QueryInvalid(f"the query goes along {names} at once", remedy="Ask by one of them, or by `time`.")
    if ranged is not None and ranged_key != key:
        raise QueryInvalid(
            f"the query goes by periods of '{key or 'time'}' and over a range of '{ranged.member}'",
            remedy="Give the range on the time that the query goes by (`time_range.dimension`).",
        )
    return key


def _fineness(asked: Asked) -> int:
    return -1 if asked.grain is None else GRAINS.index(asked.grain)


def asked_in(nodes: Iterable[Node]) -> Iterator[Asked]:
    """The columns that conditions compare."""
    for node in nodes:
        if isinstance(node, Both | Either):
            yield from asked_in(node.parts)
        elif isinstance(node, Leaf) and isinstance(node.on, Asked):
            yield node.on


def _read_range(work: Work, axis: Axis) -> None:
    """Take the ends of the range out of the conditions; what else stands there is `rest`."""
    for node in flat(work.where):
        moment = _end(node, axis)
        if moment is None:
            axis.rest.append(node)
        elif isinstance(node, Leaf):
            _narrow(axis, node.op, moment)


def _end(node: Node, axis: Axis) -> date | None:
    if not isinstance(node, Leaf) or not isinstance(node.on, Asked) or node.op not in _ENDS or not axis.has(node.on):
        return None
    return moment_of(node.values[0])


def flat(nodes: Iterable[Node]) -> Iterator[Node]:
    """The conditions that all hold, one by one."""
    for node in nodes:
        if isinstance(node, Both):
            yield from flat(node.parts)
        else:
            yield node


def _narrow(axis: Axis, op: str, moment: date) -> None:
    step = timedelta(microseconds=1) if isinstance(moment, datetime) else timedelta(days=1)
    if op in ("gte", "gt", "equals"):
        low = moment + step if op == "gt" else moment
        axis.since = low if axis.since is None else max(axis.since, low, key=_comparable)
    if op in ("lt", "lte", "equals"):
        high = moment if op == "lt" else moment + step
        axis.until = high if axis.until is None else min(axis.until, high, key=_comparable)


def _comparable(moment: date) -> datetime:
    made = moment if isinstance(moment, datetime) else datetime(moment.year, moment.month, moment.day)
    return made.replace(tzinfo=None)


def moment_of(value: Value) -> date | datetime | None:
    """A value as a date or time, None where it is none."""
    if isinstance(value, date | datetime):
        return value
    if not isinstance(value, str):
        return None
    text = value.strip()
    try:
        return date.fromisoformat(text) if len(text) <= 10 else datetime.fromisoformat(text)
    except ValueError:
        return None


def range_nodes(axis: Axis, since: date | None, until: date | None) -> list[Node]:
    """A range as conditions on the axis."""
    ends: list[Node] = []
    if since is not None:
        ends.append(Leaf(axis.on, "gte", (since,)))
    if until is not None:
        ends.append(Leaf(axis.on, "lt", (until,)))
    return ends


def known_times(axis: Axis) -> Node:
    """Rows without a time lie in no period, and so have none before it."""
    return Leaf(axis.on, "is_not_null", ())


def mapped(node: Node, axis: Axis, change: Callable[[date], date]) -> Node:
    """The condition with every value that it compares the axis with changed."""
    if isinstance(node, Both):
        return Both(tuple(mapped(part, axis, change) for part in node.parts))
    if isinstance(node, Either):
        return Either(tuple(mapped(part, axis, change) for part in node.parts))
    if isinstance(node, Leaf) and isinstance(node.on, Asked) and axis.has(node.on):
        moments = [moment_of(value) for value in node.values]
        known = tuple(change(moment) for moment in moments if moment is not None)
        return Leaf(node.on, node.op, known) if len(known) == len(moments) else node
    return node
