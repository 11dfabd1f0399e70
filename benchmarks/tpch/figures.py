"""`python -m benchmarks tpch`: the compiler's SQL and the whole service against hand-written SQL, TPC-H SF1."""

from __future__ import annotations

import sys

from benchmarks.timing import Figure, absolute
from benchmarks.tpch.side_by_side import Bench, Compared, compare, geometric_mean

_MEAN, _WORST = 1.05, 1.20


def run() -> list[Figure]:
    """A line a query and side, then the geometric mean and the worst of the compiled SQL. What is not answered yet, or
    answered wrongly, is a line of its own that counts as not met."""
    bench = Bench()
    try:
        compared = compare(bench, progress=lambda done: sys.stderr.write(f"   {done.query.name}\n"))
    finally:
        bench.close()
    figures: list[Figure] = []
    for one in compared:
        figures += _lines(one)
    return figures + summary(compared)


def _lines(one: Compared) -> list[Figure]:
    name, side = one.query.name, one.sides["verity"]
    lines = (
        []
        if one.hand is None
        else [absolute(f"{name}: hand SQL ({one.query.kept.name})", one.hand, scale=1e3, unit="ms")]
    )
    if not side.is_right:
        return [*lines, Figure(f"{name}: {side.verdict}", 0, "", 0, 0, "right rows", False)]
    for label, key in (("compiled / hand", "verity"), ("service / hand", "service")):
        found = one.ratios(key)
        if found:
            middle, low, high = found
            goal = (f"<= {_WORST:g} x", middle <= _WORST) if key == "verity" else ("", None)
            lines.append(Figure(f"{name}: {label}", middle, "x", low, high, *goal))
    return lines


def summary(compared: list[Compared]) -> list[Figure]:
    """The geometric mean and the worst of what was timed; empty where nothing was."""
    found = {one.query.name: ratios[0] for one in compared if (ratios := one.ratios("verity"))}
    if not found:
        return []
    low, high = min(found.values()), max(found.values())
    mean = geometric_mean(list(found.values()))
    worst = max(found, key=lambda name: found[name])
    answered = f"{len(found)} of {len(compared)} queries"
    return [
        Figure(f"geometric mean, {answered}", mean, "x", low, high, f"<= {_MEAN:g} x", mean <= _MEAN),
        Figure(f"worst ({worst})", high, "x", low, high, f"<= {_WORST:g} x", high <= _WORST),
    ]
