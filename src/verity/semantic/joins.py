"""The FROM of one scan: its root and the tables that are needed, each with its policy inside.

A policy of the root stands in WHERE, one of a joined table in its ON, so that a LEFT JOIN stays one: rows that a
policy withholds are as if they did not exist, and nothing else changes. A join is INNER only where that is the same:
every row was seen to find its partner, no policy withholds one, and so for every join before it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable

from sqlglot import exp

from verity.contracts.metric import Operator
from verity.data.access import NOTHING, ResolvedRule
from verity.exceptions import NotSupported, UnknownMember
from verity.semantic import types
from verity.semantic.conditions import comparison
from verity.semantic.dialects import WITHHELD
from verity.semantic.expressions import EntityColumn, entity_hop, quoted
from verity.semantic.fragments import all_of, any_of
from verity.semantic.join_graph import SOURCE, Hop, Path, alias
from verity.semantic.relations import relation
from verity.semantic.work import Scan, Work

Written = tuple[exp.Expr, list[exp.Join], list[exp.Expr]]


class Tables:
    """The tables that one SELECT reads. `base` is where it starts: () for a scan, a path for a semi-join."""

    def __init__(self, work: Work, scan: Scan, root: str, base: Path = ()) -> None:
        self._work = work
        self._scan = scan
        self._root = root
        self.base = base
        """Where the SELECT starts."""
        self._paths: set[Path] = set()
        self._inner: set[Path] = {base}
        """Paths to tables of which every row that is read has one."""
        self._made: dict[Path, Callable[[], exp.Join]] = {}
        """Joins that no dictionary declares, written after those that it does."""

    def need(self, paths: Iterable[Path]) -> None:
        """Read these too; what lies before them on the way is needed with them."""
        for path in paths:
            for length in range(len(self.base) + 1, len(path) + 1):
                self._paths.add(path[:length])

    def also(self, path: Path, make: Callable[[str], exp.Join]) -> str:
        """Read this too: a join of the compiler's own, such as a calendar, that hangs on what is read anyway.

        Returns the alias that `make` is to give it.
        """
        name = alias(self._root, path)
        self._made.setdefault(path, lambda: make(name))
        return name

    def written(self) -> Written:
        """The base table, the joins in order, and the policy of the base as conditions."""
        base = self._work.model.graph.target(self._root, self.base)
        joins = [self._join(path) for path in sorted(self._paths, key=lambda p: (p[-1].startswith("per("), len(p), p))]
        joins += [make() for _, make in sorted(self._made.items())]
        policy = policy_predicate(self._work, self._scan, self._root, self.base, base)
        return self._table(base, self.base), joins, [policy] if policy is not None else []

    def linked(self) -> exp.Expr:
        """How the base of a semi-join hangs on the row outside."""
        *before, last = self.base
        return self._on(tuple(before), self._hop(tuple(before), last))

    def _join(self, path: Path) -> exp.Join:
        before, last = path[:-1], path[-1]
        source = self._work.model.graph.target(self._root, before)
        if last.startswith("per("):
            return self._join_entity(before, source, last)
        hop = self._hop(before, last)
        conditions = [self._on(before, hop)]
        policy = policy_predicate(self._work, self._scan, self._root, path, hop.target)
        self._scan.joined.append((".".join((self._root, *path)), hop.target, "fan_out" if hop.to_many else "left"))
        if policy is not None:
            conditions.append(policy)
        table, on = self._table(hop.target, path), all_of(conditions)
        if policy is None and self._finds_its_partner(hop) and before in self._inner:
            self._inner.add(path)
            return exp.Join(this=table, kind="INNER", on=on)
        return exp.Join(this=table, side="LEFT", on=on)

    def _finds_its_partner(self, hop: Hop) -> bool:
        """Whether an INNER JOIN keeps every row: declared, and seen in the data that will be read."""
        name = (hop.source, hop.name)
        if hop.whole and name not in self._work.proven:
            self._work.unproven.add(name)
        return hop.whole and name in self._work.proven

    def _hop(self, before: Path, name: str) -> Hop:
        source = self._work.model.graph.target(self._root, before)
        return self._work.model.graph.hops(source)[name]

    def _on(self, before: Path, hop: Hop) -> exp.Expr:
        here, there = alias(self._root, before), alias(self._root, (*before, hop.name))
        if hop.condition is not None:
            return exp.Paren(this=self._condition(hop, before))
        binder = self._work.model.binder
        parts: list[exp.Expr] = []
        for ours, theirs in hop.pairs:
            left = binder.column(self._root, before, ours)
            right = binder.column(self._root, (*before, hop.name), theirs)
            sides = [left.node.copy(), right.node.copy()]
            kinds = {types.family(left.type), types.family(right.type)}
            if len(kinds) == 2 and "text" in kinds and kinds & types.NUMERIC:
                sides = [types.cast(side, "text") for side in sides]  # an id kept as text on one side
            parts.append(exp.EQ(this=sides[0], expression=sides[1]))
        del here, there
        return all_of(parts)

    def _condition(self, hop: Hop, before: Path) -> exp.Expr:
        binder = self._work.model.binder
        made = hop.condition.copy() if hop.condition is not None else exp.Boolean(this=False)
        equals = [node for node in made.find_all(exp.EQ) if isinstance(node.this, exp.Column)]
        kinds: dict[int, str] = {}
        for column in list(made.find_all(exp.Column)):
            path = before if column.table == SOURCE else (*before, hop.name)
            bound = binder.column(self._root, path, column.name)
            node = bound.node.copy()
            if column is made:
                return node
            column.replace(node)
            kinds[id(node)] = types.family(bound.type)
        for equal in equals:
            sides = [equal.this, equal.expression]
            both = {kinds.get(id(side), "other") for side in sides}
            if "text" in both and both & types.NUMERIC:  # an id kept as text on one side, as above
                equal.set("this", types.cast(sides[0], "text"))
                equal.set("expression", types.cast(sides[1], "text"))
        return made

    def _join_entity(self, before: Path, source: str, last: str) -> exp.Join:
        column = next(
            c for c in self._work.model.catalog.usable_tables[source].usable.values() if entity_hop(c.name) == last
        )
        entity = self._work.model.binder.entity(source, column.name)
        name = alias(self._root, (*before, last))
        keys = [
            exp.EQ(
                this=quoted(f"key{i}", name),
                expression=self._rerooted(reference, source, before),
            )
            for i, reference in enumerate(column.per)
        ]
        self._scan.joined.append((".".join((self._root, *before, column.name)), source, "per"))
        return exp.Join(this=self._entity_table(entity, name), side="LEFT", on=all_of(list(keys)))

    def _rerooted(self, reference: str, source: str, before: Path) -> exp.Expr:
        bound = self._work.model.binder.behind(source, reference, root=self._root, path=before)
        return bound.node.copy()

    def _entity_table(self, entity: EntityColumn, name: str) -> exp.Subquery:
        """The aggregate for each key over every row that may be seen: no filter of the query enters it."""
        tables = Tables(self._work, self._scan, entity.table)
        for key in entity.keys:
            tables.need(key.paths)
        tables.need(entity.value.paths)
        source, joins, policies = tables.written()
        names = [f"key{i}" for i in range(len(entity.keys))] + ["value"]
        nodes = [*(key.node.copy() for key in entity.keys), entity.value.node.copy()]
        select = exp.Select(
            expressions=[
                exp.Alias(this=node, alias=exp.Identifier(this=label, quoted=True))
                for node, label in zip(nodes, names, strict=True)
            ],
            from_=exp.From(this=source),
            joins=joins,
            where=exp.Where(this=all_of(policies)) if policies else None,
            group=exp.Group(expressions=[exp.Literal.number(i + 1) for i in range(len(entity.keys))]),
        )
        return exp.Subquery(this=select, alias=exp.TableAlias(this=exp.Identifier(this=name, quoted=True)))

    def _table(self, name: str, path: Path) -> exp.Expr:
        return relation(self._work.model.catalog, name, alias(self._root, path))


def policy_predicate(work: Work, scan: Scan, root: str, path: Path, table: str) -> exp.Expr | None:
    """What rows of the table the principal may see; None: all. NULL never fulfils a rule."""
    access = work.accesses.get(table, NOTHING)
    if not access.allowed:
        raise UnknownMember("table", table)
    if access.any_of is None or scan.everyone:
        return None
    scan.policies.add(table)
    groups = [
        all_of([_rule(work, root, path, table, rule) for rule in rules]) if rules else exp.Boolean(this=True)
        for rules in access.any_of
    ]
    return exp.Paren(this=any_of(groups)) if groups else exp.Boolean(this=False)


def _rule(work: Work, root: str, path: Path, table: str, rule: ResolvedRule) -> exp.Expr:
    """One rule as a condition. A value that the column cannot hold (an attribute of another kind) matches no row."""
    bound = work.model.policy_binder.column(root, path, rule.column)
    if bound.paths - {path}:
        raise NotSupported(
            f"an access rule of '{table}' reads beyond its table",
            remedy="Let access rules read columns of the table itself.",
        )
    negated = rule.op in ("not_equals", "not_in")
    positive: Operator = "in" if negated or rule.op in ("equals", "in") else rule.op
    made = comparison(bound.node.copy, bound.type, positive, rule.values, work.bind, table, strict=False)
    made = exp.Not(this=exp.Paren(this=made)) if negated else made
    if rule.column not in work.model.catalog.usable_tables[table].columns:
        made.meta[WITHHELD] = True
    return made
