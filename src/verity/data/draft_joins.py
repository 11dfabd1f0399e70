"""Joins by name and inclusion: which column of which table points at whose key, and how many rows find a partner."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from verity.contracts.dataset import ColumnProfile, Inclusion, TableProfile
from verity.data.draft_entities import Entity, read_entities
from verity.data.draft_keys import choose_key
from verity.data.draft_vocabulary import GENERIC_KEYS, SELF_ROLES
from verity.data.draft_words import is_code_like, is_strong_id, singular, without_id, words_of
from verity.data.lexicon import fold

How = Literal["declared", "same", "entity", "role", "head", "natural", "self"]
_ORDER: tuple[How, ...] = ("declared", "same", "entity", "role", "head", "natural", "self")
_NEEDS_VALUES = 0.9
"""Share of rows that must match where the names alone do not settle it."""


@dataclass(frozen=True)
class JoinCandidate:
    """Column `column` of `table` may point at the key of `target`; `role` are the words that name the join."""

    table: str
    column: str
    target: str
    target_column: str
    how: How
    role: tuple[str, ...] = ()
    id_like: bool = True


@dataclass(frozen=True)
class FoundJoin:
    """A join to draft: own columns and the target's, the share of rows that match (None: nothing to measure)."""

    table: str
    columns: tuple[tuple[str, str], ...]
    target: str
    role: tuple[str, ...]
    how: How
    matched: float | None
    one_to_one: bool = False


@dataclass(frozen=True)
class JoinDoubt:
    """Something about joins that a person should look at."""

    table: str
    text: str


def candidates(tables: Sequence[TableProfile]) -> tuple[JoinCandidate, ...]:
    """Every pair of columns whose names agree with a join, to be measured. Sorted; the same profiles, the same list."""
    entities = read_entities([table.name for table in tables])
    keys = {table.name: choose_key(table, entities[table.name].words).columns for table in tables}
    found: dict[tuple[str, str, str], JoinCandidate] = {}
    for table in tables:
        for column in table.columns:
            for candidate in _of_column(table, column, tables, keys, entities):
                found[(candidate.table, candidate.column, candidate.target)] = candidate
    return tuple(found[place] for place in sorted(found))


def choose_joins(
    tables: Sequence[TableProfile], inclusions: Iterable[Inclusion]
) -> tuple[dict[str, list[FoundJoin]], list[JoinDoubt]]:
    """The joins of each table in column order, and what was doubtful."""
    measured = {(i.table, i.column, i.target, i.target_column): i for i in inclusions}
    entities = read_entities([table.name for table in tables])
    keys = {table.name: choose_key(table, entities[table.name].words).columns for table in tables}
    offered: dict[tuple[str, str], list[JoinCandidate]] = {}
    for candidate in candidates(tables):
        offered.setdefault((candidate.table, candidate.column), []).append(candidate)
    joins: dict[str, list[FoundJoin]] = {table.name: _declared(table, keys, measured) for table in tables}
    doubts: list[JoinDoubt] = []
    for table in tables:
        taken = {own for join in joins[table.name] for own, _ in join.columns}
        for column in table.columns:
            choices = offered.get((table.name, column.name), [])
            if choices and column.name not in taken:
                join = _choose(choices, measured, keys, doubts)
                joins[table.name].extend([join] if join else [])
    return joins, doubts


def _of_column(
    table: TableProfile, column: ColumnProfile, tables: Sequence[TableProfile],
    keys: Mapping[str, tuple[str, ...]], entities: Mapping[str, Entity],
) -> list[JoinCandidate]:  # fmt: skip
    found = []
    for target in tables:
        key = keys[target.name]
        if len(key) != 1 or (target.name, key[0]) == (table.name, column.name):
            continue
        theirs = next(c for c in target.columns if c.name == key[0])
        if _family(column) is None or _family(column) != _family(theirs):
            continue
        match = _agreement(table, column, target, theirs, entities)
        if match is None:
            continue
        how, role = match
        if how == "same" and keys[table.name] == (column.name,) and not _is_owner(target, table, theirs, entities):
            continue
        words = words_of(column.name)
        found.append(
            JoinCandidate(
                table.name, column.name, target.name, key[0], how, role, is_strong_id(words) or is_code_like(words)
            )
        )
    best = min((_ORDER.index(c.how) for c in found), default=0)
    if any(c.how in ("same", "entity", "role", "head") for c in found):
        found = [c for c in found if c.how != "self"]
    return [c for c in found if _ORDER.index(c.how) == best or c.how in ("natural", "self")]


