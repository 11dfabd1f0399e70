"""A MetricQuery: a question about governed metrics, before any SQL exists.

Members are named `table.name` or `table.join.name` (chained) once resolved; short names are input sugar.
The reserved member `time` means each metric's own time column.
"""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Literal

from pydantic import Discriminator, Field, Tag

from verity.contracts.base import Contract

TIME = "time"
"""The reserved member: each metric's own time column."""

Grain = Literal["second", "minute", "hour", "day", "week", "month", "quarter", "year"]
GRAINS: tuple[Grain, ...] = ("second", "minute", "hour", "day", "week", "month", "quarter", "year")

Operator = Literal[
    "equals", "not_equals", "in", "not_in", "gt", "gte", "lt", "lte",
    "contains", "not_contains", "starts_with", "ends_with", "is_null", "is_not_null",
]  # fmt: skip
"""`equals`/`in` never match NULL; `not_equals`/`not_in` keep NULL rows (a NULL is not the named value)."""

FilterValue = bool | int | float | str
"""Dates and timestamps travel as ISO 8601 text, decimals as text; the compiler reads them by the member's type."""


class GroupBy(Contract):
    """One dimension to group by, and for a time dimension its grain."""

    dimension: str
    grain: Grain | None = None


class TimeRange(Contract):
    """Half-open: `since` included, `until` excluded. Either end may be missing. `dimension` None means `time`."""

    dimension: str | None = None
    since: date | datetime | None = None
    until: date | datetime | None = None


class Condition(Contract):
    """One comparison of a member (dimension or metric) with values."""

    member: str
    op: Operator
    values: tuple[FilterValue, ...] = ()


class AllOf(Contract):
    """Every one of these holds."""

    all: tuple[FilterNode, ...] = Field(alias="and", min_length=1)


class AnyOf(Contract):
    """At least one of these holds."""

    any: tuple[FilterNode, ...] = Field(alias="or", min_length=1)


def _kind(value: object) -> str:
    keys = (
        set(value)
        if isinstance(value, dict)
        else set(type(value).model_fields)
        if isinstance(value, Contract)
        else set()
    )
    if keys & {"and", "all"}:
        return "all"
    return "any" if keys & {"or", "any"} else "condition"


FilterNode = Annotated[
    Annotated[Condition, Tag("condition")] | Annotated[AllOf, Tag("all")] | Annotated[AnyOf, Tag("any")],
    Discriminator(_kind),
]


class OrderBy(Contract):
    """Order by a member of the query. Ties are broken by all dimensions; `nulls` defaults to last."""

    member: str
    desc: bool = False
    nulls: Literal["first", "last"] = "last"


class MetricQuery(Contract):
    """A question about governed metrics, before any SQL exists. `filters` and `segments` are ANDed together."""

    metrics: tuple[str, ...] = ()
    by: tuple[GroupBy, ...] = ()
    ungrouped: bool = False
    time_range: TimeRange | None = None
    compare: Literal["previous_period", "previous_year"] | None = None
    filters: tuple[FilterNode, ...] = ()
    segments: tuple[str, ...] = ()
    order: tuple[OrderBy, ...] = ()
    limit: int | None = Field(default=None, ge=1)
    offset: int = Field(default=0, ge=0)
    timezone: str | None = None
    fill: bool = False
    totals: bool = False
    pivot: str | None = None


AllOf.model_rebuild()
AnyOf.model_rebuild()
