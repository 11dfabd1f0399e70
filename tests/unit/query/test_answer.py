"""What a query by name gives in Python."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal

import pyarrow as pa
import pytest

from verity.contracts.metric import MetricQuery
from verity.contracts.question import Evidence, MetricEvidence
from verity.contracts.table import Column, Table
from verity.exceptions import PackageMissing
from verity.query.answer import SHOWN, QueryAnswer

COLUMNS = (
    Column(name="region", type="text", role="dimension"),
    Column(name="day", type="date", role="time"),
    Column(name="at", type="timestamptz", role="time"),
    Column(name="revenue", type="decimal(38,2)", role="metric"),
    Column(name="rate", type="double", role="metric"),
    Column(name="orders", type="bigint", role="metric"),
)
ROW = ("<EU>", "2024-02-29", "2024-02-29T23:30:00+00:00", "1234.50", 0.25, 3)


def answer(*rows: tuple[object, ...], truncated: bool = False) -> QueryAnswer:
    table = Table(table_id="t", columns=COLUMNS, rows=rows, row_count=len(rows), truncated=truncated)
    evidence = Evidence(metrics=(MetricEvidence(name="orders.revenue", version="1.0+ab", sql="SUM(a < b)"),))
    return QueryAnswer(MetricQuery(metrics=("revenue",)), table, evidence)


def test_arrow_has_the_plans_types_and_exact_values():
    made = answer(ROW, (None,) * 6).arrow()
    assert made.schema.field("revenue").type == pa.decimal128(38, 2)
    assert made.schema.field("at").type == pa.timestamp("us", tz="UTC")
    first = made.to_pylist()[0]
    assert first["revenue"] == Decimal("1234.50")
    assert first["day"] == date(2024, 2, 29)
    assert first["at"] == datetime(2024, 2, 29, 23, 30, tzinfo=UTC)
    assert made.to_pylist()[1] == dict.fromkeys(made.column_names)


def test_rows_are_counted_and_given_as_dicts():
    made = answer(ROW)
    assert len(made) == 1
    assert next(iter(made))["revenue"] == "1234.50"


def test_the_repr_is_a_table_that_says_what_it_leaves_out():
    shown = repr(answer(*[ROW] * (SHOWN + 5), truncated=True))
    assert "1,234.50" in shown
    assert shown.endswith("(25 rows, 5 not shown, cut at the row cap: more exist)")
    assert repr(answer()).endswith("(0 rows)")


def test_a_notebook_shows_values_as_text_never_as_markup():
    shown = answer(ROW, (None,) * 6)._repr_html_()
    assert "&lt;EU&gt;" in shown
    assert "<EU>" not in shown
    assert "SUM(a &lt; b)" in shown


def test_a_frame_library_that_is_missing_is_named(monkeypatch):
    monkeypatch.setitem(__import__("sys").modules, "polars", None)
    with pytest.raises(PackageMissing, match="polars"):
        answer(ROW).polars()


@pytest.mark.parametrize(
    ("partial", "cut"),
    [("2024-02-01T00:00:00", None), ("2024-02-01", "2024-02-01"), ("2024-03-01", None), (None, None)],
)
def test_a_period_that_is_not_over_is_told_where_the_rows_show_it(partial, cut):
    month = Column(name="month", type="date", role="time", grain="month")
    table = Table(table_id="t", columns=(month,), rows=(("2024-02-01",), (None,)), row_count=2)
    made = QueryAnswer(MetricQuery(metrics=("revenue",)), table, Evidence(), partial)
    assert made.cut_period == cut
    assert ("the period from 2024-02-01 on is not complete" in repr(made)) == bool(cut)
