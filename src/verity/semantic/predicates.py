"""The row conditions of one scan. A condition reached over a hop to many is a semi-join (EXISTS).

Conditions of one AND that go over the same hop to many speak of the same row there, also where an OR among them goes
over other hops too. Where the scan's dimensions already take that hop, they speak of the very row that is grouped.
A condition over a list asks for a row of it: nothing holds of a row that is not there.
"""

from __future__ import annotations

from collections.abc import Iterable

from sqlglot import exp

from verity.contracts.metric import TIME
from verity.exceptions import QueryInvalid
from verity.semantic.clock import zone_of
from verity.semantic.conditions import comparison
from verity.semantic.fragments import all_of, any_of
from verity.semantic.join_graph import Path
from verity.semantic.joins import Tables
from verity.semantic.mask_keys import keyed
from verity.semantic.model import Metric, Place
from verity.semantic.types import TEMPORAL, Type, family
from verity.semantic.work import Both, Either, Leaf, Named, Node, Output, Scan, Work


def row_conditions(work: Work, scan: Scan, tables: Tables) -> list[exp.Expr]:
    """What every row of the scan must fulfil; the tables it needs are added to `tables`."""
    if not work.where:
        return []
    return _Writer(work, scan).conjunction(work.where, (tables,))


Scopes = tuple[Tables, ...]
"""The tables of the scan, and those of each semi-join around a condition."""
_Paths = frozenset[Path]


