"""The model: every expression of a catalog parsed, typed and bound, once, when it is first needed.

A member whose SQL is wrong is unusable, with a coded reason in `problems`; the rest of the model works.
"""

from __future__ import annotations

import threading
from collections.abc import Hashable, Iterator, Mapping
from functools import cached_property
from typing import Any

from verity.data.catalog import Catalog, CatalogTable
from verity.exceptions import ExpressionInvalid, MemberCycle, QueryError, UnknownMember
from verity.semantic import types
from verity.semantic.expressions import Binder, Bound, described
from verity.semantic.join_graph import JoinGraph
from verity.semantic.kinds.definition import Definition, place_of
from verity.semantic.kinds.registry import read_metric
from verity.semantic.metrics import Metric, Place

__all__ = ["Metric", "Model", "Place", "load_model"]


def load_model(catalog: Catalog) -> Model:
    """The model of a catalog. Never raises for a wrong member: see `Model.problems`."""
    return Model(catalog)


class Model:
    """The members of one catalog as ASTs, each read when it is first needed and then remembered. Thread-safe.

    Immutable for its users: when a member is read decides nothing about it.
    """

    def __init__(self, catalog: Catalog) -> None:
        self.catalog = catalog
        self.graph = JoinGraph(catalog)
        self.binder = Binder(catalog, self.graph)
        self._metrics: dict[str, Metric] = {}
        self._own: dict[str, Metric] = {}
        """Parts that no dictionary names."""
        self._wrong: dict[str, QueryError] = {}
        """Metrics that cannot be used."""
        self._segments: dict[tuple[str, str, str, tuple[str, ...]], Bound] = {}
        self._loading: list[str] = []
        self._turn = threading.RLock()
        self.routes: dict[tuple[object, ...], tuple[str, ...]] = {}
        """Join paths that the compiler found before."""
        self.shapes: dict[Hashable, Any] = {}
        """What `shapes.py` compiled before."""

    @property
    def metrics(self) -> Mapping[str, Metric]:
        """Every metric that can be asked for, by member: reads them all."""
        self._load_metrics()
        return self._metrics

    @cached_property
    def problems(self) -> Mapping[str, QueryError]:
        """Why members cannot be used, by member: reads them all."""
        found = {member: described(error, f"join '{member}'") for member, error in self.graph.problems.items()}
        self._load_metrics()
        for member, error in (*self._wrong.items(), *self._wrong_columns(), *self._wrong_segments()):
            found.setdefault(member, error)
        return found

    def metric(self, member: str) -> Metric:
        """A metric by its identity. Raises the coded reason where its definition is wrong."""
        known = self._metrics.get(member) or self._own.get(member)
        if known is not None:
            return known
        table, _, name = member.partition(".")
        found = self.catalog.usable_tables.get(table)
        if found is None or name not in found.usable_metrics:
            raise UnknownMember("metric", member, (m.member for m in self.catalog.metrics()))
        read = self._load_metric(table, name)
        if read is None:
            raise self._wrong[member]
        return read

    def segment(self, table: str, name: str, root: str, path: tuple[str, ...]) -> Bound:
        """The condition of a segment, its table being at the end of `path` from `root`.

        Raises the coded reason where it cannot be used.
        """
        key = (table, name, root, path)
        if key not in self._segments:
            sql = self.catalog.usable_tables[table].segments[name].sql
            try:
                bound = self.binder.rows(sql, table, root=root, path=path)
                if types.family(bound.type) not in ("boolean", "other"):
                    raise ExpressionInvalid("a segment is a condition, true or false", remedy="Compare: column > 0.")
            except QueryError as error:
                raise described(error, f"segment '{table}.{name}'") from None
            self._segments[key] = bound
        return self._segments[key]

    def time_of(self, metric: Metric) -> Place | None:
        """Where a metric's own time column lies, from its table; None where it has none."""
        reference = metric.entry.time_column or self.catalog.usable_tables[metric.table].time_column
        return None if reference is None else self.place(metric.table, reference)

    def place(self, table: str, reference: str) -> Place:
        """`column` or `join.column`, read from `table`."""
        return place_of(self.catalog, table, reference)

    @cached_property
    def policy_binder(self) -> Binder:
        """Binds the columns that access rules read, which may be ones that the principal is not shown."""
        if not self.catalog.is_narrowed:
            return self.binder
        whole = self.catalog.whole
        return Binder(whole, JoinGraph(whole))

    @cached_property
    def physical_tables(self) -> Mapping[tuple[str, str], CatalogTable]:
        """The tables by schema and name of what they lie on; the first where several do."""
        found: dict[tuple[str, str], CatalogTable] = {}
        for table in self.catalog.usable_tables.values():
            if table.physical is not None:
                found.setdefault((table.physical.schema_name, table.physical.name), table)
        return found

    @cached_property
    def has_approximate(self) -> bool:
        """Whether any number may be summed in floating point, which only repeats where it is summed in one way."""
        return any(
            any(metric.approximate for metric in table.usable_metrics.values())
            or any(column.entry is not None and column.entry.approximate for column in table.usable.values())
            for table in self.catalog.usable_tables.values()
        )

    def _load_metrics(self) -> None:
        for table in self.catalog.usable_tables.values():
            for name in table.usable_metrics:
                self._load_metric(table.name, name)

    def _load_metric(self, table: str, name: str) -> Metric | None:
        with self._turn:
            member = f"{table}.{name}"
            if member in self._metrics or member in self._wrong:
                return self._metrics.get(member)
            if member in self._loading:
                raise MemberCycle((*self._loading[self._loading.index(member) :], member))
            self._loading.append(member)
            try:
                entry = self.catalog.usable_tables[table].usable_metrics[name]
                definition = Definition(table, name, entry, self.catalog, self.binder, self._part)
                made = read_metric(definition)
                self._own |= {part.member: part for part in made.own}
                self._metrics[member] = made
            except QueryError as error:
                self._wrong[member] = described(error, f"metric '{member}'")
            finally:
                self._loading.pop()
            return self._metrics.get(member)

    def _part(self, table: str, name: str) -> Metric:
        found = self.catalog.metric_part(name, table=table)
        part = self._load_metric(found.table, found.name)
        if part is None:
            raise ExpressionInvalid(
                f"it is made of '{found.member}', which cannot be used", remedy=str(self._wrong[found.member])
            )
        return part

    def _wrong_columns(self) -> Iterator[tuple[str, QueryError]]:
        for table in self.catalog.usable_tables.values():
            for column in table.usable.values():
                if column.sql:
                    try:
                        self.binder.column(table.name, (), column.name)
                    except QueryError as error:
                        yield column.member, described(error, f"column '{column.member}'")

    def _wrong_segments(self) -> Iterator[tuple[str, QueryError]]:
        for table in self.catalog.usable_tables.values():
            for name in table.segments:
                try:
                    self.segment(table.name, name, table.name, ())
                except QueryError as error:
                    yield f"{table.name}.{name}", error
