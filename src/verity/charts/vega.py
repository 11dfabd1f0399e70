"""Vega-Lite specs for the shapes that `rules.py` knows. Data is inline, fields are positional, titles carry names.

Column names never become Vega field names: a dot or bracket in one would be read as a path.
Source of the form: the Vega-Lite v5/v6 JSON schema.
"""

from __future__ import annotations

from dataclasses import dataclass

from verity.contracts.question import Language
from verity.contracts.table import Cell, Column, Table
from verity.core.number_format import is_percent

Spec = dict[str, object]

PALETTE = ("#0072B2", "#E69F00", "#009E73", "#CC79A7", "#56B4E9", "#D55E00", "#8A7A00", "#666666")
"""Okabe and Ito's colours for every kind of colour vision, yellow darkened to hold against white."""

NO_VALUE = {"en": "(none)", "es": "(sin valor)"}
TIME_FORMATS = {"year": "%Y", "quarter": "%Y Q%q", "month": "%b %Y", "week": "%d %b %Y", "day": "%d %b %Y"}


@dataclass(frozen=True)
class Mark:
    """Which columns (by index) are drawn as what."""

    x: int
    y: tuple[int, ...]
    series: int | None


def number(table: Table, metric: int, title: str, language: Language) -> Spec:
    """One number, large, with its name below."""
    column = table.columns[metric]
    value = table.rows[0][metric]
    shown = NO_VALUE[language] if value is None else _as_number(value)
    return {
        **_base(title, width=320, height=120),
        "data": {"values": [{"y": shown}]},
        "mark": {"type": "text", "fontSize": 44, "fontWeight": 600, "color": PALETTE[0]},
        "encoding": {"text": {"field": "y", "type": "nominal" if value is None else "quantitative", **_format(column)}},
    }


def lines(table: Table, mark: Mark, title: str, language: Language) -> Spec:
    """A line with points for each series, time from left to right."""
    time = table.columns[mark.x]
    x = {
        "field": "x",
        "type": "temporal",
        "title": _name(time),
        "axis": {"format": TIME_FORMATS.get(time.grain or "", "%d %b %Y"), "labelOverlap": True, "labelAngle": 0},
        "scale": {"type": "utc"},
    }
    return {
        **_base(title),
        "data": {"values": _long(table, mark, language)},
        "mark": {"type": "line", "point": {"size": 30}, "strokeWidth": 2},
        "encoding": {
            "x": x,
            "y": _quantity(table, mark),
            **_color(table, mark),
            "tooltip": _tooltip(table, mark, "temporal"),
        },
    }


def bars(table: Table, mark: Mark, title: str, language: Language) -> Spec:
    """Horizontal bars in the order of the rows, so that long labels stay readable."""
    return {
        **_base(title, height={"step": 22}),
        "data": {"values": _long(table, mark, language)},
        "mark": {"type": "bar", "color": PALETTE[0]},
        "encoding": {
            "y": _categories(table, mark),
            "x": _quantity(table, mark),
            "tooltip": _tooltip(table, mark, "nominal"),
        },
    }


def grouped_bars(table: Table, mark: Mark, title: str, language: Language) -> Spec:
    """Bars side by side: a group for each value of x, a colour for each series."""
    return {
        **_base(title, height={"step": 14}),
        "data": {"values": _long(table, mark, language)},
        "mark": {"type": "bar"},
        "encoding": {
            "y": _categories(table, mark),
            "yOffset": {"field": "s", "type": "nominal", "sort": None},
            "x": _quantity(table, mark),
            **_color(table, mark),
            "tooltip": _tooltip(table, mark, "nominal"),
        },
    }


