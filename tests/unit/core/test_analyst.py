"""The fixed flow: what comes of every branch, and the checkpoints that it leaves."""

from __future__ import annotations

import pytest
from tests.core_stand_ins import ANALYST, RESOLVED, TABLE, TODAY, Stub, analyst_of, chart_stub, query_stub, resolve_stub

from verity.contracts.base import Json
from verity.contracts.identity import OWNER, Principal
from verity.contracts.question import Answer, Intent, Question
from verity.contracts.tool import ToolContext
from verity.exceptions import (
    IntentNotRecognized,
    NothingPublished,
    NotSupported,
    SemanticMatchFailed,
    StateUnavailable,
    VerityError,
)


def ask(analyst, text: str = "revenue by month", principal: Principal = OWNER, **more: object) -> Answer:
    return analyst.ask(Question(text=text, today=TODAY, **more), principal)


def raising(error: Exception):
    def does(args: Json, context: ToolContext) -> None:
        raise error

    return does


def tools_of(storage) -> list[tuple[str, str]]:
    return [(each.tool, each.status) for each in storage.kept]


def test_a_plain_question_runs_the_three_tools_in_order_and_answers_with_everything():
    analyst, storage = analyst_of()
    answer = ask(analyst)
    assert answer.status == "answered"
    assert tools_of(storage) == [
        ("resolve_semantics@1.0", "ok"),
        ("run_table_query@1.1", "ok"),
        ("build_chart@2.0", "ok"),
    ]
    assert answer.checkpoints == tuple(each.checkpoint_id for each in storage.kept)
    assert {each.conversation_id for each in storage.kept} == {answer.conversation_id}
    assert answer.table.rows[0] == ("2025-01-01", "1234567.50")
    assert answer.query.metrics == ("orders.revenue",)
    assert answer.chart.chart_kind == "line"
    assert answer.evidence.metrics[0].version == "2.1+abcdefabcdef"
    assert answer.evidence.sql == "SELECT 1"
    assert answer.evidence.freshness == {"loaded_at": "2025-12-19"}
    assert answer.evidence.principal == "owner (all rows)"
    assert answer.intent.intent is Intent.AGGREGATE_METRICS
    assert answer.restatement == "revenue by month"
    assert answer.elapsed_ms > 0
    assert answer.error is None


def test_every_tool_gets_the_day_the_principal_and_the_conversation_of_the_question():
    ana = Principal(id="ana", roles=("viewer",))
    resolve, query = resolve_stub(), query_stub()
    analyst, _ = analyst_of([resolve, query, chart_stub])
    answer = ask(analyst, principal=ana, conversation_id="c9", language="es")
    assert resolve.calls[0][0] == {"question": "revenue by month", "today": "2025-12-20", "language": "es"}
    for _, context in (resolve.calls[0], query.calls[0]):
        assert (context.today, context.principal, context.conversation_id) == (TODAY, ana, "c9")
    assert query.calls[0][0] == {"query": RESOLVED["query"]}
    assert answer.conversation_id == "c9"
    assert answer.evidence.principal == "ana"


def test_a_question_of_several_readings_is_asked_back_with_its_options_and_nothing_is_queried():
    unsure = {
        "status": "clarify",
        "language": "en",
        "options": [
            {"question": "revenue by order month", "query": {"metrics": ["orders.revenue"]}},
            {"question": "revenue by delivery month", "query": {"metrics": ["orders.revenue"]}},
        ],
        "reasons": [{"code": "ambiguous-dimension", "words": ["month"], "message": "month has two meanings"}],
    }
    analyst, storage = analyst_of([resolve_stub(unsure), query_stub(), chart_stub])
    answer = ask(analyst)
    assert answer.status == "clarify"
    assert answer.options == ("revenue by order month", "revenue by delivery month")
    assert "1. revenue by order month" in answer.text
    assert answer.reasons[0].code == "ambiguous-dimension"
    assert answer.table is None
    assert tools_of(storage) == [("resolve_semantics@1.0", "ok")]


REFUSED = {
    "status": "refused",
    "language": "es",
    "reasons": [{"code": "word-not-understood", "words": ["margen"], "message": "no conozco la palabra 'margen'"}],
    "suggestions": ["ingresos", "número de órdenes"],
}


def test_a_question_that_is_not_understood_is_refused_with_its_reason_and_the_nearest_metrics():
    analyst, _ = analyst_of([resolve_stub(REFUSED), query_stub(), chart_stub])
    answer = ask(analyst, "margen por mes")
    assert answer.status == "refused"
    assert answer.language == "es"
    assert "No conozco la palabra 'margen'." in answer.text
    assert "ingresos, número de órdenes" in answer.text
    assert answer.suggestions == ("ingresos", "número de órdenes")


