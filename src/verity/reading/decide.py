"""One reading runs, several different ones are asked back, none is a refusal with its reasons."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from verity.contracts.metric import MetricQuery
from verity.contracts.question import Reason
from verity.exceptions import VerityError
from verity.reading.candidates import Candidate
from verity.reading.choices import Problem

MOST_OPTIONS = 3
MOST_CHECKED = 24
"""Queries compiled at most for one question; more readings than that are too many to ask about."""

Check = Callable[[MetricQuery], object]
"""Compiles a query under the principal, raising `VerityError`. It may return the SQL: equal SQL is one reading."""


@dataclass(frozen=True)
class Decision:
    """`chosen` runs. Else `asked` are what to choose from, and `problems` say why nothing runs."""

    chosen: Candidate | None = None
    asked: tuple[Candidate, ...] = ()
    problems: tuple[Problem, ...] = ()
    compile_error: VerityError | None = None


def decide(candidates: Sequence[Candidate], check: Check) -> Decision:
    """Take the nearest readings first; farther ones only where the nearer cannot reach their columns."""
    problems: tuple[Problem, ...] = ()
    error: VerityError | None = None
    for cost in sorted({candidate.cost for candidate in candidates}):
        tier = _once([c for c in candidates if c.cost == cost])
        sound = [c for c in tier if not any(not p.asks for p in c.problems)]
        compiled, failed = _compiled(sound[:MOST_CHECKED], check)
        error = error or failed
        distinct = tuple(compiled.values())
        free = [c for c in distinct if not c.problems]
        if len(distinct) == 1 and free:
            return Decision(chosen=free[0])
        if distinct:
            return Decision(asked=distinct, problems=_problems_of(distinct))
        found = _problems_of(tier)
        problems = problems or found
        if any(problem.code not in _FALL_THROUGH for problem in found):
            break
    return Decision(problems=problems, compile_error=error)


_FALL_THROUGH = frozenset({"not-reachable", "value-not-in-column", "no-metric", "unit-mismatch"})
"""Only these let a farther reading speak: a column out of reach, a value that the named column does not have, a count
of what is no count (`total de ventas` is their sum, not how many)."""


def _once(candidates: Iterable[Candidate]) -> list[Candidate]:
    """One candidate for each query; the one with the fewest problems and assumptions speaks for it."""
    best: dict[MetricQuery, Candidate] = {}
    for candidate in candidates:
        known = best.get(candidate.query)
        if known is None or _weight(candidate) < _weight(known):
            best[candidate.query] = candidate
    return list(best.values())


def _weight(candidate: Candidate) -> tuple[int, int]:
    return (len(candidate.problems), len(candidate.assumed))


def _compiled(candidates: Sequence[Candidate], check: Check) -> tuple[dict[object, Candidate], VerityError | None]:
    """The candidates that compile, one for each different SQL."""
    found: dict[object, Candidate] = {}
    error: VerityError | None = None
    for candidate in candidates:
        try:
            sql = check(candidate.query)
        except VerityError as failed:
            error = error or failed
            continue
        found.setdefault(sql if isinstance(sql, str) else candidate.query, candidate)
    return found, error


def _problems_of(candidates: Iterable[Candidate]) -> tuple[Problem, ...]:
    return tuple(dict.fromkeys(problem for candidate in candidates for problem in candidate.problems))


def ambiguity_code(asked: Sequence[Candidate]) -> str:
    """What the readings differ in: metrics, dimensions, values, or more."""
    metrics = {c.query.metrics for c in asked}
    periods = {c.query.time_range for c in asked}
    by = {c.query.by for c in asked}
    filters = {c.query.filters for c in asked}
    if len(metrics) > 1:
        return "ambiguous-metric"
    if len(by) > 1 and len(filters) == 1:
        return "ambiguous-dimension"
    if len(periods) > 1 and len(by) == len(filters) == 1:
        return "ambiguous-period"
    return "ambiguous-value" if len(filters) > 1 and len(by) == 1 else "ambiguous-question"


def first_reasons(reasons: Iterable[Reason], most: int = 5) -> tuple[Reason, ...]:
    """Each reason once, the first few."""
    return tuple(dict.fromkeys(reasons))[:most]
