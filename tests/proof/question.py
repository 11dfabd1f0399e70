"""A question as the oracle reads it: full names only, so that it resolves no sugar. Printed as a MetricQuery."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from tests.proof.expressions import Cell
from tests.proof.oracle_paths import Member

TIME = Member("", (), "time")


@dataclass(frozen=True)
class By:
    """A dimension, and its grain."""

    member: Member
    grain: str | None = None

    def name(self) -> str:
        """As a query writes it."""
        return name_of(self.member) + (f":{self.grain}" if self.grain else "")


@dataclass(frozen=True)
class Where:
    """One comparison of a column, or of a metric (`metric` = `table.name`) or what it is compared to (`part`)."""

    member: Member | None
    op: str
    values: tuple[Cell, ...] = ()
    metric: str | None = None
    part: str = ""
    """`previous`, `delta` or `growth`."""


@dataclass(frozen=True)
class Tree:
    """All (`and`) or any (`or`) of its parts."""

    kind: str
    parts: tuple[Node, ...]


@dataclass(frozen=True)
class Segment:
    """A named condition."""

    table: str
    name: str


Node = Where | Tree | Segment


@dataclass(frozen=True)
class Question:
    """What is asked."""

    metrics: tuple[str, ...] = ()
    by: tuple[By, ...] = ()
    where: tuple[Node, ...] = ()
    segments: tuple[Segment, ...] = ()
    since: Cell = None
    until: Cell = None
    range_of: Member | None = None
    order: tuple[tuple[str, bool, str], ...] = ()
    """(column as `By.name()` or a metric, descending, nulls)."""
    limit: int | None = None
    offset: int = 0
    ungrouped: bool = False
    extra: dict[str, Any] = field(default_factory=dict)
    """compare, totals, subtotals, fill, timezone, pivot."""

    def document(self) -> dict[str, Any]:
        """As a MetricQuery."""
        made: dict[str, Any] = {
            "metrics": list(self.metrics),
            "by": [{"dimension": name_of(b.member), "grain": b.grain} for b in self.by],
            "filters": [_written(node) for node in self.where],
            "segments": [f"{s.table}.{s.name}" for s in self.segments],
            "order": [{"member": m, "desc": d, "nulls": n} for m, d, n in self.order],
            "limit": self.limit,
            "offset": self.offset,
            "ungrouped": self.ungrouped,
            **self.extra,
        }
        if self.since is not None or self.until is not None:
            dimension = name_of(self.range_of) if self.range_of else None
            made["time_range"] = {"dimension": dimension, "since": self.since, "until": self.until}
        return {key: value for key, value in made.items() if value not in ([], None, False, 0)}

    def leaves(self) -> Iterator[Where | Segment]:
        """Every comparison and segment of the filters."""
        for node in (*self.where, *self.segments):
            yield from leaves_of(node)


def leaves_of(node: Node) -> Iterator[Where | Segment]:
    """The comparisons and segments of a tree."""
    if isinstance(node, Tree):
        for part in node.parts:
            yield from leaves_of(part)
    else:
        yield node


def name_of(member: Member) -> str:
    """The full name; `time` for each metric's own time."""
    return member.name if not member.root else ".".join((member.root, *member.joins, member.name))


def _written(node: Node) -> dict[str, Any]:
    if isinstance(node, Tree):
        return {node.kind: [_written(part) for part in node.parts]}
    assert isinstance(node, Where)
    member = node.metric if node.metric is not None else name_of(node.member) if node.member else ""
    member += f"__{node.part}" if node.part else ""
    return {"member": member, "op": node.op, "values": [plain(value) for value in node.values]}


def plain(value: Cell) -> Any:
    """A value as JSON carries it."""
    return value if isinstance(value, bool | int | float | str) else str(value)
