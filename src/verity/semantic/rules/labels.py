"""Name and type the result's columns: short names where they are unique, full ones where they are not."""

from __future__ import annotations

from collections import Counter

from verity.contracts.metric import TIME
from verity.contracts.table import Column
from verity.semantic import types
from verity.semantic.work import Asked, Output, Work

LONGEST_LABEL = 60
"""Bytes; PostgreSQL cuts names at 63."""


def label_columns(work: Work) -> None:
    """Fill `labels` and `columns`; the types are known by now."""
    dimensions = [_dimension_names(asked) for asked in work.dimensions]
    metrics = [(output.metric.name + output.suffix, output.member) for output in work.outputs]
    work.labels = _unique([*dimensions, *metrics])
    count = len(work.dimensions)
    work.columns = [
        *(_dimension(work, i, asked) for i, asked in enumerate(work.dimensions)),
        *(_output(work.labels[count + i], output) for i, output in enumerate(work.outputs)),
    ]


def _dimension_names(asked: Asked) -> tuple[str, str]:
    if asked.at is None:
        return asked.grain or TIME, f"{TIME}_{asked.grain}"
    suffix = f"_{asked.grain}" if asked.grain else ""
    return asked.at.column.name + suffix, asked.member + suffix


def _unique(names: list[tuple[str, str]]) -> list[str]:
    shorts = Counter(short for short, _ in names)
    labels = [short if shorts[short] == 1 else full for short, full in names]
    return [label if len(label.encode()) <= LONGEST_LABEL else f"column_{i + 1}" for i, label in enumerate(labels)]


def _dimension(work: Work, index: int, asked: Asked) -> Column:
    of = work.types[index]
    entry = asked.at.column.entry if asked.at is not None else None
    is_time = asked.at is None or types.family(of) in types.TEMPORAL
    return Column(
        name=work.labels[index],
        type=of or "text",
        role="time" if is_time else "dimension",
        unit=entry.unit if entry else None,
        member=asked.member,
        format=entry.format if entry else None,
        grain=asked.grain,
    )


def _output(label: str, output: Output) -> Column:
    metric = output.metric
    growth = output.part == "growth"
    return Column(
        name=label,
        type="double" if growth else metric.type or "double",
        role="metric",
        unit=None if growth else metric.entry.unit,
        member=output.member,
        format=None if growth else metric.entry.shown_format,
    )
