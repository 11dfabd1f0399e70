"""What a parse says, before members are chosen among: metrics, dimensions, filters, a period, a rank."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Literal

from verity.contracts.metric import Grain
from verity.reading.dates.phrases import DateReading
from verity.reading.meaning import Meaning

Unit = Literal["count", "amount", "total"]
Comparator = Literal["gt", "gte", "lt", "lte", "equals"]


@dataclass(frozen=True)
class MetricRef:
    """A metric as it was said: the members that the words may stand for, and the unit that was asked (how many)."""

    choices: tuple[Meaning, ...]
    words: str
    unit: Unit | None = None


@dataclass(frozen=True)
class ByRef:
    """A dimension to group by. `grain` alone is time. `of_entity`: tables that a qualifier named."""

    choices: tuple[Meaning, ...] = ()
    grain: Grain | None = None
    words: str = ""
    of_entity: tuple[str, ...] = ()
    per: bool = False
    """Said with `per` or `for each`, which with an entity may mean an average instead of a split."""


@dataclass(frozen=True)
class ValueRef:
    """A value as it was said and the (column, value) pairs that it may be."""

    choices: tuple[Meaning, ...]
    words: str


@dataclass(frozen=True)
class FilterRef:
    """A condition on rows. `columns` empty: the values tell the column. `adjacent`: said as a participle beside the
    metric (`orders were delivered`, `pedidos entregados`), which a period may belong to."""

    columns: tuple[Meaning, ...] = ()
    words: str = ""
    values: tuple[ValueRef, ...] = ()
    negated: bool = False
    joined_by_or: bool = False
    comparator: Comparator | None = None
    numbers: tuple[int | float, ...] = ()
    adjacent: bool = False
    of_entity: tuple[str, ...] = ()


@dataclass(frozen=True)
class HavingRef:
    """A condition on a metric: `with more than 100 orders`."""

    metric: MetricRef
    comparator: Comparator
    number: int | float


@dataclass(frozen=True)
class DateRef:
    """A period, of the metrics' own time column or of a named one."""

    reading: DateReading
    words: str
    columns: tuple[Meaning, ...] = ()


@dataclass(frozen=True)
class RankRef:
    """The first or last N by a metric. `limit` None: no number was said."""

    desc: bool
    limit: int | None = None
    plural: bool = False


@dataclass(frozen=True)
class Frame:
    """What one parse says."""

    metrics: tuple[MetricRef, ...] = ()
    by: tuple[ByRef, ...] = ()
    filters: tuple[FilterRef, ...] = ()
    having: tuple[HavingRef, ...] = ()
    segments: tuple[tuple[Meaning, ...], ...] = ()
    date: DateRef | None = None
    rank: RankRef | None = None
    order: Literal["asc", "desc"] | None = None
    order_metric: MetricRef | None = None
    implied: tuple[tuple[Meaning, ...], ...] = ()
    contradicts: tuple[tuple[Meaning, ...], ...] = ()
    within: tuple[Meaning, ...] = ()
    """Tables that a qualifier named (`total price of order items`): the metrics must be theirs."""

    def join(self, other: Frame) -> Frame | None:
        """Both together, or None where both claim what can be said once (metrics, a period, a rank, an order)."""
        for name in ("metrics", "date", "rank", "order", "order_metric", "within"):
            if getattr(self, name) and getattr(other, name):
                return None
        return replace(
            self,
            metrics=self.metrics or other.metrics,
            by=self.by + other.by,
            filters=self.filters + other.filters,
            having=self.having + other.having,
            segments=self.segments + other.segments,
            date=self.date or other.date,
            rank=self.rank or other.rank,
            order=self.order or other.order,
            order_metric=self.order_metric or other.order_metric,
            implied=self.implied + other.implied,
            contradicts=self.contradicts + other.contradicts,
            within=self.within or other.within,
        )


def join_all(frames: Iterable[Frame | None]) -> Frame | None:
    """Every frame together, or None where two clash; an absent part adds nothing."""
    whole = Frame()
    for frame in frames:
        joined = whole.join(frame) if frame is not None else whole
        if joined is None:
            return None
        whole = joined
    return whole
