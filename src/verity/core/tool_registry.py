"""The central list of tools, by name and version. It knows what a tool is, not how it is executed."""

from __future__ import annotations

from verity.contracts.tool import ToolDefinition
from verity.exceptions import ToolAlreadyRegistered, ToolNotFound, did_you_mean


class ToolRegistry:
    """The reference's registry (section 10), with a look at all versions of a name."""

    def __init__(self) -> None:
        self._tools: dict[str, ToolDefinition] = {}

    def register(self, tool: ToolDefinition) -> None:
        """Add a tool. Raises `ToolAlreadyRegistered` (a `ValueError`) where that version is there already."""
        if tool.key in self._tools:
            raise ToolAlreadyRegistered(tool.key)
        self._tools[tool.key] = tool

    def get(self, name: str, version: str) -> ToolDefinition:
        """The tool of exactly that version. Raises `ToolNotFound` (a `KeyError`)."""
        key = f"{name}@{version}"
        if key not in self._tools:
            raise self._not_found(key)
        return self._tools[key]

    def versions(self, name: str) -> tuple[ToolDefinition, ...]:
        """Every version of a tool, newest first. Raises `ToolNotFound` where there is none."""
        found = [tool for tool in self._tools.values() if tool.name == name]
        if not found:
            raise self._not_found(name)
        return tuple(sorted(found, key=_rank, reverse=True))

    def list_tools(self) -> list[str]:
        """Every `name@version`, in the order of registration."""
        return list(self._tools.keys())

    def _not_found(self, asked: str) -> ToolNotFound:
        guess = did_you_mean(asked, self._tools)
        return ToolNotFound(f"Tool {asked} not found", remedy=f"Did you mean {guess}?" if guess else "")


def _rank(tool: ToolDefinition) -> tuple[int, ...]:
    return tuple(int(part) for part in tool.version.split("."))
