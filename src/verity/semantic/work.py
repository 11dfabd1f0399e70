"""What the rules of the compiler work on: one query on its way to SQL."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from typing import Literal, NamedTuple

from sqlglot import exp

from verity.contracts.metric import TIME, Grain, MetricQuery, Operator, Span
from verity.contracts.table import Column
from verity.data.access import TableAccess
from verity.data.members import DimensionMember
from verity.semantic import types
from verity.semantic.join_graph import Path
from verity.semantic.metrics import Instant, Metric, Place, Reach, Source
from verity.semantic.model import Model
from verity.semantic.types import Type
from verity.semantic.variants import PLAIN, Variant

Value = str | int | float | bool | Decimal | date | datetime | None


@dataclass(frozen=True, slots=True)
class Asked:
    """A dimension of the query, or the column of a filter. `at` None: the member `time`."""

    at: DimensionMember | None
    grain: Grain | None = None

    @property
    def member(self) -> str:
        """The full name."""
        return TIME if self.at is None else self.at.member


@dataclass(frozen=True, slots=True)
class Leaf:
    """One comparison of the filter tree, on a dimension, on a metric or on a compared column."""

    on: Asked | Metric | Output
    op: Operator
    values: tuple[Value, ...]


@dataclass(frozen=True, slots=True)
class Named:
    """A segment in the filter tree."""

    table: str
    name: str

    @property
    def member(self) -> str:
        """`table.name`."""
        return f"{self.table}.{self.name}"


@dataclass(frozen=True, slots=True)
class Both:
    """All of these."""

    parts: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class Either:
    """At least one of these."""

    parts: tuple[Node, ...]


Node = Leaf | Named | Both | Either


@dataclass(slots=True)
class Scan:
    """The metrics of one root that share one aggregation."""

    root: str
    time: Place | None
    instant: Instant | None = None
    """Of semi-additive metrics: which instants of each period count."""
    source: Source | None = None
    """Of a metric that reads rows in its own way."""
    everyone: bool = False
    """Of benchmarks: over all rows, whatever the rules about rows."""
    metrics: list[Metric] = field(default_factory=list)
    dimensions: list[Place] = field(default_factory=list)
    fan_out: frozenset[Path] = frozenset()
    """Paths up to the first hop to many that the dimensions take."""
    places: dict[Asked | Named, Place] = field(default_factory=dict)
    """Where the columns of filters and the tables of segments lie."""
    types: list[Type] = field(default_factory=list)
    joined: list[tuple[str, str, str]] = field(default_factory=list)
    """(path, table, kind) of every join taken, for the plan."""
    policies: set[str] = field(default_factory=set)
    key: tuple[str, ...] = ()
    select: exp.Select | None = None


@dataclass(slots=True)
class Axis:
    """The time that a query goes along, for what looks at other periods."""

    on: Asked
    """The time itself, without a grain."""
    same: frozenset[str]
    """The members of the query that mean it."""
    indices: tuple[int, ...]
    """The dimensions that group by it, finest first."""
    grain: Grain | None
    """Of the first of them."""
    since: date | None = None
    until: date | None = None
    rest: list[Node] = field(default_factory=list)
    """The query's conditions without its range."""

    def has(self, asked: Asked) -> bool:
        """True where the member is the axis."""
        return asked.member in self.same


@dataclass(frozen=True, slots=True)
class Stepped:
    """A range of days that a calendar's own order moves: rows count whose day is moved into it."""

    on: Asked
    grain: Grain
    """Of the periods that are moved."""
    span: Span
    since: date | None
    until: date | None


@dataclass(frozen=True, slots=True)
class CalendarReach:
    """What the periods of a frame reach back over, where a calendar says so; rows go by day."""

    on: Asked
    grain: Grain
    """Of the periods that the query shows: days or longer."""
    reach: Reach
    span: Span | None
    """The fiscal periods that they are moved by."""
    grouped: bool
    """False: the one value as of the end of the range."""
    since: date | None
    until: date | None
    """The range of the query's periods, in days."""


