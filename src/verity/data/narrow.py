"""Remove from tables what an access policy denies, and with it everything that is made of it.

A denied column is as if it did not exist: derived columns, joins, metrics and segments that mention it go too, so that
a definition never tells what the policy withholds. `hidden: true` is milder: not offered, but definitions may read it.
A masked column stays, to be shown as its mask says; what is made of it goes, for it would tell the real value.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import replace
from types import MappingProxyType

from verity.data.access import NOTHING, TableAccess
from verity.data.members import CatalogTable
from verity.data.mentions import mentions
from verity.data.metric_entry import MetricEntry
from verity.data.model import JoinEntry

Names = Iterable[tuple[str, ...]]


def narrow_tables(tables: Mapping[str, CatalogTable], accesses: Mapping[str, TableAccess]) -> dict[str, CatalogTable]:
    """The tables as one principal may use them; a table without an access is denied."""
    return _Narrowing(tables, accesses).tables()


class _Narrowing:
    """One policy against one set of tables. `_denied` holds the columns of each allowed table that none may read."""

    def __init__(self, tables: Mapping[str, CatalogTable], accesses: Mapping[str, TableAccess]) -> None:
        self._all = tables
        self._allowed = {n: table for n, table in tables.items() if accesses.get(n, NOTHING).allowed}
        self._masks = {name: dict(accesses[name].masked) for name in self._allowed}
        self._denied = {name: accesses[name].hidden | self._masks[name].keys() for name in self._allowed}
        self._deny_derived()

    def tables(self) -> dict[str, CatalogTable]:
        open_metrics = self._open_metrics()
        return {name: self._narrowed(table, open_metrics) for name, table in self._allowed.items()}

    def _narrowed(self, table: CatalogTable, open_metrics: frozenset[tuple[str, str]]) -> CatalogTable:
        denied, masks = self._denied[table.name], self._masks[table.name]
        usable = {
            name: replace(column, mask=masks[name]) if name in masks else column
            for name, column in table.usable.items()
            if name not in denied or (name in masks and (not column.sql or self._are_open(table, mentions(column.sql))))
        }
        metrics = {n: m for n, m in table.usable_metrics.items() if (table.name, n) in open_metrics}
        time_column = table.time_column
        if time_column is not None and not self._is_open(table, tuple(time_column.split("."))):
            time_column = None
        return replace(
            table,
            columns=MappingProxyType({name: column for name, column in usable.items() if not column.hidden}),
            usable=MappingProxyType(usable),
            joins=MappingProxyType({n: j for n, j in table.joins.items() if self._join_is_open(table, j)}),
            metrics=MappingProxyType({name: metric for name, metric in metrics.items() if not metric.hidden}),
            usable_metrics=MappingProxyType(metrics),
            segments=MappingProxyType(
                {n: s for n, s in table.segments.items() if self._are_open(table, mentions(s.sql))}
            ),
            primary_key=() if denied & set(table.primary_key) else table.primary_key,
            time_column=time_column,
        )

    def _deny_derived(self) -> None:
        """Deny the derived columns that are made of denied ones, until no more follow."""
        derived = [
            (table, column.name, (*mentions(column.sql), *(tuple(key.split(".")) for key in column.per)))
            for table in self._allowed.values()
            for column in table.usable.values()
            if column.sql
        ]
        while more := [
            (table.name, name)
            for table, name, names in derived
            if name not in self._denied[table.name] and not self._are_open(table, names)
        ]:
            for table_name, name in more:
                self._denied[table_name] |= {name}

    def _open_metrics(self) -> frozenset[tuple[str, str]]:
        """The metrics that mention nothing denied and are made of open metrics only."""
        by_name: dict[str, list[tuple[str, str]]] = {}
        for table in self._all.values():
            for name in table.usable_metrics:
                by_name.setdefault(name, []).append((table.name, name))
                by_name.setdefault(f"{table.name}.{name}", []).append((table.name, name))
        found = {
            (table.name, name)
            for table in self._allowed.values()
            for name, metric in table.usable_metrics.items()
            if self._metric_is_open(table, metric)
        }
        parts = {
            (table, name): [choices for part in metric.parts if (choices := _choices(by_name, table, part))]
            for table, name in found
            if (metric := self._allowed[table].usable_metrics[name]).parts
        }
        while closed := {key for key, needs in parts.items() if any(not found & set(need) for need in needs)} & found:
            found -= closed
        return frozenset(found)

    def _metric_is_open(self, table: CatalogTable, metric: MetricEntry) -> bool:
        names = [tuple(name.split(".")) for name in metric.own_columns]
        for sql in metric.own_sql:
            names.extend(mentions(sql))
        return self._are_open(table, names) and self._event_is_open(table, metric)

    def _event_is_open(self, table: CatalogTable, metric: MetricEntry) -> bool:
        """Who acts is named by a column of the event's table too."""
        column, event = metric.entity_of("event"), metric.event or ""
        if column is None:
            return True
        holder, dot, _ = event.rpartition(".")
        holders = [holder] if dot else [t.name for t in self._all.values() if event in t.usable_metrics]
        names = [table.name] if event in table.usable_metrics and not dot else holders
        return all(
            name in self._allowed and self._is_open(self._allowed[name], tuple(column.split("."))) for name in names
        )

    def _are_open(self, table: CatalogTable, names: Names) -> bool:
        return all(self._is_open(table, name) for name in names)

    def _is_open(self, table: CatalogTable, name: tuple[str, ...]) -> bool:
        """False where a name of the table's SQL is a denied column, or goes through a join that is denied."""
        own = len(name) > 1 and name[0].casefold() in ("this", table.name.casefold()) and name[0] not in table.joins
        *steps, last = name[1:] if own else name
        for step in steps:
            join = next((key for key in table.joins if key.casefold() == step.casefold()), None)
            if join is None:
                return True  # no path of this table; the compiler refuses what it does not know
            if not self._join_is_open(table, table.joins[join]):
                return False
            table = self._allowed[table.joins[join].table]
        return last.casefold() not in {column.casefold() for column in self._denied[table.name]}

    def _join_is_open(self, table: CatalogTable, join: JoinEntry) -> bool:
        if join.table not in self._allowed or (join.through and not self._bridge_is_open(table, join)):
            return False
        here, there = self._denied[table.name], self._denied[join.table]
        if not here and not there:
            return True
        pairs = {join.on: join.on} if isinstance(join.on, str) else join.on or {}
        if any(own in here or target in there for own, target in pairs.items()):
            return False
        words = {part[-1].casefold() for part in mentions(join.sql)} if join.sql else set()
        return not words & {column.casefold() for column in here | there}

    def _bridge_is_open(self, table: CatalogTable, join: JoinEntry) -> bool:
        """The bridge, its weight and a way over it to either side may be used."""
        bridge = self._allowed.get(join.through or "")
        if bridge is None or join.weight in self._denied[bridge.name]:
            return False
        ways = [way.table for way in bridge.joins.values() if not way.through and self._join_is_open(bridge, way)]
        return all(ways.count(side) >= count for side, count in Counter((table.name, join.table)).items())


def _choices(by_name: Mapping[str, list[tuple[str, str]]], table: str, part: str) -> list[tuple[str, str]]:
    """The metrics that a part may mean: the table's own before any other of that name."""
    found = by_name.get(part, [])
    own = [key for key in found if key[0] == table]
    return own or found
