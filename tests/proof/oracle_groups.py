"""The rows of each group of one scan: walked from the metric's own table, filtered, each counted once in a group."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from itertools import pairwise

from tests.proof.expressions import Cell
from tests.proof.oracle_compare import fits, naive, wall
from tests.proof.oracle_paths import Member, Path, Refused
from tests.proof.oracle_rows import Bound, Rows
from tests.proof.oracle_time import start
from tests.proof.question import TIME, Node, Question, Segment, Tree, Where, leaves_of
from tests.proof.world import Row

Place = tuple[Path, str]
"""Joins from the scan's root, and a column there."""


@dataclass(frozen=True)
class Scan:
    """The metrics of one table, with the time column that `time` means."""

    root: str
    time: Place | None
    leaves: tuple[str, ...]


class Groups:
    """The groups of a question's scans."""

    def __init__(self, rows: Rows, question: Question, where: list[Node], *, on_wall: bool = False) -> None:
        """`on_wall`: moments without a grain, too, are on the zone's clock, for periods are made of them."""
        self._rows = rows
        self._on_wall = on_wall
        self._asked = question
        self._where = where
        self._zone: str | None = question.extra.get("timezone")

    def scan(self, root: str, time: str | None, leaves: tuple[str, ...]) -> Scan:
        """A scan, its time read as `join.column`."""
        *joins, column = time.split(".") if time else [""]
        return Scan(root, (tuple(joins), column) if time else None, leaves)

    def of(self, scan: Scan, *, counted: bool) -> dict[tuple[Cell, ...], list[Row]]:
        """Group to rows; each row once in a group if `counted`. Raises `Refused`."""
        places = [self._place(scan, by.member, "dimension") for by in self._asked.by]
        filters = {leaf: self._placed(scan, leaf) for node in self._where for leaf in leaves_of(node)}
        grouped = self._lists(scan, [path for path, _ in places])
        if any(longer[: len(shorter)] != shorter for shorter, longer in pairwise(grouped)):
            raise Refused("two lists", "VRT-229")
        if grouped and self._asked.ungrouped:
            raise Refused("a row with several values", "VRT-229")
        if grouped and counted and not self._rows.world.tables[scan.root].key:
            raise Refused("no key", "VRT-224")
        asked = [p for p in self._lists(scan, [path for path, _ in filters.values()]) if p not in grouped]
        made: dict[tuple[Cell, ...], list[Row]] = {}
        for row in self._rows.seen[scan.root]:
            for bound in self._assignments(scan, row, grouped, {}):
                fitting = self._assignments(scan, row, asked, bound)
                if not any(self._holds_all(self._where, scan, row, filters, chosen) for chosen in fitting):
                    continue
                key = tuple(
                    self._period(scan, row, bound, place, by.grain)
                    for place, by in zip(places, self._asked.by, strict=True)
                )
                rows = made.setdefault(key, [])
                if not counted or not any(row is known for known in rows):
                    rows.append(row)
        if not self._asked.by:
            made.setdefault((), [])
        return made

    def _lists(self, scan: Scan, paths: list[Path]) -> list[Path]:
        found = {one for path in paths for one in self._rows.ways.lists(scan.root, path)}
        return sorted(found, key=lambda path: (len(path), path))

    def _assignments(self, scan: Scan, row: Row, lists: list[Path], bound: Bound) -> Iterator[Bound]:
        """Every choice of one row of each list; None where a list has none."""
        if not lists:
            yield bound
            return
        path, *rest = lists
        hop = list(self._rows.ways.walk(scan.root, path))[-1]
        before = self._rows.at(scan.root, row, path[:-1], bound)
        for chosen in self._rows.partners(before, hop) or [None]:
            yield from self._assignments(scan, row, rest, {**bound, path: chosen})

    def _period(self, scan: Scan, row: Row, bound: Bound, place: Place, grain: str | None) -> Cell:
        cell = self._cell(scan, row, bound, place)
        if isinstance(cell, date) and (grain is not None or self._on_wall):
            cell = wall(cell, self._zone)
        if grain is not None:
            return start(cell, grain)
        return naive(cell) if isinstance(cell, date) else cell

    def _cell(self, scan: Scan, row: Row, bound: Bound, place: Place) -> Cell:
        end = self._rows.at(scan.root, row, place[0], bound)
        return None if end is None else self._rows.cell(self._rows.ways.target(scan.root, place[0]), end, place[1])

    # --- filters

    def _holds_all(self, nodes: list[Node], scan: Scan, row: Row, filters: dict[Node, Place], bound: Bound) -> bool:
        return all(self._holds(node, scan, row, filters, bound) for node in nodes)

    def _holds(self, node: Node, scan: Scan, row: Row, filters: dict[Node, Place], bound: Bound) -> bool:
        if isinstance(node, Tree):
            parts = (self._holds(part, scan, row, filters, bound) for part in node.parts)
            return all(parts) if node.kind == "and" else any(parts)
        path, column = filters[node]
        if any(bound[one] is None for one in self._rows.ways.lists(scan.root, path)):
            return False  # a condition on a row that is not there
        if isinstance(node, Segment):
            end = self._rows.at(scan.root, row, path, bound)
            condition = self._rows.world.tables[node.table].segments[node.name]
            return end is not None and condition.value(self._rows.reader(node.table, end)) is True
        cell = self._cell(scan, row, bound, (path, column))
        table = self._rows.ways.target(scan.root, path)
        return fits(cell, self._rows.type_of(table, column), node.op, node.values, self._zone)

    # --- ways

    def _placed(self, scan: Scan, leaf: Where | Segment) -> Place:
        if isinstance(leaf, Segment):
            return self._rows.ways.route(scan.root, Member(leaf.table, (), ""), "filter"), ""
        assert leaf.member is not None
        return self._place(scan, leaf.member, "filter")

    def _place(self, scan: Scan, member: Member, use: str) -> Place:
        if member == TIME:
            if scan.time is None:
                raise Refused("no time column", "VRT-226")
            return scan.time
        return self._rows.ways.route(scan.root, member, use), member.name