@dataclass(slots=True)
class Frame:
    """Leaves of the query read under one variant: a query of its own, over other times or fewer dimensions."""

    variant: Variant
    work: Work
    indices: tuple[int, ...]
    """Which dimensions of the query the ones of `work` are, in order."""
    typed: dict[int, Type] = field(default_factory=dict)
    """Types of dimensions that the frame is not read by as it is shown by."""
    since: date | None = None
    until: date | None = None
    """The range of the periods that it is read for; it may read rows before."""
    rest: list[Node] = field(default_factory=list)
    """Its conditions without a range."""
    reuses: bool = False
    """True where the earlier periods are among the groups of the result: the query has no range."""


JoinName = tuple[str, str]
"""A declared join: its table and its name."""


class Unique(NamedTuple):
    """That no two rows of a table are alike in these columns, and that none is NULL there."""

    table: str
    columns: tuple[str, ...]


Fact = JoinName | Unique
"""What can be seen in the data: a join whose every row finds its partner, or columns that are a key."""

Part = Literal["value", "previous", "delta", "growth"]
PARTS: tuple[Part, ...] = ("value", "previous", "delta", "growth")
"""What a comparison shows of each metric."""


@dataclass(frozen=True, slots=True)
class Output:
    """A column of the result that shows a metric, or how it compares with an earlier period."""

    metric: Metric
    part: Part = "value"

    @property
    def suffix(self) -> str:
        """What tells a compared column from the metric's own."""
        return "" if self.part == "value" else f"__{self.part}"

    @property
    def member(self) -> str:
        """`table.name`, `table.name__growth`."""
        return self.metric.member + self.suffix


def compared_part(name: str) -> tuple[str, Part] | None:
    """The metric's name and the part, where a name is that of a compared column: `revenue__growth`."""
    for part in PARTS[1:]:
        if name.endswith(f"__{part}"):
            return name.removesuffix(f"__{part}"), part
    return None


@dataclass(slots=True)
class Work:
    """One query on its way through the rules. Each rule reads what the ones before it wrote."""

    model: Model
    query: MetricQuery
    accesses: Mapping[str, TableAccess]
    collation: str | None
    dimensions: list[Asked] = field(default_factory=list)
    metrics: list[Metric] = field(default_factory=list)
    compared: list[Metric] = field(default_factory=list)
    """Metrics that only a condition names."""
    leaves: dict[str, Metric] = field(default_factory=dict)
    """Every simple metric that is needed, by member."""
    where: list[Node] = field(default_factory=list)
    having: list[Node] = field(default_factory=list)
    scans: list[Scan] = field(default_factory=list)
    uses: dict[tuple[str, Variant], int] = field(default_factory=dict)
    """Every leaf that is needed, under every variant: the number of its column."""
    axis: Axis | None = None
    frames: list[Frame] = field(default_factory=list)
    outputs: list[Output] = field(default_factory=list)
    parts: tuple[exp.Expr, ...] = ()
    """The values of the one scan, where details and totals are made of its aggregates."""
    earlier: Variant = PLAIN
    """What the compared columns are read under."""
    stepped: Stepped | None = None
    """Of a frame: its range, where fiscal periods move it."""
    reached: CalendarReach | None = None
    """Of a frame: what it reaches over, where a calendar says so."""
    calendar_tables: dict[str, exp.CTE] = field(default_factory=dict)
    """What frames read of calendars, by the names that they read it by."""
    types: list[Type] = field(default_factory=list)
    """Of the dimensions."""
    today: date | None = None
    """The caller's today; nothing here reads a clock."""
    proven: frozenset[Fact] = frozenset()
    """What was seen in the data at hand: such joins may be INNER."""
    unproven: set[Fact] = field(default_factory=set)
    """What would serve, had it been proven."""
    labels: list[str] = field(default_factory=list)
    columns: list[Column] = field(default_factory=list)
    statement: exp.Select | None = None
    parameters: list[Value] = field(default_factory=list)
    _slots: dict[tuple[str, Value], int] = field(default_factory=dict)

    def bind(self, value: Value, type_: str) -> exp.Expr:
        """The value as a typed parameter; one that is already bound is used again."""
        key = (f"{type_} {type(value).__name__}", value)
        if key not in self._slots:
            self.parameters.append(value)
            self._slots[key] = len(self.parameters)
        return types.cast(exp.Parameter(this=exp.Literal.number(self._slots[key])), type_)
