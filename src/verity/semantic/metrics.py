"""A metric as the compiler knows it: what it aggregates, or how it is computed from other metrics.

A formula refers to its parts by `reference`: the part as it is, or under a step, which says over which rows it is taken
anew: some periods earlier (`Shift`), reaching back (`Reach`), or over fewer dimensions (`Keep`).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from sqlglot import exp

from verity.contracts.metric import Grain, Span
from verity.data.metric_entry import MetricEntry
from verity.exceptions import QueryInvalid
from verity.semantic.expressions import Bound
from verity.semantic.types import Type

PART = "metric"
"""The table name of a metric inside a formula; `metric1` is the same under the metric's first step."""


@dataclass(frozen=True, slots=True)
class Place:
    """A column at the end of a path from some root."""

    path: tuple[str, ...]
    column: str


@dataclass(frozen=True, slots=True)
class Shift:
    """The part some periods earlier. Without a span: the period before, whose length the query says."""

    span: Span | None


@dataclass(frozen=True, slots=True)
class Reach:
    """The part from further back up to each period's end: a rolling window, the period to date, or all time."""

    window: Span | None = None
    to_date: Grain | None = None


@dataclass(frozen=True, slots=True)
class Keep:
    """The part over fewer dimensions: only those named, of the ones that the query asks by."""

    within: tuple[str, ...]


Step = Shift | Reach | Keep


@dataclass(frozen=True, slots=True)
class Rank:
    """The place of a metric's value among the rows of the result that share the `within` dimensions."""

    within: tuple[str, ...]
    desc: bool


@dataclass(frozen=True, slots=True)
class Instant:
    """A semi-additive metric counts the rows of one instant of each period, or averages over its instants."""

    over: Place
    take: Literal["last", "first", "average", "min", "max"]
    per: tuple[Place, ...] = ()


@dataclass(frozen=True, slots=True)
class Source:
    """Base of how a metric reads rows that is no aggregate over its root's rows as they are (conversion, retention).

    It is only data, compared and hashed; `rules/scans.py: SOURCES` says how each kind is written. Its scan is its own.
    """


@dataclass(frozen=True, slots=True)
class Metric:
    """A metric ready to be compiled.

    A leaf has a `value` (an aggregate over rows of its table; of chosen rows where it has an `instant`) or a `source`.
    Any other has a `formula` over its `parts`, or is a `rank` of its one part.
    """

    table: str
    name: str
    entry: MetricEntry
    type: Type
    value: Bound | None = None
    source: Source | None = None
    instant: Instant | None = None
    formula: exp.Expr | None = None
    parts: tuple[str, ...] = ()
    steps: tuple[Step, ...] = ()
    """What the references `metric1`, `metric2`... of the formula stand under."""
    rank: Rank | None = None
    own: tuple[Metric, ...] = ()
    """Parts that no dictionary names: they are the metric's own."""

    @property
    def member(self) -> str:
        """`table.name`."""
        return f"{self.table}.{self.name}"

    @property
    def is_leaf(self) -> bool:
        """True where it is read from rows, not computed from other metrics."""
        return self.value is not None or self.source is not None


def reference(member: str, step: int = 0) -> exp.Column:
    """A part of a formula: the metric as it is, or under the metric's `step`-th step, counted from 1."""
    table = f"{PART}{step}" if step else PART
    return exp.Column(this=exp.Identifier(this=member, quoted=True), table=exp.Identifier(this=table))


def step_of(column: exp.Column) -> int | None:
    """The step that a formula's column stands under, 0 for none; None for a column that is no reference."""
    table = column.table
    if not table.startswith(PART):
        return None
    rest = table[len(PART) :]
    return int(rest) if rest.isdigit() else None if rest else 0


def require_time(place: Place | None, metric: Metric) -> Place:
    """The place, or an error that names the metric."""
    if place is None:
        raise QueryInvalid(
            f"'{metric.member}' has no time column",
            remedy=f"Declare time_column on '{metric.table}', or leave time out of the question.",
        )
    return place
