"""`verity build` in a process that has built before: one model with its tests, and the whole of Scout."""

from __future__ import annotations

import verity
from benchmarks.shop import built_scout
from benchmarks.timing import Figure, absolute, interleaved, ratio
from verity.workbench import Workbench

MODEL = "gold_monthly_summary"
RUNS = 5


def run() -> list[Figure]:
    """Seconds from the verb to the published version, tests included."""
    with verity.open(built_scout()) as bench:
        cold = interleaved({"cold": lambda: _build(bench, None)}, 1, warmup=0)["cold"]
        seen = interleaved({"one": lambda: _build(bench, MODEL), "all": lambda: _build(bench, None)}, RUNS)
    return [
        absolute(f"one model rebuilt warm ({MODEL}, 5 tests)", seen["one"], most=0.5),
        absolute("all of Scout rebuilt warm (10 models)", seen["all"]),
        ratio("one model, against all of them", seen["one"], seen["all"]),
        absolute("the first build of a process, imports included", cold),
    ]


def _build(bench: Workbench, select: str | None) -> None:
    verdict = bench.build(select)
    assert verdict.status == "ok", verdict.summary
