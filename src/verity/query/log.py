"""The query log: what the record keeps of every metric query, as far as proposing rollups needs it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from pydantic import ValidationError

from verity.contracts.metric import MetricQuery
from verity.core.ports import CheckpointStorage

TOOL = "run_table_query"


@dataclass(frozen=True, slots=True)
class LoggedQuery:
    """One query as it ran. `seconds` is the engine's time; `policed`: somebody else than the owner asked."""

    query: MetricQuery
    seconds: float
    policed: bool = False


def recorded_queries(record: CheckpointStorage, most: int = 5_000) -> Iterator[LoggedQuery]:
    """The latest queries of the record, newest conversation first. Erased or failed ones are left out."""
    seen = 0
    for conversation in reversed(record.conversations()):
        for checkpoint in record.query(conversation):
            name = checkpoint.tool.partition("@")[0]
            if name != TOOL or checkpoint.status != "ok" or "query" not in checkpoint.input:
                continue
            try:
                query = MetricQuery.model_validate(checkpoint.input["query"])
            except ValidationError:
                continue  # of an older form
            seconds = float(checkpoint.trace.get("elapsed_ms") or 0.0) / 1000
            yield LoggedQuery(query, seconds, checkpoint.principal.get("kind") != "owner")
            seen += 1
            if seen >= most:
                return
