"""build_rollups@1.0: build the declared rollups from the published data and put them in force."""

from __future__ import annotations

from collections.abc import Callable

from verity.contracts.base import Json
from verity.contracts.run import Verdict
from verity.contracts.tool import ToolContext, ToolDefinition, ToolResult
from verity.tools.base import define, to_json
from verity.tools.sync_source import HOURS_24

INPUT: Json = {
    "type": "object",
    "additionalProperties": False,
    "properties": {
        "only": {"type": "array", "items": {"type": "string"}, "description": "`table.rollup` names; empty for all."}
    },
}


class BuildRollups:
    """Builds through the one function it is given; not deterministic, since it follows the published data."""

    definition: ToolDefinition = define(
        "build_rollups",
        "1.0",
        takes=INPUT,
        gives=Verdict,
        deterministic=False,
        timeout_ms=HOURS_24,
        description="Build the declared rollups from the published data.",
    )

    def __init__(self, build: Callable[[tuple[str, ...], ToolContext], Verdict]) -> None:
        self._build = build

    def __call__(self, args: Json, context: ToolContext) -> ToolResult:
        """`args`: `{only}`; output: the verdict."""
        verdict = self._build(tuple(args.get("only") or ()), context)
        return ToolResult(output=to_json(verdict), data_version=verdict.data_version)
