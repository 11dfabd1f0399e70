"""sync_source@1.0: load one source, or every one, into bronze."""

from __future__ import annotations

from collections.abc import Callable

from verity.contracts.base import Json
from verity.contracts.run import Verdict
from verity.contracts.tool import ToolContext, ToolDefinition, ToolResult
from verity.tools.base import define, to_json

HOURS_24 = 24 * 60 * 60 * 1000
INPUT: Json = {
    "type": "object",
    "additionalProperties": False,
    "properties": {"source": {"type": ["string", "null"], "description": "A source's name; null for every source."}},
}


class SyncSource:
    """Loads through the one function it is given; not deterministic, since sources change."""

    definition: ToolDefinition = define(
        "sync_source",
        "1.0",
        takes=INPUT,
        gives=Verdict,
        deterministic=False,
        timeout_ms=HOURS_24,
        description="Load sources into bronze, whole or not at all.",
    )

    def __init__(self, sync: Callable[[str | None, ToolContext], Verdict]) -> None:
        self._sync = sync

    def __call__(self, args: Json, context: ToolContext) -> ToolResult:
        """`args`: `{source}`; output: the verdict."""
        verdict = self._sync(args.get("source"), context)
        return ToolResult(output=to_json(verdict), data_version=verdict.data_version)
