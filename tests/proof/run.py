"""Ask generated questions of an engine and of the oracle, and keep what differs."""

from __future__ import annotations

import random
import traceback
from collections import Counter
from dataclasses import dataclass, field
from typing import Any

from tests.proof.compare import same_rows
from tests.proof.engines import Compiler, Duck, Postgres, Pretended
from tests.proof.kinds import KindQuestions, add_kinds
from tests.proof.oracle import answer
from tests.proof.oracle_kinds import answer_kinds
from tests.proof.oracle_paths import Refused
from tests.proof.question import Question, Where
from tests.proof.questions import Questions
from tests.proof.world import Metric, World
from tests.proof.worlds import make_world
from verity.exceptions import VerityError


@dataclass
class Difference:
    """A question to which the oracle and the compiler give different answers."""

    seed: int
    world: World
    question: Question
    expected: Any
    got: Any
    sql: str = ""


@dataclass
class Tally:
    """What was asked, and what differed."""

    counts: Counter[str] = field(default_factory=Counter)
    differences: list[Difference] = field(default_factory=list)


def outcome_of(world: World, question: Question) -> Any:
    """The oracle's: rows, or the refusal."""
    try:
        return (answer_kinds if has_kinds(world, question) else answer)(world, question).rows
    except Refused as refused:
        return refused


def ask(engine: Duck | Postgres, compiler: Compiler, question: Question) -> tuple[Any, str]:
    """The engine's: rows, or the coded error; and the SQL."""
    sql = ""
    try:
        compiled = compiler.compiled(question, engine.dialect)
        sql = compiled.sql
        return engine.run(sql, compiled.parameters), sql
    except VerityError as error:
        return error, sql
    except Exception as error:  # noqa: BLE001 - any other is itself a finding
        return Crash(f"{type(error).__name__}: {error}\n{traceback.format_exc(limit=-4)}"), sql


@dataclass
class Crash:
    """An error that no one coded."""

    text: str


def agree(expected: Any, got: Any) -> bool:
    """Equal rows, or refused by both."""
    if isinstance(expected, Refused):
        return isinstance(got, VerityError)
    return isinstance(got, list) and same_rows(expected, got)


def has_kinds(world: World, question: Question) -> bool:
    """Whether it takes more than plain groups to answer."""
    compared = [leaf.metric for leaf in question.leaves() if isinstance(leaf, Where) and leaf.metric]
    if any(isinstance(leaf, Where) and leaf.part for leaf in question.leaves()):
        return True
    parts = [world.tables[t].metrics[n] for t, _, n in (m.partition(".") for m in (*question.metrics, *compared))]
    plain = all(metric.type == "simple" for metric in parts)
    return bool(set(question.extra) - {"timezone"}) or (not plain and any(_has_kind(world, metric) for metric in parts))


def _has_kind(world: World, metric: Metric) -> bool:
    if metric.type not in ("simple", "ratio", "derived"):
        return True
    return any(_has_kind(world, world.tables[t].metrics[n]) for t, _, n in (p.partition(".") for p in metric.parts))


MARKS = {
    "staged": '"staged"', "by keys": '"by keys"', "key of the root after": '"key"', "shared": '"shared 0"',
    "conditions": '"condition 0"', "numbers": '"number"', "chosen": "_NULL(", "semi-joins": "SEMI JOIN",
    "inner": "INNER JOIN",
}  # fmt: skip
"""How each way to write a statement for large tables shows in its text."""


def pretended(engine: Duck, world: World, rng: random.Random) -> Pretended:
    """Tables that are said to be large, or small beside them."""
    rows = {name: rng.choice((10**6, 10**6, 500)) for name in world.tables}
    return Pretended(rows, lambda sql: not engine.run(sql, ()))


def run(
    engine: Duck | Postgres,
    seed: int,
    *,
    worlds: int,
    questions: int,
    most: int = 50,
    kinds: bool = False,
    large: bool = False,
) -> Tally:
    """So many questions about so many worlds, about metrics of every kind if `kinds`; stops at `most` differences.

    `large`: the statements are those of large tables, resting on facts of the data.
    """
    tally = Tally()
    for number in range(worlds):
        world_seed = seed * 1_000_003 + number
        rng = random.Random(world_seed)  # noqa: S311 - a seed must repeat
        world = make_world(world_seed)
        if kinds:
            add_kinds(rng, world)
        engine.load(world)
        told = pretended(engine, world, rng) if large and isinstance(engine, Duck) else None
        compiler = Compiler(world, pretended=told)
        drawn = (KindQuestions if kinds else Questions)(rng, world)
        for _ in range(questions):
            question = drawn.draw()
            expected = outcome_of(world, question)
            got, sql = ask(engine, compiler, question)
            _count(tally, question, expected, got)
            if large:
                tally.counts.update(f"written: {name}" for name, mark in MARKS.items() if mark in sql)
            if not agree(expected, got):
                tally.differences.append(Difference(world_seed, world, question, expected, got, sql))
                if len(tally.differences) >= most:
                    return tally
    return tally


def _count(tally: Tally, question: Question, expected: Any, got: Any) -> None:
    counts = tally.counts
    counts["asked"] += 1
    if isinstance(expected, Refused):
        counts["refused"] += 1
        counts[f"refused: {expected.kind}"] += 1
        if isinstance(got, VerityError) and expected.codes and got.code not in expected.codes:
            counts[f"refused with another code: {expected.kind} {got.code}"] += 1
        return
    counts["answered"] += 1
    counts["rows"] += len(expected)
    counts["with several tables"] += len({m.partition(".")[0] for m in question.metrics}) > 1
    for key in question.extra:
        counts[f"with {key}"] += 1
    counts["with filters"] += bool(question.where)
    counts["with conditions on compared columns"] += any(getattr(leaf, "part", "") for leaf in question.leaves())
    counts["empty"] += not expected
