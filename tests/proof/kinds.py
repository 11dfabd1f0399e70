"""Metrics of every kind for a world, and random questions about them along `time`: at a grain, over a range."""

from __future__ import annotations

import random
from dataclasses import replace
from typing import Any

from tests.proof.aggregates import Agg
from tests.proof.expressions import Col, Op
from tests.proof.oracle_paths import Member
from tests.proof.phrases import NUMERIC, TEMPORAL, Phrases
from tests.proof.question import TIME, By, Node, Question, Tree, Where, name_of
from tests.proof.questions import Questions
from tests.proof.world import Metric, Table, World

SPANS = ("1 month", "1 quarter", "1 year", "2 months", "1 week", "7 days", "1 day", "3 months")
COMPARISONS = (
    "previous_period", "previous_year", "previous_month", "previous_quarter", "1 year", "2 months", "7 days",
)  # fmt: skip
COMPARED = ("previous", "delta", "growth")
GRAINS = ("hour", "day", "week", "month", "month", "quarter", "year")


def add_kinds(rng: random.Random, world: World) -> None:
    """Every table with a time gets metrics of other kinds over its own counts and sums."""
    for table in world.tables.values():
        if table.time is None:
            continue
        for metric in table.metrics.values():
            metric.time = None
        own = [
            n for n, m in table.metrics.items() if isinstance(m.value, Agg) and m.value.name in ("COUNT", "SUM", "AVG")
        ]
        parts = [f"{table.name}.{name}" for name in own]
        for i, kind in enumerate(rng.sample(list(_MADE), 4)):
            made = _MADE[kind](rng, world, table, parts)
            if made is not None:
                table.metrics[f"{kind}{i}_{table.name}"] = made
        for name in own:
            if rng.random() < 0.3:
                table.metrics[name].options["fill"] = rng.choice(["zero", "null"])


def _offset(rng: random.Random, _: World, __: Table, parts: list[str]) -> Metric:
    show = rng.choice(["value", "delta", "growth"])
    return _of("offset", rng.choice(parts), offset=rng.choice(SPANS), show=show)


def _cumulative(rng: random.Random, _: World, __: Table, parts: list[str]) -> Metric:
    reach = rng.choice([{"window": rng.choice(SPANS)}, {"to_date": rng.choice(["month", "quarter", "year"])}, {}])
    return _of("cumulative", rng.choice(parts), **reach)


def _share(rng: random.Random, _: World, table: Table, parts: list[str]) -> Metric:
    within = rng.choice([[], [], ["time"], [f"{table.name}.kind"]])
    return _of("share", rng.choice(parts), **({"within": within} if within else {}))


def _rank(rng: random.Random, _: World, table: Table, parts: list[str]) -> Metric:
    options: dict[str, Any] = {"direction": rng.choice(["asc", "desc"])}
    within = rng.choice([[], [], ["time"], [f"{table.name}.kind"]])
    return _of("rank", rng.choice(parts), **options, **({"within": within} if within else {}))


def _percentile(rng: random.Random, world: World, table: Table, _: list[str]) -> Metric | None:
    column = Phrases(rng, world, table).column(lambda kind: kind.partition("(")[0] in NUMERIC)
    if column is None:
        return None
    options = {"percentile": rng.choice([0.25, 0.5, 0.9]), "method": rng.choice(["continuous", "discrete"])}
    return Metric("percentile", formula=column, options=options)


def _semi_additive(rng: random.Random, _: World, table: Table, __: list[str]) -> Metric | None:
    if table.time not in table.columns:
        return None
    number = next((n for n, t in table.columns.items() if t.partition("(")[0] in ("bigint", "decimal")), None)
    take = rng.choice(["last", "last", "first", "average", "min", "max"])
    options: dict[str, Any] = {"over": table.time, "take": take}
    if take in ("last", "first") and rng.random() < 0.4:
        options["per"] = ["kind"]
    value = Agg("SUM", Col(number)) if number else Agg("COUNT")
    return Metric("semi_additive", value=value, options=options)


def _derived(rng: random.Random, _: World, __: Table, parts: list[str]) -> Metric:
    one, other = rng.choice(parts), rng.choice(parts)
    return Metric("derived", parts=(one, other), formula=Op(rng.choice("+-/"), Col(one), Col(other)))


def _of(kind: str, part: str, **options: Any) -> Metric:
    return Metric(kind, parts=(part,), options={"metric": part, **options})


_MADE = {
    "offset": _offset, "cumulative": _cumulative, "share": _share, "rank": _rank, "percentile": _percentile,
    "semi": _semi_additive, "derived": _derived,
}  # fmt: skip


