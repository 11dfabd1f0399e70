"""Small real tools and a storage in memory, for the laws of the core."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from datetime import date

from verity.contracts.base import Json
from verity.contracts.question import Chart, Intent, IntentResult, Resolution
from verity.contracts.run import ChainFault, Checkpoint, Step
from verity.contracts.tool import Tool, ToolContext, ToolResult
from verity.core.agent_policy import AgentPolicy
from verity.core.analyst import Analyst
from verity.core.checkpoint_logger import CheckpointLogger
from verity.core.hashing import GENESIS
from verity.core.response_composer import ResponseComposer
from verity.core.schema_validator import SchemaValidator
from verity.core.sealing import seal, unseal
from verity.core.tool_executor import ToolExecutor
from verity.core.tool_registry import ToolRegistry
from verity.tools.base import define, schema_of, to_json, tool
from verity.tools.transports.local import LocalTransport

TODAY = date(2025, 12, 20)
ANALYST = {
    "agent": "data_analyst",
    "allowed_tools": ["resolve_semantics", "run_table_query", "build_chart", "compute_forecast"],
    "addons_enabled": ["forecast"],
}
ANYTHING: Json = {"type": "object"}


class MemoryStorage:
    """A `CheckpointStorage` that forgets: enough to see what the core records."""

    def __init__(self) -> None:
        self.kept: list[Checkpoint] = []
        self._lock = threading.Lock()

    def save(self, step: Step) -> Checkpoint:
        with self._lock:
            mine = self.query(step.conversation_id)
            sealed = seal(step, len(mine) + 1, mine[-1].chain_hash if mine else GENESIS)
            self.kept.append(unseal(sealed.row, sealed.payloads))
            return self.kept[-1]

    def query(self, conversation_id: str) -> tuple[Checkpoint, ...]:
        return tuple(each for each in self.kept if each.conversation_id == conversation_id)

    def get(self, checkpoint_id: str) -> Checkpoint | None:
        return next((each for each in self.kept if each.checkpoint_id == checkpoint_id), None)

    def conversations(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys(each.conversation_id for each in self.kept))

    def verify(self) -> tuple[ChainFault, ...]:
        return ()


RESOLVED: Json = {
    "status": "resolved",
    "language": "en",
    "tables": ["orders"],
    "metrics": ["revenue"],
    "query": {"metrics": ["orders.revenue"], "by": [{"dimension": "time", "grain": "month"}]},
    "restatement": "revenue by month",
    "assumptions": ["months of order_date"],
}
TABLE: Json = {
    "table_id": "t_1",
    "columns": [
        {"name": "month", "type": "date", "role": "time", "grain": "month"},
        {"name": "revenue", "type": "decimal(38,2)", "role": "metric", "unit": "PHP"},
    ],
    "rows": [["2025-01-01", "1234567.50"], ["2025-02-01", "99.00"]],
    "row_count": 2,
    "truncated": False,
    "evidence": {
        "metrics": [{"name": "orders.revenue", "version": "2.1+abcdefabcdef", "sql": "SUM(order_total)"}],
        "sql": "SELECT 1",
        "engine": "duckdb",
    },
}


class Stub:
    """A tool that gives one scripted output, or runs a function for its effect first."""

    def __init__(
        self,
        name: str,
        version: str,
        output: Json,
        *,
        does: Callable[[Json, ToolContext], None] | None = None,
        timeout_ms: int = 30_000,
        deterministic: bool = True,
        gives: Json | None = None,
        trace: Json | None = None,
        **hashes: str,
    ) -> None:
        self.definition = define(
            name, version, takes=ANYTHING, gives=gives or ANYTHING, timeout_ms=timeout_ms, deterministic=deterministic
        )
        self.output, self.does, self.hashes, self.trace = output, does, hashes, trace or {}
        self.calls: list[tuple[Json, ToolContext]] = []

    def __call__(self, args: Json, context: ToolContext) -> ToolResult:
        self.calls.append((args, context))
        if self.does is not None:
            self.does(args, context)
        trace = {"freshness": {"loaded_at": "2025-12-19"}, **self.trace}
        return ToolResult(output=self.output, trace=trace, **self.hashes)


def resolve_stub(output: Json = RESOLVED, **more: object) -> Stub:
    return Stub("resolve_semantics", "1.0", to_json(Resolution.model_validate(output)), **more)  # type: ignore[arg-type]


def query_stub(output: Json = TABLE, **more: object) -> Stub:
    return Stub("run_table_query", "1.1", output, **more)  # type: ignore[arg-type]


@tool(define("build_chart", "2.0", takes=ANYTHING, gives=schema_of(Chart, "output")))
def chart_stub(args: Json, context: ToolContext) -> ToolResult:
    return ToolResult(output=to_json(Chart(chart_kind="line", x="month", y=("revenue",))))


def executor_of(tools: Sequence[Tool], storage: object = None) -> tuple[ToolExecutor, MemoryStorage]:
    kept = storage or MemoryStorage()
    transport, registry = LocalTransport(tools), ToolRegistry()
    for definition in transport.definitions:
        registry.register(definition)
    executor = ToolExecutor(
        registry,
        SchemaValidator(),
        CheckpointLogger(kept),
        transports={"local": transport},  # type: ignore[arg-type]
    )
    return executor, kept  # type: ignore[return-value]


def always(intent: Intent = Intent.AGGREGATE_METRICS) -> Callable[[str, Resolution | None], IntentResult]:
    needs = ("text",) if intent is Intent.EXPLAIN_DATA else ("data", "chart")
    return lambda *_: IntentResult(intent=intent, confidence=0.92, needs=needs)


def analyst_of(
    tools: Sequence[Tool] | None = None, intent: Intent = Intent.AGGREGATE_METRICS, agent: Json = ANALYST
) -> tuple[Analyst, MemoryStorage]:
    executor, storage = executor_of(tools if tools is not None else [resolve_stub(), query_stub(), chart_stub])
    extensions = {Intent.FORECAST: ("forecast", "compute_forecast")}
    return Analyst(executor, always(intent), ResponseComposer(), AgentPolicy(agent), extensions=extensions), storage
