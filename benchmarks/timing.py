"""Time callables in turn, and say what was seen."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass


@dataclass(frozen=True)
class Timing:
    """Seconds of several runs of one thing."""

    name: str
    seconds: tuple[float, ...]

    @property
    def median(self) -> float:
        """The middle run, in seconds."""
        return statistics.median(self.seconds)

    def quantile(self, share: float) -> float:
        """The run below which `share` of the runs lie, in seconds."""
        ordered = sorted(self.seconds)
        return ordered[min(len(ordered) - 1, int(share * len(ordered)))]


@dataclass(frozen=True)
class Figure:
    """One line of a report: what, the figure, its unit, its spread, the target."""

    name: str
    value: float
    unit: str
    low: float
    high: float
    target: str = ""
    met: bool | None = None

    def line(self) -> str:
        """The figure as text."""
        verdict = "" if self.met is None else ("  met" if self.met else "  NOT MET")
        spread = f"[{self.low:.3g} .. {self.high:.3g}]"
        goal = f"  target {self.target}" if self.target else ""
        return f"{self.name:<58} {self.value:>9.3g} {self.unit:<3} {spread:<20}{goal}{verdict}"


def interleaved(
    things: Mapping[str, Callable[[], object]],
    runs: int,
    warmup: int = 1,
    clock: Callable[[], float] = time.perf_counter,
) -> dict[str, Timing]:
    """Run each in turn, A B A B, so that a drift of the machine touches all alike.

    `clock`: `time.thread_time` counts only the processor's time of this thread, where others keep the machine busy.
    """
    seen: dict[str, list[float]] = {name: [] for name in things}
    for turn in range(warmup + runs):
        for name, thing in things.items():
            begin = clock()
            thing()
            if turn >= warmup:
                seen[name].append(clock() - begin)
    return {name: Timing(name, tuple(seconds)) for name, seconds in seen.items()}


def absolute(name: str, timing: Timing, *, scale: float = 1.0, unit: str = "s", most: float | None = None) -> Figure:
    """The median of a timing, held against `most` in `unit`."""
    value = timing.median * scale
    target = "" if most is None else f"<= {most:g} {unit}"
    met = None if most is None else value <= most
    return Figure(name, value, unit, min(timing.seconds) * scale, max(timing.seconds) * scale, target, met)


def ratio(name: str, timing: Timing, base: Timing, *, most: float | None = None) -> Figure:
    """Run by run, how many times as long as the base it took."""
    pairs = [a / b for a, b in zip(timing.seconds, base.seconds, strict=True)]
    value = statistics.median(pairs)
    target = "" if most is None else f"<= {most:g} x"
    return Figure(name, value, "x", min(pairs), max(pairs), target, None if most is None else value <= most)
