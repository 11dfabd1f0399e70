"""run_table_query@1.1: run a resolved MetricQuery and return a typed table (reference, section 18)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from verity.contracts.base import Contract, Json
from verity.contracts.metric import MetricQuery
from verity.contracts.question import MetricEvidence
from verity.contracts.table import Table
from verity.contracts.tool import ToolContext, ToolResult
from verity.tools.base import define, to_json

if TYPE_CHECKING:
    from verity.query.service import QueryService


class RunTableQueryInput(Contract):
    """What the tool takes."""

    query: MetricQuery


class QueryEvidence(Contract):
    """The definitions, the logical plan and the raw SQL behind the rows: all are hashed with the output."""

    metrics: tuple[MetricEvidence, ...]
    sql: str
    plan: Json


class RunTableQueryOutput(Table):
    """A table with what it rests on."""

    evidence: QueryEvidence


class RunTableQuery:
    """Runs a query under the caller's policy. Deterministic: the same data version gives the same bytes."""

    definition = define(
        "run_table_query",
        "1.1",
        takes=RunTableQueryInput,
        gives=RunTableQueryOutput,
        description="Run a resolved query over governed metrics and return a typed table.",
    )

    def __init__(self, service: QueryService) -> None:
        self._service = service

    def __call__(self, args: Json, context: ToolContext) -> ToolResult:
        """`args`: `{query}`; output: a table with `evidence`. Raises `QueryError` and `DataError`."""
        query = RunTableQueryInput.model_validate(args).query
        result = self._service.run(
            query, context.principal, seconds=context.seconds_left, cancel=context.cancel, today=context.today
        )
        evidence = QueryEvidence(metrics=result.metrics, sql=result.sql, plan=result.plan)
        output = RunTableQueryOutput(**dict(result.table), evidence=evidence)
        return ToolResult(
            output=to_json(output),
            trace=result.trace,
            data_version=result.state.data_version,
            dictionary_hash=result.dictionary_hash,
            policy_hash=result.policy_hash,
        )
