"""Drill into a hierarchy: from a query by one of its levels to the query one level finer, for one of the values.

    finer = drill(query, catalog, "Spain")                # by geo.country -> by geo.region where country = Spain
    finest = drill(query, catalog, "Spain", "Andalusia")  # two levels at once

Pure: no rows are read. What the principal may not see is no level, since it is absent from their catalog.
"""

from __future__ import annotations

from verity.contracts.metric import TIME, Condition, FilterValue, GroupBy, MetricQuery
from verity.data.catalog import Catalog
from verity.data.members import DimensionMember
from verity.exceptions import NoLevelBelow, UnknownMember


def drill(query: MetricQuery, catalog: Catalog, *values: FilterValue | None, on: str | None = None) -> MetricQuery:
    """The query one level finer for each value, the value of the level before kept as a filter (None: is empty).

    `on` names the dimension to drill, as `by` has it, or a hierarchy; without it, the first one that has a finer level.
    Raises `NoLevelBelow` where there is none.
    """
    for value in values:
        index, at, finer = _level(query, catalog, on)
        prefix = ".".join((at.root, *at.joins))
        by = list(query.by)
        by[index] = GroupBy(dimension=f"{prefix}.{finer}")
        order = tuple(o for o in query.order if o.member not in (at.member, at.column.name, query.by[index].dimension))
        kept = Condition(member=at.member, op="is_null" if value is None else "equals", values=_given(value))
        query = query.model_copy(update={"by": tuple(by), "filters": (*query.filters, kept), "order": order})
        on = by[index].dimension if on is not None else None
    return query


def _level(query: MetricQuery, catalog: Catalog, on: str | None) -> tuple[int, DimensionMember, str]:
    """The place in `by` of the dimension to drill, the dimension, and the column of the next level."""
    for index, group in enumerate(query.by):
        if group.dimension == TIME or group.grain is not None:
            continue
        at = catalog.dimension(group.dimension, of=query.metrics)
        table = catalog.usable_tables[at.table]
        for hierarchy in table.entry.hierarchies:
            levels = table.levels(hierarchy)
            named = on in (None, group.dimension, at.member, at.column.name, hierarchy)
            if named and at.column.name in levels[:-1]:
                return index, at, levels[levels.index(at.column.name) + 1]
    asked = on or ", ".join(group.dimension for group in query.by) or "the query"
    if on is not None and on not in {group.dimension for group in query.by}:
        raise UnknownMember("dimension of the query", on, [group.dimension for group in query.by])
    raise NoLevelBelow(
        f"'{asked}' has no finer level", remedy="Drill by a dimension of a hierarchy that has levels below it."
    )


def _given(value: FilterValue | None) -> tuple[FilterValue, ...]:
    return () if value is None else (value,)