def test_a_question_of_no_intent_is_asked_back():
    analyst, storage = analyst_of([resolve_stub(REFUSED), query_stub(), chart_stub], Intent.UNKNOWN)
    answer = ask(analyst, "hola")
    assert answer.status == "clarify"
    assert answer.intent.intent is Intent.UNKNOWN
    assert answer.text.startswith("No entendí")
    assert len(storage.kept) == 1


def test_a_reading_that_stands_is_answered_even_if_the_classifier_knows_no_intent():
    analyst, _ = analyst_of(intent=Intent.UNKNOWN)
    answer = ask(analyst)
    assert answer.status == "answered"
    assert answer.intent.intent is Intent.AGGREGATE_METRICS


@pytest.mark.parametrize("intent", list(Intent))
def test_whatever_the_classifier_says_the_numbers_are_the_same(intent: Intent):
    analyst, _ = analyst_of(intent=intent)
    answer = ask(analyst)
    assert answer.table == ask(analyst_of()[0]).table


def test_an_explanation_is_answered_from_the_dictionary_without_a_query():
    told = {"status": "resolved", "language": "en", "explain": "Revenue is the sum of order totals."}
    analyst, storage = analyst_of([resolve_stub(told), query_stub(), chart_stub], Intent.EXPLAIN_DATA)
    answer = ask(analyst, "what is revenue?")
    assert answer.status == "answered"
    assert answer.text == "Revenue is the sum of order totals."
    assert answer.intent.intent is Intent.EXPLAIN_DATA
    assert tools_of(storage) == [("resolve_semantics@1.0", "ok")]


def test_a_resolution_that_stands_for_nothing_is_a_defect_and_no_empty_answer():
    analyst, _ = analyst_of([resolve_stub({"status": "resolved", "language": "en"})])
    answer = ask(analyst)
    assert (answer.status, answer.error.code) == ("error", "VRT-404")


@pytest.mark.parametrize("missing", ["resolve_semantics", "run_table_query"])
def test_a_policy_without_a_needed_tool_is_a_clear_error_with_a_checkpoint(missing: str):
    allowed = [name for name in ANALYST["allowed_tools"] if name != missing]
    analyst, storage = analyst_of(agent={**ANALYST, "allowed_tools": allowed})
    answer = ask(analyst)
    assert answer.status == "error"
    assert answer.error.code == "VRT-405"
    assert f"'data_analyst' cannot execute tool '{missing}'" in answer.text
    assert storage.kept[-1].output["error"]["code"] == "VRT-405"
    assert answer.checkpoints[-1] == storage.kept[-1].checkpoint_id


def test_a_policy_without_charts_still_answers_and_says_that_the_chart_is_missing():
    allowed = ["resolve_semantics", "run_table_query"]
    analyst, storage = analyst_of(agent={**ANALYST, "allowed_tools": allowed})
    answer = ask(analyst)
    assert answer.status == "answered"
    assert answer.chart is None
    assert "VRT-405" in answer.text
    assert tools_of(storage)[-1] == ("build_chart", "error")


@pytest.mark.parametrize(
    ("broken", "code", "status"),
    [
        (query_stub(does=lambda *_: 1 / 0), "VRT-401", "error"),
        (query_stub(gives={"type": "object", "required": ["nothing"]}), "VRT-404", "error"),
        (query_stub({"rows": []}), "VRT-404", "ok"),
        (query_stub(does=lambda _, context: context.cancel.wait(2), timeout_ms=30), "VRT-402", "timeout"),
        (query_stub(does=raising(NothingPublished())), "VRT-502", "error"),
    ],
    ids=["raises", "breaks its schema", "is no table", "too slow", "own error"],
)
def test_a_query_that_fails_is_a_clear_answer_with_its_checkpoint(broken: Stub, code: str, status: str):
    analyst, storage = analyst_of([resolve_stub(), broken, chart_stub])
    answer = ask(analyst)
    assert answer.status == "error"
    assert answer.error.code == code
    assert code in answer.text
    assert "Traceback" not in answer.text
    assert answer.table is None
    assert tools_of(storage)[-1] == ("run_table_query@1.1", status)
    assert len(answer.checkpoints) == 2


def test_a_chart_that_fails_leaves_the_answer_standing():
    broken = Stub("build_chart", "2.0", {}, does=lambda *_: 1 / 0)
    analyst, storage = analyst_of([resolve_stub(), query_stub(), broken])
    answer = ask(analyst)
    assert answer.status == "answered"
    assert answer.table is not None
    assert "No chart could be made (VRT-401" in answer.text
    assert len(answer.checkpoints) == 3 == len(storage.kept)


@pytest.mark.parametrize("error", [NotSupported("comparisons are not answered yet"), SemanticMatchFailed("no metric")])
def test_what_cannot_be_answered_as_asked_is_refused_with_the_code_as_its_reason(error: VerityError):
    analyst, _ = analyst_of([resolve_stub(), query_stub(does=raising(error)), chart_stub])
    answer = ask(analyst)
    assert answer.status == "refused"
    assert answer.reasons[0].code == error.code
    assert error.message.capitalize()[:5] in answer.text
    assert answer.table is None
    assert answer.evidence is None


