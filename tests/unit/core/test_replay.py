"""Replay tells apart why a step is not what it was, and never does anything again that it must not."""

from __future__ import annotations

import pytest
from tests.core_stand_ins import ANALYST, RESOLVED, TABLE, TODAY, Stub, analyst_of, chart_stub, executor_of, query_stub
from tests.core_stand_ins import resolve_stub as resolve

from verity.contracts.identity import OWNER, Principal
from verity.contracts.question import Question
from verity.contracts.run import ReplayedStep
from verity.core.agent_policy import AgentPolicy
from verity.core.replay import Replayer, first_difference
from verity.exceptions import ConversationNotFound, ReplayNotPermitted

ANA = Principal(id="ana", roles=("viewer",), attributes={"region": "EU"})
HASHES = {"data_version": "v1", "dictionary_hash": "d1", "policy_hash": "p1"}


def asked(*tools: object, principal: Principal = ANA, agent: dict = ANALYST):
    """A conversation of one question, and its storage."""
    analyst, storage = analyst_of(tools or (resolve(), query_stub(**HASHES), chart_stub), agent=agent)
    answer = analyst.ask(Question(text="revenue by month", today=TODAY), principal)
    return answer.conversation_id, storage


def replayed(conversation, storage, *tools, caller: Principal = OWNER, **more) -> list[ReplayedStep]:
    executor, _ = executor_of(tools or (resolve(), query_stub(**HASHES), chart_stub))
    before = len(storage.kept)
    steps = Replayer(executor, storage, **more).replay(conversation, caller)
    assert len(storage.kept) == before, "a replay writes nothing"
    return list(steps)


def verdicts(steps: list[ReplayedStep]) -> list[str]:
    return [each.verdict for each in steps]


def test_an_unchanged_conversation_is_equal_in_every_step():
    assert verdicts(replayed(*asked())) == ["equal", "equal", "equal"]


def test_a_step_runs_as_the_recorded_principal_on_the_recorded_day():
    conversation, storage = asked()
    query = query_stub(**HASHES)
    replayed(conversation, storage, resolve(), query, chart_stub)
    context = query.calls[0][1]
    assert context.principal == ANA
    assert context.today == TODAY


@pytest.mark.parametrize(
    ("changed", "verdict"),
    [
        ({"data_version": "v2"}, "data_changed"),
        ({"dictionary_hash": "d2"}, "dictionary_changed"),
        ({"policy_hash": "p2"}, "policy_changed"),
        ({"data_version": "v2", "dictionary_hash": "d2"}, "dictionary_changed"),
    ],
)
def test_what_changed_is_told_apart_with_the_first_unlike_place(changed: dict, verdict: str):
    other = {**TABLE, "rows": [["2025-01-01", "1234567.50"], ["2025-02-01", "98.00"]]}
    step = replayed(*asked(), resolve(), query_stub(other, **{**HASHES, **changed}), chart_stub)[1]
    assert step.verdict == verdict
    assert step.difference == "$.rows[1][1]: '99.00' -> '98.00'"


def test_new_data_that_gives_the_same_rows_is_still_told():
    step = replayed(*asked(), resolve(), query_stub(**{**HASHES, "data_version": "v2"}), chart_stub)[1]
    assert step.verdict == "data_changed"
    assert "same" in step.difference


def test_another_result_on_the_same_grounds_is_different():
    step = replayed(*asked(), resolve(), query_stub({**TABLE, "row_count": 3}, **HASHES), chart_stub)[1]
    assert (step.verdict, step.difference) == ("different", "$.row_count: 2 -> 3")


def test_estimates_that_another_source_tells_otherwise_are_not_compared():
    told = {"estimates": [{"metric": "orders.revenue", "by": "duckdb", "error": 0.13}]}
    nearby = {**TABLE, "rows": [["2025-01-01", "1234567.50"], ["2025-02-01", "98.00"]]}
    step = replayed(*asked(), resolve(), query_stub(nearby, trace=told, **HASHES), chart_stub)[1]
    assert step.verdict == "not_comparable"
    assert "'99.00' -> '98.00'" in step.difference
    other_rows = {**TABLE, "evidence": {**TABLE["evidence"], "sql": "SELECT 2"}}
    step = replayed(*asked(), resolve(), query_stub(other_rows, trace=told, **HASHES), chart_stub)[1]
    assert step.verdict == "different", "an error explains other numbers, not another statement"


def test_a_tool_version_that_is_gone_is_absent():
    newer = Stub("run_table_query", "2.0", TABLE, **HASHES)
    assert verdicts(replayed(*asked(), resolve(), newer, chart_stub)) == ["equal", "tool_absent", "equal"]


def test_a_step_that_failed_is_equal_if_it_fails_alike_and_different_if_not():
    failing = query_stub(does=lambda *_: 1 / 0)
    conversation, storage = asked(resolve(), failing, chart_stub)
    assert verdicts(replayed(conversation, storage, resolve(), failing, chart_stub)) == ["equal", "equal"]
    step = replayed(conversation, storage)[1]
    assert (step.verdict, step.difference) == ("different", "$.error.code: VRT-401 -> no error")


