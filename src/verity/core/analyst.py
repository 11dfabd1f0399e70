"""The fixed flow: intent, policy, resolve_semantics, run_table_query, build_chart, compose. It never changes.

Every step that does something is a tool, run by the executor under the agent's policy and recorded. The analyst only
puts them in order, and turns whatever comes of them into one `Answer`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Final, TypeVar
from uuid import uuid4

from pydantic import BaseModel, ValidationError

from verity.contracts.base import Json
from verity.contracts.identity import Principal
from verity.contracts.question import (
    Answer,
    Chart,
    ErrorInfo,
    Evidence,
    Intent,
    IntentResult,
    Language,
    Question,
    Reason,
    Resolution,
)
from verity.contracts.table import Table
from verity.contracts.tool import ToolResult
from verity.core.agent_policy import AgentPolicy
from verity.core.clock import SystemClock
from verity.core.intent_resolver import IntentResolver
from verity.core.ports import Clock, IntentClassifier
from verity.core.response_composer import ResponseComposer, language_of
from verity.core.templates import say
from verity.core.tool_executor import ToolExecutor
from verity.exceptions import (
    AddonUnavailable,
    IntentNotRecognized,
    QueryError,
    SemanticMatchFailed,
    ToolOutputInvalid,
    VerityError,
)

RESOLVE: Final = "resolve_semantics"
QUERY: Final = "run_table_query"
CHART: Final = "build_chart"
Extensions = Mapping[Intent, tuple[str, str]]
"""The optional step between query and chart: for an intent, an add-on and its tool `{table} -> {table}`."""

T = TypeVar("T", bound=BaseModel)


@dataclass
class _Turn:
    """One question on its way through the flow, and what has come of it so far."""

    question: Question
    principal: Principal
    conversation_id: str
    intent: IntentResult | None = None
    resolution: Resolution | None = None
    table: Table | None = None
    chart: Chart | None = None
    evidence: Evidence | None = None
    error: ErrorInfo | None = None
    ask_back: bool = False
    notes: list[str] = field(default_factory=list)
    estimates: tuple[str, ...] = ()
    """What in the table is told approximately, and how far off it may be, in sentences."""
    checkpoints: list[str] = field(default_factory=list)

    def note(self, sentence: str, error: VerityError) -> None:
        """Say what was left out, and why."""
        reason = f"{error.code}: {error.message}"
        self.notes.append(say(language_of(self.question, self.resolution), sentence, reason=reason))


class Analyst:
    """Answers questions. It holds no state and decides no data; a failure becomes an answer that says so."""

    def __init__(
        self,
        executor: ToolExecutor,
        classifier: IntentClassifier,
        composer: ResponseComposer,
        agent: AgentPolicy,
        *,
        extensions: Extensions | None = None,
        tool_seconds: float | None = None,
        clock: Clock | None = None,
        new_id: Callable[[], str] = lambda: str(uuid4()),
    ) -> None:
        self._executor = executor
        self._intents = IntentResolver(classifier)
        self._composer = composer
        self._agent = agent
        self._extensions = dict(extensions or {})
        self._tool_seconds = tool_seconds
        self._clock = clock or SystemClock()
        self._new_id = new_id

    def ask(self, question: Question, principal: Principal) -> Answer:
        """Answer one question as `principal`. Raises no `VerityError`: the answer's status and `error` say it."""
        started = self._clock.monotonic()
        turn = _Turn(question, principal, question.conversation_id or self._new_id())
        try:
            self._flow(turn)
        except IntentNotRecognized:
            turn.intent, turn.ask_back = IntentResult(intent=Intent.UNKNOWN, confidence=0.0), True
        except (SemanticMatchFailed, QueryError) as error:
            _refuse(turn, error)
        except VerityError as error:
            turn.error = ErrorInfo(code=error.code, message=error.message, remedy=error.remedy)
        return self._answer(turn, started)

    def _flow(self, turn: _Turn) -> None:
        turn.intent = self._intents.first(turn.question.text)
        turn.resolution = self._resolve(turn)
        turn.intent = self._intents.settle(turn.question.text, turn.resolution)
        if turn.resolution.status != "resolved":
            if turn.intent.intent in self._extensions and turn.resolution.status == "refused":
                self._extend(turn)
            return
        if turn.resolution.query is None:
            return
        self._query(turn)
        self._extend(turn)
        self._draw(turn)

    def _resolve(self, turn: _Turn) -> Resolution:
        asked = turn.question
        args: Json = {"question": asked.text, "today": asked.today.isoformat()}
        if asked.language is not None:
            args["language"] = asked.language
        resolution = _read(Resolution, self._run(turn, RESOLVE, args).output, RESOLVE)
        if resolution.status == "resolved" and resolution.query is None and not resolution.explain:
            raise ToolOutputInvalid(RESOLVE, "it resolved the question to neither a query nor an explanation")
        return resolution

    def _query(self, turn: _Turn) -> None:
        assert turn.resolution is not None and turn.resolution.query is not None  # noqa: S101, PT018  # see _flow
        query = turn.resolution.query.model_dump(mode="json", by_alias=True, exclude_defaults=True)
        result = self._run(turn, QUERY, {"query": query})
        made = {key: value for key, value in result.output.items() if key != "evidence"}
        table = _read(Table, made, QUERY)
        turn.evidence = _evidence(result, turn.principal)
        turn.table = table
        turn.estimates = _estimates(turn.evidence, table, language_of(turn.question, turn.resolution))

    def _extend(self, turn: _Turn) -> None:
        """The optional add-on of the intent. Whatever happens to it, the answer goes on without it and says so."""
        addon = self._extensions.get(turn.intent.intent) if turn.intent else None
        if addon is None:
            return
        name, tool = addon
        try:
            if name not in self._agent.addons_enabled:
                raise AddonUnavailable(f"the add-on '{name}' is not enabled for the agent '{self._agent.agent_id}'")
            if turn.table is not None:
                output = self._run(turn, tool, {"table": turn.table.model_dump(mode="json")}).output
                turn.table = _read(Table, output.get("table"), tool)
        except VerityError as error:
            turn.note("extension_absent", error)
            if turn.table is not None:
                turn.notes.append(say(language_of(turn.question, turn.resolution), "as_recorded"))

    def _draw(self, turn: _Turn) -> None:
        """The chart, where the intent needs one. An answer without its chart is still an answer."""
        if turn.table is None or turn.intent is None or "chart" not in turn.intent.needs or not turn.table.rows:
            return
        language = language_of(turn.question, turn.resolution)
        title = turn.resolution.restatement if turn.resolution else ""
        args: Json = {"table": turn.table.model_dump(mode="json"), "language": language}
        if title:
            args["title"] = title
        try:
            turn.chart = _read(Chart, self._run(turn, CHART, args).output, CHART)
        except VerityError as error:
            turn.note("chart_absent", error)

    def _run(self, turn: _Turn, tool: str, args: Json) -> ToolResult:
        try:
            result, checkpoint_id = self._executor.execute(
                tool,
                args,
                policy=self._agent,
                principal=turn.principal,
                conversation_id=turn.conversation_id,
                today=turn.question.today,
                seconds=self._tool_seconds,
            )
        except VerityError as error:
            if error.checkpoint_id is not None:
                turn.checkpoints.append(error.checkpoint_id)
            raise
        turn.checkpoints.append(checkpoint_id)
        return result

    def _answer(self, turn: _Turn, started: float) -> Answer:
        resolution = turn.resolution
        words = self._composer.compose(
            turn.question,
            turn.intent,
            resolution,
            turn.table,
            turn.chart,
            turn.error,
            [*turn.estimates, *turn.notes],
            ask_back=turn.ask_back,
        )
        return Answer(
            status=words.status,
            text=words.text,
            language=language_of(turn.question, resolution),
            intent=turn.intent,
            query=resolution.query if resolution else None,
            restatement=(resolution.restatement or None) if resolution else None,
            assumptions=(*words.assumptions, *turn.estimates),
            table=turn.table,
            chart=turn.chart,
            options=words.options,
            reasons=words.reasons,
            suggestions=words.suggestions,
            evidence=turn.evidence,
            conversation_id=turn.conversation_id,
            checkpoints=tuple(turn.checkpoints),
            error=turn.error,
            elapsed_ms=round((self._clock.monotonic() - started) * 1000, 3),
        )


