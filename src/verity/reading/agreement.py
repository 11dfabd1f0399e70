"""What the parts of one query must agree on.

A condition that one metric cannot share or that its definition rules out gives a number beside words that do not hold.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import suppress

from verity.contracts.metric import AllOf, Condition, FilterNode, MetricQuery
from verity.data.catalog import Catalog, MetricMember
from verity.exceptions import AmbiguousMember, UnknownMember
from verity.reading.choices import Problem
from verity.semantic.pinned import pinned_values


def disagreements(query: MetricQuery, catalog: Catalog) -> Iterator[Problem]:
    """Conditions that contradict each other, a metric's own filter, or that only some of the metrics can meet."""
    conditions = list(conditions_of(query.filters))
    yield from _between_conditions(conditions)
    simple = [part for name in query.metrics for part in simple_parts(catalog, catalog.metric(name))]
    for condition in conditions:
        yield from _with_definitions(condition, simple, catalog)
    if len({metric.table for metric in simple}) > 1:
        yield from _not_shared(query, conditions, simple, catalog)


def simple_parts(catalog: Catalog, metric: MetricMember) -> tuple[MetricMember, ...]:
    """The metrics of rows that a metric is made of; one that reads rows itself is its own.

    Parts that the dictionary does not have are left out: the compiler says so, and refuses the query.
    """
    found: dict[str, MetricMember] = {}
    _collect(catalog, metric, found)
    return tuple(part for part in found.values() if not part.entry.parts)


def _collect(catalog: Catalog, metric: MetricMember, found: dict[str, MetricMember]) -> None:
    if metric.member in found:
        return
    found[metric.member] = metric
    entry = metric.entry
    for name in entry.parts:
        with suppress(UnknownMember, AmbiguousMember):
            _collect(catalog, catalog.metric_part(name, table=metric.table), found)


def _between_conditions(conditions: Sequence[Condition]) -> Iterator[Problem]:
    """`in SP in RJ` is met by no row; `not in SP and in RJ` says one of the two for nothing: neither is a question."""
    asked = [node.member for node in conditions if node.op in ("equals", "in")]
    denied = {node.member for node in conditions if node.op in ("not_equals", "not_in")}
    if len(asked) != len(set(asked)) or not denied.isdisjoint(asked):
        yield Problem("conflicting-filters")


def _with_definitions(condition: Condition, simple: Sequence[MetricMember], catalog: Catalog) -> Iterator[Problem]:
    """`pending revenue` where only completed sales are revenue: no row counts, and nothing is not the answer."""
    for metric in simple:
        for name, allowed in pinned_values(metric.entry.filter or "").items():
            if _column(catalog, f"{metric.table}.{name}") == _column(catalog, condition.member):
                said = frozenset(map(str, condition.values))
                asks_more = condition.op in ("equals", "in") and not said <= allowed
                if asks_more or (condition.op in ("not_equals", "not_in") and allowed <= said):
                    yield Problem("contradicts-metric", tuple(sorted(said)))


def _not_shared(
    query: MetricQuery, conditions: Sequence[Condition], simple: Sequence[MetricMember], catalog: Catalog
) -> Iterator[Problem]:
    """`revenue and expenses in cash`: a bill has no means of payment. The compiler would take a way over the branches
    that both have, which nobody means by these words."""
    roots = {metric.table for metric in simple}
    named = [condition.member for condition in conditions if not _is_metric(condition.member, catalog)]
    named += [query.time_range.dimension] if query.time_range and query.time_range.dimension else []
    tables = [_column(catalog, member).partition(".")[0] for member in named]
    tables += [catalog.segment(name).table for name in query.segments]
    for table in tables:
        if not all(catalog.paths(root, table) for root in roots):
            yield Problem("not-shared")


def _is_metric(member: str, catalog: Catalog) -> bool:
    table, _, name = member.partition(".")
    return table in catalog.tables and name in catalog.tables[table].metrics


def _column(catalog: Catalog, member: str) -> str:
    """`orders.customer.state` as `customers.state`; a name that is no column as it stands."""
    root, *joins, name = member.split(".")
    found = catalog.column(root, joins, name)
    return found.column.member if found else member


def conditions_of(nodes: Sequence[FilterNode]) -> Iterator[Condition]:
    """Every condition of a filter tree."""
    for node in nodes:
        if isinstance(node, Condition):
            yield node
        else:
            yield from conditions_of(node.all if isinstance(node, AllOf) else node.any)
