"""Every way from one table to another: declared joins, and the same joins walked backwards.

A hop to one row never multiplies; a hop to many does. An inverse hop is named `table(join)`, after the join it undoes.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from functools import lru_cache

from sqlglot import exp

from verity.data.catalog import Catalog
from verity.data.model import JoinEntry
from verity.exceptions import ExpressionInvalid, NotSupported, QueryError
from verity.semantic.sql_reader import read_expression

Path = tuple[str, ...]
"""Hop names from a root table."""

SOURCE, TARGET = "source", "target"
"""How a hop's own condition names its two sides."""
LONGEST_ALIAS = 60
"""Bytes; PostgreSQL cuts names at 63 and would make two of them one."""
MOST_PATHS = 10
MOST_STEPS = 20_000
"""Partial paths looked at in one search; past them the query is refused rather than answered by the first found."""

MANY_TO_MANY = "many_to_many"
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
    weight: str | None = None
    """A column of the target that says which share of the source's row falls to each of its rows: a weighted bridge.
    Such a hop is taken by name only, never found."""
    bridge: bool = False
    """True where a declared join goes over it to many: then a dimension may take it after hops to one row."""
    whole: bool = False
    """Declared `integrity: full`: every row of `source` finds its partner. To be proven before anything rests on it."""

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
    """The hops that leave each table, found when they are first needed. One that cannot be is in `problems`."""

    def __init__(self, catalog: Catalog) -> None:
        self._tables = catalog.usable_tables
        self._declared: dict[str, dict[str, Hop]] = {}
        self._hops: dict[str, dict[str, Hop]] = {}
        """Hops by table, found when a table is first asked for."""
        self._bridges: dict[tuple[str, str], Path] = {}
        """The hops of each join over a bridge."""
        self._problems: dict[str, QueryError] = {}
        self._incoming: dict[str, list[str]] = {}
        """The tables with a join to a table, each once."""
        self._reaching: dict[str, frozenset[str]] = {}
        for table in self._tables.values():
            for target in dict.fromkeys(entry.table for entry in table.joins.values()):
                self._incoming.setdefault(target, []).append(table.name)

    @property
    def problems(self) -> Mapping[str, QueryError]:
        """Joins whose SQL cannot be read or whose bridge leads nowhere, by member: reads them all."""
        for table in self._tables:
            self.hops(table)
        return self._problems

    def bridge_of(self, table: str, name: str) -> Hop | None:
        """The hop to the bridge that a many_to_many join of the table begins with; None where it is none."""
        steps = self._bridges.get((table, name)) if self.hops(table) else None
        return None if steps is None else self.hops(table).get(steps[0])

    def hops(self, table: str) -> Mapping[str, Hop]:
        """Hops that leave a table, by name."""
        known = self._hops.get(table)
        if known is None:
            if table not in self._tables:
                return {}
            known = dict(self._declared_of(table))
            for hop in self._inverses(table):
                known.setdefault(hop.name, hop)
            for name, entry in self._tables[table].joins.items():
                if entry.type == MANY_TO_MANY:
                    self._bridge(table, name, entry, known)
            self._hops[table] = known
        return known

    def expanded(self, root: str, joins: Path) -> Path:
        """Declared joins as hops: one over a bridge is two, to the bridge and on."""
        path: list[str] = []
        table = root
        for name in joins:
            hops = self.hops(table)
            steps = self._bridges.get((table, name), (name,))
            if steps[0] not in hops:
                raise self._problems.get(f"{table}.{name}") or ExpressionInvalid(
                    f"the join '{table}.{name}' cannot be followed", remedy="Ask without it."
                )
            for step in steps:
                table = self.hops(table)[step].target
            path.extend(steps)
        return tuple(path)

    def weighted(self, root: str, path: Path) -> int | None:
        """The index of the first hop of a path that is to a weighted bridge, or None."""
        return next((i for i, hop in enumerate(self.walk(root, path)) if hop.weight is not None), None)

    def walk(self, root: str, path: Path) -> Iterator[Hop]:
        """The hops of a path, in order. Raises KeyError on a name that is no hop."""
        table = root
        for name in path:
            hop = self.hops(table)[name]
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
        """Breadth first, no table twice, shortest first, only through tables that reach the target.

        A phase to many is never skipped. Raises `NotSupported` where there are too many ways to look through.
        """
        leading = self._tables_that_reach(target)
        if root not in leading:
            return []
        found: list[Path] = []
        waiting: list[tuple[str, Path, frozenset[str], int]] = [(root, (), frozenset({root}), 0)]
        for steps, (table, path, seen, phase) in enumerate(waiting):  # grows while it is walked
            for hop in self.hops(table).values():
                if hop.target in seen or hop.target not in leading or hop.weight is not None:
                    continue
                following = _phase_after(hop.to_many, phase, phases)
                if following is None:
                    continue
                longer = (*path, hop.name)
                if hop.target == target and _MANY not in phases[following + 1 :]:
                    found.append(longer)
                else:
                    waiting.append((hop.target, longer, seen | {hop.target}, following))
            if len(found) >= MOST_PATHS:
                break
            if steps >= MOST_STEPS:
                raise NotSupported(
                    f"more ways lead from '{root}' to '{target}' than can be compared",
                    remedy=f"Name the way: {root}.<join>.<join>.<column>.",
                )
        return found[:MOST_PATHS]

    def _tables_that_reach(self, target: str) -> frozenset[str]:
        known = self._reaching.get(target)
        if known is None:
            reached = {target}
            waiting = [target]
            while waiting:
                table = waiting.pop()
                joined = (entry.table for entry in self._tables[table].joins.values())
                more = {*joined, *self._incoming.get(table, ())} & self._tables.keys() - reached
                reached |= more
                waiting.extend(more)
            known = self._reaching[target] = frozenset(reached)
        return known

    def _bridge(self, table: str, name: str, entry: JoinEntry, hops: dict[str, Hop]) -> None:
        """A join over a bridge: the bridge's join to this table walked backwards, then its join to the other one."""
        try:
            near, far = self._bridge_joins(table, name, entry)
        except QueryError as error:
            self._problems[f"{table}.{name}"] = error
            return
        if near is None or far is None:
            return  # a table or a join of it is not there for this principal
        back = replace(near.inverse(), bridge=True, whole=entry.integrity == "full")
        if entry.weight is not None:
            back = replace(back, name=f"through({name})", weight=entry.weight)
            hops[back.name] = back
        else:
            known = next((hop for hop in hops.values() if _same(hop, back) and hop.weight is None), None)
            back = back if known is None else replace(known, bridge=True, whole=known.whole or back.whole)
            hops[back.name] = back
        self._bridges[(table, name)] = (back.name, far.name)

    def _bridge_joins(self, table: str, name: str, entry: JoinEntry) -> tuple[Hop | None, Hop | None]:
        """The bridge's joins to one row of this table and of the other one."""
        if not entry.through:
            raise ExpressionInvalid("a many_to_many join names no bridge", remedy="Add `through: <bridge table>`.")
        if entry.through not in self._tables:
            return None, None
        ways = [hop for hop in self._declared_of(entry.through).values() if not hop.to_many]
        far = [hop for hop in ways if hop.target == entry.table]
        far = [hop for hop in far if hop.name == name] or far
        near = [hop for hop in ways if hop.target == table and (len(far) != 1 or hop is not far[0])]
        for side, found in ((table, near), (entry.table, far)):
            if len(found) > 1:
                choices = ", ".join(hop.name for hop in found)
                raise ExpressionInvalid(
                    f"the bridge '{entry.through}' leads to '{side}' by several joins: {choices}",
                    remedy="Call the join as the bridge's join to the other side is called.",
                )
        return next(iter(near), None), next(iter(far), None)

    def _declared_of(self, table: str) -> Mapping[str, Hop]:
        known = self._declared.get(table)
        if known is None:
            made = {
                name: self._declare(table, name, entry)
                for name, entry in self._tables[table].joins.items()
                if entry.table in self._tables and entry.type != MANY_TO_MANY
            }
            known = self._declared[table] = {name: hop for name, hop in made.items() if hop is not None}
        return known

    def _declare(self, table: str, name: str, entry: JoinEntry) -> Hop | None:
        on = {entry.on: entry.on} if isinstance(entry.on, str) else entry.on or {}
        try:
            condition = _condition(table, name, entry.sql) if entry.sql else None
        except QueryError as error:
            self._problems[f"{table}.{name}"] = error
            return None
        if condition is None and not on:
            return None
        return Hop(
            name=name,
            source=table,
            target=entry.table,
            to_many=entry.type == "one_to_many",
            from_many=entry.type == "many_to_one",
            pairs=tuple(on.items()),
            condition=condition,
            whole=entry.integrity == "full" and condition is None,
        )

    def _inverses(self, table: str) -> Iterator[Hop]:
        """The joins of other tables to this one, backwards, but for those that it declares itself."""
        known = {(hop.target, frozenset(hop.pairs)) for hop in self._declared_of(table).values() if hop.pairs}
        for source in self._incoming.get(table, ()):
            if source == table:
                continue
            for hop in self._declared_of(source).values():
                if hop.target == table:
                    back = hop.inverse()
                    if not (back.pairs and (back.target, frozenset(back.pairs)) in known):
                        yield back


def _same(one: Hop, other: Hop) -> bool:
    return bool(one.pairs) and (one.target, frozenset(one.pairs)) == (other.target, frozenset(other.pairs))


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
