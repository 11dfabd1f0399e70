"""Rows as the oracle walks them: cells of any kind, partners over joins, entity-level columns, withheld rows."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from tests.proof.expressions import Cell, Expr, Read
from tests.proof.oracle_paths import Hop, Path, Ways
from tests.proof.world import Row, World

Bound = Mapping[Path, Row | None]
"""Which row of each list is meant: by the path that ends in the hop to many; None where there is none."""


class Rows:
    """The rows of a world that a principal sees (`seen`), and how they hang together."""

    def __init__(self, world: World, seen: Mapping[str, list[Row]] | None = None) -> None:
        self.world = world
        self.ways = Ways(world)
        self.seen = seen or {name: table.rows for name, table in world.tables.items()}
        self._partners: dict[tuple[str, str], dict[tuple[Cell, ...], list[Row]]] = {}
        self._entities: dict[tuple[str, str], dict[tuple[Cell, ...], Cell]] = {}

    def partners(self, row: Row | None, hop: Hop) -> list[Row]:
        """The rows at the other end of a join. A key with a NULL in it finds nobody."""
        if row is None or (hop.back and hop.extra and self._condition(hop.extra, hop.source, row) is not True):
            return []
        key = tuple(self._key(hop, i, self.cell(hop.source, row, own)) for i, (own, _) in enumerate(hop.on))
        return [] if None in key else self._index(hop).get(key, [])

    def at(self, root: str, row: Row, path: Path, bound: Bound) -> Row | None:
        """The row at the end of a path; a hop to many ends in the row that is bound."""
        here: Row | None = row
        for i, hop in enumerate(self.ways.walk(root, path)):
            if hop.to_many:
                here = bound[path[: i + 1]]
            else:
                found = self.partners(here, hop)
                here = found[0] if found else None
            if here is None:
                return None
        return here

    def reader(self, table: str, row: Row) -> Read:
        """How an expression of a table reads one of its rows."""

        def read(joins: Path, name: str) -> Cell:
            end = self.at(table, row, joins, {})
            return None if end is None else self.cell(self.ways.target(table, joins), end, name)

        return read

    def cell(self, table: str, row: Row, name: str) -> Cell:
        """A physical, derived or entity-level column of a row."""
        of = self.world.tables[table]
        if name in of.derived:
            return of.derived[name][1].value(self.reader(table, row))
        if name in of.entities:
            read = self.reader(table, row)
            return self._entity(table, name).get(tuple(read(j, c) for j, c in of.entities[name].per))
        return row[name]

    def type_of(self, table: str, name: str) -> str:
        """The logical type of a column; of an entity-level one, by its first value."""
        of = self.world.tables[table]
        if name in of.derived:
            return of.derived[name][0]
        if name in of.entities:
            known = [v for v in self._entity(table, name).values() if v is not None]
            return _type(known[0]) if known else "bigint"
        return of.columns[name]

    def _entity(self, table: str, name: str) -> dict[tuple[Cell, ...], Cell]:
        """The aggregate of each key over every row that is seen. A key with a NULL in it has none."""
        if (table, name) not in self._entities:
            entity = self.world.tables[table].entities[name]
            groups: dict[tuple[Cell, ...], list[Read]] = {}
            for row in self.seen[table]:
                read = self.reader(table, row)
                key = tuple(read(joins, column) for joins, column in entity.per)
                if None not in key:
                    groups.setdefault(key, []).append(read)
            self._entities[table, name] = {key: entity.value.value(reads) for key, reads in groups.items()}
        return self._entities[table, name]

    def _index(self, hop: Hop) -> dict[tuple[Cell, ...], list[Row]]:
        place = (hop.source, hop.name)
        if place not in self._partners:
            made: dict[tuple[Cell, ...], list[Row]] = {}
            for row in self.seen[hop.target]:
                if hop.back or hop.extra is None or self._condition(hop.extra, hop.target, row) is True:
                    cells = (self.cell(hop.target, row, theirs) for _, theirs in hop.on)
                    key = tuple(self._key(hop, i, cell) for i, cell in enumerate(cells))
                    made.setdefault(key, []).append(row)
            self._partners[place] = made
        return self._partners[place]

    def _key(self, hop: Hop, index: int, cell: Cell) -> Cell:
        """A number that is text on the other side meets it as text."""
        own, theirs = hop.on[index]
        kinds = {self.type_of(hop.source, own), self.type_of(hop.target, theirs)}
        return str(cell) if cell is not None and len(kinds) > 1 else cell

    def _condition(self, condition: Expr, table: str, row: Row) -> Any:
        return condition.value(self.reader(table, row))


def _type(value: Cell) -> str:
    if isinstance(value, bool):
        return "boolean"
    return {int: "bigint", float: "double", str: "text"}.get(type(value), "decimal")
