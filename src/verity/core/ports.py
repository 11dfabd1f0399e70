"""What the core needs from the parts above it, named here so that it imports none of them."""

from __future__ import annotations

from datetime import datetime
from typing import Protocol

from verity.contracts.base import Json
from verity.contracts.question import IntentResult, Resolution
from verity.contracts.run import ChainFault, Checkpoint, Step
from verity.contracts.tool import ToolContext, ToolDefinition, ToolResult


class Clock(Protocol):
    """Time, passed in."""

    def now(self) -> datetime:
        """The present instant, in UTC."""
        ...

    def monotonic(self) -> float:
        """Seconds that never go back; the scale of `ToolContext.deadline`."""
        ...


class CheckpointStorage(Protocol):
    """Where checkpoints are kept: append-only, hashed and chained (reference, section 13)."""

    def save(self, step: Step) -> Checkpoint:
        """Append one step to its conversation's chain, durable when this returns.

        Concurrent saves to one conversation are put in one order. Raises `StateUnavailable`, `DiskFull`, `RecordError`.
        """
        ...

    def query(self, conversation_id: str) -> tuple[Checkpoint, ...]:
        """The conversation's checkpoints in order; empty where there is none of that id."""
        ...

    def get(self, checkpoint_id: str) -> Checkpoint | None:
        """One checkpoint by its id."""
        ...

    def conversations(self) -> tuple[str, ...]:
        """Every conversation's id, oldest first."""
        ...

    def verify(self) -> tuple[ChainFault, ...]:
        """Hold the whole record against its hashes, chains and anchors; empty when nothing was touched."""
        ...


class IntentClassifier(Protocol):
    """Place a question in the closed list of intents. With `resolution` None it has the words alone."""

    def __call__(self, text: str, resolution: Resolution | None, /) -> IntentResult:
        """Classify; `Intent.UNKNOWN` where nothing fits."""
        ...


class Transport(Protocol):
    """How a tool of one execution mode (local, http, grpc) is reached."""

    def call(self, definition: ToolDefinition, args: Json, context: ToolContext) -> ToolResult:
        """Run in the calling thread, minding `context.deadline` and `context.cancel`. May raise anything."""
        ...
