"""The parts of aggregates that a rollup holds: what the same aggregate puts together again, and planes of sketches."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Literal

from sqlglot import exp

from verity.exceptions import RollupInvalid
from verity.semantic.fragments import counted_about
from verity.semantic.rollups import sketches
from verity.semantic.rollups.sketches import Sketch

Kind = Literal["sum", "count", "min", "max", "and", "or", "plane"]
_KINDS: dict[type[exp.Expr], Kind] = {
    exp.Sum: "sum", exp.Count: "count", exp.Min: "min", exp.Max: "max", exp.LogicalAnd: "and", exp.LogicalOr: "or",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Part:
    """An additive part of an aggregate."""

    column: str
    node: exp.Expr
    kind: Kind


def parts_of(
    who: str, expressions: Iterable[exp.Expr], keys: Collection[exp.Expr], sketched: Collection[exp.Expr]
) -> Iterator[Part]:
    """Each additive aggregate once. One that cannot be put together again must be sketched, or be over a key that is
    kept. Raises `RollupInvalid`."""
    known: dict[exp.Expr, str] = {}
    for aggregate in (found for node in expressions for found in aggregates(node)):
        if aggregate in known or aggregate in sketched:
            continue
        call = _call(aggregate)
        kind = _KINDS.get(type(call))
        distinct = isinstance(call.this, exp.Distinct)
        about = counted_about(call)
        counted = about if about is not None else call.this.expressions[0] if distinct else call.this
        if kind is not None and not distinct:
            known[aggregate] = f"p{len(known)}"
            yield Part(known[aggregate], aggregate.copy(), kind)
        elif (distinct or about is not None) and counted in keys:
            continue
        else:
            what = (call if about is None else exp.ApproxDistinct(this=about.copy())).sql(dialect="duckdb")
            raise RollupInvalid(who, f"{what} cannot be put together again from parts", remedy=_remedy(call))


def _remedy(call: exp.Expr) -> str:
    if counted_about(call) is not None:
        return "Name the metric under `sketch`, or keep what it counts under `keep`."
    distinct = isinstance(call.this, exp.Distinct)
    return "Keep what it counts under `keep`." if distinct else "Leave that metric out of the rollup."


def sketched_counts(
    who: str, written: Mapping[str, Iterable[exp.Expr]], keys: Collection[exp.Expr], dialect: str
) -> tuple[exp.Expr, ...]:
    """The approximate distinct counts in the expressions of the metrics to sketch, each once.

    Raises `RollupInvalid`."""
    found: dict[exp.Expr, None] = {}
    for name, expressions in written.items():
        counts = [c for node in expressions for c in aggregates(node) if counted_about(_call(c)) is not None]
        if not counts:
            raise RollupInvalid(
                who,
                f"'{name}' is no approximate count, which a sketch could tell",
                remedy="Keep the key of an exact count under `keep`; or write the metric as APPROX_COUNT_DISTINCT(...) "
                "and declare it `approximate: true`.",
            )
        if all(counted_about(count) in keys for count in counts):
            raise RollupInvalid(
                who,
                f"it keeps what '{name}' counts, which needs no sketch then",
                remedy="Take the key out of it, or move the metric from `sketch` to `metrics`.",
            )
        found |= dict.fromkeys(counts)
    if found and dialect not in sketches.DIALECTS:
        raise RollupInvalid(who, f"no sketch is kept on {dialect}", remedy="Take the metric out of `sketch`.")
    return tuple(found)


def sketch_parts(counts: Iterable[exp.Expr], first: int, dialect: str) -> tuple[tuple[Sketch, ...], tuple[Part, ...]]:
    """The sketches of these counts, and the parts that their planes are, in columns from number `first` on."""
    made: list[Sketch] = []
    parts: list[Part] = []
    for count in counts:
        planes = sketches.planes(count, dialect)
        columns = tuple(f"p{first + len(parts) + i}" for i in range(len(planes)))
        parts += [Part(column, plane, "plane") for column, plane in zip(columns, planes, strict=True)]
        made.append(Sketch(count.copy(), columns))
    return tuple(made), tuple(parts)


def aggregates(node: exp.Expr) -> Iterator[exp.Expr]:
    """The aggregates of an expression, each with its FILTER."""
    if isinstance(node, exp.Filter | exp.AggFunc):
        yield node
        return
    for child in node.iter_expressions():
        yield from aggregates(child)


def _call(aggregate: exp.Expr) -> exp.Expr:
    call: exp.Expr = aggregate.this if isinstance(aggregate, exp.Filter) else aggregate
    return call