def _read(contract: type[T], output: object, tool: str) -> T:
    """A tool's output as the contract that the flow expects of it."""
    try:
        return contract.model_validate(output)
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        place = ".".join(map(str, first["loc"])) or "output"
        raise ToolOutputInvalid(
            tool, f"its output is no {contract.__name__}: {place}: {first['msg']}", remedy="A defect of the tool."
        ) from None


def _estimates(evidence: Evidence, table: Table, language: Language) -> tuple[str, ...]:
    labels = {column.member: column.label or column.name for column in table.columns}
    told = []
    for one in evidence.estimates:
        metric = labels.get(one.metric, one.metric)
        if one.error is None:
            told.append(say(language, "estimate_unsized", metric=metric))
        elif one.error:
            told.append(say(language, "estimate", metric=metric, error=one.shown_error))
    return tuple(told)


def _evidence(result: ToolResult, principal: Principal) -> Evidence:
    freshness = result.trace.get("freshness")
    if freshness is None and result.data_version is not None:
        freshness = {"data_version": result.data_version}
    known = result.output.get("evidence") or {}
    return _read(
        Evidence,
        {
            **{name: value for name, value in known.items() if name in Evidence.model_fields},
            "freshness": freshness,
            "engine": result.trace.get("engine"),
            "rollup": result.trace.get("rollup"),
            "estimates": result.trace.get("estimates") or (),
            "principal": "owner (all rows)" if principal.is_owner else principal.id,
        },
        QUERY,
    )


def _refuse(turn: _Turn, error: VerityError) -> None:
    """A query that cannot be answered as asked is refused with its reason; nothing is answered in its stead."""
    reason = Reason(code=error.code, message=error.message + (f" {error.remedy}" if error.remedy else ""))
    read = turn.resolution or Resolution(status="refused", language=language_of(turn.question, None))
    turn.resolution = read.model_copy(update={"status": "refused", "reasons": (*read.reasons, reason)})
    turn.table = turn.chart = turn.evidence = None
