"""A small chart in text: bars for each row, or one sparkline a series where the rows are many."""

from __future__ import annotations

from collections.abc import Sequence

from verity.contracts.question import Chart
from verity.contracts.table import Cell, Column, Table
from verity.core.number_format import format_moment

EIGHTHS = " ▏▎▍▌▋▊▉█"
LEVELS = "▁▂▃▄▅▆▇█"
MOST_BARS = 40


def draw(table: Table, chart: Chart, width: int = 80) -> str:
    """The chart in at most `width` columns of text; empty where a chart would add nothing."""
    if chart.x is None or len(chart.y) != 1 or table.row_count < 2:
        return ""
    names = [column.name for column in table.columns]
    x = table.columns[names.index(chart.x)]
    labels = [_label(row[names.index(chart.x)], x) for row in table.rows]
    values = [_number(row[names.index(chart.y[0])]) for row in table.rows]
    if chart.series is not None:
        keys = [_text(row[names.index(chart.series)]) for row in table.rows]
        return _sparklines(keys, values) if chart.chart_kind == "line" else ""
    if table.row_count > MOST_BARS:
        return _sparklines([""] * len(values), values)
    return _bars(labels, values, width)


def _bars(labels: Sequence[str], values: Sequence[float | None], width: int) -> str:
    if any(value is not None and value < 0 for value in values):
        return ""  # a bar to the left has no room in a line of text; the table says it better
    top = max((value for value in values if value is not None), default=0.0)
    wide = min(max(map(len, labels)), 28)
    room = max(10, min(50, width - wide - 4))
    return "\n".join(
        f"  {_cut(label, wide)} {_bar(value, top, room)}".rstrip() for label, value in zip(labels, values, strict=True)
    )


def _bar(value: float | None, top: float, room: int) -> str:
    if value is None or top <= 0:
        return ""
    eighths = round(value / top * room * 8)
    return EIGHTHS[8] * (eighths // 8) + EIGHTHS[eighths % 8].strip()


def _sparklines(keys: Sequence[str], values: Sequence[float | None]) -> str:
    series: dict[str, list[float | None]] = {}
    for key, value in zip(keys, values, strict=True):
        series.setdefault(key, []).append(value)
    known = [value for value in values if value is not None]
    if not known:
        return ""
    low, high = min(known), max(known)
    wide = min(max(map(len, series)), 28)
    return "\n".join(f"  {_cut(key, wide)} {_spark(points, low, high)}".rstrip() for key, points in series.items())


def _spark(points: Sequence[float | None], low: float, high: float) -> str:
    span = (high - low) or 1.0
    return "".join(" " if p is None else LEVELS[min(7, int((p - low) / span * 8))] for p in points)


def _cut(text: str, wide: int) -> str:
    return text.ljust(wide) if len(text) <= wide else text[: wide - 1] + "…"


def _label(value: Cell, column: Column) -> str:
    return _text(value) if value is None or column.role != "time" else format_moment(str(value), column)


def _text(value: Cell) -> str:
    return "-" if value is None else str(value)


def _number(value: Cell) -> float | None:
    return None if value is None or isinstance(value, bool) else float(value)