class _Writer:
    def __init__(self, work: Work, scan: Scan) -> None:
        self._work = work
        self._scan = scan

    def conjunction(self, nodes: Iterable[Node], scopes: Scopes, absent: _Paths = frozenset()) -> list[exp.Expr]:
        """The nodes as conditions; those over one hop to many share one EXISTS. `absent` are lists without a row."""
        made: list[exp.Expr] = []
        waiting: list[Node] = []
        for node in _flattened(nodes):
            if self._hops(node, scopes, absent) == {()}:
                made.append(self._written(node, scopes, absent))
            else:
                waiting.append(node)
        return [*made, *(self._over_lists(group, scopes, absent) for group in self._connected(waiting, scopes, absent))]

    def _over_lists(self, nodes: list[Node], scopes: Scopes, absent: _Paths) -> exp.Expr:
        """Conditions that go over common lists: one row of each for all of them, or no row where none is asked for."""
        if len(nodes) == 1 and isinstance(nodes[0], Either) and len(self._hops(nodes[0], scopes, absent)) > 1:
            parts = [all_of(self.conjunction([part], scopes, absent)) for part in nodes[0].parts]
            return exp.Paren(this=any_of(parts))
        over = [self._hops(node, scopes, absent) for node in nodes]
        alone = [next(iter(paths)) for paths in over if len(paths) == 1]
        chosen = alone[0] if alone else min(set().union(*over) - {()})
        found = self._exists(chosen, nodes, scopes, absent)
        if alone:
            return found
        without = all_of(self.conjunction(nodes, scopes, absent | {chosen}))
        return exp.Paren(this=any_of([found, without]))

    def _connected(self, nodes: list[Node], scopes: Scopes, absent: _Paths) -> list[list[Node]]:
        """Nodes that share a list, directly or through others, in their order."""
        groups: list[tuple[set[Path], list[Node]]] = []
        for node in nodes:
            paths, members = self._hops(node, scopes, absent) - {()}, [node]
            for group in [group for group in groups if group[0] & paths]:
                groups.remove(group)
                paths, members = paths | group[0], [*group[1], *members]
            groups.append((paths, members))
        return [members for _, members in groups]

    def _hops(self, node: Node, scopes: Scopes, absent: _Paths) -> set[Path]:
        """The paths up to the first hop to many that the node's leaves go over; () for none, or one at hand."""
        if isinstance(node, Both | Either):
            return set().union(*(self._hops(part, scopes, absent) for part in node.parts))
        over = self._first_list(node)
        at_hand = over in absent or over in self._scan.fan_out or any(scope.base == over for scope in scopes)
        return {()} if at_hand else {over}

    def _first_list(self, node: Node) -> Path:
        path = self._place(node).path
        first = self._work.model.graph.first_to_many(self._scan.root, path)
        return path[: first + 1] if first is not None else ()

    def _exists(self, over: Path, nodes: list[Node], scopes: Scopes, absent: _Paths) -> exp.Expr:
        _scope(scopes, over[:-1]).need([over[:-1]])
        inner = Tables(self._work, self._scan, self._scan.root, over)
        conditions = self.conjunction(nodes, (*scopes, inner), absent)
        source, joins, policies = inner.written()
        target = self._work.model.graph.target(self._scan.root, over)
        self._scan.joined.append((".".join((self._scan.root, *over)), target, "exists"))
        where = [inner.linked(), *policies, *conditions]
        return exp.Exists(
            this=exp.Select(
                expressions=[exp.Literal.number(1)],
                from_=exp.From(this=source),
                joins=joins,
                where=exp.Where(this=all_of(where)),
            )
        )

    def _written(self, node: Node, scopes: Scopes, absent: _Paths) -> exp.Expr:
        """A node as one condition over joined rows."""
        if isinstance(node, Both):
            return all_of([self._written(part, scopes, absent) for part in node.parts])
        if isinstance(node, Either):
            return exp.Paren(this=any_of([self._written(part, scopes, absent) for part in node.parts]))
        place = self._place(node)
        if self._first_list(node) in absent:
            return exp.Boolean(this=False)
        tables = _scope(scopes, place.path)
        if isinstance(node, Named):
            bound = self._work.model.segment(node.table, node.name, self._scan.root, place.path)
            tables.need(bound.paths)
            return self._of_a_row(place.path, tables, exp.Paren(this=bound.node.copy()), itself=True)
        bound = self._work.model.binder.column(self._scan.root, place.path, place.column)
        tables.need(bound.paths | {place.path})
        member = node.on.member
        if member == TIME:
            require_temporal(bound.type, f"{self._scan.root}.{place.column}")
        zone = zone_of(self._work.query.timezone)

        def compared() -> exp.Expr:
            return keyed(self._work, bound.node.copy(), bound.salt)

        made = comparison(compared, bound.type, node.op, node.values, self._work.bind, member, zone)
        return self._of_a_row(place.path, tables, made)

    def _of_a_row(self, path: Path, tables: Tables, condition: exp.Expr, *, itself: bool = False) -> exp.Expr:
        """The condition, and that there is a row of the last list on the way; for a segment, the row `itself`."""
        lists = [i for i, hop in enumerate(self._work.model.graph.walk(self._scan.root, path)) if hop.to_many]
        asked = path if itself else path[: lists[-1] + 1] if lists else ()
        if len(asked) <= len(tables.base):
            return condition
        present = self._work.model.binder.presence(self._scan.root, asked)
        if present is None:
            return condition
        tables.need(present.paths)
        return all_of([present.node.copy(), condition])

    def _place(self, node: Node) -> Place:
        if isinstance(node, Named):
            return self._scan.places[node]
        assert isinstance(node, Leaf)  # noqa: S101 - inner nodes were taken apart
        assert not isinstance(node.on, Metric | Output)  # noqa: S101 - metrics are compared in `having`
        return self._scan.places[node.on]


def _scope(scopes: Scopes, path: Path) -> Tables:
    """The innermost tables that the path lies in."""
    return next(scope for scope in reversed(scopes) if path[: len(scope.base)] == scope.base)


def require_temporal(of: Type, member: str) -> None:
    """Raise `QueryInvalid` where a time column holds something else."""
    if of is not None and family(of) not in TEMPORAL:
        raise QueryInvalid(
            f"the time column '{member}' is {of}, not a date or time",
            remedy="Build it as a date, or declare a derived column with CAST(... AS DATE).",
        )


def _flattened(nodes: Iterable[Node]) -> Iterable[Node]:
    for node in nodes:
        if isinstance(node, Both):
            yield from _flattened(node.parts)
        else:
            yield node
