"""Questions over time, drawn at random: ones that have an answer, for the law and for both engines."""

from __future__ import annotations

import random
from datetime import date

from tests.unit.semantic.kinds.ledger import NUMBERS, SPANS, STATES, TO_DATE, WINDOWS, Ask

from verity.contracts.metric import Condition, GroupBy, MetricQuery, TimeRange

RANGES = [
    (None, None), (None, None), (date(2024, 1, 1), date(2024, 4, 1)), (date(2023, 12, 15), date(2024, 3, 20)),
    (date(2024, 2, 1), date(2024, 3, 1)), (date(2025, 1, 1), date(2025, 4, 1)), (None, date(2024, 3, 1)),
    (date(2024, 2, 29), None),
]  # fmt: skip


def question(seed: int) -> Ask:
    """One question."""
    rng = random.Random(seed)  # noqa: S311
    grain = rng.choice([None, "month", "month", "day", "week", "quarter", "year"])
    since, until = rng.choice(RANGES)
    by = tuple(rng.sample(["region", "status"], rng.choice([0, 0, 1, 1, 2])))
    able = _able(rng, grain, until)
    metrics = tuple(dict.fromkeys(rng.choice(able) for _ in range(rng.choice([1, 1, 2, 3]))))
    return Ask(metrics, by, grain, since, until, rng.choice([None, None, "paid"]))


def _able(rng: random.Random, grain: str | None, until: date | None) -> list[str]:
    names = [rng.choice(NUMBERS), rng.choice(STATES), rng.choice(NUMBERS)]
    able = [*names]
    for name in names:
        able += [f"{name}|share", f"{name}|share|region", f"{name}|rank", f"{name}|rank|region"]
        if grain is not None or until is not None:
            able += [f"{name}|{show}|{span}" for show in ("value", "delta", "growth") for span in SPANS[grain or "day"]]
        if name in STATES:
            continue
        able.append(f"{name}|ever")
        if grain is not None or until is not None:
            able += [f"{name}|window|{rng.choice(WINDOWS)}", f"{name}|to|{rng.choice(TO_DATE)}"] * 3
    return able


def as_query(ask: Ask) -> MetricQuery:
    """The question as a MetricQuery."""
    by = [GroupBy(dimension=name) for name in ask.by]
    if ask.grain is not None:
        by.append(GroupBy(dimension="time", grain=ask.grain))
    ranged = ask.since is not None or ask.until is not None
    return MetricQuery(
        metrics=tuple(f"ledger.{name}" for name in ask.metrics),
        by=tuple(by),
        time_range=TimeRange(since=ask.since, until=ask.until) if ranged else None,
        filters=(Condition(member="status", op="equals", values=(ask.status,)),) if ask.status else (),
    )
