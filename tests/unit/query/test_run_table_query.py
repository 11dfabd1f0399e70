"""run_table_query@1.1: its schemas, what it records, and under whose policy it runs."""

from __future__ import annotations

import time
from collections.abc import Iterator
from datetime import date

import jsonschema_rs
import pytest
from tests.small_orders import MemoryEngine, dictionary_of, tables

from verity.contracts.identity import OWNER, Principal
from verity.contracts.table import Table
from verity.contracts.tool import ToolContext
from verity.exceptions import UnknownMember
from verity.query.service import QueryService
from verity.tools.run_table_query import RunTableQuery


@pytest.fixture
def tool() -> Iterator[RunTableQuery]:
    engine = MemoryEngine()
    yield RunTableQuery(QueryService(engine, lambda: dictionary_of(tables())))
    engine.close()


def context(principal: Principal = OWNER) -> ToolContext:
    return ToolContext(principal, "c_1", date(2024, 5, 1), deadline=time.monotonic() + 30)


ARGS = {"query": {"metrics": ["repeat_customers", "revenue"], "by": [{"dimension": "time", "grain": "month"}]}}


def test_its_output_is_a_table_of_its_own_schema(tool: RunTableQuery) -> None:
    jsonschema_rs.validator_for(tool.definition.input_schema).validate(ARGS)
    result = tool(ARGS, context())
    jsonschema_rs.validator_for(tool.definition.output_schema).validate(result.output)
    evidence = result.output.pop("evidence")
    table = Table.model_validate(result.output)
    assert [c.name for c in table.columns] == ["month", "repeat_customers", "revenue"]
    assert table.rows[1] == ("2024-02-01", 2, "32.00")
    assert result.trace["engine"] == "duckdb"
    assert [m["name"] for m in evidence["metrics"]] == ["orders.repeat_customers", "orders.revenue"]


def test_it_records_what_the_rows_were_made_from(tool: RunTableQuery) -> None:
    result = tool(ARGS, context())
    assert result.data_version == "v1"
    assert result.dictionary_hash == dictionary_of(tables()).content_hash
    assert len(result.policy_hash or "") == 64
    assert result.trace["freshness"]["data_version"] == "v1"
    assert result.output["evidence"]["plan"]["scans"][0]["root"] == "orders"


def test_running_it_again_gives_the_same_output(tool: RunTableQuery) -> None:
    assert tool(ARGS, context()).output == tool(ARGS, context()).output


def test_it_runs_as_the_caller_and_nobody_else(tool: RunTableQuery) -> None:
    with pytest.raises(UnknownMember):
        tool(ARGS, context(Principal(id="x", roles=("viewer",))))
