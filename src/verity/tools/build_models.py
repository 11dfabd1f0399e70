"""build_models@1.0: build the models, test them, and publish if nothing failed."""

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
    "properties": {"select": {"type": ["string", "null"], "description": "dbt's selection form; null for all."}},
}


class BuildModels:
    """Builds through the one function it is given; not deterministic, since bronze changes."""

    definition: ToolDefinition = define(
        "build_models",
        "1.0",
        takes=INPUT,
        gives=Verdict,
        deterministic=False,
        timeout_ms=HOURS_24,
        description="Build and test the models, and publish the result at once.",
    )

    def __init__(self, build: Callable[[str | None, ToolContext], Verdict]) -> None:
        self._build = build

    def __call__(self, args: Json, context: ToolContext) -> ToolResult:
        """`args`: `{select}`; output: the verdict."""
        verdict = self._build(args.get("select"), context)
        return ToolResult(output=to_json(verdict), data_version=verdict.data_version)
