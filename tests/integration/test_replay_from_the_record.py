"""A conversation is asked, the process forgets it, and the record alone is enough to run it again."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.core_stand_ins import ANALYST, TODAY, always, chart_stub, executor_of, query_stub, resolve_stub
from tests.record_stores import KINDS, NOON, Place, place_of

from verity.contracts.identity import Principal
from verity.contracts.question import Question
from verity.contracts.tool import Tool
from verity.core.agent_policy import AgentPolicy
from verity.core.analyst import Analyst
from verity.core.replay import Replayer
from verity.core.response_composer import ResponseComposer

ANA = Principal(id="ana", roles=("viewer",), attributes={"regions": ("EU", "US"), "level": 3})
STOOD_ON = {"data_version": "v1", "dictionary_hash": "d1", "policy_hash": "p1"}


@pytest.fixture
def record_postgres(postgres_url: str) -> str:
    return postgres_url


@pytest.fixture(params=KINDS)
def place(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Place]:
    with place_of(request.param, tmp_path, request) as found:
        yield found


def asked(place: Place, *tools: Tool) -> str:
    executor, _ = executor_of(tools, place.open())
    analyst = Analyst(executor, always(), ResponseComposer(), AgentPolicy(ANALYST))
    answer = analyst.ask(Question(text="¿ingresos por mes? ✓", today=TODAY), ANA)
    assert answer.conversation_id is not None
    return answer.conversation_id


def verdicts(place: Place, conversation: str, *tools: Tool) -> list[str]:
    storage = place.open()
    executor, _ = executor_of(tools, storage)
    steps = Replayer(executor, storage).replay(conversation, ANA)
    assert storage.verify() == ()
    assert len(storage.query(conversation)) == len(steps), "a replay writes nothing"
    return [step.verdict for step in steps]


def test_an_answered_conversation_is_equal_after_a_restart(place: Place):
    tools = (resolve_stub(), query_stub(**STOOD_ON), chart_stub)
    conversation = asked(place, *tools)
    assert verdicts(place, conversation, *tools) == ["equal", "equal", "equal"]


def test_a_failed_conversation_is_equal_after_a_restart(place: Place):
    tools = (resolve_stub(), query_stub(does=lambda *_: 1 / 0), chart_stub)
    conversation = asked(place, *tools)
    assert verdicts(place, conversation, *tools) == ["equal", "equal"]


def test_changed_data_is_told_after_a_restart(place: Place):
    conversation = asked(place, resolve_stub(), query_stub(**STOOD_ON), chart_stub)
    changed = query_stub(**{**STOOD_ON, "data_version": "v2"})
    assert verdicts(place, conversation, resolve_stub(), changed, chart_stub) == ["equal", "data_changed", "equal"]


@pytest.mark.parametrize("kind", KINDS[:2])
def test_an_erased_conversation_says_so_and_still_verifies(kind: str, tmp_path: Path, request: pytest.FixtureRequest):
    with place_of(kind, tmp_path, request) as database:
        tools = (resolve_stub(), query_stub(**STOOD_ON), chart_stub)
        conversation = asked(database, *tools)
        database.open().erase(conversation, NOON)  # type: ignore[attr-defined]  # databases can erase
        assert verdicts(database, conversation, *tools) == ["payload_erased"] * 3
