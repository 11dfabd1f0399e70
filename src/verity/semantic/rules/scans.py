"""Write each scan: one aggregation at its own grain, policies inside, joins LEFT, unused ones absent.

Where a dimension lies on the many side, the scan first reduces to distinct (key, dimensions, needed columns), so that
every row of the root counts once in every group it belongs to.
"""

from __future__ import annotations

from sqlglot import exp

from verity.exceptions import KeyRequired, NotSupported
from verity.semantic.calendars import period, refuse_unlike_periods
from verity.semantic.expressions import quoted
from verity.semantic.fragments import all_of, any_of
from verity.semantic.frames.fiscal import range_conditions
from verity.semantic.joins import Tables
from verity.semantic.mask_keys import keyed
from verity.semantic.predicates import require_temporal, row_conditions
from verity.semantic.rules.sequences import only_firsts, sequence_conditions
from verity.semantic.rules.weights import allocate, share, weighted_bridge
from verity.semantic.work import Scan, Work

_DISTINCT = "distinct"
"""The alias of a de-duplicating sub-query."""


def write_scans(work: Work) -> None:
    """Fill `Scan.select` and `Scan.types` of every scan."""
    refuse_unlike_periods(work)
    for scan in work.scans:
        if work.query.ungrouped and scan.fan_out:
            many = next(d for d, p in zip(work.dimensions, scan.dimensions, strict=True) if _fans(scan, p.path))
            raise NotSupported(
                f"a row of '{scan.root}' has several values of '{many.member}', and 'ungrouped' shows each row once",
                remedy=f"Ask from the rows of '{many.member.rpartition('.')[0]}', or leave it out.",
            )
        scan.select = _deduplicated(work, scan) if scan.fan_out and scan.metrics else _plain(work, scan)
        only_firsts(work, scan)
        if scan.everyone and work.dimensions:
            _without_small_groups(scan, len(work.dimensions))


def _without_small_groups(scan: Scan, dimensions: int) -> None:
    """Groups in which no benchmark may be told are not shown: they may lie behind the asker's policy."""
    if scan.select is None:
        return
    told = [node.args["ifs"][0].this.copy() for node in scan.select.expressions[dimensions:]]
    scan.select.set("having", exp.Having(this=any_of(told)))


def _plain(work: Work, scan: Scan) -> exp.Select:
    tables = Tables(work, scan, scan.root)
    dimensions = _dimensions(work, scan, tables)
    for metric in scan.metrics:
        assert metric.value is not None  # noqa: S101 - leaves are simple metrics
        tables.need(metric.value.paths)
    values = [metric.value.node.copy() for metric in scan.metrics if metric.value is not None]
    return _select(work, scan, tables, dimensions, values, grouped=bool(values))


def _deduplicated(work: Work, scan: Scan) -> exp.Select:
    table = work.model.catalog.usable_tables[scan.root]
    if not table.primary_key:
        many = next(d for d, p in zip(work.dimensions, scan.dimensions, strict=True) if _fans(scan, p.path))
        raise KeyRequired(scan.metrics[0].member, many.member, scan.root)
    scan.key = table.primary_key
    tables = Tables(work, scan, scan.root)
    dimensions = _dimensions(work, scan, tables)
    inner: dict[str, exp.Expr] = {f"d{i}": node for i, node in enumerate(dimensions)}
    for i, name in enumerate(table.primary_key):
        key = work.model.binder.column(scan.root, (), name)
        tables.need(key.paths)
        inner[f"k{i}"] = key.node.copy()
    values, needed = _over_distinct(scan, tables)
    inner |= needed
    bridge = weighted_bridge(work, scan)
    shares: list[exp.Expr] = [] if bridge is None else [_named(share(work, scan, tables, bridge), "share")]
    if shares:
        values = [allocate(m, value, "share", _DISTINCT) for m, value in zip(scan.metrics, values, strict=True)]
    rows = _select(work, scan, tables, [_named(node, name) for name, node in inner.items()], shares, grouped=False)
    if shares:
        _grouped(rows, len(inner))
    else:
        rows.set("distinct", exp.Distinct())
    outer = exp.Select(
        expressions=[quoted(f"d{i}", _DISTINCT) for i in range(len(dimensions))] + values,
        from_=exp.From(this=_subquery(rows, _DISTINCT)),
    )
    return _grouped(outer, len(dimensions))


def _over_distinct(scan: Scan, tables: Tables) -> tuple[list[exp.Expr], dict[str, exp.Expr]]:
    """The aggregates with their columns read from the sub-query, and the columns that it must therefore hold."""
    needed: dict[str, exp.Expr] = {}
    names: dict[tuple[str, str], str] = {}
    values: list[exp.Expr] = []
    for metric in scan.metrics:
        if metric.value is None:
            continue
        tables.need(metric.value.paths)
        value = metric.value.node.copy()
        for column in list(value.find_all(exp.Column)):
            name = names.setdefault((column.table, column.name), f"v{len(names)}")
            needed.setdefault(name, quoted(column.name, column.table))
            column.set("this", exp.Identifier(this=name, quoted=True))
            column.set("table", exp.Identifier(this=_DISTINCT, quoted=True))
        values.append(value)
    return values, needed


def _dimensions(work: Work, scan: Scan, tables: Tables) -> list[exp.Expr]:
    made = []
    for asked, place in zip(work.dimensions, scan.dimensions, strict=True):
        bound = work.model.binder.column(scan.root, place.path, place.column)
        tables.need(bound.paths | {place.path})
        node, of = keyed(work, bound.node.copy(), bound.salt), bound.type
        if asked.at is None or asked.grain is not None:
            require_temporal(of, f"{scan.root}.{place.column}")
        if asked.grain is not None:
            node, of = period(work, scan, tables, place.path, place.column, bound, asked.grain)
        elif of == "text" and work.collation:
            node = exp.Collate(this=node, expression=exp.Identifier(this=work.collation, quoted=True))
        scan.types.append(of)
        made.append(node)
    return made


def _select(
    work: Work, scan: Scan, tables: Tables, dimensions: list[exp.Expr], values: list[exp.Expr], *, grouped: bool
) -> exp.Select:
    conditions = [*row_conditions(work, scan, tables), *sequence_conditions(work, scan, tables)]
    conditions += range_conditions(work, scan, tables)
    source, joins, policies = tables.written()
    where = [*policies, *conditions]
    select = exp.Select(
        expressions=[*dimensions, *values],
        from_=exp.From(this=source),
        joins=joins,
        where=exp.Where(this=all_of(where)) if where else None,
    )
    return _grouped(select, len(dimensions)) if grouped else select


def _grouped(select: exp.Select, dimensions: int) -> exp.Select:
    if dimensions:
        select.set("group", exp.Group(expressions=[exp.Literal.number(i + 1) for i in range(dimensions)]))
    return select


def _fans(scan: Scan, path: tuple[str, ...]) -> bool:
    return any(path[: len(fan)] == fan for fan in scan.fan_out)


def _named(node: exp.Expr, name: str) -> exp.Alias:
    return exp.Alias(this=node, alias=exp.Identifier(this=name, quoted=True))


def _subquery(select: exp.Select, name: str) -> exp.Subquery:
    return exp.Subquery(this=select, alias=exp.TableAlias(this=exp.Identifier(this=name, quoted=True)))
