"""The model: every expression of a catalog parsed, typed and bound, once.

A member whose SQL is wrong is unusable, with a coded reason in `problems`; the rest of the model works.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property

from verity.data.catalog import Catalog, build_catalog
from verity.exceptions import ExpressionInvalid, MemberCycle, QueryError, UnknownMember
from verity.semantic import types
from verity.semantic.expressions import Binder, Bound, described
from verity.semantic.join_graph import JoinGraph
from verity.semantic.kinds.definition import Definition, place_of
from verity.semantic.kinds.registry import read_metric
from verity.semantic.metrics import Metric, Place

__all__ = ["Metric", "Model", "Place", "load_model"]


def load_model(catalog: Catalog) -> Model:
    """Read every expression of the catalog. Never raises for a wrong member: see `Model.problems`."""
    return Model(catalog)


class Model:
    """The members of one catalog as ASTs. Immutable for its users; what it binds on demand it remembers."""

    def __init__(self, catalog: Catalog) -> None:
        self.catalog = catalog
        self.graph = JoinGraph(catalog)
        self.binder = Binder(catalog, self.graph)
        self.problems: dict[str, QueryError] = {
            member: described(error, f"join '{member}'") for member, error in self.graph.problems.items()
        }
        self._metrics: dict[str, Metric] = {}
        self._segments: dict[tuple[str, str, str, tuple[str, ...]], Bound] = {}
        self._loading: list[str] = []
        self.routes: dict[tuple[object, ...], tuple[str, ...]] = {}
        """Join paths that the compiler found before."""
        for table in catalog.usable_tables.values():
            for name in table.usable_metrics:
                self._load_metric(table.name, name)
        self._load_columns()
        self._load_segments()

    @property
    def metrics(self) -> Mapping[str, Metric]:
        """The metrics that can be asked for, by member."""
        return self._metrics

    def metric(self, member: str) -> Metric:
        """A metric by its identity. Raises the coded reason where its definition is wrong."""
        if member in self._metrics:
            return self._metrics[member]
        problem = self.problems.get(member)
        if problem is None:
            raise UnknownMember("metric", member, self._metrics)
        raise problem

    def segment(self, table: str, name: str, root: str, path: tuple[str, ...]) -> Bound:
        """The condition of a segment, its table being at the end of `path` from `root`."""
        problem = self.problems.get(f"{table}.{name}")
        if problem is not None:
            raise problem
        key = (table, name, root, path)
        if key not in self._segments:
            sql = self.catalog.usable_tables[table].segments[name].sql
            self._segments[key] = self.binder.rows(sql, table, root=root, path=path)
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
        whole = build_catalog(self.catalog.dictionary, self.catalog.physical)
        return Binder(whole, JoinGraph(whole))

    def _load_metric(self, table: str, name: str) -> Metric | None:
        member = f"{table}.{name}"
        if member in self._metrics or member in self.problems:
            return self._metrics.get(member)
        if member in self._loading:
            raise MemberCycle((*self._loading[self._loading.index(member) :], member))
        self._loading.append(member)
        try:
            entry = self.catalog.usable_tables[table].usable_metrics[name]
            definition = Definition(table, name, entry, self.catalog, self.binder, self._part)
            self._metrics[member] = read_metric(definition)
        except QueryError as error:
            self.problems[member] = described(error, f"metric '{member}'")
        finally:
            self._loading.pop()
        return self._metrics.get(member)

    def _part(self, table: str, name: str) -> Metric:
        found = self.catalog.metric_part(name, table=table)
        part = self._load_metric(found.table, found.name)
        if part is None:
            raise ExpressionInvalid(
                f"it is made of '{found.member}', which cannot be used", remedy=str(self.problems[found.member])
            )
        return part

    def _load_columns(self) -> None:
        for table in self.catalog.usable_tables.values():
            for column in table.usable.values():
                if column.sql:
                    self._try(column.member, "column", lambda t=table.name, c=column.name: self.binder.column(t, (), c))

    def _load_segments(self) -> None:
        for table in self.catalog.usable_tables.values():
            for name in table.segments:
                self._try(f"{table.name}.{name}", "segment", lambda t=table.name, n=name: self._check_segment(t, n))

    def _check_segment(self, table: str, name: str) -> None:
        bound = self.segment(table, name, table, ())
        if types.family(bound.type) not in ("boolean", "other"):
            raise ExpressionInvalid("a segment is a condition, true or false", remedy="Compare: column > 0.")

    def _try(self, member: str, kind: str, action: object) -> None:
        try:
            action()  # type: ignore[operator]  # a closure over one member
        except QueryError as error:
            self.problems.setdefault(member, described(error, f"{kind} '{member}'"))
