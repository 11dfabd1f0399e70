"""Which moment a row happened at: the column that `by month` and `in 2018` mean for a table.

Rule: (1) a table's own moment of the event (purchase, invoice, created, date) wins; (2) a part of a parent (its join is
in its own key, or its name begins with the parent's) whose every row finds its parent takes the parent's time through
the join; (3) later stages and updates of its own; (4) deadlines last. A birth date is never it. Alternatives are
reported.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from verity.contracts.dataset import ColumnProfile, TableProfile
from verity.data.draft_entities import Entity
from verity.data.draft_joins import FoundJoin
from verity.data.draft_vocabulary import EVENT, NEVER_A_TIME, PLAN, SCHEDULED, STAGE, UPDATE
from verity.data.draft_words import singular, words_of
from verity.data.lexicon import fold

_MOSTLY_EMPTY = 0.5


@dataclass(frozen=True)
class TimeChoice:
    """The time column (a column, or `join.column`), the others that could be meant, and why there is doubt."""

    column: str | None
    alternatives: tuple[str, ...] = ()
    why: str = ""


def choose_times(
    tables: Sequence[TableProfile], joins: Mapping[str, Sequence[tuple[str, FoundJoin]]],
    keys: Mapping[str, tuple[str, ...]], entities: Mapping[str, Entity],
) -> dict[str, TimeChoice]:  # fmt: skip
    """The time column of every table. `joins` are named, by table."""
    own = {table.name: _ranked(table, entities[table.name]) for table in tables}
    return {table.name: _choose(table.name, own, joins, keys, entities) for table in tables}


def _choose(
    table: str, own: Mapping[str, list[tuple[int, str]]], joins: Mapping[str, Sequence[tuple[str, FoundJoin]]],
    keys: Mapping[str, tuple[str, ...]], entities: Mapping[str, Entity],
) -> TimeChoice:  # fmt: skip
    ranked = own[table]
    names = tuple(name for _, name in ranked)
    if ranked and ranked[0][0] <= 1:
        return TimeChoice(names[0], names[1:])
    parents = _parents(table, own, joins, keys, entities)
    whole = [path for path, share in parents if share == 1.0]
    if len(whole) == 1:
        return TimeChoice(
            whole[0],
            names,
            "it is part of its parent, whose time it takes; its own columns are stages or limits" if names else "",
        )
    if ranked:
        return TimeChoice(
            names[0], names[1:], "its name says a later stage, a change or a limit, not when the row happened"
        )
    if len(whole) > 1:
        return TimeChoice(None, tuple(whole), "several parents have a time; none was chosen")
    partial = ", ".join(f"{path} ({share:.0%} of rows)" for path, share in parents)
    if partial:
        why = f"no time of its own, and only part of its rows would have its parent's: {partial}; none was chosen"
        return TimeChoice(None, tuple(path for path, _ in parents), why)
    return TimeChoice(None)


def _parents(
    table: str, own: Mapping[str, list[tuple[int, str]]], joins: Mapping[str, Sequence[tuple[str, FoundJoin]]],
    keys: Mapping[str, tuple[str, ...]], entities: Mapping[str, Entity],
) -> list[tuple[str, float]]:  # fmt: skip
    """Times of the tables that this one is part of, with the share of rows that have them."""
    found = []
    for name, join in joins[table]:
        target = own.get(join.target, [])
        if join.target == table or join.matched is None or not target or target[0][0] > 1:
            continue
        in_key = any(column in keys[table] for column, _ in join.columns)
        begins = entities[table].words[: len(entities[join.target].words)] == entities[join.target].words
        if in_key or begins:
            found.append((f"{name}.{target[0][1]}", join.matched))
    return found


def _ranked(table: TableProfile, entity: Entity) -> list[tuple[int, str]]:
    """Own moments from the likeliest: (level, name); 0 the event, 1 plain, 2 a stage, 3 an update, 4 a plan."""
    rows = []
    for place, column in enumerate(table.columns):
        level = _level(column, entity)
        if level is not None:
            empty = column.nulls > _MOSTLY_EMPTY * column.rows
            rows.append((level, empty, place, column.name))
    return [
        (level + (2 if empty else 0), name)
        for level, empty, _, name in sorted(rows, key=lambda r: (r[0] + 2 * r[1], r[2]))
    ]


def _level(column: ColumnProfile, entity: Entity) -> int | None:
    if column.type not in ("date", "timestamp", "timestamptz") or (column.rows and column.nulls == column.rows):
        return None
    words = [fold(word) for word in words_of(column.name)]
    own = {fold(word) for word in entity.words}
    rest = set(words) - own if len(words) > 1 else set(words)
    if rest & NEVER_A_TIME:
        return None
    if "scheduled" in rest and own & SCHEDULED:
        return 0
    for level, names in ((4, PLAN), (3, UPDATE)):
        if rest & names:
            return level
    stage, event = rest & STAGE, rest & EVENT
    if stage:
        return 2
    if event or {singular(word) for word in words} & own:
        return 0
    return 1
