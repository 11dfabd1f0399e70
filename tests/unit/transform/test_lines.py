"""How dbt ended a node, as the line that people read."""

from __future__ import annotations

import pytest

from verity.transform.dbt_runner import NodeResult
from verity.transform.lines import stage_line


def node(status: str, **more: object) -> NodeResult:
    return NodeResult(
        **{
            "kind": "model", "name": "orders", "schema": "silver__next", "relation": "orders", "status": status,
            "file": "models/silver/orders.sql", "compiled": None, "message": "", "failures": None, "seconds": 0.12345,
            **more,
        }
    )  # fmt: skip


def line_of(result: NodeResult):
    return stage_line(result, rows={"silver.orders": 7}, suffix="__next")


def test_a_built_model_is_named_as_it_will_be_published_with_its_rows():
    line = line_of(node("success"))
    assert (line.name, line.status, line.rows, line.seconds) == ("silver.orders", "ok", 7, 0.123)


def test_a_failed_model_names_the_file_to_mend_and_the_sql_that_ran():
    line = line_of(node("error", message="Runtime Error\n  bad column", compiled=".verity/build/target/x.sql"))
    assert (line.status, line.code, line.message) == ("failed", "VRT-562", "bad column")
    assert line.remedy == "Mend models/silver/orders.sql; the SQL that ran: .verity/build/target/x.sql"


@pytest.mark.parametrize(("count", "said"), [(1, "1 row breaks it"), (1200, "1,200 rows break it")])
def test_a_failed_test_counts_the_rows_that_break_it(count: int, said: str):
    line = line_of(node("fail", kind="test", name="unique_id", relation=None, failures=count))
    assert (line.name, line.status, line.code, line.message) == ("test unique_id", "failed", "VRT-563", said)


def test_a_test_that_cannot_run_says_why_and_is_no_count_of_rows():
    line = line_of(node("error", kind="test", name="unique_id", relation=None, message="no such column"))
    assert (line.status, line.rows, line.message) == ("failed", None, "no such column")


def test_what_was_skipped_is_neither_built_nor_failed():
    assert [line_of(node("skipped", kind=kind)).status for kind in ("model", "test")] == ["skipped", "skipped"]


def test_a_hook_of_the_project_is_named_as_one():
    assert line_of(node("success", kind="operation", name="start-0", relation=None)).name == "hook start-0"


def test_a_status_that_dbt_invents_later_is_a_failure():
    assert line_of(node("exploded")).status == "failed"
