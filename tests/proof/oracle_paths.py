"""Which way leads from a metric's table to a column: the oracle's own search, by the words of ADR 0004 and DESIGN 5.

Ways to one row come first; a dimension may else lie on the many side at once; a filter may go to one row and then to
many. Two ways are a question back, none is a refusal.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from tests.proof.expressions import Expr
from tests.proof.world import World

Path = tuple[str, ...]


class Refused(Exception):
    """What the compiler must refuse, too; `kind` is the reason, `codes` are the codes that may say it."""

    def __init__(self, kind: str, *codes: str) -> None:
        super().__init__(kind)
        self.kind = kind
        self.codes = codes


@dataclass(frozen=True)
class Hop:
    """A join as it can be walked from `source`; `back` is true where it is walked against its declaration."""

    name: str
    source: str
    target: str
    to_many: bool
    on: tuple[tuple[str, str], ...]
    extra: Expr | None = None
    back: bool = False


@dataclass(frozen=True)
class Member:
    """A column: the table it is read from, the joins, its name. `root` is empty for `time`."""

    root: str
    joins: Path
    name: str


class Ways:
    """The hops of a world and the ways that they make."""

    def __init__(self, world: World) -> None:
        self._world = world
        self.hops: dict[str, dict[str, Hop]] = {name: {} for name in world.tables}
        declared = []
        for table in world.tables.values():
            for name, join in table.joins.items():
                if join.table in self.hops:
                    many = join.type == "one_to_many"
                    hop = Hop(name, table.name, join.table, many, join.on, join.extra)
                    self.hops[table.name][name] = hop
                    declared.append((hop, join.type))
        plain = {(h.source, h.target, frozenset(h.on)) for h, _ in declared if h.extra is None}
        for hop, kind in declared:
            turned = tuple((theirs, own) for own, theirs in hop.on)
            both = hop.extra is None and (hop.target, hop.source, frozenset(turned)) in plain
            if hop.source != hop.target and not both:
                name = f"{hop.source}({hop.name})"
                made = Hop(name, hop.target, hop.source, kind == "many_to_one", turned, hop.extra, back=True)
                self.hops[hop.target].setdefault(name, made)

    def walk(self, root: str, path: Path) -> Iterator[Hop]:
        """The hops of a path."""
        for name in path:
            hop = self.hops[root][name]
            yield hop
            root = hop.target

    def target(self, root: str, path: Path) -> str:
        """Where a path ends."""
        return next((hop.target for hop in reversed(list(self.walk(root, path)))), root)

    def lists(self, root: str, path: Path) -> tuple[Path, ...]:
        """The parts of a path that end in a hop to many, shortest first."""
        return tuple(path[: i + 1] for i, hop in enumerate(self.walk(root, path)) if hop.to_many)

    def route(self, root: str, member: Member, use: str) -> Path:
        """The one way from a metric's table to a member. Raises `Refused`."""
        table = self.target(member.root, member.joins)
        for i in range(len(member.joins) + 1):
            if self.target(member.root, member.joins[:i]) == root:  # the member's own way leads through this table
                return self._usable(root, member.joins[i:], use)
        shapes: list[Callable[[list[bool]], bool]] = [_up, _down]
        if use == "filter":
            shapes.append(_across)
        for shape in shapes:
            found = [p for p in self._alike(root, member, table, shape) if use == "filter" or self._fits(root, p)]
            if len(found) == 1:
                return found[0]
            if (table,) in found and not member.joins:
                return (table,)
            if found:
                raise Refused("ambiguous", "VRT-222")
        raise Refused("unreachable", "VRT-223")

    def meant(self, member: Member, asked: tuple[str, ...]) -> Member:
        """Where one table is asked for and its own join has the name of the member's table, the join is meant: over
        joins to one row only, or a metric would be asked by another dimension alone than beside others."""
        if len(asked) != 1 or not member.root or asked[0] == member.root:
            return member
        own = self._world.tables[asked[0]].joins.get(member.root)
        if own is None:
            return member
        path = (member.root, *(member.joins if own.table == member.root else ()))
        if any(hop.to_many for hop in self.walk(asked[0], path)):
            return member
        if own.table != member.root:
            raise Refused("ambiguous", "VRT-222")
        return Member(asked[0], path, member.name)

    def reaches(self, root: str, target: str) -> bool:
        """Whether some way to one row leads there."""
        return root == target or bool(self._search(root, target, _up))

    def _usable(self, root: str, path: Path, use: str) -> Path:
        if use == "dimension" and not self._fits(root, path):
            raise Refused("one row, then many", "VRT-223", "VRT-229")
        return path

    def _fits(self, root: str, path: Path) -> bool:
        many = [hop.to_many for hop in self.walk(root, path)]
        return _up(many) or _down(many)

    def _alike(self, root: str, member: Member, table: str, shape: Callable[[list[bool]], bool]) -> list[Path]:
        """Ways to the same column in the same role: through the member's own table, or ending in the same joins. Where
        there is such a way that pairs lists, another way to the table is not what was asked for."""
        if not member.joins:
            return self._search(root, table, shape)
        first: Callable[[list[bool]], bool] = (lambda many: _down(many) or _up(many)) if shape is _down else shape
        through = [(*p, *member.joins) for p in self._search(root, member.root, first)]
        size = len(member.joins)
        ending = [p for p in self._search(root, table, shape) if p[-size:] == member.joins]
        found = list(dict.fromkeys((*through, *ending)))
        return found or [p for p in self._search(root, table, shape) if p[-1] == member.joins[-1]]

    def _search(self, root: str, target: str, shape: Callable[[list[bool]], bool]) -> list[Path]:
        """Every way without a table twice."""
        found: list[tuple[Path, list[bool]]] = []

        def go(table: str, path: Path, many: list[bool], seen: frozenset[str]) -> None:
            for hop in self.hops[table].values():
                if hop.target in seen:
                    continue
                longer, kinds = (*path, hop.name), [*many, hop.to_many]
                if hop.target == target:
                    found.append((longer, kinds))
                else:
                    go(hop.target, longer, kinds, seen | {hop.target})

        go(root, (), [], frozenset({root}))
        return [path for path, kinds in found if shape(kinds)]


def _up(many: list[bool]) -> bool:
    return not any(many)


def _down(many: list[bool]) -> bool:
    """To many at once, perhaps again, then only to one row."""
    count = next((i for i, kind in enumerate(many) if not kind), len(many))
    return count > 0 and not any(many[count:])


def _across(many: list[bool]) -> bool:
    """To one row, then to many, then to one row."""
    first = next((i for i, kind in enumerate(many) if kind), None)
    return first is not None and _down(many[first:])
