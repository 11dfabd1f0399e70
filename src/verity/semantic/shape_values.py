"""The values of a query and of policies, apart from their shape: what is counted, compared and known by identity."""

from __future__ import annotations

from collections.abc import Hashable, Iterator, Mapping
from dataclasses import replace
from typing import TypeVar

from verity.contracts.metric import AllOf, Condition, FilterNode, MetricQuery
from verity.data.access import NOTHING, ResolvedRule, TableAccess
from verity.semantic.work import Value

Values = tuple[Value, ...]
Accesses = Mapping[str, TableAccess]
T = TypeVar("T")

_PLAIN = tuple(name for name in MetricQuery.model_fields if name not in ("filters", "time_range"))


def shape_of(query: MetricQuery, literals: list[Values]) -> Hashable:
    """The query without its values, which are added to `literals` in the order of `value_objects`."""
    held = query.__dict__
    span = query.time_range
    ends: Hashable = None
    filters = tuple([_node_shape(node, literals) for node in query.filters])
    if span is not None:
        ends = (span.dimension, span.since is None, span.until is None)
        literals.extend((end,) for end in (span.since, span.until) if end is not None)
    return (tuple([held[name] for name in _PLAIN]), filters, ends)


def _node_shape(node: FilterNode, literals: list[Values]) -> Hashable:
    if isinstance(node, Condition):
        if node.values:
            literals.append(node.values)
        return (node.member, node.op, len(node.values))
    kind, parts = ("and", node.all) if isinstance(node, AllOf) else ("or", node.any)
    return (kind, *[_node_shape(part, literals) for part in parts])


def value_objects(query: MetricQuery) -> Iterator[object]:
    """The objects that hold the query's values: each condition's tuple, then the ends of the time range."""
    for node in query.filters:
        yield from _tuples(node)
    span = query.time_range
    if span is not None:
        yield from (end for end in (span.since, span.until) if end is not None)


def _tuples(node: FilterNode) -> Iterator[object]:
    if isinstance(node, Condition):
        if node.values:
            yield node.values
    else:
        for part in node.all if isinstance(node, AllOf) else node.any:
            yield from _tuples(part)


def marked_query(query: MetricQuery) -> tuple[MetricQuery, dict[int, Hashable]]:
    """The same query with value objects of its own, and the number of each by its identity."""
    span = query.time_range
    changes: dict[str, object] = {"filters": tuple(_copied(node) for node in query.filters)}
    if span is not None:
        ends = {name: end.replace() for name in ("since", "until") if (end := getattr(span, name)) is not None}
        changes["time_range"] = span.model_copy(update=ends)
    made = query.model_copy(update=changes)
    return made, {id(literal): index for index, literal in enumerate(value_objects(made))}


def _copied(node: FilterNode) -> FilterNode:
    if isinstance(node, Condition):
        return node.model_copy(update={"values": (*node.values,)})
    if isinstance(node, AllOf):
        return node.model_copy(update={"all": tuple(_copied(part) for part in node.all)})
    return node.model_copy(update={"any": tuple(_copied(part) for part in node.any)})


def typed(literals: list[Values]) -> Hashable:
    """The values themselves; 1, 1.0 and true differ."""
    return tuple([(values, tuple(map(type, values))) for values in literals])


def policy_shape(accesses: Accesses, tables: tuple[str, ...], literals: dict[Hashable, Values]) -> Hashable:
    """The accesses to the tables without their values, which are added to `literals` by (table, group, rule)."""
    return tuple([_access_shape(name, accesses.get(name, NOTHING), literals) for name in tables])


def _access_shape(name: str, access: TableAccess, literals: dict[Hashable, Values]) -> Hashable:
    if access.any_of is None:
        return access
    rules = []
    for g, group in enumerate(access.any_of):
        for r, rule in enumerate(group):
            literals[name, g, r] = rule.values
            rules.append((g, rule.column, rule.op, len(rule.values)))
    return (replace(access, any_of=()), len(access.any_of), tuple(rules))


class Watched(Mapping[str, TableAccess]):
    """Accesses that remember which were looked at, and give each rule a value object of its own."""

    def __init__(self, accesses: Accesses, slots: dict[int, Hashable]) -> None:
        self._accesses = accesses
        self._slots = slots
        self._given: dict[str, TableAccess] = {}
        self.asked: set[str] = set()
        self.walked = False

    def __getitem__(self, name: str) -> TableAccess:
        self.asked.add(name)
        if name not in self._given:
            self._given[name] = self._marked(name, self._accesses[name])
        return self._given[name]

    def __iter__(self) -> Iterator[str]:
        self.walked = True
        return iter(self._accesses)

    def __len__(self) -> int:
        self.walked = True
        return len(self._accesses)

    def _marked(self, name: str, access: TableAccess) -> TableAccess:
        if access.any_of is None:
            return access
        groups = tuple(
            tuple(self._rule(rule, (name, g, r)) for r, rule in enumerate(group))
            for g, group in enumerate(access.any_of)
        )
        return replace(access, any_of=groups)

    def _rule(self, rule: ResolvedRule, slot: Hashable) -> ResolvedRule:
        made = replace(rule, values=(*rule.values,))
        self._slots[id(made.values)] = slot
        return made


def found_of(values: Values, known: Mapping[int, T]) -> T | None:
    """What is known of these values: of the tuple as it was given, or of its one value, an end of the time range."""
    found = known.get(id(values))
    return known.get(id(values[0])) if found is None and len(values) == 1 else found
