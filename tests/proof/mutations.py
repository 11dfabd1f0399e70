"""Questions bent towards what a principal may not see: hidden members by every way, other rows by every trick."""

from __future__ import annotations

import random
from dataclasses import replace
from typing import Any

from tests.proof.oracle_paths import Member, Refused
from tests.proof.phrases import usable
from tests.proof.question import By, Question, Segment, Where
from tests.proof.world import World

HOSTILE = (
    "' OR '1'='1", "x'; DROP TABLE silver.orders; --", '"; SELECT 1 --', "$1", "%", "_", "\\", "\u0000", "{kind}",
    "1 UNION ALL SELECT 1", "*", "..", "a.b.c.d.e.f", "orders.", ".kind", "TIME", "time:month", "é" * 300, "per(x)",
)  # fmt: skip


def known(world: World, question: Question) -> None:
    """Raise `Refused` where the question names what this world does not have."""
    for metric in question.metrics:
        _require(_has_metric(world, metric))
    for by in question.by:
        _require(_has_member(world, by.member))
    for leaf in question.leaves():
        if isinstance(leaf, Segment):
            _require(leaf.table in world.tables and leaf.name in world.tables[leaf.table].segments)
        elif leaf.metric is not None:
            _require(_has_metric(world, leaf.metric))
        elif leaf.member is not None:
            _require(_has_member(world, leaf.member))
    if question.range_of is not None:
        _require(_has_member(world, question.range_of))


def mutated(rng: random.Random, world: World, question: Question) -> Question:
    """The question with one thing in it that the whole world has."""
    member = _any_member(rng, world)
    choice = rng.random()
    if choice < 0.25:
        return replace(question, by=tuple(dict.fromkeys((*question.by, By(member)))), order=())
    if choice < 0.55:
        op = rng.choice(["is_null", "is_not_null"])
        return replace(question, where=(*question.where, Where(member, op)))
    if choice < 0.7:
        metric = rng.choice([f"{t}.{n}" for t, n, _ in world.metrics()])
        return replace(question, metrics=tuple(dict.fromkeys((*question.metrics, metric))), ungrouped=False)
    if choice < 0.78:
        found = [Segment(t.name, name) for t in world.tables.values() for name in t.segments]
        return replace(question, segments=(rng.choice(found),)) if found else question
    if choice < 0.86 and question.by:
        return replace(question, by=(By(member), *question.by[1:]), order=())
    if choice < 0.93:
        metric = rng.choice([f"{t}.{n}" for t, n, _ in world.metrics()])
        return replace(question, where=(*question.where, Where(None, "is_not_null", (), metric=metric)))
    return replace(question, metrics=(), by=(By(member),), order=(), ungrouped=rng.random() < 0.5)


def hostile(rng: random.Random, world: World, question: Question) -> dict[str, Any]:
    """A document with odd names and values: nothing of it can be answered by the oracle, all of it must be safe."""
    document = question.document()
    hidden = _any_member(rng, world)
    name = rng.choice(
        [
            rng.choice(HOSTILE),
            hidden.name,
            f"{hidden.root}.{hidden.name}".upper(),
            f"{rng.choice(list(world.tables))}.{hidden.root}.{hidden.name}",
            f"{hidden.root}({rng.choice(list(world.tables))}).{hidden.name}",
            f'"{hidden.root}"."{hidden.name}"',
            f"{hidden.root}.per({hidden.name}).value",
            hidden.name[: max(3, len(hidden.name) - 2)],
        ]
    )
    choice = rng.random()
    if choice < 0.3:
        document["by"] = [{"dimension": name}]
    elif choice < 0.5:
        document["filters"] = [
            {"member": name, "op": rng.choice(["equals", "contains", "gt"]), "values": [rng.choice(HOSTILE)]}
        ]
    elif choice < 0.6:
        document["order"] = [{"member": name}]
    elif choice < 0.7:
        document["segments"] = [name]
    elif choice < 0.8:
        document["metrics"] = [name]
    elif choice < 0.9:
        document["time_range"] = {"dimension": name, "since": "2024-01-01"}
    else:
        document["filters"] = [{"or": [{"member": name, "op": "is_null"}, *document.get("filters", [])]}]
    return document


def _any_member(rng: random.Random, world: World) -> Member:
    table = rng.choice(list(world.tables.values()))
    if table.joins and rng.random() < 0.4:
        name = rng.choice(list(table.joins))
        target = world.tables[table.joins[name].table]
        return Member(table.name, (name,), rng.choice(_names(target)))
    return Member(table.name, (), rng.choice(_names(table)))


def _names(table: Any) -> list[str]:
    names = [name for name, _ in usable(table)]
    return [*names, *([f"secret_{table.name}", f"mark_{table.name}"] * 2)]


def _require(there: bool) -> None:
    if not there:
        raise Refused("unknown", "VRT-221", "VRT-222")


def _has_metric(world: World, metric: str) -> bool:
    table, _, name = metric.partition(".")
    return table in world.tables and name in world.tables[table].metrics


def _has_member(world: World, member: Member) -> bool:
    if not member.root:
        return True
    table = world.tables.get(member.root)
    for join in member.joins:
        if table is None or join not in table.joins:
            return False
        table = world.tables.get(table.joins[join].table)
    return table is not None and any(name == member.name for name, _ in usable(table))
