"""Laws that need no oracle: what must hold between the answers of an engine, whatever they are."""

from __future__ import annotations

import os
import random
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from tests.proof import spans
from tests.proof.aggregates import Agg
from tests.proof.compare import same, same_row
from tests.proof.engines import Compiler, Duck
from tests.proof.oracle_compare import naive
from tests.proof.question import TIME, By, Question
from tests.proof.questions import Questions
from tests.proof.run import ask
from tests.proof.world import Metric, World
from tests.proof.worlds import make_world

SEED = int(os.environ.get("VERITY_SEED", "11"))
WORLDS = max(6, int(os.environ.get("VERITY_PROOF_QUERIES", "60")) // 100)
Asked = tuple[World, Duck, Compiler, Questions]


@pytest.fixture(scope="module")
def worlds() -> list[int]:
    return [SEED * 7_000_003 + number for number in range(WORLDS)]


def each(seeds: list[int], more: Any = None) -> Iterator[Asked]:
    engine = Duck()
    for seed in seeds:
        rng = random.Random(seed)  # noqa: S311 - a seed must repeat
        world = make_world(seed)
        if more is not None:
            more(rng, world)
        engine.load(world)
        yield world, engine, Compiler(world), Questions(rng, world)
    engine.close()


def rows(asked: Asked, question: Question) -> list[tuple[Any, ...]] | None:
    """The rows, or None where the question is refused."""
    got, _ = ask(asked[1], asked[2], question)
    return got if isinstance(got, list) else None


def group(cells: tuple[Any, ...]) -> tuple[Any, ...]:
    """The cells of a group: a moment without a grain, a date too, is an instant beside another metric's instants."""
    return tuple(naive(cell) if isinstance(cell, date) else cell for cell in cells)


@pytest.mark.timeout(0)
def test_a_metric_is_the_same_alone_and_beside_others_in_any_order(worlds: list[int]) -> None:
    held = 0
    for asked in each(worlds):
        for _ in range(8):
            question = replace(asked[3].draw(), order=(), limit=None, offset=0, ungrouped=False)
            question = replace(question, where=tuple(n for n in question.where if not _names_metric(n)))
            together = rows(asked, question) if len(question.metrics) > 1 else None
            if together is None:
                continue
            count = len(question.by)
            back = rows(asked, replace(question, metrics=question.metrics[::-1]))
            assert back is not None
            assert all(
                same_row(one, (*other[:count], *other[count:][::-1])) for one, other in zip(together, back, strict=True)
            )
            for i, metric in enumerate(question.metrics):
                alone = rows(asked, replace(question, metrics=(metric,)))
                if alone is None:
                    continue  # a short name that means one thing beside the others may mean two alone
                values = {group(row[:count]): row[count] for row in alone}
                assert all(same(row[count + i], values.get(group(row[:count]))) for row in together), question
                held += 1
    assert held > WORLDS


@pytest.mark.timeout(0)
def test_a_filter_never_raises_a_count(worlds: list[int]) -> None:
    held = 0
    for asked in each(worlds):
        for table in asked[0].tables:
            for _ in range(3):
                drawn = asked[3].draw()
                more = tuple(node for node in drawn.where if not _names_metric(node))
                by = tuple(b for b in drawn.by if b.member != TIME)[:1]
                before = rows(asked, Question((f"{table}.count",), by))
                after = rows(asked, Question((f"{table}.count",), by, more, drawn.segments)) if before else None
                if not before or after is None:
                    continue
                counts = {row[:-1]: row[-1] for row in before}
                assert all(row[-1] <= counts[row[:-1]] for row in after)
                held += 1
    assert held > WORLDS


@pytest.mark.timeout(0)
def test_subtotals_of_counts_and_sums_add_up_over_dimensions_of_one_row(worlds: list[int]) -> None:
    held = 0
    for asked in each(worlds):
        for table in asked[0].tables.values():
            metrics = [n for n, m in table.metrics.items() if _is_additive(m)]
            own = [By(member) for member in asked[3].members if member.root == table.name and not member.joins]
            by = tuple(asked[3].rng.sample(own, min(2, len(own))))
            question = Question(tuple(f"{table.name}.{n}" for n in metrics), by, extra={"totals": True})
            found = rows(asked, question)
            if found is None or len(by) < 2:
                continue
            details = [row for row in found if row[-1] == 2]
            (total,) = [row for row in found if row[-1] == 0]
            for i in range(2, len(total) - 1):
                parts = [row[i] for row in details if row[i] is not None]
                assert (sum(parts) if parts else None) == total[i] or (not parts and total[i] == 0), question
                held += 1
    assert held > WORLDS


@pytest.mark.timeout(0)
def test_an_offset_is_the_same_question_about_the_earlier_range(worlds: list[int]) -> None:
    def with_offsets(_: random.Random, world: World) -> None:
        for table in world.tables.values():
            if table.time:
                part = f"{table.name}.count"
                table.metrics["before"] = Metric("offset", parts=(part,), options={"metric": part, "offset": "1 year"})

    held = 0
    for asked in each(worlds, with_offsets):
        for table in asked[0].tables.values():
            if not table.time:
                continue
            by = (By(TIME, "month"),)
            now = rows(asked, Question((f"{table.name}.before",), by, since="2024-03-01", until="2025-03-01"))
            then = rows(asked, Question((f"{table.name}.count",), by, since="2023-03-01", until="2024-03-01"))
            assert now is not None
            assert then is not None
            earlier = dict(then)
            year = spans.Span(1, "year")
            assert all(value == earlier.get(spans.back(month, year)) for month, value in now)
            held += 1
    assert held > 2


def _names_metric(node: Any) -> bool:
    parts = getattr(node, "parts", None)
    return any(_names_metric(part) for part in parts) if parts else getattr(node, "metric", None) is not None


def _is_additive(metric: Metric) -> bool:
    return isinstance(metric.value, Agg) and metric.value.name in ("COUNT", "SUM") and not metric.value.distinct
