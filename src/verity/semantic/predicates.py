"""The row conditions of one scan. A condition reached over a hop to many is a semi-join (EXISTS).

Conditions of one AND that go over the same hop to many speak of the same row there. Where the scan's dimensions
already take that hop, they speak of the very row that is grouped.
"""

from __future__ import annotations

from collections.abc import Iterable

from sqlglot import exp

from verity.contracts.metric import TIME
from verity.exceptions import QueryInvalid
from verity.semantic.clock import zone_of
from verity.semantic.conditions import comparison
from verity.semantic.expressions import quoted
from verity.semantic.fragments import all_of, any_of
from verity.semantic.join_graph import Path, alias
from verity.semantic.joins import Tables
from verity.semantic.model import Metric, Place
from verity.semantic.types import TEMPORAL, Type, family
from verity.semantic.work import Both, Either, Leaf, Named, Node, Scan, Work


def row_conditions(work: Work, scan: Scan, tables: Tables) -> list[exp.Expr]:
    """What every row of the scan must fulfil; the tables it needs are added to `tables`."""
    if not work.where:
        return []
    return _Writer(work, scan).conjunction(work.where, tables)


class _Writer:
    def __init__(self, work: Work, scan: Scan) -> None:
        self._work = work
        self._scan = scan

    def conjunction(self, nodes: Iterable[Node], tables: Tables) -> list[exp.Expr]:
        """The nodes as conditions; those over one hop to many share one EXISTS."""
        flat = list(_flattened(nodes))
        made: list[exp.Expr] = []
        semi: dict[Path, list[Node]] = {}
        for node in flat:
            over = self._hops(node)
            if over == {()}:
                made.append(self._written(node, tables))
            elif len(over) == 1:
                semi.setdefault(next(iter(over)), []).append(node)
            else:
                made.append(self._mixed(node, tables))
        return [*made, *(self._exists(over, same, tables) for over, same in semi.items())]

    def _mixed(self, node: Node, tables: Tables) -> exp.Expr:
        """A node whose leaves go over different hops."""
        if isinstance(node, Either):
            return exp.Paren(this=any_of([all_of(self.conjunction([part], tables)) for part in node.parts]))
        return all_of(self.conjunction([node], tables))

    def _hops(self, node: Node) -> set[Path]:
        """The paths up to the first hop to many that the node's leaves go over; () for none."""
        if isinstance(node, Both | Either):
            return set().union(*(self._hops(part) for part in node.parts))
        place = self._place(node)
        first = self._work.model.graph.first_to_many(self._scan.root, place.path)
        over = place.path[: first + 1] if first is not None else ()
        return {()} if over in self._scan.fan_out else {over}

    def _exists(self, over: Path, nodes: list[Node], outer: Tables) -> exp.Expr:
        outer.need([over[:-1]])
        inner = Tables(self._work, self._scan, self._scan.root, over)
        conditions = [self._written(node, inner) for node in nodes]
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

    def _written(self, node: Node, tables: Tables) -> exp.Expr:
        """A node as one condition over joined rows."""
        if isinstance(node, Both):
            return all_of([self._written(part, tables) for part in node.parts])
        if isinstance(node, Either):
            return exp.Paren(this=any_of([self._written(part, tables) for part in node.parts]))
        place = self._place(node)
        if isinstance(node, Named):
            bound = self._work.model.segment(node.table, node.name, self._scan.root, place.path)
            tables.need(bound.paths)
            return self._matched(place, exp.Paren(this=bound.node.copy()))
        bound = self._work.model.binder.column(self._scan.root, place.path, place.column)
        tables.need(bound.paths | {place.path})
        member = node.on.member
        if member == TIME:
            require_temporal(bound.type, f"{self._scan.root}.{place.column}")
        zone = zone_of(self._work.query.timezone)
        made = comparison(bound.node.copy, bound.type, node.op, node.values, self._work.bind, member, zone)
        return self._matched(place, made)

    def _matched(self, place: Place, condition: exp.Expr) -> exp.Expr:
        """On a many-side row that is grouped, the condition also says that there is such a row."""
        fan = next((f for f in self._scan.fan_out if place.path[: len(f)] == f), None)
        if fan is None:
            return condition
        hop = list(self._work.model.graph.walk(self._scan.root, fan))[-1]
        if not hop.pairs:
            return condition
        key = quoted(hop.pairs[0][1], alias(self._scan.root, fan))
        return all_of([exp.Not(this=exp.Is(this=key, expression=exp.Null())), condition])

    def _place(self, node: Node) -> Place:
        if isinstance(node, Named):
            return self._scan.places[node]
        assert isinstance(node, Leaf)  # noqa: S101 - inner nodes were taken apart
        assert not isinstance(node.on, Metric)  # noqa: S101 - metrics are compared in `having`
        return self._scan.places[node.on]


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