def _agreement(
    table: TableProfile, column: ColumnProfile, target: TableProfile, key: ColumnProfile, entities: Mapping[str, Entity]
) -> tuple[How, tuple[str, ...]] | None:
    """How the names of a column and of a table's key agree, and the words of the join's role."""
    own, theirs = _folded(words_of(column.name)), _folded(words_of(key.name))
    entity, same_table = entities[target.name], table.name == target.name
    words = _folded(entity.words)
    marked = is_strong_id(own) or is_code_like(own)
    generic = len(theirs) == 1 and theirs[0] in GENERIC_KEYS
    if not same_table and own == theirs and not generic:
        return "same", tuple(entity.words)
    base = [singular(word) for word in without_id(own)]
    if marked and base and not same_table:
        points_at_entity = generic or [singular(w) for w in without_id(theirs)] in (words, words[-1:])
        if points_at_entity and base == words:
            return "entity", tuple(entity.words)
        if points_at_entity and (
            base[-len(words) :] == words or (entity.language == "es" and base[: len(words)] == words)
        ):
            return "role", tuple(without_id(words_of(column.name)))
        if len(words) > 1 and base == words[-1:] and points_at_entity:
            return "head", tuple(entity.words)
    if not generic and len(own) > len(theirs) and own[-len(theirs) :] == theirs:
        return "role", tuple(without_id(words_of(column.name)))
    if not same_table and not marked and [singular(word) for word in own] == words:
        return "natural", tuple(entity.words)
    if same_table and base and (marked or SELF_ROLES & set(own)) and SELF_ROLES & set(base):
        return "self", tuple(without_id(words_of(column.name)))
    return None


def _is_owner(target: TableProfile, table: TableProfile, key: ColumnProfile, entities: Mapping[str, Entity]) -> bool:
    """Of two tables with one key, the one that the key names is pointed at; else the larger, else the first by name."""
    base = [singular(word) for word in _folded(without_id(words_of(key.name)))]
    names = {name: _folded(entities[name].words) == base for name in (target.name, table.name)}
    if names[target.name] != names[table.name]:
        return names[target.name]
    return (-target.rows, target.name) < (-table.rows, table.name)


def _declared(
    table: TableProfile, keys: Mapping[str, tuple[str, ...]], measured: Mapping[tuple[str, str, str, str], Inclusion]
) -> list[FoundJoin]:
    joins = []
    for foreign in table.foreign_keys:
        if foreign.target not in keys or len(foreign.columns) != len(foreign.target_columns):
            continue
        pairs = tuple(zip(foreign.columns, foreign.target_columns, strict=True))
        inclusion = measured.get((table.name, pairs[0][0], foreign.target, pairs[0][1])) if len(pairs) == 1 else None
        role = tuple(without_id(words_of(foreign.columns[0]))) if len(pairs) == 1 else ()
        share = inclusion.share if inclusion is not None and inclusion.rows else None
        one = set(keys[table.name]) == set(foreign.columns)
        joins.append(FoundJoin(table.name, pairs, foreign.target, role, "declared", share, one))
    return joins


def _choose(
    choices: list[JoinCandidate], measured: Mapping[tuple[str, str, str, str], Inclusion],
    keys: Mapping[str, tuple[str, ...]], doubts: list[JoinDoubt],
) -> FoundJoin | None:  # fmt: skip
    """The one target that names and values agree on; what stays open is a doubt, not a join."""
    open_choices = []
    for choice in sorted(choices, key=lambda c: (_ORDER.index(c.how), c.target)):
        found = measured.get((choice.table, choice.column, choice.target, choice.target_column))
        said = f"{choice.column} -> {choice.target}.{choice.target_column}"
        if found is None or not found.rows:
            doubts.append(
                JoinDoubt(choice.table, f"{said}: the names agree, but there are no values to prove it; not joined")
            )
        elif not found.matched:
            doubts.append(JoinDoubt(choice.table, f"{said}: the names agree, but no value matches; not joined"))
        elif found.share < _NEEDS_VALUES and (choice.how in ("natural", "self") or not choice.id_like):
            doubts.append(JoinDoubt(choice.table, f"{said}: only {found.share:.0%} of rows match; not joined"))
        else:
            open_choices.append((choice, found.share))
    if len({choice.target for choice, _ in open_choices}) > 1:
        first = _ORDER.index(open_choices[0][0].how)
        tied = [(c, share) for c, share in open_choices if _ORDER.index(c.how) == first]
        full = [(c, share) for c, share in tied if share >= 1.0]
        if len(tied) > 1 and len(full) != 1:
            targets = ", ".join(f"{c.target} ({share:.0%})" for c, share in tied)
            doubts.append(JoinDoubt(choices[0].table, f"{choices[0].column} could point at {targets}; not joined"))
            return None
        open_choices = full if len(tied) > 1 else tied
    if not open_choices:
        return None
    choice, share = open_choices[0]
    one = keys[choice.table] == (choice.column,)
    return FoundJoin(
        choice.table, ((choice.column, choice.target_column),), choice.target, choice.role, choice.how, share, one
    )


def _family(column: ColumnProfile) -> str | None:
    if column.type == "bigint" or (column.type.startswith("decimal") and column.type.endswith(",0)")):
        return "integer"
    return "text" if column.type == "text" else None


def _folded(words: Iterable[str]) -> list[str]:
    return [fold(word) for word in words]
