"""A result with the values of one dimension as columns."""

from __future__ import annotations

import pytest

from verity.contracts.metric import GroupBy, MetricQuery
from verity.contracts.table import Column, Table
from verity.exceptions import PivotInvalid
from verity.query.pivot import MOST_VALUES, pivoted

COLUMNS = (
    Column(name="country", type="text", role="dimension", member="customers.country"),
    Column(name="quarter", type="date", role="time", member="time", grain="quarter"),
    Column(name="orders", type="bigint", role="metric", member="orders.orders"),
    Column(name="buyers", type="bigint", role="metric", member="orders.buyers"),
)
ROWS = (("ES", "2025-01-01", 1, 1), ("ES", "2025-04-01", 2, 2), ("PH", "2025-04-01", 3, 1), (None, None, 4, 0))


def turned(*shown: int, rows: tuple[tuple[object, ...], ...] = ROWS, limit: int | None = None) -> Table:
    kept = (0, 1, *shown)
    table = Table(
        table_id="t",
        columns=tuple(COLUMNS[i] for i in kept),
        rows=tuple(tuple(row[i] for i in kept) for row in rows),
        row_count=len(rows),
    )
    by = (GroupBy(dimension="country"), GroupBy(dimension="time", grain="quarter"))
    return pivoted(table, MetricQuery(metrics=("orders",), by=by, pivot="quarter", limit=limit))


def test_values_become_columns_in_order_and_none_comes_last():
    made = turned(2)
    assert [column.name for column in made.columns] == ["country", "2025-01-01", "2025-04-01", "(none)"]
    assert [column.label for column in made.columns[1:]] == ["2025-Q1", "2025-Q2", "(none)"]
    assert made.rows == (("ES", 1, 2, None), ("PH", None, 3, None), (None, None, None, 4))


def test_several_metrics_are_told_apart_in_names_and_labels():
    made = turned(2, 3)
    assert [column.name for column in made.columns[1:3]] == ["2025-01-01 orders", "2025-01-01 buyers"]
    assert [column.label for column in made.columns[1:3]] == ["2025-Q1 orders", "2025-Q1 buyers"]
    assert made.rows[0] == ("ES", 1, 1, 2, 2, None, None)


def test_the_limit_counts_the_rows_that_are_shown():
    assert turned(2, limit=1).rows == (("ES", 1, 2, None),)


def test_more_columns_than_can_be_read_are_refused():
    rows = tuple(("ES", f"{year}-01-01", 1, 1) for year in range(1800, 1801 + MOST_VALUES))
    with pytest.raises(PivotInvalid, match="201 values"):
        turned(2, rows=rows)
