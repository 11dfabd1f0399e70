"""The model: every expression of a catalog parsed, typed and bound, once.

A member whose SQL is wrong is unusable, with a coded reason in `problems`; the rest of the model works.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

from sqlglot import exp

from verity.data.catalog import Catalog, build_catalog
from verity.data.metric_entry import MetricEntry
from verity.exceptions import ExpressionInvalid, MemberCycle, QueryError, QueryInvalid, UnknownMember
from verity.semantic import types
from verity.semantic.aggregate_typing import Typer
from verity.semantic.expressions import Binder, Bound, described
from verity.semantic.fragments import Typed, ratio
from verity.semantic.join_graph import JoinGraph
from verity.semantic.sql_reader import read_expression
from verity.semantic.types import Type

PART = "metric"
"""The table name of a metric inside a formula."""
_BRACES = re.compile(r"\{([^{}]*)\}")


@dataclass(frozen=True, slots=True)
class Metric:
    """A metric ready to be compiled: `value` for a simple one, `formula` over `parts` for a ratio or a derived one."""

    table: str
    name: str
    entry: MetricEntry
    type: Type
    value: Bound | None = None
    formula: exp.Expr | None = None
    parts: tuple[str, ...] = ()

    @property
    def member(self) -> str:
        """`table.name`."""
        return f"{self.table}.{self.name}"


@dataclass(frozen=True, slots=True)
class Place:
    """A column at the end of a path from some root."""

    path: tuple[str, ...]
    column: str


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
        if reference in self.catalog.usable_tables[table].usable:
            return Place((), reference)
        *steps, column = reference.split(".")
        return Place(tuple(steps), column)

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
            self._metrics[member] = self._read_metric(table, name)
        except QueryError as error:
            self.problems[member] = described(error, f"metric '{member}'")
        finally:
            self._loading.pop()
        return self._metrics.get(member)

    def _read_metric(self, table: str, name: str) -> Metric:
        entry = self.catalog.usable_tables[table].usable_metrics[name]
        if entry.type != "simple":
            for key in ("filter", "time_column"):
                if getattr(entry, key) is not None:
                    raise ExpressionInvalid(
                        f"a {entry.type} metric takes no '{key}'", remedy=f"Give '{key}' to the metrics it is made of."
                    )
        if entry.type == "ratio":
            return self._read_ratio(table, name, entry)
        if entry.sql is None:
            raise ExpressionInvalid("it has no sql", remedy="Give its `sql`.")
        if entry.type == "derived":
            return self._read_derived(table, name, entry)
        value = self.binder.aggregate(
            entry.sql, table, condition=entry.filter, approximate=entry.approximate, scale=entry.scale
        )
        return Metric(table, name, entry, value.type, value=value)

    def _read_ratio(self, table: str, name: str, entry: MetricEntry) -> Metric:
        if not entry.numerator or not entry.denominator:
            raise ExpressionInvalid("a ratio needs a numerator and a denominator", remedy="Name two metrics.")
        above, below = self._part(table, entry.numerator), self._part(table, entry.denominator)
        formula = ratio(_reference(above.member), _reference(below.member))
        return Metric(table, name, entry, "double", formula=formula, parts=(above.member, below.member))

    def _read_derived(self, table: str, name: str, entry: MetricEntry) -> Metric:
        parts: dict[str, Metric] = {}

        def replace(match: re.Match[str]) -> str:
            part = self._part(table, match.group(1).strip())
            key = next((key for key, known in parts.items() if known is part), f"m{len(parts)}")
            parts[key] = part
            return f'"{key}"'

        text = _BRACES.sub(replace, entry.sql or "")
        if not parts:
            raise ExpressionInvalid("a derived metric names no metric", remedy="Write {metric} in braces.")

        def resolve(names: tuple[str, ...]) -> Typed:
            if len(names) != 1 or names[0] not in parts:
                raise ExpressionInvalid(
                    f"'{'.'.join(names)}' is a column, and a derived metric is made of metrics", remedy="Use {metric}."
                )
            part = parts[names[0]]
            return _reference(part.member), part.type

        node, of = Typer(resolve).row(read_expression(text))
        return Metric(table, name, entry, of, formula=node, parts=tuple(part.member for part in parts.values()))

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


def require_time(place: Place | None, metric: Metric) -> Place:
    """The place, or an error that names the metric."""
    if place is None:
        raise QueryInvalid(
            f"'{metric.member}' has no time column",
            remedy=f"Declare time_column on '{metric.table}', or leave time out of the question.",
        )
    return place


def _reference(member: str) -> exp.Column:
    return exp.Column(this=exp.Identifier(this=member, quoted=True), table=exp.Identifier(this=PART))
