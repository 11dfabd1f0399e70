"""Bind the SQL of members to tables: every name becomes a typed column at the end of a join path.

Types belong to the plan, so the casts that make them the same on every engine are put in here, once, when a model is
loaded: division in DOUBLE with NULL for a zero divisor, sums in DECIMAL, averages from an exact sum.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from sqlglot import exp

from verity.data.catalog import Catalog
from verity.data.members import CatalogColumn, CatalogTable
from verity.exceptions import ExpressionInvalid, MemberCycle, QueryError, RelationMissing, UnknownColumn
from verity.semantic import types
from verity.semantic.aggregate_typing import Typer
from verity.semantic.clock import require_zone
from verity.semantic.fragments import Typed, null_of_nulls
from verity.semantic.join_graph import TARGET, JoinGraph, Path, alias
from verity.semantic.masks import masked
from verity.semantic.relations import read_query
from verity.semantic.sql_reader import read_expression
from verity.semantic.types import Type

VALUE = "value"
"""What an entity-level column is called in its own derived table."""


@dataclass(frozen=True, slots=True)
class Bound:
    """An expression whose columns carry their table's alias. `paths` are the joins it reads over, from its root."""

    node: exp.Expr
    type: Type
    paths: frozenset[Path]
    collates: bool = False
    """True where it compares text by order, which some engines must be told to do by code point."""
    salt: str | None = field(default=None, repr=False)
    """What a masked column is hashed with: `masks.keyed` binds it."""


@dataclass(frozen=True, slots=True)
class EntityColumn:
    """An entity-level column: an aggregate for each key of its table, over every row that may be seen."""

    table: str
    name: str
    keys: tuple[Bound, ...]
    """Bound at the table itself."""
    value: Bound
    """Aggregate, bound at the table itself."""

    @property
    def hop(self) -> str:
        """How paths and aliases name the derived table."""
        return entity_hop(self.name)


def entity_hop(name: str) -> str:
    """The last step of a path to an entity-level column."""
    return f"per({name})"


@dataclass(slots=True)
class _Reading:
    """What one binding has met so far."""

    root: str
    paths: set[Path] = field(default_factory=set)
    collates: bool = False
    scale: int | None = None
    approximate: bool = False


