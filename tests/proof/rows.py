"""Random rows: NULL and dangling keys, parents without children, empty tables, ties, edges of days and years."""

from __future__ import annotations

import random
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal

from tests.proof.expressions import Cell
from tests.proof.phrases import KINDS
from tests.proof.world import Row, Table, World

DAYS = tuple(
    date.fromisoformat(day)
    for day in (
        "2023-12-31", "2024-01-01", "2024-01-31", "2024-02-28", "2024-02-29", "2024-03-01", "2024-03-10", "2024-03-31",
        "2024-06-30", "2024-10-27", "2024-11-03", "2024-12-30", "2024-12-31", "2025-01-01", "2025-02-28", "2025-03-30",
    )
)  # fmt: skip
TIMES = (time(0), time(0, 0, 1), time(12, 30), time(1, 30), time(2, 30), time(23, 59, 59, 999999), time(7, 0))
DANGLING = 99


def fill(rng: random.Random, world: World) -> None:
    """Rows for every table, parents before children."""
    for table in world.tables.values():
        count = rng.choice([0, 1, 3, 6, 8, 10, 12, 14, 16])
        table.rows = [_row(rng, table, i) for i in range(count)]
    order = list(world.tables)
    for child in world.tables.values():
        done = set()
        for source in world.tables.values():
            for join in source.joins.values():
                target = world.tables[join.table]
                later = max(source.name, target.name, key=order.index)
                if later != child.name:
                    continue
                parent, on = (target, join.on) if source is child else (source, tuple((b, a) for a, b in join.on))
                if on not in done:
                    done.add(on)
                    _refer(rng, child, on, parent, unique=join.type == "one_to_one")
        _number_lines(child)


def _refer(rng: random.Random, child: Table, on: tuple[tuple[str, str], ...], parent: Table, *, unique: bool) -> None:
    """Give a child's foreign keys: one of the parent's, none, or one that is nowhere."""
    left = list(parent.rows)
    rng.shuffle(left)
    for row in child.rows:
        chance = rng.random()
        chosen = None
        if parent.rows and chance < 0.78:
            chosen = (left.pop() if left else None) if unique else rng.choice(parent.rows)
        for own, theirs in on:
            kind = child.columns[own]
            value: Cell = None
            if chosen is not None:
                value = str(chosen[theirs]) if kind == "text" and chosen[theirs] is not None else chosen[theirs]
            elif chance > 0.9 and not unique:
                value = str(DANGLING) if kind == "text" else DANGLING
            row[own] = value


def _number_lines(table: Table) -> None:
    """A key of a parent and a line: numbered within the parent; rows that have no parent go."""
    if "line" not in table.columns:
        return
    others = [c for c in table.unique if c != "line"]
    table.rows = [row for row in table.rows if all(row[c] is not None for c in others)]
    seen: dict[tuple[Cell, ...], int] = {}
    for row in table.rows:
        place = tuple(row[c] for c in others)
        seen[place] = seen.get(place, 0) + 1
        row["line"] = seen[place]


def _row(rng: random.Random, table: Table, index: int) -> Row:
    made: Row = {}
    for name, kind in table.columns.items():
        if name in ("id", "line"):
            made[name] = index + 1
        elif name == "code":
            made[name] = f"{'abcdefghijklmnop'[index]}-é"
        else:
            made[name] = None if rng.random() < 0.15 else _cell(rng, kind)
    return made


def _cell(rng: random.Random, kind: str) -> Cell:
    if kind == "text":
        return rng.choice(KINDS[:4] if rng.random() < 0.6 else KINDS)
    if kind == "boolean":
        return rng.random() < 0.5
    if kind == "date":
        return _day(rng)
    if kind in ("timestamp", "timestamptz"):
        at = datetime.combine(_day(rng), rng.choice(TIMES))
        return at.replace(tzinfo=UTC) if kind == "timestamptz" else at
    if kind == "bigint":
        return rng.choice([0, 1, 1, 2, 2, 3, 5, -1, -3, 40])
    number = rng.choice([0, 1, 150, 150, 275, 999, -320, 1005, rng.randint(-2000, 9000)])
    return Decimal(number).scaleb(-2) if kind.startswith("decimal") else number / 100


def _day(rng: random.Random) -> date:
    return rng.choice(DAYS) if rng.random() < 0.6 else date(2024, 1, 1) + timedelta(days=rng.randint(0, 120))
