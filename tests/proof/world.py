"""A world: the tables of a model with their meaning and their rows. Printed as a dictionary for the compiler.

The oracle reads the same objects, so that what is compared is the meaning, not a parser.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from tests.proof.aggregates import Aggregate
from tests.proof.expressions import Cell, Expr
from tests.proof.rewriting import braced, prefixed

Row = dict[str, Cell]


@dataclass
class Join:
    """A named join. `on` are (own column, their column); with `extra` it is written as SQL: equal and `extra`."""

    table: str
    on: tuple[tuple[str, str], ...]
    type: str = "many_to_one"
    extra: Expr | None = None
    """A condition on the joined table's own columns."""

    def entry(self, name: str) -> dict[str, Any]:
        """As the dictionary writes it."""
        made: dict[str, Any] = {"table": self.table, "type": self.type}
        if self.extra is None:
            made["on"] = dict(self.on)
        else:
            equal = [f"this.{own} = {name}.{theirs}" for own, theirs in self.on]
            made["sql"] = " AND ".join([*equal, prefixed(self.extra, name).sql()])
        return made


@dataclass
class Entity:
    """An entity-level column: an aggregate for each key, a key being (joins, column)."""

    per: tuple[tuple[tuple[str, ...], str], ...]
    value: Aggregate


@dataclass
class Metric:
    """A metric: simple (`value`), ratio (`parts` = numerator, denominator), derived (`formula` over part names), or of
    another kind: its further keys are `options`, what it is made of `parts`, a percentile's expression `formula`."""

    type: str = "simple"
    value: Aggregate | None = None
    filter: Expr | None = None
    time: str | None = None
    parts: tuple[str, ...] = ()
    formula: Expr | None = None
    """Its columns are the names of parts, `table.metric`."""
    options: dict[str, Any] = field(default_factory=dict)
    """Further keys as the dictionary has them."""

    def entry(self) -> dict[str, Any]:
        """As the dictionary writes it."""
        made: dict[str, Any] = {"type": self.type, **self.options}
        if self.value is not None:
            made["sql"] = self.value.sql()
        if self.filter is not None:
            made["filter"] = self.filter.sql()
        if self.time is not None:
            made["time_column"] = self.time
        if self.type == "ratio":
            made |= {"numerator": self.parts[0], "denominator": self.parts[1]}
        if self.formula is not None:
            made["sql"] = self.formula.sql() if self.type == "percentile" else braced(self.formula)
        return made


@dataclass
class Rule:
    """One rule of a role: a column compared with values, or with an attribute of the principal."""

    column: str
    op: str
    values: tuple[Cell, ...] = ()
    attribute: str | None = None

    def entry(self) -> dict[str, Any]:
        """As the dictionary writes it."""
        against = {"attribute": self.attribute} if self.attribute else {"values": list(self.values)}
        return {"column": self.column, "op": self.op, **against}


@dataclass
class Access:
    """What a role sees of a table; `rules` None: every row."""

    rules: tuple[Rule, ...] | None = None
    hidden: tuple[str, ...] = ()

    def entry(self) -> dict[str, Any]:
        """As the dictionary writes it."""
        made: dict[str, Any] = {"columns_hidden": list(self.hidden)} if self.hidden else {}
        return made if self.rules is None else {**made, "rows": [rule.entry() for rule in self.rules]}


@dataclass
class Table:
    """A table: physical columns by type, what is derived from them, joins, metrics, segments, rows."""

    name: str
    columns: dict[str, str]
    key: tuple[str, ...] = ()
    unique: tuple[str, ...] = ()
    """What tells rows apart, whether the dictionary says so (`key`) or not."""
    time: str | None = None
    joins: dict[str, Join] = field(default_factory=dict)
    derived: dict[str, tuple[str, Expr]] = field(default_factory=dict)
    """Name to (type, expression)."""
    entities: dict[str, Entity] = field(default_factory=dict)
    segments: dict[str, Expr] = field(default_factory=dict)
    metrics: dict[str, Metric] = field(default_factory=dict)
    access: dict[str, Access] | None = None
    options: dict[str, Any] = field(default_factory=dict)
    rows: list[Row] = field(default_factory=list)

    def entry(self) -> dict[str, Any]:
        """As the dictionary writes it."""
        columns: dict[str, Any] = {n: {"sql": e.sql(), "type": t} for n, (t, e) in self.derived.items()}
        for name, entity in self.entities.items():
            columns[name] = {"sql": entity.value.sql(), "per": [".".join((*j, c)) for j, c in entity.per]}
        made: dict[str, Any] = {
            "columns": columns,
            "joins": {name: join.entry(name) for name, join in self.joins.items()},
            "segments": {name: {"sql": segment.sql()} for name, segment in self.segments.items()},
            "metrics": {name: metric.entry() for name, metric in self.metrics.items()},
            **self.options,
        }
        if self.key:
            made["primary_key"] = list(self.key)
        if self.time:
            made["time_column"] = self.time
        if self.access is not None:
            made["access"] = {role: access.entry() for role, access in self.access.items()}
        return made


@dataclass
class World:
    """All tables."""

    tables: dict[str, Table]

    def described(self) -> dict[str, dict[str, Any]]:
        """The dictionary, one mapping a table."""
        return {name: table.entry() for name, table in self.tables.items()}

    def columns(self) -> dict[str, dict[str, str]]:
        """The physical tables."""
        return {name: dict(table.columns) for name, table in self.tables.items()}

    def metrics(self) -> Iterator[tuple[str, str, Metric]]:
        """Table, name, metric."""
        for table in self.tables.values():
            for name, metric in table.metrics.items():
                yield table.name, name, metric
