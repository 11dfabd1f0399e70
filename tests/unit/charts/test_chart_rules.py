"""Which chart a table becomes is a law of its shape."""

from __future__ import annotations

import json

import pytest

from verity.charts.render import render
from verity.charts.rules import MOST_BARS, MOST_SERIES, build_chart
from verity.charts.terminal import draw
from verity.contracts.question import Chart
from verity.contracts.table import Column, Table
from verity.exceptions import ChartNotWritten

MONTH = Column(name="month", type="date", role="time", grain="month", member="orders.time")
STATE = Column(name="state", type="text", role="dimension")
KIND = Column(name="kind", type="text", role="dimension")
COUNT = Column(name="orders", type="bigint", role="metric")
MONEY = Column(name="total.price", type="decimal(38,2)", role="metric", unit="BRL")


def table(columns, rows):
    return Table(table_id="t", columns=tuple(columns), rows=tuple(map(tuple, rows)), row_count=len(rows))


@pytest.mark.parametrize(
    ("columns", "rows", "kind"),
    [
        ([COUNT], [[5]], "number"),
        ([COUNT], [[None]], "number"),
        ([MONTH, COUNT], [["2025-01-01", 1], ["2025-02-01", 2]], "line"),
        ([MONTH, STATE, COUNT], [["2025-01-01", "SP", 1], ["2025-01-01", None, 2]], "line"),
        ([STATE, COUNT], [["SP", 1], ["RJ", 2]], "bar"),
        ([STATE, KIND, COUNT], [["SP", "a", 1], ["RJ", "b", 2]], "grouped_bar"),
        ([STATE, COUNT, MONEY], [["SP", 1, "2.00"]], "table"),  # two units have no common axis
        ([MONTH, COUNT, MONEY], [["2025-01-01", 1, "2.00"]], "table"),
        ([COUNT, MONEY], [[1, "2.00"]], "table"),
        ([STATE], [["SP"]], "table"),
        ([STATE, COUNT], [], "table"),
    ],
)
def test_the_shape_of_a_table_decides_its_chart(columns, rows, kind):
    assert build_chart(table(columns, rows)).chart_kind == kind


def test_too_many_bars_or_lines_stay_a_table():
    assert build_chart(table([STATE, COUNT], [[str(i), i] for i in range(MOST_BARS + 1)])).chart_kind == "table"
    wide = [["2025-01-01", str(i), i] for i in range(MOST_SERIES + 1)]
    assert build_chart(table([MONTH, STATE, COUNT], wide)).chart_kind == "table"


def test_many_values_on_both_sides_become_a_heat_map():
    rows = [[str(i), str(j), i * j] for i in range(8) for j in range(8)]
    assert build_chart(table([STATE, KIND, COUNT], rows)).chart_kind == "heat_map"


def test_the_spec_holds_exactly_the_rows_of_the_table_and_no_more():
    chart = build_chart(table([STATE, MONEY], [["SP", "10.50"], [None, None]]), title="Price", language="es")
    assert chart.spec["data"]["values"] == [
        {"x": "SP", "y": 10.5, "s": "total.price"},
        {"x": "(sin valor)", "y": None, "s": "total.price"},
    ]
    assert (chart.x, chart.y, chart.series) == ("state", ("total.price",), None)


def test_a_chart_is_written_as_png_and_svg(tmp_path):
    chart = build_chart(table([MONTH, COUNT], [["2025-01-01", 1], ["2025-02-01", 2]]), title="Orders by month")
    render(chart, tmp_path / "a.png")
    render(chart, tmp_path / "a.svg")
    assert (tmp_path / "a.png").read_bytes().startswith(b"\x89PNG")
    svg = (tmp_path / "a.svg").read_text()
    assert "Orders by month" in svg
    assert "Jan 2025" in svg


@pytest.mark.parametrize("name", ["a.pdf", "a", "missing/a.png"])
def test_a_file_that_cannot_be_a_chart_is_refused_with_a_remedy(tmp_path, name):
    chart = build_chart(table([COUNT], [[1]]))
    with pytest.raises(ChartNotWritten) as caught:
        render(chart, tmp_path / name)
    assert caught.value.remedy


def test_a_table_without_a_chart_is_said(tmp_path):
    with pytest.raises(ChartNotWritten, match="no chart"):
        render(Chart(chart_kind="table"), tmp_path / "a.png")


def test_the_terminal_shows_bars_in_proportion():
    rows = [["SP", 80], ["RJ", 40], [None, None]]
    shown = table([STATE, COUNT], rows)
    lines = draw(shown, build_chart(shown), width=60).splitlines()
    assert lines[0].count("█") == 2 * lines[1].count("█") > 0
    assert lines[2].strip() == "-"


def test_the_terminal_shows_a_sparkline_for_each_series():
    rows = [[f"2025-0{m}-01", s, m] for s in ("a", "b") for m in (1, 2, 3)]
    shown = table([MONTH, STATE, COUNT], rows)
    assert draw(shown, build_chart(shown)) == "  a ▁▅█\n  b ▁▅█"


def test_a_spec_is_plain_json():
    chart = build_chart(table([STATE, COUNT], [["SP", 1]]))
    assert json.loads(json.dumps(chart.spec)) == chart.spec
