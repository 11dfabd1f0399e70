"""What a tool's author needs: a definition, a function, and JSON Schemas written from contracts.

    REVERSE = define("reverse", "1.0", takes=TextIn, gives=TextOut)

    @tool(REVERSE)
    def reverse(args: Json, context: ToolContext) -> ToolResult:
        return ToolResult(output=to_json(TextOut(text=TextIn.model_validate(args).text[::-1])))

A tool that needs clients is a class with `definition` and `__call__` (see `verity.contracts.tool.Tool`).
Add-ons see this module, contracts and exceptions, and nothing else of Verity.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from pydantic import BaseModel, TypeAdapter

from verity.contracts.base import Json
from verity.contracts.tool import ToolContext, ToolDefinition, ToolResult

ToolFunction = Callable[[Json, ToolContext], ToolResult]


@dataclass(frozen=True)
class FunctionTool:
    """A function with its definition: the adapter that makes it a `Tool`."""

    definition: ToolDefinition
    function: ToolFunction

    def __call__(self, args: Json, context: ToolContext) -> ToolResult:
        """Run the function with arguments that the executor has already validated."""
        return self.function(args, context)


def tool(definition: ToolDefinition) -> Callable[[ToolFunction], FunctionTool]:
    """Decorate a function `(args, context) -> ToolResult` into a tool of that definition."""

    def adapt(function: ToolFunction) -> FunctionTool:
        return FunctionTool(definition, function)

    return adapt


def define(
    name: str,
    version: str,
    *,
    takes: type[BaseModel] | Json,
    gives: type[BaseModel] | Json,
    deterministic: bool = True,
    timeout_ms: int = 30_000,
    description: str = "",
) -> ToolDefinition:
    """A local tool's definition. `takes` and `gives` are contracts or JSON Schemas; `timeout_ms` is milliseconds."""
    return ToolDefinition(
        name=name,
        version=version,
        input_schema=takes if isinstance(takes, dict) else schema_of(takes),
        output_schema=gives if isinstance(gives, dict) else schema_of(gives, "output"),
        is_deterministic=deterministic,
        timeout_ms=timeout_ms,
        description=description,
    )


def schema_of(contract: type[BaseModel], side: Literal["input", "output"] = "input") -> Json:
    """The JSON Schema of a contract, by its aliases.

    `input` is what may be sent (fields with a default may be left out); `output` is what `to_json` writes
    (every field is there).
    """
    mode: Literal["validation", "serialization"] = "validation" if side == "input" else "serialization"
    return TypeAdapter(contract).json_schema(by_alias=True, mode=mode)


def to_json(contract: BaseModel) -> Json:
    """A contract as the JSON object that its output schema describes: aliases, decimals and dates as text."""
    return contract.model_dump(mode="json", by_alias=True)
