"""The table (section 18) and the chart (section 20) of the reference, produced as shown from a query of its own."""

from __future__ import annotations

import time
from collections.abc import Iterator
from datetime import date

import pytest
from tests.small_orders import MemoryEngine, dictionary_of, tables

from verity.contracts.identity import OWNER
from verity.contracts.question import Chart
from verity.contracts.table import Table
from verity.contracts.tool import ToolContext
from verity.query.service import QueryService
from verity.tools.build_chart import BuildChart
from verity.tools.run_table_query import RunTableQuery

COLUMNS = ["month", "repeat_customers", "total_customers"]
SHOWN_CHART = {"chart_kind": "line", "x": "month", "y": ["repeat_customers", "total_customers"]}
QUERY = {"metrics": ["repeat_customers", "total_customers"], "by": [{"dimension": "time", "grain": "month"}]}


@pytest.fixture
def table() -> Iterator[Table]:
    shop = tables()
    shop["orders"]["metrics"]["total_customers"] = {"sql": "COUNT(DISTINCT customer_id)"}
    engine = MemoryEngine()
    tool = RunTableQuery(QueryService(engine, lambda: dictionary_of(shop)))
    output = tool({"query": QUERY}, context()).output
    yield Table.model_validate({key: value for key, value in output.items() if key != "evidence"})
    engine.close()


def context() -> ToolContext:
    return ToolContext(OWNER, "c123", date(2025, 12, 20), deadline=time.monotonic() + 30)


def test_18_the_table_is_produced_as_shown(table):
    form = table.reference_form()
    assert list(form) == ["table_id", "columns", "rows"]
    assert form["table_id"].startswith("t_")
    assert form["columns"] == COLUMNS
    assert form["rows"][0] == ["2024-01-01", 1, 1]


def test_20_the_chart_is_produced_as_shown(table):
    output = BuildChart()({"table": table.model_dump(mode="json")}, context()).output
    assert Chart.model_validate(output).reference_form() == SHOWN_CHART