class Binder:
    """Binds expressions and columns of one catalog, and remembers what it bound."""

    def __init__(self, catalog: Catalog, graph: JoinGraph) -> None:
        self._catalog = catalog
        self._graph = graph
        self._columns: dict[tuple[str, Path, str], Bound] = {}
        self._entities: dict[tuple[str, str], EntityColumn] = {}
        self._turns = _Turns()
        self.undeclared: set[tuple[str, str]] = set()
        """Table and column of names that no dictionary declares, taken on trust because there is no warehouse yet."""

    def rows(self, text: str, table: str, *, root: str | None = None, path: Path = ()) -> Bound:
        """A row-level expression of `table`, which lies at the end of `path` from `root`."""
        return self._bind(text, table, root or table, path, aggregate=False)

    def aggregate(
        self,
        text: str,
        table: str,
        *,
        condition: str | None = None,
        approximate: bool = False,
        scale: int | None = None,
    ) -> Bound:
        """An aggregate expression rooted at `table`; `condition` holds for every aggregate in it."""
        return self._bind(
            text, table, table, (), aggregate=True, condition=condition, approximate=approximate, scale=scale
        )

    def column(self, root: str, path: Path, name: str) -> Bound:
        """The column `name` of the table at the end of `path` (hops of any kind) from `root`."""
        key = (root, path, name)
        if key not in self._columns:
            reading = _Reading(root)
            table = self._catalog.usable_tables[self._graph.target(root, path)]
            node, type_ = self._resolve(table, path, name, reading)
            mask = table.usable[name].mask if name in table.usable else None
            salt = mask.salt if mask else None
            self._columns[key] = Bound(node, type_, frozenset(reading.paths), reading.collates, salt)
        return self._columns[key]

    def behind(self, table: str, reference: str, *, root: str | None = None, path: Path = ()) -> Bound:
        """A column written as `column` or `join.column` from `table`."""
        parts = reference.split(".")
        found = self._catalog.usable_tables[table]
        if len(parts) == 1 or reference in found.usable:
            return self.column(root or table, path, reference)
        steps = tuple(parts[:-1])
        self._follow(found, steps)
        return self.column(root or table, (*path, *steps), parts[-1])

    def presence(self, root: str, path: Path) -> Bound | None:
        """The condition that there is a row at the end of a path; None where no column can tell."""
        name = self._telling(root, path)
        if name is None:
            return None
        key = self.column(root, path, name)
        return Bound(exp.Not(this=exp.Is(this=key.node.copy(), expression=exp.Null())), "boolean", key.paths)

    def _telling(self, root: str, path: Path) -> str | None:
        """A column that is not NULL in any row found at the end of a path: its side of the join, else its key."""
        *_, hop = self._graph.walk(root, path)
        table = self._catalog.usable_tables[hop.target]
        names = [theirs for _, theirs in hop.pairs] or [*table.primary_key, *_equal_columns(hop.condition)]
        return next((name for name in names if name in table.usable and not table.usable[name].sql), None)

    def entity(self, table: str, name: str) -> EntityColumn:
        """The entity-level column `name` of `table`."""
        key = (table, name)
        if key not in self._entities:
            column = self._catalog.usable_tables[table].usable[name]
            with self._turns.of(column.member):
                keys = tuple(self.behind(table, reference) for reference in column.per)
                self._refuse_nested(column, keys)
                scale = column.entry.scale if column.entry else None
                value = self.aggregate(column.sql or "", table, scale=scale)
            self._entities[key] = EntityColumn(table, name, keys, value)
        return self._entities[key]

    def _refuse_nested(self, column: CatalogColumn, keys: tuple[Bound, ...]) -> None:
        if any(path and path[-1].startswith("per(") for key in keys for path in key.paths):
            raise ExpressionInvalid(
                f"the key of '{column.member}' is itself an entity-level column", remedy="Give a plain key column."
            )

    def _bind(
        self,
        text: str,
        table: str,
        root: str,
        path: Path,
        *,
        aggregate: bool,
        condition: str | None = None,
        approximate: bool = False,
        scale: int | None = None,
    ) -> Bound:
        reading = _Reading(root)
        reading.paths.add(path)
        found = self._catalog.usable_tables[table]
        self._require_relation(found)

        def resolve(parts: tuple[str, ...]) -> Typed:
            typed = self._named(found, path, parts, reading)
            typer.approximate |= reading.approximate
            if scale is None and reading.scale is not None:
                typer.scale = reading.scale
            return typed

        typer = Typer(resolve, approximate=approximate, scale=scale)
        if condition is not None:
            typer.condition = typer.predicate(read_expression(condition))
        node, type_ = typer.aggregate(read_expression(text)) if aggregate else typer.row(read_expression(text))
        return Bound(node, type_, frozenset(reading.paths), reading.collates or typer.collates)

    def _named(self, table: CatalogTable, path: Path, parts: tuple[str, ...], reading: _Reading) -> Typed:
        """A column as metric SQL names it: bare, `this.column`, `table.column` or `join.join.column`."""
        steps, name = parts[:-1], parts[-1]
        if steps and steps[0] not in table.joins and steps[0] in ("this", table.name):
            steps = steps[1:]
        target = self._follow(table, steps)
        return self._resolve(target, (*path, *steps), name, reading)

    def _follow(self, table: CatalogTable, steps: tuple[str, ...]) -> CatalogTable:
        for step in steps:
            hop = self._graph.hops(table.name).get(step)
            if hop is None or step not in table.joins:
                raise ExpressionInvalid(
                    f"'{step}' is not a join of '{table.name}'", remedy=f"Declare it in the joins of '{table.name}'."
                )
            if hop.to_many:
                raise ExpressionInvalid(
                    f"join '{step}' of '{table.name}' leads to many rows, which an expression would count again",
                    remedy=f"Define the metric on '{hop.target}' instead.",
                )
            table = self._catalog.usable_tables[hop.target]
        return table

    def _resolve(self, table: CatalogTable, path: Path, name: str, reading: _Reading) -> Typed:
        column = self._find(table, name)
        if column.mask is None:
            return self._real(table, path, column, reading)
        node, of = self._real(table, path, column, reading)
        return masked(node, of, column.mask, column.member)

    def _real(self, table: CatalogTable, path: Path, column: CatalogColumn, reading: _Reading) -> Typed:
        """A column as it is, whatever mask it is shown under."""
        if column.entry is not None:
            reading.approximate |= column.entry.approximate
            if column.entry.scale is not None:
                reading.scale = max(column.entry.scale, reading.scale or 0)
        if column.per:
            return self._entity_value(table, path, column, reading)
        if column.derived:
            return self._derived(table, path, column, reading)
        reading.paths.add(path)
        node: exp.Expr = quoted(column.name, alias(reading.root, path))
        declared = types.logical(column.type)
        physical = table.physical.column(column.name) if table.physical else None
        held = types.logical(physical.type) if physical else declared
        if declared is not None and held is not None and types.family(declared) != types.family(held):
            node = types.cast(node, declared)  # the dictionary's type wins
        zone = column.entry.timezone if column.entry else None
        if zone is not None and (declared or held) == "timestamp":
            return exp.AtTimeZone(this=node, zone=exp.Literal.string(require_zone(zone))), "timestamptz"
        return node, declared or held

    def _require_relation(self, table: CatalogTable) -> None:
        if table.is_query:
            read_query(table.relation)
        elif table.physical is None and self._catalog.physical is not None:
            raise RelationMissing(table.relation)

    def _find(self, table: CatalogTable, name: str) -> CatalogColumn:
        self._require_relation(table)
        column = table.usable.get(name)
        if column is None:
            alike = [known for known in table.usable if known.casefold() == name.casefold()]
            column = table.usable[alike[0]] if len(alike) == 1 else None
        offline = self._catalog.physical is None
        if column is None and offline and not self._catalog.is_narrowed:
            self.undeclared.add((table.name, name))
            return CatalogColumn(table.name, name, None, "dimension")  # cannot be known before there is a warehouse
        if column is None or not (column.sql or column.physical or offline or table.is_query):
            raise UnknownColumn(name, table.name, (c for c in table.usable if c != name))
        return column

    def _derived(self, table: CatalogTable, path: Path, column: CatalogColumn, reading: _Reading) -> Typed:
        with self._turns.of(column.member):
            bound = self.rows(column.sql or "", table.name, root=reading.root, path=path)
        reading.paths |= bound.paths
        reading.collates |= bound.collates
        declared = types.logical(column.type)
        if declared is not None and bound.type is not None and types.family(declared) != types.family(bound.type):
            return self._of_a_row(types.cast(bound.node.copy(), declared), path, reading), declared
        node = self._of_a_row(bound.node.copy(), path, reading)
        return exp.Paren(this=node), bound.type or declared

    def _of_a_row(self, node: exp.Expr, path: Path, reading: _Reading) -> exp.Expr:
        """A derived column behind a join: NULL where there is no row, as a physical column is."""
        if not path or null_of_nulls(node):
            return node
        present = self.presence(reading.root, path)
        if present is None:
            return node
        reading.paths |= present.paths
        return exp.Case(ifs=[exp.If(this=present.node.copy(), true=node)])

    def _entity_value(self, table: CatalogTable, path: Path, column: CatalogColumn, reading: _Reading) -> Typed:
        entity = self.entity(table.name, column.name)
        reading.paths |= {(*path, *own) for key in entity.keys for own in key.paths}
        reading.paths |= {path, (*path, entity.hop)}
        return quoted(VALUE, alias(reading.root, (*path, entity.hop))), entity.value.type


