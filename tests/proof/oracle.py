"""The slow answer: which rows a question over a world must give, or why it must be refused.

Each metric walks the rows of its own table; nothing is joined before it is aggregated. No code of the compiler is used.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from tests.proof.expressions import Cell
from tests.proof.oracle_compare import fits, naive
from tests.proof.oracle_groups import Groups, Scan
from tests.proof.oracle_paths import Member, Refused, Ways
from tests.proof.oracle_rows import Rows
from tests.proof.question import TIME, By, Node, Question, Segment, Tree, Where, leaves_of
from tests.proof.world import Metric, Row, World

Key = tuple[Cell, ...]
Values = Mapping[str, Cell]


@dataclass(frozen=True)
class Expected:
    """The rows in order, and how many leading columns are dimensions."""

    rows: list[tuple[Cell, ...]]
    dimensions: int


def answer(world: World, question: Question, seen: Mapping[str, list[Row]] | None = None) -> Expected:
    """The rows for a principal who sees `seen`. Raises `Refused`."""
    return _Answer(Rows(world, seen), question).expected()


class _Answer:
    def __init__(self, rows: Rows, question: Question) -> None:
        self._rows = rows
        self._world = rows.world
        self._written = question
        self._asked = meant(rows.ways, question)
        self._where, self._having = split(self._asked)
        self._leaves = list(dict.fromkeys(self._needed()))

    def expected(self) -> Expected:
        """Everything in order."""
        self._refuse_contradictions()
        groups = Groups(self._rows, self._asked, self._where)
        scans = self._scans(groups)
        parts = {scan: groups.of(scan, counted=bool(self._leaves)) for scan in scans}
        if not self._leaves:
            return self._finished(list(parts[scans[0]].items()))
        made: dict[Key, dict[str, Cell]] = {}
        for scan, found in parts.items():
            for key, rows in found.items():
                values = made.setdefault(key, {})
                values |= {leaf: self._aggregate(leaf, rows) for leaf in scan.leaves}
        kept = [(key, values) for key, values in made.items() if self._passes(self._having, key, values)]
        return self._finished(kept)

    def _finished(self, kept: list[tuple[Key, Any]]) -> Expected:
        rows = []
        for key, values in kept:
            if not self._leaves and self._asked.ungrouped:
                rows += [key] * len(values)
            else:
                rows.append((*key, *(self._value(metric, values) for metric in self._asked.metrics)))
        names = [by.name() for by in self._written.by] + list(self._asked.metrics)
        return Expected(ordered(rows, names, self._asked), len(self._asked.by))

    # --- what is asked

    def _compared(self) -> list[str]:
        return [
            leaf.metric for node in self._having for leaf in leaves_of(node) if isinstance(leaf, Where) and leaf.metric
        ]

    def _needed(self) -> Iterator[str]:
        for metric in (*self._asked.metrics, *self._compared()):
            yield from self._leaves_of(metric)

    def _leaves_of(self, name: str) -> Iterator[str]:
        metric = self.metric(name)
        if metric.value is not None:
            yield name
        for part in metric.parts:
            yield from self._leaves_of(part)

    def metric(self, name: str) -> Metric:
        """A metric by `table.name`."""
        table, _, rest = name.partition(".")
        return self._world.tables[table].metrics[rest]

    def _refuse_contradictions(self) -> None:
        if not self._asked.metrics and not self._asked.by:
            raise Refused("nothing asked", "VRT-226")
        if len(set(self._asked.metrics)) < len(self._asked.metrics) or len(set(self._asked.by)) < len(self._asked.by):
            raise Refused("asked twice", "VRT-226")
        plain = [by.member for by in self._asked.by if by.grain is None]
        for node in self._having:
            for leaf in leaves_of(node):
                if isinstance(leaf, Segment) or (leaf.metric is None and leaf.member not in plain):
                    raise Refused("a condition beside a metric that the groups do not have", "VRT-226")

    # --- scans

    def _scans(self, groups: Groups) -> list[Scan]:
        timed = any(b.member == TIME for b in self._asked.by) or any(
            isinstance(leaf, Where) and leaf.member == TIME for node in self._where for leaf in leaves_of(node)
        )
        if not self._leaves:
            root = self._root_of_rows()
            return [groups.scan(root, self._time(root, None) if timed else None, ())]
        found: dict[tuple[str, str | None], list[str]] = {}
        for leaf in self._leaves:
            table = leaf.partition(".")[0]
            found.setdefault((table, self._time(table, self.metric(leaf)) if timed else None), []).append(leaf)
        return [groups.scan(table, time, tuple(leaves)) for (table, time), leaves in found.items()]

    def _time(self, table: str, metric: Metric | None) -> str:
        found = (metric.time if metric else None) or self._world.tables[table].time
        if found is None:
            raise Refused("no time column", "VRT-226")
        return found

    def _root_of_rows(self) -> str:
        named = [by.member for by in self._asked.by if by.member != TIME]
        if not named:
            raise Refused("time alone", "VRT-226")
        for member in named:
            if all(self._rows.ways.reaches(member.root, other.root) for other in named):
                return member.root
        raise Refused("no table of the rows", "VRT-223")

    # --- values

    def _aggregate(self, leaf: str, rows: list[Row]) -> Cell:
        table, metric = leaf.partition(".")[0], self.metric(leaf)
        assert metric.value is not None
        return metric.value.value([self._rows.reader(table, row) for row in rows], metric.filter)

    def _value(self, name: str, leaves: Values) -> Cell:
        metric = self.metric(name)
        if metric.value is not None:
            return leaves.get(name)
        if metric.type == "ratio":
            above, below = (self._value(part, leaves) for part in metric.parts)
            return None if above is None or not below else float(above) / float(below)
        assert metric.formula is not None
        return metric.formula.value(lambda _, part: self._value(part, leaves))

    def _passes(self, nodes: list[Node], key: Key, values: Values) -> bool:
        return all(self._holds(node, key, values) for node in nodes)

    def _holds(self, node: Node, key: Key, values: Values) -> bool:
        if isinstance(node, Tree):
            return (all if node.kind == "and" else any)(self._holds(part, key, values) for part in node.parts)
        assert isinstance(node, Where)
        if node.metric is not None:
            return fits(self._value(node.metric, values), "decimal", node.op, node.values)
        index = self._asked.by.index(By(node.member)) if node.member else 0
        return fits(key[index], self._type(node.member), node.op, node.values)

    def _type(self, member: Member | None) -> str:
        assert member is not None
        return self._rows.type_of(self._rows.ways.target(member.root, member.joins), member.name)


def split(asked: Question) -> tuple[list[Node], list[Node]]:
    """The conditions on rows, with segments and the range, and those on groups."""
    rows: list[Node] = []
    groups: list[Node] = []
    for node in _flat(asked.where):
        named = any(isinstance(leaf, Where) and leaf.metric for leaf in leaves_of(node))
        (groups if named else rows).append(node)
    rows += asked.segments
    on = asked.range_of or TIME
    if asked.since is not None:
        rows.append(Where(on, "gte", (asked.since,)))
    if asked.until is not None:
        rows.append(Where(on, "lt", (asked.until,)))
    return rows, groups


def ordered(rows: list[tuple[Cell, ...]], names: list[str], asked: Question) -> list[tuple[Cell, ...]]:
    """In the order asked for, then by every dimension, cut by offset and limit. `names` are those of the columns."""
    keys = [(names.index(name), desc, nulls) for name, desc, nulls in asked.order]
    keys += [(i, False, "last") for i in range(len(asked.by))]
    for index, desc, nulls in reversed(keys):
        known = [row for row in rows if row[index] is not None]
        unknown = [row for row in rows if row[index] is None]
        known.sort(key=lambda row, i=index: _sortable(row[i]), reverse=desc)  # type: ignore[misc]
        rows = [*unknown, *known] if nulls == "first" else [*known, *unknown]
    rows = rows[asked.offset :]
    return rows[: asked.limit]


def meant(ways: Ways, question: Question) -> Question:
    """The same question with every column read from where it is meant."""
    asked = tuple(dict.fromkeys(metric.partition(".")[0] for metric in question.metrics))

    def node(of: Node) -> Node:
        if isinstance(of, Tree):
            return Tree(of.kind, tuple(node(part) for part in of.parts))
        if isinstance(of, Where) and of.member is not None:
            return replace(of, member=ways.meant(of.member, asked))
        return of

    return replace(
        question,
        by=tuple(By(ways.meant(by.member, asked), by.grain) for by in question.by),
        where=tuple(node(one) for one in question.where),
        range_of=ways.meant(question.range_of, asked) if question.range_of else None,
    )


def _flat(nodes: tuple[Node, ...]) -> Iterator[Node]:
    for node in nodes:
        if isinstance(node, Tree) and node.kind == "and":
            yield from _flat(node.parts)
        else:
            yield node


def _sortable(cell: Cell) -> Cell:
    return naive(cell) if isinstance(cell, date) else cell
