"""Call a tool that is a Python function or object of this process.

Only first-party tools belong here: code of strangers runs in a process of its own that can be killed.
"""

from __future__ import annotations

from collections.abc import Iterable

from verity.contracts.base import Json
from verity.contracts.tool import Tool, ToolContext, ToolDefinition, ToolResult
from verity.exceptions import ToolAlreadyRegistered, ToolNotFound


class LocalTransport:
    """The tools of this process, by `name@version`."""

    def __init__(self, tools: Iterable[Tool] = ()) -> None:
        self._tools: dict[str, Tool] = {}
        for each in tools:
            self.add(each)

    @property
    def definitions(self) -> tuple[ToolDefinition, ...]:
        """What the registry is to be told, in the order of adding."""
        return tuple(each.definition for each in self._tools.values())

    def add(self, tool: Tool) -> None:
        """Take one more tool. Raises `ToolAlreadyRegistered` for a second one of the same name and version."""
        key = tool.definition.key
        if key in self._tools:
            raise ToolAlreadyRegistered(key)
        self._tools[key] = tool

    def call(self, definition: ToolDefinition, args: Json, context: ToolContext) -> ToolResult:
        """Run the tool in the calling thread. Raises what the tool raises, `ToolNotFound` where it is not here."""
        found = self._tools.get(definition.key)
        if found is None:
            raise ToolNotFound(f"Tool {definition.key} not found", remedy="It is registered but no code was given.")
        return found(args, context)
