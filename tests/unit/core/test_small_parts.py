"""Policies, the registry, schemas and redaction."""

from __future__ import annotations

import threading
import time

import pytest
from tests.core_stand_ins import Stub

from verity.contracts.question import Intent, IntentResult, Resolution
from verity.core.agent_policy import AgentPolicy
from verity.core.intent_resolver import IntentResolver
from verity.core.redaction import one_line, redact
from verity.core.schema_validator import SchemaValidator
from verity.core.tool_registry import ToolRegistry
from verity.core.worker_pool import WorkerPool
from verity.exceptions import (
    IntentNotRecognized,
    ToolAlreadyRegistered,
    ToolInputInvalid,
    ToolNotFound,
    ToolSchemaInvalid,
)
from verity.tools.base import define
from verity.tools.transports.local import LocalTransport


def test_a_pinned_version_allows_that_version_alone():
    policy = AgentPolicy({"agent": "a", "allowed_tools": ["query@1.1"]})
    assert policy.can_execute("query@1.1")
    assert policy.can_execute("query")
    assert not policy.can_execute("query@1.2")
    assert not policy.can_execute("query@")
    assert not policy.can_execute("")
    assert not policy.can_execute("quer")


def test_a_policy_has_a_hash_of_its_document():
    one, same = (AgentPolicy({"agent": "a", "allowed_tools": ["x"]}) for _ in range(2))
    assert one.hash == same.hash != AgentPolicy({"agent": "a", "allowed_tools": ["x", "y"]}).hash


def test_versions_are_ordered_as_numbers():
    registry = ToolRegistry()
    for version in ("1.9", "1.10", "1.2"):
        registry.register(define("query", version, takes={}, gives={}))
    assert [each.version for each in registry.versions("query")] == ["1.10", "1.9", "1.2"]


def test_a_tool_that_is_not_there_names_the_nearest():
    registry = ToolRegistry()
    registry.register(define("run_table_query", "1.1", takes={}, gives={}))
    with pytest.raises(ToolNotFound) as caught:
        registry.get("run_table_query", "1.2")
    assert "run_table_query@1.1" in caught.value.remedy


def test_a_transport_takes_each_version_once():
    with pytest.raises(ToolAlreadyRegistered):
        LocalTransport([Stub("x", "1.0", {}), Stub("x", "1.0", {})])


def test_a_schema_is_compiled_once_a_version_and_names_each_path():
    schema = {"type": "object", "properties": {"rows": {"type": "array", "items": {"type": "integer"}}}}
    tool, validator = define("x", "1.0", takes=schema, gives={}), SchemaValidator()
    with pytest.raises(ToolInputInvalid, match=r"\$\.rows\[1\]: .*; \$\.rows\[2\]: "):
        validator.check_input(tool, {"rows": [1, "a", "b"]})
    first = validator._validator(tool, "input")
    validator.check_input(tool, {"rows": [1]})
    assert validator._validator(tool, "input") is first


def test_dates_are_held_against_their_format_and_patterns_take_no_trailing_newline():
    schema = {
        "type": "object",
        "properties": {"d": {"type": "string", "format": "date"}, "h": {"pattern": "^[0-9a-f]+$"}},
    }
    tool, validator = define("x", "1.0", takes=schema, gives={}), SchemaValidator()
    validator.check_input(tool, {"d": "2025-02-28", "h": "af"})
    for wrong in ({"d": "2025-02-30"}, {"h": "af\n"}):
        with pytest.raises(ToolInputInvalid):
            validator.check_input(tool, wrong)


def test_a_definition_with_a_broken_schema_is_refused():
    with pytest.raises(ToolSchemaInvalid, match="output"):
        SchemaValidator().check_definition(define("x", "1.0", takes={}, gives={"type": 5}))


def test_an_error_message_is_cut_and_on_one_line():
    assert one_line("\n  first \nsecond") == "first"
    assert len(one_line("x" * 5000)) == 300
    assert one_line("") == ""


@pytest.mark.parametrize(
    "text",
    [
        "postgresql://ana:hunter2@db/x",
        "password=hunter2 host=db",
        "{'password': 'hunter2'}",
        'api_key: "hunter2"',
        "Authorization: Bearer hunter2abc",
        "token=hunter2&x=1",
    ],
)
def test_secrets_of_the_usual_shapes_are_masked(text: str):
    assert "hunter2" not in redact(text)


@pytest.mark.parametrize("text", ["no such column 'token_count'", "12:30 on 2025-01-01", "http://host/path?x=1"])
def test_plain_text_is_left_alone(text: str):
    assert redact(text) == text


QUERY = {"status": "resolved", "language": "en", "query": {"metrics": ["a.b"]}}


@pytest.mark.parametrize(
    ("resolution", "proposed", "settled"),
    [
        (QUERY, Intent.AGGREGATE_METRICS, Intent.AGGREGATE_METRICS),
        (QUERY, Intent.FORECAST, Intent.FORECAST),
        (QUERY, Intent.EXPLAIN_DATA, Intent.AGGREGATE_METRICS),
        (QUERY, Intent.COMPARE_PERIODS, Intent.AGGREGATE_METRICS),
        ({**QUERY, "query": {"metrics": ["a.b"], "compare": "previous_year"}}, Intent.UNKNOWN, Intent.COMPARE_PERIODS),
        ({**QUERY, "query": {"by": [{"dimension": "a.c"}]}}, Intent.AGGREGATE_METRICS, Intent.QUERY_DATA),
        ({**QUERY, "query": None, "explain": "x"}, Intent.AGGREGATE_METRICS, Intent.EXPLAIN_DATA),
        ({"status": "clarify", "language": "en"}, Intent.UNKNOWN, Intent.UNKNOWN),
        ({"status": "refused", "language": "en"}, Intent.AGGREGATE_METRICS, Intent.AGGREGATE_METRICS),
    ],
)
def test_a_label_stands_only_where_the_parse_has_that_shape(resolution: dict, proposed: Intent, settled: Intent):
    resolver = IntentResolver(lambda *_: IntentResult(intent=proposed, confidence=0.4))
    result = resolver.settle("?", Resolution.model_validate(resolution))
    assert result.intent is settled
    assert result.confidence == (0.4 if settled is proposed else 1.0)


def test_no_intent_and_no_reading_is_not_recognised():
    resolver = IntentResolver(lambda *_: IntentResult(intent=Intent.UNKNOWN, confidence=0))
    with pytest.raises(IntentNotRecognized):
        resolver.settle("?", Resolution(status="refused", language="en"))


def test_a_pool_runs_no_more_at_once_than_its_size_and_forgets_nothing():
    running, most, lock = 0, 0, threading.Lock()
    pool = WorkerPool(4)

    def job(number: int) -> int:
        nonlocal running, most
        with lock:
            running += 1
            most = max(most, running)
        time.sleep(0.002)
        with lock:
            running -= 1
        return number

    futures = [pool.submit(lambda number=number: job(number)) for number in range(60)]
    assert [each.result(5) for each in futures] == list(range(60))
    assert most == 4
