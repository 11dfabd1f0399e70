"""Which chart a table is, decided by the roles, number and units of its columns alone.

metrics only, one row, one metric      number
one time dimension                     line, a series for each metric of the one unit
one time + one other dimension         line, a series for each value (up to MOST_SERIES)
one other dimension, one metric        bar (up to MOST_BARS)
one other dimension, several metrics   grouped bar, where they share a unit
two other dimensions, one metric       grouped bar where the second has few values, else heat map
anything else                          table
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from verity.charts.vega import Mark, bars, grouped_bars, heat_map, lines, number
from verity.contracts.question import Chart, Language
from verity.contracts.table import Cell, Column, Table

MOST_SERIES = 8
MOST_BARS = 40
FEW_GROUPS = 6
MOST_CELLS = 30


@dataclass(frozen=True)
class Shape:
    """A table seen as a chart sees it."""

    table: Table
    times: tuple[int, ...]
    others: tuple[int, ...]
    metrics: tuple[int, ...]

    def column(self, index: int) -> Column:
        """The column at `index`."""
        return self.table.columns[index]

    def distinct(self, index: int) -> list[Cell]:
        """The values of a column, in the order of the rows."""
        return list(dict.fromkeys(row[index] for row in self.table.rows))

    @property
    def one_unit(self) -> bool:
        """True where every metric is measured in the same unit, so that one axis serves them all."""
        return len({self.column(index).unit for index in self.metrics}) == 1


def build_chart(table: Table, title: str = "", language: Language = "en") -> Chart:
    """The chart of a table. `spec` is None for `table` and for an empty result, which need none."""
    shape = Shape(table, *_by_role(table))
    for rule in RULES:
        chart = rule(shape, title, language)
        if chart is not None:
            return chart
    return Chart(chart_kind="table", x=None, y=tuple(shape.column(i).name for i in shape.metrics))


def _by_role(table: Table) -> tuple[tuple[int, ...], tuple[int, ...], tuple[int, ...]]:
    def having(role: str) -> tuple[int, ...]:
        return tuple(i for i, column in enumerate(table.columns) if column.role == role)

    return having("time"), having("dimension"), having("metric")


def _number(shape: Shape, title: str, language: Language) -> Chart | None:
    if shape.times or shape.others or len(shape.metrics) != 1 or shape.table.row_count != 1:
        return None
    return _chart("number", shape, None, shape.metrics, None, number(shape.table, shape.metrics[0], title, language))


def _time_line(shape: Shape, title: str, language: Language) -> Chart | None:
    if len(shape.times) != 1 or shape.others or not shape.metrics or not shape.one_unit or not shape.table.rows:
        return None
    time = shape.times[0]
    spec = lines(shape.table, Mark(x=time, y=shape.metrics, series=None), title, language)
    return _chart("line", shape, time, shape.metrics, None, spec)


def _time_series(shape: Shape, title: str, language: Language) -> Chart | None:
    if len(shape.times) != 1 or len(shape.others) != 1 or len(shape.metrics) != 1 or not shape.table.rows:
        return None
    time, series = shape.times[0], shape.others[0]
    if len(shape.distinct(series)) > MOST_SERIES:
        return None
    spec = lines(shape.table, Mark(x=time, y=shape.metrics, series=series), title, language)
    return _chart("line", shape, time, shape.metrics, series, spec)


def _bar(shape: Shape, title: str, language: Language) -> Chart | None:
    if shape.times or len(shape.others) != 1 or len(shape.metrics) != 1 or not 0 < len(shape.table.rows) <= MOST_BARS:
        return None
    spec = bars(shape.table, Mark(x=shape.others[0], y=shape.metrics, series=None), title, language)
    return _chart("bar", shape, shape.others[0], shape.metrics, None, spec)


def _grouped_metrics(shape: Shape, title: str, language: Language) -> Chart | None:
    fits = not shape.times and len(shape.others) == 1 and 2 <= len(shape.metrics) <= FEW_GROUPS and shape.one_unit
    if not fits or not 0 < len(shape.table.rows) <= MOST_BARS:
        return None
    spec = grouped_bars(shape.table, Mark(x=shape.others[0], y=shape.metrics, series=None), title, language)
    return _chart("grouped_bar", shape, shape.others[0], shape.metrics, None, spec)


def _two_dimensions(shape: Shape, title: str, language: Language) -> Chart | None:
    if shape.times or len(shape.others) != 2 or len(shape.metrics) != 1 or not shape.table.rows:
        return None
    first, second = shape.others
    groups, bars_wide = len(shape.distinct(second)), len(shape.distinct(first))
    if max(groups, bars_wide) > MOST_CELLS:
        return None
    draw: Callable[[Table, Mark, str, Language], dict[str, object]]
    kind, draw = ("grouped_bar", grouped_bars) if groups <= FEW_GROUPS else ("heat_map", heat_map)
    spec = draw(shape.table, Mark(x=first, y=shape.metrics, series=second), title, language)
    return _chart(kind, shape, first, shape.metrics, second, spec)


def _chart(
    kind: str, shape: Shape, x: int | None, y: tuple[int, ...], series: int | None, spec: dict[str, object]
) -> Chart:
    return Chart(
        chart_kind=kind,
        x=None if x is None else shape.column(x).name,
        y=tuple(shape.column(i).name for i in y),
        series=None if series is None else shape.column(series).name,
        spec=spec,
    )


RULES = (_number, _time_line, _time_series, _bar, _grouped_metrics, _two_dimensions)
