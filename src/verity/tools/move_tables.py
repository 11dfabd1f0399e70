"""move_tables@1.0: move finished tables to another engine, and refuse where a count or sum differs."""

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
    "required": ["to", "layers"],
    "properties": {
        "to": {"type": "string", "description": "The other engine's address; a password as ${NAME}."},
        "layers": {"type": "array", "items": {"type": "string"}, "minItems": 1, "description": "Which layers to move."},
    },
}


class MoveTables:
    """Moves through the one function it is given; not deterministic, since it changes the other engine."""

    definition: ToolDefinition = define(
        "move_tables",
        "1.0",
        takes=INPUT,
        gives=Verdict,
        deterministic=False,
        timeout_ms=HOURS_24,
        description="Move finished tables to another engine, with counts and sums compared.",
    )

    def __init__(self, move: Callable[[str, tuple[str, ...], ToolContext], Verdict]) -> None:
        self._move = move

    def __call__(self, args: Json, context: ToolContext) -> ToolResult:
        """`args`: `{to, layers}`; output: the verdict."""
        verdict = self._move(args["to"], tuple(args["layers"]), context)
        return ToolResult(output=to_json(verdict), data_version=verdict.data_version)
