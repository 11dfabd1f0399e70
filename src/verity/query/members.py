"""What may be asked for, as a list: `verity query --list` and every catalogue page."""

from __future__ import annotations

from typing import Literal

from verity.contracts.base import Contract
from verity.semantic.model import Model


class ListedMember(Contract):
    """One metric, dimension or segment. `problem` says why one that is defined cannot be used."""

    kind: Literal["metric", "dimension", "segment"]
    member: str
    description: str = ""
    type: str | None = None
    unit: str | None = None
    problem: str | None = None


def listed(model: Model) -> tuple[ListedMember, ...]:
    """Every member on offer: metrics, then dimensions, then segments."""
    catalog = model.catalog
    problems = {member: error.message for member, error in model.problems.items()}
    metrics = [
        ListedMember(
            kind="metric",
            member=m.member,
            description=m.entry.description,
            type=model.metrics[m.member].type if m.member in model.metrics else None,
            unit=m.entry.unit,
            problem=problems.get(m.member),
        )
        for m in catalog.metrics()
    ]
    dimensions = [
        ListedMember(
            kind="dimension",
            member=d.member,
            description=d.column.entry.description if d.column.entry else "",
            type=d.column.type,
            unit=d.column.entry.unit if d.column.entry else None,
            problem=problems.get(d.member),
        )
        for d in catalog.dimensions()
    ]
    segments = [
        ListedMember(kind="segment", member=s.member, description=s.entry.description, problem=problems.get(s.member))
        for s in catalog.segments()
    ]
    return (*metrics, *dimensions, *segments)
