"""Random questions about a world: most can be answered, some must be refused."""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import replace
from datetime import date, datetime
from decimal import Decimal

from tests.proof.expressions import Cell
from tests.proof.oracle_compare import naive
from tests.proof.oracle_paths import Member, Refused
from tests.proof.oracle_rows import Rows
from tests.proof.phrases import NUMERIC, TEMPORAL, usable
from tests.proof.question import TIME, By, Node, Question, Segment, Tree, Where, name_of
from tests.proof.world import World

GRAINS = ("second", "minute", "hour", "day", "week", "month", "quarter", "year")
ZONES = (
    "Europe/Berlin", "America/New_York", "Asia/Manila", "Australia/Lord_Howe", "Asia/Kathmandu", "America/Sao_Paulo",
)  # fmt: skip
WILD = 0.08
"""The share of choices that care for nothing, so that refusals are asked for, too."""


class Questions:
    """Draws questions about one world."""

    def __init__(self, rng: random.Random, world: World) -> None:
        self.rng = rng
        self.world = world
        self.rows = Rows(world)
        self.members = list(self._members())
        self.metrics = [f"{table}.{name}" for table, name, _ in world.metrics()]
        self._fit: dict[tuple[tuple[str, ...], str], list[Member]] = {}

    def draw(self) -> Question:
        """One question."""
        rng = self.rng
        metrics = self._some_metrics()
        roots = tuple(sorted({leaf.partition(".")[0] for m in metrics for leaf in self._leaves(m)}))
        by = self._dimensions(roots, rng.choice([0, 1, 1, 1, 2, 2, 3]) if metrics else rng.choice([1, 1, 2]))
        if not metrics and not roots:
            roots = tuple(dict.fromkeys(b.member.root for b in by if b.member.root))[:1]
        where = tuple(self._node(roots, 2) for _ in range(rng.choice([0, 0, 0, 1, 1, 2])))
        if metrics and rng.random() < 0.15:
            where = (*where, self._on_metric(metrics))
        segments = self._segments(roots) if rng.random() < 0.15 else ()
        asked = Question(tuple(metrics), tuple(by), where, segments)
        return self._zoned(self._bounded(self._ordered(asked), roots))

    def _zoned(self, asked: Question) -> Question:
        """By the clock of a zone, now and then."""
        if self.rng.random() > 0.2:
            return asked
        return replace(asked, extra={**asked.extra, "timezone": self.rng.choice(ZONES)})

    # --- metrics and dimensions

    def _some_metrics(self) -> list[str]:
        rng = self.rng
        count = rng.choice([0, 1, 1, 1, 2, 2, 3, 4])
        if rng.random() < 0.5:
            table = rng.choice(list(self.world.tables))
            own = [m for m in self.metrics if m.startswith(f"{table}.")]
            return rng.sample(own, min(count, len(own)))
        return rng.sample(self.metrics, min(count, len(self.metrics)))

    def _leaves(self, name: str) -> list[str]:
        table, _, rest = name.partition(".")
        metric = self.world.tables[table].metrics[rest]
        return [name] if not metric.parts else [leaf for part in metric.parts for leaf in self._leaves(part)]

    def _members(self) -> Iterator[Member]:
        for table in self.world.tables.values():
            yield from (Member(table.name, (), name) for name, _ in usable(table))
            for name, join in table.joins.items():
                target = self.world.tables[join.table]
                yield from (Member(table.name, (name,), column) for column, _ in usable(target))
                for further, last in target.joins.items():
                    columns = usable(self.world.tables[last.table])
                    yield from (Member(table.name, (name, further), column) for column, _ in columns[:4])

    def _reachable(self, roots: tuple[str, ...], use: str) -> list[Member]:
        if (roots, use) not in self._fit:
            self._fit[roots, use] = [m for m in self.members if all(self._reaches(root, m, use) for root in roots)]
        return self._fit[roots, use]

    def _reaches(self, root: str, member: Member, use: str) -> bool:
        try:
            self.rows.ways.route(root, member, use)
        except Refused:
            return False
        return True

    def _member(self, roots: tuple[str, ...], use: str) -> Member:
        found = self._reachable(roots, use)
        return self.rng.choice(found if found and self.rng.random() > WILD else self.members)

    def _dimensions(self, roots: tuple[str, ...], count: int) -> list[By]:
        rng = self.rng
        made: list[By] = []
        for _ in range(count):
            if roots and rng.random() < 0.25 and (rng.random() < WILD or all(self.world.tables[r].time for r in roots)):
                made.append(By(TIME, rng.choice([*GRAINS, None])))
                continue
            member = self._member(roots, "dimension")
            kind = self._type(member)
            grain = rng.choice(GRAINS) if kind in TEMPORAL and rng.random() < 0.8 else None
            made.append(By(member, grain))
            if not roots:
                roots = (member.root,)
        names: dict[str, By] = {}
        for by in made:
            names.setdefault(by.name(), by)
        return list(names.values())

    def _type(self, member: Member) -> str:
        return self.rows.type_of(self.rows.ways.target(member.root, member.joins), member.name)

    # --- filters

    def _node(self, roots: tuple[str, ...], depth: int) -> Node:
        rng = self.rng
        if depth and rng.random() < 0.3:
            parts = tuple(self._node(roots, depth - 1) for _ in range(rng.choice([1, 2, 2, 3])))
            return Tree(rng.choice(["and", "or"]), parts)
        if rng.random() < 0.05 and roots and all(self.world.tables[r].time for r in roots):
            return Where(TIME, rng.choice(["gt", "gte", "lt", "lte", "equals"]), ("2024-02-29",))
        return self._leaf(self._member(roots, "filter"))

    def _leaf(self, member: Member) -> Where:
        rng = self.rng
        kind = self._type(member).partition("(")[0]
        ops = ["equals", "not_equals", "in", "not_in", "gt", "gte", "lt", "lte", "is_null", "is_not_null"]
        if kind == "text":
            ops += ["contains", "not_contains", "starts_with", "ends_with"] * 2
        if kind == "boolean":
            ops = ["equals", "not_equals", "in", "is_null", "is_not_null"]
        op = rng.choice(ops)
        if op in ("is_null", "is_not_null"):
            return Where(member, op)
        count = rng.choice([1, 2, 3]) if op in ("in", "not_in") else 1
        return Where(member, op, tuple(self._value(member, kind, op) for _ in range(count)))

    def _value(self, member: Member, kind: str, op: str) -> Cell:
        """One that some row has, or one beside it."""
        rng = self.rng
        table = self.rows.ways.target(member.root, member.joins)
        rows = self.world.tables[table].rows
        cell = self.rows.cell(table, rng.choice(rows), member.name) if rows and rng.random() < 0.75 else None
        if kind == "text":
            text = cell if isinstance(cell, str) else rng.choice(["x", "%", "_", "é", "zzz"])
            return (
                text[: rng.choice([1, 2, 3])] if op not in ("equals", "not_equals", "in", "not_in") and text else text
            )
        if kind == "boolean":
            return rng.choice([True, False, "true"])
        if kind in NUMERIC:
            number = cell if cell is not None else rng.choice([0, 1, 2, Decimal("1.5")])
            return str(number) if isinstance(number, Decimal) else number
        return self._moment(cell)

    def _moment(self, cell: Cell) -> str:
        at = naive(cell) if isinstance(cell, date) else datetime(2024, 2, self.rng.choice([1, 15, 29]))
        return at.date().isoformat() if self.rng.random() < 0.6 else at.isoformat()

    def _on_metric(self, metrics: list[str]) -> Node:
        rng = self.rng
        numbers = [m for m in (metrics if rng.random() < 0.8 else self.metrics) if self._is_number(m)]
        if not numbers:
            return Where(None, "gte", (0,), metric=f"{next(iter(self.world.tables))}.count")
        leaf = Where(
            None,
            rng.choice(["gt", "gte", "lt", "lte", "not_equals"]),
            (rng.choice([0, 1, 2, 5]),),
            metric=rng.choice(numbers),
        )
        if rng.random() < 0.3:
            other = Where(None, rng.choice(["is_null", "is_not_null"]), (), metric=rng.choice(numbers))
            return Tree(rng.choice(["or", "and"]), (leaf, other))
        return leaf

    def _is_number(self, name: str) -> bool:
        table, _, rest = name.partition(".")
        metric = self.world.tables[table].metrics[rest]
        return metric.type != "simple" or getattr(metric.value, "name", "") in ("COUNT", "SUM", "AVG", "MEDIAN")

    def _segments(self, roots: tuple[str, ...]) -> tuple[Segment, ...]:
        found = [Segment(t.name, name) for t in self.world.tables.values() for name in t.segments]
        near = [s for s in found if all(self._reaches(r, Member(s.table, (), ""), "filter") for r in roots)]
        found = near if near and self.rng.random() > WILD else found
        return (self.rng.choice(found),) if found else ()

    # --- the rest

    def _ordered(self, asked: Question) -> Question:
        rng = self.rng
        names = [*(by.name() for by in asked.by), *asked.metrics]
        order: tuple[tuple[str, bool, str], ...] = ()
        if names and rng.random() < 0.4:
            chosen = rng.sample(names, min(len(names), rng.choice([1, 2])))
            order = tuple((name, rng.random() < 0.5, rng.choice(["last", "last", "first"])) for name in chosen)
        limit = rng.choice([1, 2, 3, 5]) if rng.random() < 0.2 else None
        offset = rng.choice([1, 2]) if rng.random() < 0.1 else 0
        ungrouped = not asked.metrics and rng.random() < 0.4
        return Question(
            asked.metrics, asked.by, asked.where, asked.segments, None, None, None, order, limit, offset, ungrouped
        )

    def _bounded(self, asked: Question, roots: tuple[str, ...]) -> Question:
        """With a time range, now and then."""
        rng = self.rng
        if rng.random() > 0.25:
            return asked
        since = rng.choice(["2024-01-01", "2024-02-29", "2024-01-31T12:30:00", None])
        until = rng.choice(["2024-03-01", "2024-12-31", "2025-01-01", None])
        if since is None and until is None:
            return asked
        times = [m for m in self._reachable(roots, "filter") if self._type(m) in TEMPORAL]
        if roots and all(self.world.tables[r].time for r in roots) and rng.random() < 0.7:
            return replace(asked, since=since, until=until)
        if not times:
            return asked
        return replace(asked, since=since, until=until, range_of=rng.choice(times))


__all__ = ["Questions", "name_of"]
