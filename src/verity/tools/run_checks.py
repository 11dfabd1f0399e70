"""run_checks@1.0: hold the dictionary against itself, its lock and the data."""

from __future__ import annotations

from collections.abc import Callable

from verity.contracts.base import Json
from verity.contracts.run import Verdict
from verity.contracts.tool import ToolContext, ToolDefinition, ToolResult
from verity.tools.base import define, to_json

INPUT: Json = {
    "type": "object",
    "additionalProperties": False,
    "properties": {"live": {"type": "boolean"}, "accept": {"type": "boolean"}},
}


class RunChecks:
    """Checks through the one function it is given; not deterministic, since files and data change."""

    definition: ToolDefinition = define(
        "run_checks",
        "1.0",
        takes=INPUT,
        gives=Verdict,
        deterministic=False,
        timeout_ms=60 * 60 * 1000,
        description="Check the dictionary, offline or against the published data.",
    )

    def __init__(self, check: Callable[[bool, bool], Verdict]) -> None:
        self._check = check

    def __call__(self, args: Json, context: ToolContext) -> ToolResult:  # noqa: ARG002 - the one signature of tools
        """`args`: `{live, accept}`; output: the verdict."""
        verdict = self._check(args.get("live", False), args.get("accept", False))
        return ToolResult(output=to_json(verdict), data_version=verdict.data_version)
