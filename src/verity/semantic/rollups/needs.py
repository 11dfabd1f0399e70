"""What a rollup would have to keep to answer a compiled query: the inverse of matching."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from sqlglot import exp

from verity.contracts.metric import Grain
from verity.data.catalog import Catalog
from verity.exceptions import QueryError
from verity.semantic import types
from verity.semantic.compiler import Compiled
from verity.semantic.fragments import counted_about
from verity.semantic.rollups.alignment import is_aligned
from verity.semantic.rollups.definition import COARSER, bare
from verity.semantic.rollups.parts import aggregates
from verity.semantic.types import family, logical
from verity.semantic.work import Scan, Value

_WIDTH: tuple[Grain, ...] = ("year", "quarter", "month", "week", "day", "hour", "minute", "second")
"""From the coarsest; a week stands beside month, so that both together need days."""


@dataclass(frozen=True)
class Need:
    """Metrics and dimensions of one table; a time dimension with the grain that is fine enough."""

    root: str
    metrics: frozenset[str]
    dimensions: frozenset[tuple[str, Grain | None]]
    keys: frozenset[str] = frozenset()
    sketch: frozenset[str] = frozenset()
    """Those of the metrics that are approximate counts."""

    def union(self, other: Need) -> Need:
        """What answers both."""
        return Need(
            self.root,
            self.metrics | other.metrics,
            frozenset(_finest([*self.dimensions, *other.dimensions])),
            self.keys | other.keys,
            self.sketch | other.sketch,
        )


def needs_of(compiled: Compiled, catalog: Catalog) -> tuple[Need, ...]:
    """One need for each scan of the query that groups; empty where it reads single rows."""
    statement = compiled.statement
    found = []
    for scan in compiled.work.scans:
        selects = [s for s in statement.find_all(exp.Select) if _root(s) == scan.root]
        if scan.metrics and selects and not scan.fan_out:
            found.append(_need(scan, selects, compiled.parameters, catalog))
    return tuple(found)


def _need(scan: Scan, selects: Sequence[exp.Select], parameters: Sequence[Value], catalog: Catalog) -> Need:
    dimensions: list[tuple[str, Grain | None]] = []
    keys: set[str] = set()
    for select in selects:
        for node in select.expressions:
            if not any(True for _ in aggregates(node)):
                dimensions += _grouped(bare(node), catalog)
            keys |= {_member(c) for found in aggregates(node) for c in _counted(found)}
        where = select.args.get("where")
        for condition in _conjuncts(where.this) if where is not None else ():
            dimensions += _filtered(condition, parameters, catalog)
    metrics = frozenset(metric.member for metric in scan.metrics)
    sketch = frozenset(m.member for m in scan.metrics if m.value is not None and m.value.node.find(exp.ApproxDistinct))
    return Need(scan.root, metrics, frozenset(_finest(dimensions)), frozenset(keys), sketch)


def _grouped(node: exp.Expr, catalog: Catalog) -> Iterator[tuple[str, Grain | None]]:
    """The columns of a dimension; a time is kept by the coarsest grain that its expression can mean."""
    columns = {_member(column): column for column in node.find_all(exp.Column)}
    for member in columns:
        if isinstance(node, exp.Column) or not _is_temporal(member, catalog):
            yield member, None
        else:
            yield member, _grain_in(node)


def _grain_in(node: exp.Expr) -> Grain:
    for cut in node.find_all(exp.TimestampTrunc):
        unit = cut.args["unit"].name.lower()
        return unit if unit in COARSER else "day"
    parts = {part.this.name.upper() for part in node.find_all(exp.Extract)}
    if parts == {"DAY"}:
        return "month"
    return "day"


def _filtered(condition: exp.Expr, parameters: Sequence[Value], catalog: Catalog) -> Iterator[tuple[str, Grain | None]]:
    for column in condition.find_all(exp.Column):
        member = _member(column)
        if not _is_temporal(member, catalog):
            yield member, None
        elif isinstance(condition, exp.GTE | exp.LT) and condition.this == column:
            yield member, _aligned(condition.expression, parameters)
        else:
            yield member, "day"


def _aligned(bound: exp.Expr, parameters: Sequence[Value]) -> Grain | None:
    """The coarsest grain that begins at the bound; None: the moment itself must be kept."""
    inner = bound.this if isinstance(bound, exp.Cast) else bound
    if not isinstance(inner, exp.Parameter):
        return None
    value = parameters[int(inner.name) - 1]
    return next((grain for grain in _WIDTH if is_aligned(value, grain)), None)


def _finest(dimensions: Sequence[tuple[str, Grain | None]]) -> Iterator[tuple[str, Grain | None]]:
    """Each member once, at a grain from which all those asked for can be made."""
    grains: dict[str, set[Grain | None]] = {}
    for member, grain in dimensions:
        grains.setdefault(member, set()).add(grain)
    for member, asked in grains.items():
        if None in asked:
            yield member, None
            continue
        known = [grain for grain in asked if grain is not None]
        fits = [g for g in _WIDTH if all(g == want or want in COARSER.get(g, ()) for want in known)]
        yield member, fits[0] if fits else "day"


def _counted(aggregate: exp.Expr) -> Iterator[exp.Column]:
    call = aggregate.this if isinstance(aggregate, exp.Filter) else aggregate
    if isinstance(call.this, exp.Distinct) and counted_about(call) is None:
        yield from call.this.find_all(exp.Column)


def _conjuncts(node: exp.Expr) -> Iterator[exp.Expr]:
    if isinstance(node, exp.And):
        yield from _conjuncts(node.this)
        yield from _conjuncts(node.expression)
    elif isinstance(node, exp.Paren):
        yield from _conjuncts(node.this)
    else:
        yield node


def _is_temporal(member: str, catalog: Catalog) -> bool:
    try:
        return family(logical(catalog.dimension(member).column.type)) in types.TEMPORAL
    except QueryError:
        return False


def _member(column: exp.Column) -> str:
    return f"{column.table}.{column.name}"


def _root(select: exp.Select) -> str:
    source = select.args.get("from_")
    return source.this.alias if source is not None else ""
