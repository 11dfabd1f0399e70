"""What goes into the analyst and what comes out: Intent, Resolution, Answer."""

from __future__ import annotations

from datetime import date
from enum import StrEnum
from typing import Literal

from pydantic import Field

from verity.contracts.base import Contract, Json
from verity.contracts.metric import MetricQuery
from verity.contracts.table import Table

Language = Literal["en", "es"]


class Intent(StrEnum):
    """The closed list of intents (reference, section 9)."""

    QUERY_DATA = "query_data"
    AGGREGATE_METRICS = "aggregate"
    COMPARE_PERIODS = "compare"
    FORECAST = "forecast"
    EXPLAIN_DATA = "explain"
    UNKNOWN = "unknown"


class IntentResult(Contract):
    """`{"intent": "aggregate", "confidence": 0.92, "needs": ["data", "chart"]}`."""

    intent: Intent
    confidence: float = Field(ge=0, le=1)
    needs: tuple[Literal["data", "chart", "text", "forecast"], ...] = ()


class Question(Contract):
    """One question as it reaches the analyst. `today` is resolved by the door; `language` None means: detect."""

    text: str
    today: date
    language: Language | None = None
    conversation_id: str | None = None


class Reason(Contract):
    """Why something was asked back or refused: a stable code, the words concerned, a sentence."""

    code: str
    words: tuple[str, ...] = ()
    message: str


class Option(Contract):
    """One complete restated question to choose from, with the query that it stands for."""

    question: str
    query: MetricQuery


class Resolution(Contract):
    """What the resolver made of a question. Output of `resolve_semantics`.

    `tables`, `metrics`, `time_grain`, `filters` are the reference form (section 16), in short names and plain text;
    `query` is what runs. `reading` is the trace of the stages (spans and the role each word played).
    """

    status: Literal["resolved", "clarify", "refused"]
    language: Language
    tables: tuple[str, ...] = ()
    metrics: tuple[str, ...] = ()
    time_grain: str | None = None
    filters: tuple[str, ...] = ()
    query: MetricQuery | None = None
    restatement: str = ""
    assumptions: tuple[str, ...] = ()
    options: tuple[Option, ...] = ()
    reasons: tuple[Reason, ...] = ()
    suggestions: tuple[str, ...] = ()
    explain: str | None = None
    """For explain questions: the text of the dictionary that answers them."""
    reading: tuple[Json, ...] = ()


class MetricEvidence(Contract):
    """Which definition was used: `version` is `<version>+<first 12 of the content hash>`."""

    name: str
    version: str
    sql: str


class Estimate(Contract):
    """A metric that is told approximately, as it is declared (`approximate: true`)."""

    metric: str
    by: str
    """What told it: a sketch of a rollup, or the engine's own."""
    error: float | None = None
    """The relative standard error of each count (0.023 is 2.3 %); 0: counted exactly; None: the engine says none."""

    def words(self) -> str:
        """The estimate in a sentence."""
        if self.error == 0:
            return f"{self.metric} is declared approximate, and counted exactly by {self.by}."
        size = "it does not say how far off" if self.error is None else f"standard error {self.shown_error}"
        return f"{self.metric} is an estimate by {self.by}: {size}."

    @property
    def shown_error(self) -> str:
        """`2.3 %`; empty where it is not known."""
        return "" if self.error is None else f"{self.error * 100:.1f} %"


class Evidence(Contract):
    """What an answer rests on. `freshness` says when the data was loaded and which version answered."""

    metrics: tuple[MetricEvidence, ...] = ()
    sql: str | None = None
    engine: str | None = None
    freshness: Json | None = None
    rollup: str | None = None
    estimates: tuple[Estimate, ...] = ()
    """The metrics that are told approximately."""
    principal: str | None = None
    """Says `owner (all rows)` where the local owner asked, else the principal's id."""


class Chart(Contract):
    """`{"chart_kind": "line", "x": "month", "y": [...]}` of the reference, with the series column and the spec."""

    chart_kind: str
    x: str | None = None
    y: tuple[str, ...] = ()
    series: str | None = None
    spec: Json | None = None

    def reference_form(self) -> Json:
        """The three fields of the reference (section 20)."""
        return {"chart_kind": self.chart_kind, "x": self.x, "y": list(self.y)}


class ErrorInfo(Contract):
    """An error as an answer carries it."""

    code: str
    message: str
    remedy: str = ""


class Answer(Contract):
    """What every door returns for a question. The JSON form is stable; outside checks read it."""

    id: str | None = None
    status: Literal["answered", "clarify", "refused", "error"]
    text: str
    language: Language
    intent: IntentResult | None = None
    query: MetricQuery | None = None
    restatement: str | None = None
    assumptions: tuple[str, ...] = ()
    table: Table | None = None
    chart: Chart | None = None
    options: tuple[str, ...] = ()
    reasons: tuple[Reason, ...] = ()
    suggestions: tuple[str, ...] = ()
    evidence: Evidence | None = None
    conversation_id: str | None = None
    checkpoints: tuple[str, ...] = ()
    error: ErrorInfo | None = None
    elapsed_ms: float | None = None
