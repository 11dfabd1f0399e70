"""The members that a dictionary defines over physical tables, and how names find them.

A catalog never changes. `narrowed` gives the one that a principal may use: what they may not see is absent from it,
so no list, error or suggestion can name it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cached_property
from types import MappingProxyType
from typing import Literal

from verity.contracts.dataset import PhysicalSchema
from verity.contracts.identity import Principal
from verity.contracts.metric import TIME
from verity.data.access import TableAccess, access_for
from verity.data.finding import Finding
from verity.data.join_paths import MOST_CHOICES, Hop, find_paths, reachable
from verity.data.members import CatalogColumn, CatalogTable, DimensionMember, MetricMember, SegmentMember
from verity.data.model import Dictionary
from verity.data.narrow import narrow_tables
from verity.data.references import find_reference_faults
from verity.data.tables import make_tables
from verity.exceptions import AmbiguousMember, UnknownMember

TO_MANY = frozenset({"one_to_many", "many_to_many"})
"""The joins that lead to many rows."""

__all__ = [
    "TO_MANY",
    "Catalog",
    "CatalogColumn",
    "CatalogTable",
    "DimensionMember",
    "MetricMember",
    "SegmentMember",
    "build_catalog",
]


def build_catalog(
    dictionary: Dictionary, physical: PhysicalSchema | None = None, *, before: Catalog | None = None
) -> Catalog:
    """The whole catalog, as the owner sees it. Without a physical schema (offline) only declared columns are known.

    `before` is an earlier whole catalog of the same project: tables that did not change since are taken from it.
    """
    known = before.usable_tables if before is not None else {}
    same_schema = before is not None and before.physical is physical
    tables = make_tables(dictionary, physical, known, same_schema=same_schema)
    return Catalog(dictionary, tables, tables, physical=physical)


class Catalog:
    """Tables, metrics, segments and dimensions, and the join paths between them. Build with `build_catalog`."""

    def __init__(
        self,
        dictionary: Dictionary,
        tables: Mapping[str, CatalogTable],
        usable: Mapping[str, CatalogTable],
        *,
        physical: PhysicalSchema | None,
        whole: Catalog | None = None,
    ) -> None:
        self.dictionary = dictionary
        self.tables: Mapping[str, CatalogTable] = MappingProxyType(dict(tables))
        """The tables that may be asked about."""
        self.usable_tables: Mapping[str, CatalogTable] = MappingProxyType(dict(usable))
        """The same and the ones that are `hidden: true`, which joins and definitions may still read."""
        self.physical = physical
        self._whole = whole
        self.is_narrowed = whole is not None
        self._holders: dict[tuple[str, str], tuple[str, ...]] = {}

    @property
    def whole(self) -> Catalog:
        """The owner's catalog, which this one was narrowed from, or is."""
        return self._whole or self

    def metrics(self) -> tuple[MetricMember, ...]:
        """Every metric on offer, in the dictionary's order; hidden ones are left out."""
        return self._metrics

    def segments(self) -> tuple[SegmentMember, ...]:
        """Every segment."""
        return tuple(
            SegmentMember(table.name, name, entry)
            for table in self.tables.values()
            for name, entry in table.segments.items()
        )

    def dimensions(self) -> tuple[DimensionMember, ...]:
        """Every column on offer, each at its own table; hidden ones are left out."""
        return tuple(
            DimensionMember(table.name, (), column, column.member)
            for table in self.tables.values()
            if not table.entry.hidden
            for column in table.columns.values()
            if not column.hidden
        )

    def metric(self, name: str) -> MetricMember:
        """The metric of a qualified or short name. Raises `UnknownMember`, `AmbiguousMember` with the choices."""
        found = self.find_metric(name)
        if found is None:
            raise UnknownMember("metric", name, self._known(name, (m.member for m in self._metrics)))
        return found

    def find_metric(self, name: str) -> MetricMember | None:
        """As `metric`, but None where there is none: a near name to suggest costs milliseconds to find."""
        for table, rest in self._table_prefixes(name):
            if rest in table.metrics:
                return MetricMember(table.name, rest, table.metrics[rest])
        found = self._metric_tables(name)
        if len(found) > 1:
            raise AmbiguousMember(name, [f"{table}.{name}" for table in found[:MOST_CHOICES]])
        return MetricMember(found[0], name, self.tables[found[0]].metrics[name]) if found else None

    def metric_part(self, name: str, *, table: str) -> MetricMember:
        """The metric that a ratio or derived metric of `table` names: the table's own first, hidden ones too.

        Raises as `metric` does.
        """
        own = self.usable_tables[table].usable_metrics if table in self.usable_tables else {}
        if name in own:
            return MetricMember(table, name, own[name])
        first, _, rest = name.partition(".")
        holder = self.usable_tables.get(first)
        if holder is not None and rest in holder.usable_metrics:
            return MetricMember(first, rest, holder.usable_metrics[rest])
        found = [other.name for other in self.usable_tables.values() if name in other.usable_metrics]
        if len(found) == 1:
            return MetricMember(found[0], name, self.usable_tables[found[0]].usable_metrics[name])
        return self.metric(name)

    def segment(self, name: str) -> SegmentMember:
        """The segment of a qualified or short name. Raises `UnknownMember`, `AmbiguousMember` with the choices."""
        for table, rest in self._table_prefixes(name):
            if rest in table.segments:
                return SegmentMember(table.name, rest, table.segments[rest])
        found = [table.name for table in self.tables.values() if name in table.segments]
        if not found:
            raise UnknownMember("segment", name, self._known(name, (s.member for s in self.segments())))
        if len(found) > 1:
            raise AmbiguousMember(name, [f"{table}.{name}" for table in found[:MOST_CHOICES]])
        return SegmentMember(found[0], name, self.tables[found[0]].segments[name])

    def dimension(self, name: str, *, of: Sequence[str] = ()) -> DimensionMember:
        """The column that a name means: `column`, `table.column`, `join.column` or `table.join.column` (any hops).

        `of` names the metrics or tables that are asked for: joins are followed from theirs, and a short name means a
        column of theirs before any other. `time` is no column; it is each metric's own time column and is refused here.
        Raises `UnknownMember`, `AmbiguousMember` with the choices.
        """
        roots = tuple(dict.fromkeys(self._root(given) for given in of))
        for readings in (self._rooted, self._joined, self._short):
            found = {dimension.member: dimension for dimension in readings(name, roots)}
            if len(found) == 1:
                return next(iter(found.values()))
            if found:
                raise AmbiguousMember(name, sorted(found)[:MOST_CHOICES])
        raise UnknownMember("dimension", name, self._known(name, (d.member for d in self.dimensions())))

    def column(self, root: str, joins: Sequence[str], name: str) -> DimensionMember | None:
        """The column at the end of named joins from a table, or None where a step or the column does not exist."""
        table = self.usable_tables.get(root)
        for join in joins:
            if table is None or join not in table.joins:
                return None
            table = self.usable_tables.get(table.joins[join].table)
        if table is None or table.name not in self.tables or name not in table.columns:
            return None
        return DimensionMember(root, tuple(joins), table.columns[name], ".".join((root, *joins, name)))

    def paths(self, root: str, target: str, *, fan_out: bool = False) -> tuple[tuple[str, ...], ...]:
        """Every simple join path from root to target as join names, shortest first, ten at most.

        Over many_to_one and one_to_one joins; `fan_out` adds those to many. A table reaches itself by `()` alone.
        """
        return find_paths(self._graph_all if fan_out else self._graph, root, target)

    def reachable(self, root: str, *, fan_out: bool = False) -> frozenset[str]:
        """Every table that some join path leads to, the root included."""
        return reachable(self._graph_all if fan_out else self._graph, root)

    def narrowed(self, principal: Principal, default_access: Literal["deny", "open"] = "deny") -> Catalog:
        """The catalog that this principal may use. The owner's is the whole."""
        if principal.kind in ("owner", "system"):
            return self
        return self.narrowed_to(access_for(self.dictionary, principal, default_access))

    def narrowed_to(self, accesses: Mapping[str, TableAccess]) -> Catalog:
        """The same for accesses at hand."""
        usable = narrow_tables(self.usable_tables, accesses)
        tables = {name: table for name, table in usable.items() if not table.entry.hidden}
        return Catalog(self.dictionary, tables, usable, physical=self.physical, whole=self.whole)

    @cached_property
    def findings(self) -> tuple[Finding, ...]:
        """What is amiss between entries and columns: undeclared columns are warnings, missing ones errors."""
        return find_reference_faults(self)

    @cached_property
    def _metrics(self) -> tuple[MetricMember, ...]:
        return tuple(
            MetricMember(table.name, name, entry)
            for table in self.tables.values()
            if not table.entry.hidden
            for name, entry in table.metrics.items()
            if not entry.hidden
        )

    def _metric_tables(self, name: str) -> tuple[str, ...]:
        return self._tables_with("metrics", name)

    def _column_tables(self, name: str) -> tuple[str, ...]:
        return self._tables_with("columns", name)

    def _tables_with(self, kind: Literal["metrics", "columns"], name: str) -> tuple[str, ...]:
        """The tables with a member of that name, remembered: to index every name takes longer than all that ask."""
        known = self._holders.get((kind, name))
        if known is None:
            known = tuple(table.name for table in self.tables.values() if name in getattr(table, kind))
            if known:  # names that nobody has are without end
                self._holders[kind, name] = known
        return known

    def _hierarchy_tables(self, name: str) -> tuple[str, ...]:
        return tuple(table.name for table in self.tables.values() if name in table.entry.hierarchies)

    @property
    def join_graph(self) -> Mapping[str, tuple[Hop, ...]]:
        """The many_to_one and one_to_one joins that leave each table."""
        return self._graph

    @cached_property
    def _graph(self) -> Mapping[str, tuple[Hop, ...]]:
        return self._hops(fan_out=False)

    @cached_property
    def _graph_all(self) -> Mapping[str, tuple[Hop, ...]]:
        return self._hops(fan_out=True)

    def _hops(self, *, fan_out: bool) -> Mapping[str, tuple[Hop, ...]]:
        return {
            table.name: tuple(
                Hop(name, join.table)
                for name, join in table.joins.items()
                if join.table in self.usable_tables and (fan_out or join.type not in TO_MANY)
            )
            for table in self.usable_tables.values()
        }

    def _root(self, given: str) -> str:
        return given if given in self.usable_tables else self.metric(given).table

    def _table_prefixes(self, name: str) -> Iterator[tuple[CatalogTable, str]]:
        table, dot, rest = name.partition(".")
        if dot and table in self.tables:
            yield self.tables[table], rest

    def _rooted(self, name: str, roots: tuple[str, ...]) -> Iterator[DimensionMember]:
        """The name read from a table: `table.column`, `table.join.column`.

        Where one table is asked for and its own join to one row has the name of a table, the join is meant:
        `customers.region` of orders is `orders.customers.region`, which can be no other path. It must lead to that
        table, else both count. A join to many is never meant so: `orders.ship.zone` of customers would be the zones of
        their orders, and beside a metric of orders another dimension, its own.
        """
        for table, rest in self._table_prefixes(name):
            dimension = self._walk(table.name, rest)
            if dimension is None:
                continue
            by_join = self._walk(roots[0], name) if len(roots) == 1 and roots[0] != table.name else None
            if by_join is None or self._goes_to_many(by_join):
                yield dimension
            elif by_join.table == dimension.table:
                yield by_join
            else:
                yield from (dimension, by_join)

    def _goes_to_many(self, dimension: DimensionMember) -> bool:
        table = self.usable_tables[dimension.root]
        for name in dimension.joins:
            join = table.joins[name]
            if join.type in TO_MANY:
                return True
            table = self.usable_tables[join.table]
        return False

    def _joined(self, name: str, roots: tuple[str, ...]) -> Iterator[DimensionMember]:
        """The name read from the tables asked for, else from any: `join.column`."""
        if "." not in name:
            return
        first = name.partition(".")[0]
        for root in roots or tuple(t.name for t in self.tables.values() if first in t.joins):
            dimension = self._walk(root, name)
            if dimension is not None:
                yield dimension

    def _short(self, name: str, roots: tuple[str, ...]) -> Iterator[DimensionMember]:
        """A bare column: of the tables asked for, else of the tables that all of them reach, else of any table."""
        if name == TIME:
            return
        holders = self._column_tables(name) or self._hierarchy_tables(name.partition(".")[0])
        own = [table for table in holders if table in roots]
        near = own or [t for t in holders if roots and all(t in self.reachable(root) for root in roots)] or holders
        for table in near:
            found = self._walk(table, name)
            if found is not None:
                yield found

    def _walk(self, root: str, rest: str) -> DimensionMember | None:
        """Follow joins from a table as long as the first word names one; a column may hold dots itself.

        A hierarchy's name stands for its first level, `geo.city` for the level of that name.
        """
        joins: list[str] = []
        table = self.usable_tables.get(root)
        while table is not None:
            column = rest if rest in table.columns else table.level(rest)
            if column is not None:
                return self.column(root, joins, column)
            join, _, rest = rest.partition(".")
            joins.append(join)
            table = self.usable_tables.get(table.joins[join].table) if join in table.joins else None
        return None

    def _known(self, name: str, members: Iterable[str]) -> list[str]:
        """The names that a suggestion may offer: in full where the name is, else the last words, each once."""
        if "." in name:
            return list(members)
        return list(dict.fromkeys(member.rsplit(".", 1)[-1] for member in members))
