"""Which metrics of an answer are estimates, by what they were told, and how far from the truth they may lie.

A metric is one where APPROX_COUNT_DISTINCT stands in it or in one that it is made of. A rollup tells it from a sketch
of its own, the tables from the engine's.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from sqlglot import exp

from verity.contracts.question import Estimate
from verity.semantic.compiler import Compiled
from verity.semantic.fragments import counted_about
from verity.semantic.model import Metric, Model
from verity.semantic.rollups.routing import Routed
from verity.semantic.rollups.sketches import ERROR, REGISTERS

OWN: Mapping[str, float] = {"duckdb": 0.13, "postgres": 0.0, "spark": 0.05}
"""Standard errors of the engines' own APPROX_COUNT_DISTINCT: DuckDB has 64 registers, and 13 % were measured (1.04 over
the square root of 64); PostgreSQL counts exactly (`rewrites.py`); 5 % is Spark's documented default."""
_SKETCH = f"a sketch of {REGISTERS:,} registers"


def estimates_of(compiled: Compiled, routed: Routed, dialect: str) -> tuple[Estimate, ...]:
    """One for each metric that was asked for and rests on approximate counts, then for each that only conditions read.

    `routed` is what answers: one that uses no rollup where the tables do.
    """
    model = compiled.work.model
    if not model.has_approximate:
        return ()
    found: dict[str, Estimate] = {}
    told: set[str] = set()
    for metric in map(model.metric, compiled.plan.query.metrics):
        leaves = list(_approximate_leaves(model, metric))
        if leaves:
            found[metric.member] = _estimate(metric.member, leaves, routed, dialect)
            told |= {leaf.member for leaf in leaves}
    for metric in (metric for scan in compiled.work.scans for metric in scan.metrics):
        if _is_approximate(metric) and metric.member not in told:
            found.setdefault(metric.member, _estimate(metric.member, [metric], routed, dialect))
    return tuple(found.values())


def _estimate(member: str, leaves: list[Metric], routed: Routed, dialect: str) -> Estimate:
    """The worst of what it may rest on: a statement may read one period from a rollup and another from the table."""
    sketched = [leaf.table in routed.sketched for leaf in leaves]
    if not any(sketched):
        return Estimate(metric=member, by=dialect, error=OWN.get(dialect))
    own_too = routed.statement is not None and any(counted_about(n) is not None for n in routed.statement.walk())
    if all(sketched) and not own_too:
        return Estimate(metric=member, by=_SKETCH, error=ERROR)
    own = OWN.get(dialect)
    return Estimate(metric=member, by=f"{_SKETCH} and {dialect}", error=None if own is None else max(own, ERROR))


def _approximate_leaves(model: Model, metric: Metric) -> Iterator[Metric]:
    if _is_approximate(metric):
        yield metric
    for part in metric.parts:
        yield from _approximate_leaves(model, model.metric(part))


def _is_approximate(metric: Metric) -> bool:
    return metric.value is not None and metric.value.node.find(exp.ApproxDistinct) is not None
