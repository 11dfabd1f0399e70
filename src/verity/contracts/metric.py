"""A MetricQuery: a question about governed metrics, before any SQL exists.

Members are named `table.name` or `table.join.name` (chained) once resolved; short names are input sugar.
The reserved member `time` means each metric's own time column.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, datetime
from typing import Annotated, Literal, TypedDict, cast

from pydantic import AfterValidator, BeforeValidator, Discriminator, Field, Tag, WithJsonSchema

from verity.contracts.base import Contract

TIME = "time"
"""The reserved member: each metric's own time column."""

Grain = Literal[
    "second", "minute", "hour", "day", "week", "fiscal_week", "month", "fiscal_month", "quarter", "fiscal_quarter",
    "year", "fiscal_year",
]  # fmt: skip
GRAINS: tuple[Grain, ...] = (
    "second", "minute", "hour", "day", "week", "fiscal_week", "month", "fiscal_month", "quarter", "fiscal_quarter",
    "year", "fiscal_year",
)  # fmt: skip
"""Finest first. The fiscal ones follow the calendar that the metric's table names."""
MONTHS: dict[str, int] = {"month": 1, "quarter": 3, "year": 12}
"""The grains whose periods differ in days, by their months."""

_SPAN = re.compile(r"^\s*(\d{1,4})\s+([a-z_]+?)s?\s*$")
_PREVIOUS = "previous_"


@dataclass(frozen=True, slots=True)
class Span:
    """A length of time in whole periods: 3 months, 7 days, 1 fiscal_quarter."""

    count: int
    grain: Grain

    def __str__(self) -> str:
        return f"{self.count} {self.grain}{'' if self.count == 1 else 's'}"


def read_span(text: str) -> Span:
    """A span of `N grain` or `N grains`. Raises ValueError with what is wrong."""
    match = _SPAN.match(text)
    if match is None or match.group(2) not in GRAINS or int(match.group(1)) < 1:
        raise ValueError(f"'{text}' is no span of time; write a whole number and a grain: '1 year', '3 months'")
    return Span(int(match.group(1)), cast(Grain, match.group(2)))


def _as_span(text: str) -> str:
    return str(read_span(text))


def _as_comparison(text: str) -> str:
    if text == "previous_period" or (text.startswith(_PREVIOUS) and text.removeprefix(_PREVIOUS) in GRAINS):
        return text
    try:
        return _as_span(text)
    except ValueError:
        raise ValueError(
            f"'{text}' is no comparison; write previous_period, previous_year, previous_month (or another grain), "
            "or a span such as '3 months'"
        ) from None


SpanText = Annotated[str, AfterValidator(_as_span)]
"""`N grain` as text: `3 months`."""

Comparison = Annotated[str, AfterValidator(_as_comparison)]
"""`previous_period`, `previous_<grain>`, or a span such as `3 months`."""


def comparison_span(comparison: str) -> Span | None:
    """How far back a comparison looks; None for `previous_period`, which depends on the query's range and grain."""
    if comparison == "previous_period":
        return None
    if comparison.startswith(_PREVIOUS):
        return Span(1, cast(Grain, comparison.removeprefix(_PREVIOUS)))
    return read_span(comparison)


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


def _no_number(value: object) -> object:
    """A number would be read as seconds since 1970."""
    if isinstance(value, bool | int | float):
        raise ValueError("give a date or a time as ISO 8601 text: 2024-01-31")
    return value


_CLOCK = {
    "type": "string",
    "pattern": r"^\d{4}-\d{2}-\d{2}[T ]\d{2}:\d{2}(:\d{2}(\.\d{1,9})?)?(Z|[+-]\d{2}:\d{2})?$",
    "description": "A time of ISO 8601; without an offset, on the clock of the query's time zone.",
}
Moment = Annotated[date | Annotated[datetime, WithJsonSchema(_CLOCK)], BeforeValidator(_no_number)]


class TimeRange(Contract):
    """Half-open: `since` included, `until` excluded. Either end may be missing. `dimension` None means `time`."""

    dimension: str | None = None
    since: Moment | None = None
    until: Moment | None = None


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
    """A question about governed metrics, before any SQL exists. `filters` and `segments` are ANDed together.

    `compare` adds `m__previous`, `m__delta` and `m__growth` to every metric `m`. `totals` adds the row of the whole,
    `subtotals` one for each leading part of `by`; `totals_level` then says how many dimensions a row keeps.
    `fill` adds the periods that lack rows; `pivot` turns the values of one dimension of `by` into columns.
    """

    metrics: tuple[str, ...] = ()
    by: tuple[GroupBy, ...] = ()
    ungrouped: bool = False
    time_range: TimeRange | None = None
    compare: Comparison | None = None
    filters: tuple[FilterNode, ...] = ()
    segments: tuple[str, ...] = ()
    order: tuple[OrderBy, ...] = ()
    limit: int | None = Field(default=None, ge=1)
    offset: int = Field(default=0, ge=0)
    timezone: str | None = None
    fill: bool = False
    totals: bool = False
    subtotals: bool = False
    pivot: str | None = None


class QueryOptions(TypedDict, total=False):
    """The fields of a `MetricQuery` that are asked for by name alone, as keyword arguments."""

    segments: tuple[str, ...]
    ungrouped: bool
    offset: int
    timezone: str | None
    fill: bool
    totals: bool
    subtotals: bool
    pivot: str | None


AllOf.model_rebuild()
AnyOf.model_rebuild()
