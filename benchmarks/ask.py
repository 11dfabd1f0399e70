"""From question to answer in a warm process: the first and second ask, then many, and the memory they take."""

from __future__ import annotations

import resource
import time

import verity
from benchmarks.shop import built_scout
from benchmarks.timing import Figure, Timing, absolute

QUESTIONS = (
    "revenue by month in 2025",
    "top 5 branches by revenue in 2025",
    "¿cuántas transacciones hubo por método de pago en 2024?",
    "average ticket by region in 2024",
    "number of transactions in 2025",
)
ROUNDS = 12
MEGABYTE = 1024  # ru_maxrss counts kilobytes here


def run() -> list[Figure]:
    """Seconds from `ask` to `Answer`, with its checkpoints written."""
    seen: list[float] = []
    with verity.open(built_scout()) as bench:
        for _ in range(ROUNDS):
            for question in QUESTIONS:
                begin = time.perf_counter()
                answer = bench.ask(question)
                seen.append(time.perf_counter() - begin)
                assert answer.status == "answered", f"{question}: {answer.text}"
    warm = Timing("warm", tuple(seen[len(QUESTIONS) :]))
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / MEGABYTE
    p95 = warm.quantile(0.95) * 1000
    return [
        Figure("the first ask of a process", seen[0], "s", seen[0], seen[0]),
        Figure("the second ask of the same process", seen[1], "s", seen[1], seen[1]),
        absolute("a warm ask, median", warm, scale=1000, unit="ms"),
        Figure(
            "a warm ask, p95", p95, "ms", min(warm.seconds) * 1000, max(warm.seconds) * 1000, "<= 300 ms", p95 <= 300
        ),
        Figure("peak memory of the process", peak, "MB", peak, peak, "<= 250 MB", peak <= 250),
    ]
