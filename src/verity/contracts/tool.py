"""What a tool is, what it is handed and what it gives back."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date
from typing import Literal, Protocol

from pydantic import Field

from verity.contracts.base import Contract, Json
from verity.contracts.identity import Principal


class ToolDefinition(Contract):
    """A tool as the registry knows it (reference, section 10). The core does not know how it is executed."""

    name: str = Field(pattern=r"^[a-z][a-z0-9_]*$")
    version: str = Field(pattern=r"^[0-9]+(\.[0-9]+)*$")
    input_schema: Json
    output_schema: Json
    is_deterministic: bool = True
    execution_mode: Literal["local", "http", "grpc"] = "local"
    endpoint: str | None = None
    timeout_ms: int = Field(default=30_000, gt=0)
    description: str = ""

    @property
    def key(self) -> str:
        """`name@version`, as checkpoints and policies write it."""
        return f"{self.name}@{self.version}"


class AddonManifest(Contract):
    """An add-on's `manifest.json` (reference, section 21), read without importing its code.

    `{"addon": "forecast", "version": "1.0", "tools": ["compute_forecast"], "requires": ["run_table_query"]}`:
    `tools` are the names it adds, `requires` the tools it calls.
    """

    addon: str = Field(pattern=r"^[a-z][a-z0-9_]*$")
    version: str = Field(pattern=r"^[0-9]+(\.[0-9]+)*$")
    tools: tuple[str, ...] = Field(min_length=1)
    requires: tuple[str, ...] = ()
    description: str = ""


@dataclass(frozen=True)
class Progress:
    """One step of a long tool, for a progress bar: `done` of `total` (None = unknown) of `what`."""

    what: str
    done: int = 0
    total: int | None = None
    message: str = ""


@dataclass(frozen=True)
class ToolContext:
    """What a tool may know beside its arguments. No clients, no settings: a tool is built with what it needs."""

    principal: Principal
    conversation_id: str
    today: date
    deadline: float
    """`time.monotonic()` at which the tool must have stopped."""
    cancel: threading.Event = field(default_factory=threading.Event)
    progress: Callable[[Progress], None] = lambda _: None

    @property
    def seconds_left(self) -> float:
        """Seconds until the deadline, never below zero."""
        return max(0.0, self.deadline - time.monotonic())


@dataclass(frozen=True)
class ToolResult:
    """What a tool gives back. `output` is validated, hashed and recorded; `trace` is recorded and never hashed.

    `data_version`, `dictionary_hash`, `policy_hash` are what the output was made from (None where not known).
    """

    output: Json
    trace: Json = field(default_factory=dict)
    data_version: str | None = None
    dictionary_hash: str | None = None
    policy_hash: str | None = None


class Tool(Protocol):
    """The one signature that unites built-ins, add-ons and workflow nodes."""

    definition: ToolDefinition

    def __call__(self, args: Json, context: ToolContext) -> ToolResult:
        """Run. Raises `VerityError`; anything else is a defect of the tool and becomes `ToolExecutionFailed`."""
        ...