class _Turns(threading.local):
    """The members that this thread is binding, to find those that are made of each other."""

    def __init__(self) -> None:
        self._open: list[str] = []

    @contextmanager
    def of(self, member: str) -> Iterator[None]:
        """A member's turn. Raises `MemberCycle` when it is already being bound."""
        if member in self._open:
            raise MemberCycle((*self._open[self._open.index(member) :], member))
        self._open.append(member)
        try:
            yield
        finally:
            self._open.pop()


def quoted(name: str, table: str | None = None) -> exp.Column:
    """A column, always quoted."""
    args = {"this": exp.Identifier(this=name, quoted=True)}
    if table is not None:
        args["table"] = exp.Identifier(this=table, quoted=True)
    return exp.Column(**args)


def _equal_columns(condition: exp.Expr | None) -> Iterator[str]:
    """The columns of a join's target that its SQL holds equal to something, whatever else it says."""
    if isinstance(condition, exp.And | exp.Paren):
        for part in condition.iter_expressions():
            yield from _equal_columns(part)
    elif isinstance(condition, exp.EQ):
        for side in (condition.left, condition.right):
            if isinstance(side, exp.Column) and side.table == TARGET:
                yield side.name


def described(error: QueryError, what: str) -> QueryError:
    """The same error, saying first which member it concerns."""
    error.message = f"{what} cannot be used: {error.message}"
    return error
