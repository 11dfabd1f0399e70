"""Every way from one table to another: declared joins, and the same joins walked backwards.

A hop to one row never multiplies; a hop to many does. An inverse hop is named `table(join)`, after the join it undoes.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache

from sqlglot import exp

from verity.data.catalog import Catalog
from verity.data.model import JoinEntry
from verity.exceptions import ExpressionInvalid, QueryError
from verity.semantic.sql_reader import read_expression

Path = tuple[str, ...]
"""Hop names from a root table."""

SOURCE, TARGET = "source", "target"
"""How a hop's own condition names its two sides."""
LONGEST_ALIAS = 60
"""Bytes; PostgreSQL cuts names at 63 and would make two of them one."""
MOST_HOPS = 8
MOST_PATHS = 10
MOST_STEPS = 5_000

_ONE = frozenset({False})
_MANY = frozenset({True})
_Phases = tuple[frozenset[bool], ...]
"""Which hops a path may take, stage by stage: to one row (False) or to many (True)."""


@dataclass(frozen=True, slots=True)
class Hop:
    """One join that may be taken from `source`. `pairs` are (column of source, column of target)."""

    name: str
    source: str
    target: str
    to_many: bool
    from_many: bool
    pairs: tuple[tuple[str, str], ...]
    condition: exp.Expr | None = None

    def inverse(self) -> Hop:
        """The same join from its other side."""
        return Hop(
            name=f"{self.source}({self.name})",
            source=self.target,
            target=self.source,
            to_many=self.from_many,
            from_many=self.to_many,
            pairs=tuple((theirs, ours) for ours, theirs in self.pairs),
            condition=None if self.condition is None else _swapped(self.condition),
        )


@lru_cache(maxsize=100_000)
def alias(root: str, path: Path) -> str:
    """What a table reached over `path` is called in the SQL: the root's name, then `root.join.join`."""
    name = ".".join((root, *path))
    if len(name.encode()) <= LONGEST_ALIAS:
        return name
    short = name.encode()[: LONGEST_ALIAS - 12].decode(errors="ignore")
    return f"{short}~{hashlib.sha256(name.encode()).hexdigest()[:10]}"


class JoinGraph:
    """The hops that leave each table. A join whose SQL cannot be read is in `problems` and is no hop."""

    def __init__(self, catalog: Catalog) -> None:
        self.problems: dict[str, QueryError] = {}
        self._hops: dict[str, dict[str, Hop]] = {name: {} for name in catalog.usable_tables}
        for table in catalog.usable_tables.values():
            for name, entry in table.joins.items():
                if entry.table in self._hops:
                    self._declare(table.name, name, entry)
        self._add_inverses()

    def hops(self, table: str) -> Mapping[str, Hop]:
        """Hops that leave a table, by name."""
        return self._hops.get(table, {})

    def walk(self, root: str, path: Path) -> Iterator[Hop]:
        """The hops of a path, in order. Raises KeyError on a name that is no hop."""
        table = root
        for name in path:
            hop = self._hops[table][name]
            yield hop
            table = hop.target

    def target(self, root: str, path: Path) -> str:
        """The table that a path ends in."""
        table = root
        for hop in self.walk(root, path):
            table = hop.target
        return table

    def first_to_many(self, root: str, path: Path) -> int | None:
        """The index of the first hop to many, or None where the path multiplies nothing."""
        return next((i for i, hop in enumerate(self.walk(root, path)) if hop.to_many), None)

    def up(self, root: str, target: str) -> list[Path]:
        """Simple paths over hops to one row."""
        return self._search(root, target, (_ONE,))

    def down(self, root: str, target: str) -> list[Path]:
        """Simple paths that go to many at once, and from there only to one row."""
        return self._search(root, target, (_MANY, _ONE))

    def across(self, root: str, target: str) -> list[Path]:
        """Simple paths to one row, then to many, then to one row: what a semi-join may follow."""
        return self._search(root, target, (_ONE, _MANY, _ONE))

    def _search(self, root: str, target: str, phases: _Phases) -> list[Path]:
        """Breadth first, no table twice, shortest first; a phase to many is never skipped. Bounded work."""
        found: list[Path] = []
        waiting: list[tuple[str, Path, frozenset[str], int]] = [(root, (), frozenset({root}), 0)]
        for table, path, seen, phase in waiting:  # grows while it is walked
            for hop in self._hops[table].values():
                following = _phase_after(hop.to_many, phase, phases)
                if hop.target in seen or following is None:
                    continue
                longer = (*path, hop.name)
                if hop.target == target and _MANY not in phases[following + 1 :]:
                    found.append(longer)
                elif len(longer) < MOST_HOPS and len(waiting) < MOST_STEPS:
                    waiting.append((hop.target, longer, seen | {hop.target}, following))
            if len(found) >= MOST_PATHS:
                break
        return found[:MOST_PATHS]

    def _declare(self, table: str, name: str, entry: JoinEntry) -> None:
        on = {entry.on: entry.on} if isinstance(entry.on, str) else entry.on or {}
        try:
            condition = _condition(table, name, entry.sql) if entry.sql else None
        except QueryError as error:
            self.problems[f"{table}.{name}"] = error
            return
        if condition is not None or on:
            self._hops[table][name] = Hop(
                name=name,
                source=table,
                target=entry.table,
                to_many=entry.type == "one_to_many",
                from_many=entry.type == "many_to_one",
                pairs=tuple(on.items()),
                condition=condition,
            )

    def _add_inverses(self) -> None:
        declared = [hop for hops in self._hops.values() for hop in hops.values()]
        known = {(hop.source, hop.target, frozenset(hop.pairs)) for hop in declared if hop.pairs}
        for hop in declared:
            back = hop.inverse()
            both_declared = bool(back.pairs) and (back.source, back.target, frozenset(back.pairs)) in known
            if hop.source != hop.target and not both_declared:
                self._hops[back.source].setdefault(back.name, back)


def _phase_after(to_many: bool, phase: int, phases: _Phases) -> int | None:
    """The phase after a hop: the present one or the next, whichever admits it."""
    if to_many in phases[phase]:
        return phase
    following = phase + 1
    return following if following < len(phases) and to_many in phases[following] else None


def _condition(table: str, name: str, sql: str) -> exp.Expr:
    """A join's own SQL with its columns marked by side: bare and `this.` are the source's, `<join>.` the target's."""
    tree = read_expression(sql).copy()
    if any(isinstance(node, exp.AggFunc) for node in tree.walk()):
        raise ExpressionInvalid("the condition of a join holds an aggregate", remedy="Compare columns of both tables.")
    for column in list(tree.find_all(exp.Column)):
        side = column.table
        if column.args.get("db") or side not in ("", "this", table, name):
            raise ExpressionInvalid(
                f"the condition of join '{name}' names '{column.sql()}'",
                remedy=f"Write own columns bare or as this.column, and the joined table's as {name}.column.",
            )
        column.set("table", exp.Identifier(this=TARGET if side == name else SOURCE))
    return tree


def _swapped(condition: exp.Expr) -> exp.Expr:
    turned = condition.copy()
    for column in list(turned.find_all(exp.Column)):
        column.set("table", exp.Identifier(this=SOURCE if column.table == TARGET else TARGET))
    return turned