def test_a_step_that_succeeded_and_now_fails_is_different():
    step = replayed(*asked(), resolve(), query_stub(does=lambda *_: 1 / 0), chart_stub)[1]
    assert (step.verdict, step.difference) == ("different", "$: it succeeded; now it fails with VRT-401")


def test_a_timeout_cannot_be_compared():
    slow = query_stub(does=lambda _, context: context.cancel.wait(2), timeout_ms=20)
    assert verdicts(replayed(*asked(resolve(), slow, chart_stub))) == ["equal", "not_comparable"]
    assert replayed(*asked(), resolve(), slow, chart_stub)[1].verdict == "not_comparable"


def test_a_tool_that_is_not_deterministic_is_not_run_again():
    effect = query_stub(deterministic=False)
    conversation, storage = asked(resolve(), effect, chart_stub)
    again = query_stub(deterministic=False)
    steps = replayed(conversation, storage, resolve(), again, chart_stub)
    assert steps[1].verdict == "not_comparable"
    assert again.calls == []


def test_a_denied_step_is_equal_while_the_policy_still_denies_it():
    strict = {**ANALYST, "allowed_tools": ["resolve_semantics"]}
    conversation, storage = asked(agent=strict)
    assert replayed(conversation, storage, agents=lambda _: AgentPolicy(strict))[1].verdict == "equal"
    allowed = replayed(conversation, storage, agents=lambda _: AgentPolicy(ANALYST))[1]
    assert allowed.verdict == "policy_changed"
    assert replayed(conversation, storage)[1].verdict == "not_comparable"


def test_a_missing_add_on_is_equal_while_it_is_missing():
    from verity.contracts.question import Intent

    analyst, storage = analyst_of(intent=Intent.FORECAST)
    answer = analyst.ask(Question(text="forecast", today=TODAY), ANA)
    steps = replayed(answer.conversation_id, storage, resolve(), query_stub(), chart_stub)
    assert verdicts(steps) == ["equal"] * 4


@pytest.mark.parametrize("gone", ["input", "output"])
def test_an_erased_payload_is_told_unless_the_hash_alone_can_tell(gone: str):
    conversation, storage = asked()
    storage.kept[1] = storage.kept[1].model_copy(update={gone: {}, "absent": (gone,)})
    assert replayed(conversation, storage)[1].verdict == ("payload_erased" if gone == "input" else "equal")
    step = replayed(conversation, storage, resolve(), query_stub({**TABLE, "row_count": 3}, **HASHES), chart_stub)[1]
    assert step.verdict == "payload_erased"


@pytest.mark.parametrize("side", ["input", "output"])
def test_an_edited_record_is_different_and_is_not_run(side: str):
    conversation, storage = asked()
    storage.kept[1] = storage.kept[1].model_copy(update={side: {"forged": True}})
    query = query_stub(**HASHES)
    step = replayed(conversation, storage, resolve(), query, chart_stub)[1]
    assert step.verdict == "different"
    assert "edited" in step.difference
    assert query.calls == []


@pytest.mark.parametrize(
    "caller",
    [
        Principal(id="bob", roles=("viewer",), attributes={"region": "EU"}),
        Principal(id="ana", roles=("admin",), attributes={"region": "EU"}),
        Principal(id="ana", roles=("viewer",), attributes={"region": "US"}),
        Principal(id="ana", roles=("viewer",), attributes={"region": "EU"}, kind="system"),
    ],
)
def test_only_the_owner_or_the_very_same_principal_may_replay(caller: Principal):
    conversation, storage = asked()
    query = query_stub(**HASHES)
    with pytest.raises(ReplayNotPermitted):
        replayed(conversation, storage, resolve(), query, chart_stub, caller=caller)
    assert query.calls == []
    assert verdicts(replayed(conversation, storage, caller=ANA)) == ["equal"] * 3


def test_a_principal_may_not_replay_what_the_owner_asked():
    conversation, storage = asked(principal=OWNER)
    with pytest.raises(ReplayNotPermitted):
        replayed(conversation, storage, caller=Principal(id="owner"))


def test_a_conversation_that_is_not_there_is_not_found():
    with pytest.raises(ConversationNotFound):
        replayed("nowhere", asked()[1])


@pytest.mark.parametrize(
    ("before", "now", "said"),
    [
        ({"a": [1, {"b": 2}]}, {"a": [1, {"b": 3}]}, "$.a[1].b: 2 -> 3"),
        ({"a": 1}, {"a": 1, "b": 2}, "$.b: absent -> 2"),
        ({"a": 1}, {}, "$.a: 1 -> absent"),
        ([1, 2], [1], "$: 2 items -> 1"),
        (1, 1.0, "$: 1 -> 1.0"),
        (True, 1, "$: True -> 1"),
        ({"a": None}, {"a": None}, ""),
    ],
)
def test_the_first_difference_names_its_json_path(before: object, now: object, said: str):
    assert first_difference(before, now) == said


def test_the_recorded_resolution_is_what_was_asked_for():
    conversation, storage = asked()
    assert storage.query(conversation)[0].output["metrics"] == RESOLVED["metrics"]