class KindQuestions(Questions):
    """Draws questions that go along `time`."""

    def draw(self) -> Question:
        """One question."""
        rng = self.rng
        able = [t.name for t in self.world.tables.values() if t.time]
        if not able:
            return super().draw()
        tables = rng.sample(able, min(len(able), rng.choice([1, 1, 1, 2])))
        metrics = tuple(dict.fromkeys(self._metric_of(rng.choice(tables)) for _ in range(rng.choice([1, 1, 2, 3]))))
        roots = tuple(sorted({leaf.partition(".")[0] for m in metrics for leaf in self._leaves(m)}))
        by = self._periods() + [By(m) for m in self._plain(roots, rng.choice([0, 0, 1, 1, 2]), "dimension")]
        rng.shuffle(by)
        where = tuple(self._leaf(m) for m in self._plain(roots, rng.choice([0, 0, 1]), "filter"))
        if rng.random() < 0.1:
            where = (*where, Where(None, "gte", (rng.choice([0, 1, 2]),), metric=rng.choice(metrics)))
        extra = self._extras()
        if rng.random() < (0.4 if "compare" in extra else 0.01):
            where = (*where, self._on_compared(metrics))
        asked = Question(metrics, tuple(dict.fromkeys(by)), where, extra=extra)
        asked = self._zoned(replace(asked, **self._range()))
        if rng.random() < 0.3:
            names = [*(b.name() for b in asked.by), *metrics]
            if "compare" in extra:
                names += [f"{metric}__{part}" for metric in metrics for part in COMPARED]
            asked = replace(asked, order=((rng.choice(names), rng.random() < 0.5, rng.choice(["first", "last"])),))
        return replace(asked, limit=rng.choice([1, 3, 5])) if rng.random() < 0.1 else asked

    def _on_compared(self, metrics: tuple[str, ...]) -> Node:
        """A condition on what a metric is compared to, alone or beside one on a metric; now and then of no column."""
        rng = self.rng
        names = metrics if rng.random() < 0.95 else self.metrics
        op = rng.choice(["gt", "gte", "lt", "lte", "not_equals", "is_null", "is_not_null"])
        values = () if "null" in op else (rng.choice([0, 1, -2, "0.25", "-0.5"]),)
        leaf = Where(None, op, values, metric=rng.choice(names), part=rng.choice(COMPARED))
        if rng.random() < 0.6:
            return leaf
        other = Where(
            None, "gte", (rng.choice([0, 1, 2]),), metric=rng.choice(metrics), part=rng.choice(["", "growth"])
        )
        return Tree(rng.choice(["and", "or"]), (leaf, other))

    def _metric_of(self, table: str) -> str:
        names = [f"{table}.{n}" for n, m in self.world.tables[table].metrics.items() if _is_number(m)]
        return self.rng.choice([n for n in names if self.world.tables[table].time])

    def _periods(self) -> list[By]:
        grain = self.rng.choice([*GRAINS, None])
        made = [By(TIME, grain)] if grain else []
        if grain in ("day", "month") and self.rng.random() < 0.15:
            made.append(By(TIME, "year"))
        return made

    def _plain(self, roots: tuple[str, ...], count: int, use: str) -> list[Member]:
        found = [m for m in self._reachable(roots, use) if self._type(m) not in TEMPORAL and m.name != "price"]
        return self.rng.sample(found, min(count, len(found)))

    def _range(self) -> dict[str, Any]:
        rng = self.rng
        chance = rng.random()
        if chance < 0.35:
            return {}
        since = rng.choice(["2024-01-01", "2024-02-01", "2024-02-15", "2023-06-01", None])
        until = rng.choice(["2024-03-01", "2024-04-01", "2024-03-16", "2025-01-01", "2025-02-01"])
        return {"since": since, "until": until if chance < 0.9 else None}

    def _extras(self) -> dict[str, Any]:
        rng = self.rng
        made: dict[str, Any] = {}
        if rng.random() < 0.25:
            made["compare"] = rng.choice(
                [
                    "previous_period",
                    "previous_year",
                    "previous_month",
                    "previous_quarter",
                    "1 year",
                    "2 months",
                    "7 days",
                ]
            )
        if rng.random() < 0.2:
            made["fill"] = True
        if rng.random() < 0.2:
            made["totals"] = True
        if rng.random() < 0.12:
            made["subtotals"] = True
        return made


def _is_number(metric: Metric) -> bool:
    if metric.type != "simple":
        return True
    return isinstance(metric.value, Agg) and metric.value.name in ("COUNT", "SUM", "AVG")


__all__ = ["KindQuestions", "add_kinds", "name_of"]