def heat_map(table: Table, mark: Mark, title: str, language: Language) -> Spec:
    """A cell for each pair of values, darker for more."""
    series = table.columns[mark.series if mark.series is not None else mark.x]
    metric = table.columns[mark.y[0]]
    return {
        **_base(title, width={"step": 30}, height={"step": 22}),
        "data": {"values": _long(table, mark, language)},
        "mark": {"type": "rect"},
        "encoding": {
            "y": _categories(table, mark),
            "x": {"field": "s", "type": "nominal", "sort": None, "title": _name(series)},
            "color": {"field": "y", "type": "quantitative", "title": _name(metric), "scale": {"scheme": "blues"}},
            "tooltip": _tooltip(table, mark, "nominal"),
        },
    }


def _categories(table: Table, mark: Mark) -> Spec:
    name = _name(table.columns[mark.x])
    return {"field": "x", "type": "nominal", "sort": None, "title": name, "axis": {"labelLimit": 260}}


def _base(title: str, width: object = 560, height: object = 320) -> Spec:
    return {
        "$schema": "https://vega.github.io/schema/vega-lite/v5.json",
        **({"title": {"text": _wrapped(title), "anchor": "start", "fontSize": 14}} if title else {}),
        "width": width,
        "height": height,
        "background": "white",
        "padding": 12,
        "config": {
            "font": "Liberation Sans, Arial, sans-serif",
            "range": {"category": list(PALETTE)},
            "view": {"stroke": None},
            "axis": {
                "grid": True,
                "gridColor": "#ECECEC",
                "domainColor": "#888",
                "labelFontSize": 11,
                "titleFontSize": 12,
            },
        },
    }


def _wrapped(title: str, width: int = 76) -> list[str]:
    lines_: list[str] = [""]
    for word in title.split():
        fits = len(lines_[-1]) + len(word) < width
        lines_ = [*lines_[:-1], f"{lines_[-1]} {word}".strip()] if fits else [*lines_, word]
    return lines_


def _long(table: Table, mark: Mark, language: Language) -> list[Spec]:
    none = NO_VALUE[language]
    x_is_time = table.columns[mark.x].role == "time"
    rows: list[Spec] = []
    for row in table.rows:
        if x_is_time and row[mark.x] is None:
            continue  # a row without a time has no place on the axis; the table beside the chart shows it
        x = row[mark.x] if x_is_time else _label(row[mark.x], none)
        for y in mark.y:
            series = _name(table.columns[y]) if mark.series is None else _label(row[mark.series], none)
            rows.append({"x": x, "y": _as_number(row[y]), "s": series})
    return rows


def _quantity(table: Table, mark: Mark) -> Spec:
    names = [_name(table.columns[i]) for i in mark.y]
    unit = table.columns[mark.y[0]].shown_unit
    title = names[0] if len(names) == 1 else ""
    shown = f"{title} ({unit})".strip() if unit else title
    return {"field": "y", "type": "quantitative", "title": shown or None, "axis": _format(table.columns[mark.y[0]])}


def _color(table: Table, mark: Mark) -> Spec:
    if mark.series is None and len(mark.y) == 1:
        return {}
    title = None if mark.series is None else _name(table.columns[mark.series])
    return {"color": {"field": "s", "type": "nominal", "sort": None, "title": title, "legend": {"labelLimit": 260}}}


def _tooltip(table: Table, mark: Mark, kind: str) -> list[Spec]:
    shown: list[Spec] = [{"field": "x", "type": kind, "title": _name(table.columns[mark.x])}]
    if mark.series is not None or len(mark.y) > 1:
        shown.append({"field": "s", "type": "nominal", "title": _name(table.columns[mark.series or mark.y[0]])})
    return [*shown, {"field": "y", "type": "quantitative", "title": _name(table.columns[mark.y[0]])}]


def _format(column: Column) -> Spec:
    if is_percent(column):
        return {"format": ".1%"}
    return {"format": ",.2~f" if column.type.startswith(("decimal", "double")) else ",d"}


def _name(column: Column) -> str:
    return column.label or column.name.replace("_", " ")


def _label(value: Cell, none: str) -> str:
    return none if value is None else str(value)


def _as_number(value: Cell) -> float | int | None:
    if value is None or isinstance(value, bool | int | float):
        return value
    return float(value)
