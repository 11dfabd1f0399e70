"""Reduce a difference: leave out parts of the question, rows and tables as long as the answers still differ."""

from __future__ import annotations

import copy
from collections.abc import Iterator
from dataclasses import replace

import yaml

from tests.proof.compare import same_row
from tests.proof.engines import Compiler, Duck, Postgres
from tests.proof.oracle_paths import Refused
from tests.proof.question import Node, Question, Tree
from tests.proof.run import Difference, agree, ask, outcome_of
from tests.proof.world import World


def reduced(engine: Duck | Postgres, difference: Difference) -> Difference:
    """A smaller difference of the same sort."""
    sort = _sort(difference)
    going = True
    while going:
        going = False
        for world, question in _smaller(difference.world, difference.question):
            found = _differs(engine, difference.seed, world, question)
            if found is not None and _sort(found) == sort:
                difference, going = found, True
                break
    return difference


def report(difference: Difference) -> str:
    """A difference to read."""
    tables = {
        name: {k: v for k, v in entry.items() if v not in ({}, [], None)}
        for name, entry in difference.world.described().items()
    }
    rows = {name: [_known(row) for row in table.rows] for name, table in difference.world.tables.items() if table.rows}
    lines = [
        f"--- world {difference.seed}",
        yaml.safe_dump(tables, sort_keys=False, allow_unicode=True).rstrip(),
        *(f"rows {name}: {of}" for name, of in rows.items()),
        f"query: {difference.question.document()}",
        *_outcomes(difference.expected, difference.got),
        f"sql: {difference.sql}",
    ]
    return "\n".join(lines)


def _outcomes(expected: object, got: object) -> list[str]:
    """Both, or of long ones what only one of them has."""
    if isinstance(expected, list) and isinstance(got, list) and len(expected) > 6:
        only = [row for row in expected if not any(same_row(row, other) for other in got)]
        more = [row for row in got if not any(same_row(row, other) for other in expected)]
        return [f"expected of {len(expected)}: {only}", f"got of {len(got)}: {more}"]
    return [f"expected: {_shown(expected)}", f"got: {_shown(got)}"]


def _known(row: dict[str, object]) -> dict[str, str]:
    return {key: str(value) for key, value in row.items() if value is not None}


def _shown(outcome: object) -> str:
    return f"refused: {outcome.kind}" if isinstance(outcome, Refused) else str(outcome)


def _sort(difference: Difference) -> tuple[str, str]:
    code = getattr(difference.got, "code", "")
    return type(difference.expected).__name__, type(difference.got).__name__ + code


def _differs(engine: Duck | Postgres, seed: int, world: World, question: Question) -> Difference | None:
    try:
        engine.load(world)
        compiler = Compiler(world)
        expected = outcome_of(world, question)
    except Exception:  # noqa: BLE001 - what is left is no world
        return None
    got, sql = ask(engine, compiler, question)
    return None if agree(expected, got) else Difference(seed, world, question, expected, got, sql)


def _smaller(world: World, question: Question) -> Iterator[tuple[World, Question]]:
    for shorter in _questions(question):
        yield world, shorter
    for name in list(world.tables):
        yield _without_table(world, name), question
    for name, table in world.tables.items():
        half = len(table.rows) // 2
        cuts = [(0, half), (half, len(table.rows))] if half > 1 else []
        for low, high in [*cuts, *((i, i + 1) for i in range(len(table.rows)))]:
            yield _changed(world, name, lambda t, a=low, b=high: t.rows.__delitem__(slice(a, b))), question  # type: ignore[misc]
    for name, table in world.tables.items():
        for part in ("metrics", "segments", "entities", "derived", "joins"):
            for key in getattr(table, part):
                yield _changed(world, name, lambda t, p=part, k=key: getattr(t, p).pop(k)), question  # type: ignore[misc]
        for column in table.columns:
            yield _changed(world, name, lambda t, c=column: t.columns.pop(c)), question  # type: ignore[misc]
            if any(row.get(column) is not None for row in table.rows) and column not in table.unique:
                yield _changed(world, name, lambda t, c=column: [r.update({c: None}) for r in t.rows]), question  # type: ignore[misc]


def _questions(question: Question) -> Iterator[Question]:
    for name in ("metrics", "by", "where", "segments", "order"):
        parts = getattr(question, name)
        for i in range(len(parts) if name != "metrics" or len(parts) > 1 else 0):
            yield replace(question, **{name: (*parts[:i], *parts[i + 1 :])})
    for change in ({"limit": None}, {"offset": 0}, {"since": None}, {"until": None}, {"ungrouped": False}):
        if any(getattr(question, key) != value for key, value in change.items()):
            yield replace(question, **change)  # type: ignore[arg-type]  # one field at a time
    for key in question.extra:
        yield replace(question, extra={k: v for k, v in question.extra.items() if k != key})
    for i, node in enumerate(question.where):
        for smaller in _nodes(node):
            yield replace(question, where=(*question.where[:i], smaller, *question.where[i + 1 :]))
    for i, by in enumerate(question.by):
        if by.grain:
            yield replace(question, by=(*question.by[:i], replace(by, grain=None), *question.by[i + 1 :]))


def _nodes(node: Node) -> Iterator[Node]:
    if not isinstance(node, Tree):
        return
    yield from node.parts
    for i, part in enumerate(node.parts):
        if len(node.parts) > 1:
            yield Tree(node.kind, (*node.parts[:i], *node.parts[i + 1 :]))
        for smaller in _nodes(part):
            yield Tree(node.kind, (*node.parts[:i], smaller, *node.parts[i + 1 :]))


def _without_table(world: World, name: str) -> World:
    made = copy.deepcopy(world)
    del made.tables[name]
    for table in made.tables.values():
        table.joins = {n: j for n, j in table.joins.items() if j.table != name}
    return made


def _changed(world: World, name: str, change: object) -> World:
    made = copy.deepcopy(world)
    change(made.tables[name])  # type: ignore[operator]  # one small change
    return made
