"""The forms of the reference document, each read or produced exactly as it shows them."""

from __future__ import annotations

import json
from datetime import datetime
from pathlib import Path
from uuid import UUID

import pytest
from tests.core_stand_ins import TODAY, analyst_of

from verity.contracts.identity import OWNER
from verity.contracts.question import Intent, IntentResult, Question
from verity.contracts.tool import AddonManifest, ToolDefinition
from verity.core.agent_policy import AgentPolicy
from verity.core.checkpoint_logger import CheckpointLogger
from verity.core.tool_registry import ToolRegistry
from verity.exceptions import (
    AddonUnavailable,
    AgentInvalid,
    IntentNotRecognized,
    SemanticMatchFailed,
    ToolExecutionFailed,
    VerityError,
)
from verity.store.state import open_store

AGENT = """{
  "agent": "data_analyst",
  "allowed_tools": [
    "resolve_semantics",
    "run_table_query",
    "build_chart",
    "compute_forecast"
  ],
  "addons_enabled": ["forecast"]
}"""


def test_6_1_the_agent_document_is_read_and_enforced():
    policy = AgentPolicy(json.loads(AGENT))
    assert policy.agent_id == "data_analyst"
    assert policy.allowed_tools == {"resolve_semantics", "run_table_query", "build_chart", "compute_forecast"}
    assert policy.addons_enabled == {"forecast"}
    assert policy.can_execute("run_table_query")
    assert policy.can_execute("run_table_query@1.1")
    assert not policy.can_execute("drop_table@1.0")
    policy.validate_or_raise("build_chart@2.0")
    with pytest.raises(PermissionError, match="Agent 'data_analyst' cannot execute tool 'drop_table'"):
        policy.validate_or_raise("drop_table")


def test_6_1_addons_may_be_left_out_and_an_unknown_key_is_refused():
    assert AgentPolicy({"agent": "a", "allowed_tools": []}).addons_enabled == set()
    with pytest.raises(AgentInvalid, match="surprise"):
        AgentPolicy({"agent": "a", "allowed_tools": [], "surprise": 1})
    with pytest.raises(AgentInvalid, match="allowed_tools"):
        AgentPolicy({"agent": "a"})


def test_9_the_intents_are_the_closed_list():
    assert {intent.name: intent.value for intent in Intent} == {
        "QUERY_DATA": "query_data",
        "AGGREGATE_METRICS": "aggregate",
        "COMPARE_PERIODS": "compare",
        "FORECAST": "forecast",
        "EXPLAIN_DATA": "explain",
        "UNKNOWN": "unknown",
    }


def test_9_the_intent_is_produced_as_shown():
    shown = {"intent": "aggregate", "confidence": 0.92, "needs": ["data", "chart"]}
    assert IntentResult.model_validate(shown).model_dump(mode="json") == shown
    answer = analyst_of()[0].ask(Question(text="revenue by month", today=TODAY), OWNER)
    assert answer.model_dump(mode="json")["intent"] == shown


DEFINITION = {
    "name": "run_table_query",
    "version": "1.1",
    "input_schema": {"type": "object"},
    "output_schema": {"type": "object"},
    "is_deterministic": True,
    "execution_mode": "local",
    "endpoint": None,
    "timeout_ms": 30000,
}


def test_10_a_tool_definition_has_these_fields_and_defaults():
    tool = ToolDefinition.model_validate(DEFINITION)
    assert {**tool.model_dump(mode="json"), "description": ""} == {**DEFINITION, "description": ""}
    without = {key: value for key, value in DEFINITION.items() if key not in ("timeout_ms", "endpoint")}
    assert ToolDefinition.model_validate(without).timeout_ms == 30000


def test_10_the_registry_registers_gets_and_lists_by_name_and_version():
    registry, tool = ToolRegistry(), ToolDefinition.model_validate(DEFINITION)
    registry.register(tool)
    with pytest.raises(ValueError, match=r"Tool run_table_query@1\.1 already registered"):
        registry.register(tool)
    assert registry.get("run_table_query", "1.1") is tool
    with pytest.raises(KeyError, match=r"Tool run_table_query@9\.9 not found"):
        registry.get("run_table_query", "9.9")
    assert registry.list_tools() == ["run_table_query@1.1"]


def test_13_the_logger_records_and_gives_back_the_seven_fields(tmp_path: Path):
    store = open_store(tmp_path / "state.db")
    logger = CheckpointLogger(store.checkpoints)
    checkpoint_id = logger.log("c123", "run_table_query@1.1", {"a": 1}, {"rows": []}, "ok")
    (kept,) = logger.get_by_conversation("c123")
    store.close()
    assert list(kept) == ["checkpoint_id", "conversation_id", "tool", "input", "output", "status", "timestamp"]
    assert UUID(kept["checkpoint_id"]).version == 4
    assert kept["checkpoint_id"] == checkpoint_id
    assert datetime.fromisoformat(kept["timestamp"]).utcoffset() is not None
    del kept["checkpoint_id"], kept["timestamp"]
    assert kept == {
        "conversation_id": "c123",
        "tool": "run_table_query@1.1",
        "input": {"a": 1},
        "output": {"rows": []},
        "status": "ok",
    }


def test_21_a_manifest_is_read_as_shown():
    shown = {"addon": "forecast", "version": "1.0", "tools": ["compute_forecast"], "requires": ["run_table_query"]}
    manifest = AddonManifest.model_validate_json(json.dumps(shown))
    assert manifest.model_dump(mode="json", exclude_defaults=True) == shown


@pytest.mark.parametrize("error", [IntentNotRecognized, SemanticMatchFailed, ToolExecutionFailed, AddonUnavailable])
def test_23_the_errors_are_those_of_the_taxonomy(error: type[VerityError]):
    assert issubclass(error, VerityError)


def test_23_a_failed_tool_names_itself_and_its_reason():
    error = ToolExecutionFailed("run_table_query@1.1", "no such table")
    assert (error.tool, error.reason) == ("run_table_query@1.1", "no such table")
    assert error.args == ("Tool run_table_query@1.1 failed: no such table",)