def test_a_resolver_that_finds_nothing_or_no_intent_is_an_answer_too():
    refused, _ = analyst_of([resolve_stub(does=raising(SemanticMatchFailed("no such metric"))), query_stub()])
    asked_back, _ = analyst_of([resolve_stub(does=raising(IntentNotRecognized("?"))), query_stub()])
    assert ask(refused).status == "refused"
    assert ask(asked_back).status == "clarify"


def test_a_forecast_without_the_add_on_goes_on_with_the_data_and_says_so():
    analyst, storage = analyst_of(intent=Intent.FORECAST)
    answer = ask(analyst)
    assert answer.status == "answered"
    assert answer.table is not None
    assert "needs an add-on that is not available here (VRT-406" in answer.text
    assert "as recorded" in answer.text
    assert ("compute_forecast", "error") in tools_of(storage)


def test_a_forecast_that_the_agent_has_not_enabled_is_not_even_tried():
    analyst, storage = analyst_of(intent=Intent.FORECAST, agent={**ANALYST, "addons_enabled": []})
    answer = ask(analyst)
    assert "VRT-410" in answer.text
    assert "compute_forecast" not in str(tools_of(storage))


def test_a_forecast_add_on_that_is_there_extends_the_table():
    extended = {key: value for key, value in TABLE.items() if key != "evidence"}
    extended = {**extended, "rows": [*TABLE["rows"], ["2025-03-01", "100.00"]], "row_count": 3}
    forecast = Stub("compute_forecast", "1.0", {"table": extended})
    analyst, storage = analyst_of([resolve_stub(), query_stub(), chart_stub, forecast], Intent.FORECAST)
    answer = ask(analyst)
    assert answer.table.row_count == 3
    assert [name for name, _ in tools_of(storage)][2] == "compute_forecast@1.0"


def test_a_refused_forecast_says_both_why_and_that_there_are_no_forecasts():
    analyst, _ = analyst_of(
        [resolve_stub({**REFUSED, "language": "en"})], Intent.FORECAST, {**ANALYST, "addons_enabled": []}
    )
    answer = ask(analyst)
    assert answer.status == "refused"
    assert "needs an add-on" in answer.text
    assert "as recorded" not in answer.text


def test_a_record_that_cannot_be_written_is_an_error_and_no_answer():
    from tests.core_stand_ins import MemoryStorage, always, executor_of

    from verity.core.agent_policy import AgentPolicy
    from verity.core.analyst import Analyst
    from verity.core.response_composer import ResponseComposer

    class Broken(MemoryStorage):
        def save(self, step):  # type: ignore[no-untyped-def]
            raise StateUnavailable("the disk is gone", remedy="Mount it.")

    executor, _ = executor_of([resolve_stub(), query_stub(), chart_stub], Broken())
    answer = ask(Analyst(executor, always(), ResponseComposer(), AgentPolicy(ANALYST)))
    assert answer.status == "error"
    assert answer.error.code == "VRT-602"
    assert answer.error.remedy == "Mount it."
    assert answer.table is None
    assert answer.checkpoints == ()


def test_a_conversation_id_that_cannot_be_kept_is_an_error_answer():
    analyst, _ = analyst_of()
    assert ask(analyst, conversation_id="a\nb").error.code == "VRT-608"


def test_a_cut_result_says_so_aloud():
    analyst, _ = analyst_of([resolve_stub(), query_stub({**TABLE, "truncated": True}), chart_stub])
    assert "more exist" in ask(analyst).text


@pytest.mark.parametrize(
    ("language", "error", "says"),
    [
        ("en", 0.023, "revenue is an estimate; its standard error is 2.3 %."),
        ("es", 0.13, "revenue es una estimación; su error estándar es de 13.0 %."),
        ("en", None, "revenue is an estimate of the engine, which does not say how far off."),
    ],
)
def test_an_estimate_is_said_to_be_one_in_the_text_the_assumptions_and_the_evidence(language, error, says):
    told = {"estimates": [{"metric": "revenue", "by": "a sketch", "error": error}]}
    analyst, _ = analyst_of([resolve_stub(), query_stub(trace=told), chart_stub])
    answer = ask(analyst, language=language)
    assert says in answer.text
    assert answer.assumptions[-1] == says
    assert answer.evidence.estimates[0].error == error


def test_a_count_that_is_exact_after_all_is_no_estimate():
    told = {"estimates": [{"metric": "revenue", "by": "postgres", "error": 0.0}]}
    analyst, _ = analyst_of([resolve_stub(), query_stub(trace=told), chart_stub])
    assert not any("estimate" in said for said in ask(analyst).assumptions)
