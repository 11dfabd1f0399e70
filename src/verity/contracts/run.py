"""What is kept of every step: checkpoints and their replay; and the verdicts of syncs, builds and checks."""

from __future__ import annotations

from datetime import date, datetime
from typing import Literal

from pydantic import Field

from verity.contracts.base import Contract, Json

CheckpointStatus = Literal["ok", "error", "timeout"]


class Step(Contract):
    """One executed tool call, before storage gives it a place in its conversation's chain."""

    checkpoint_id: str
    conversation_id: str
    tool: str
    """`name@version`."""
    input: Json
    output: Json
    """On error or timeout: `{"error": {"code", "message", "remedy"}}`."""
    status: CheckpointStatus
    timestamp: datetime
    agent: str
    principal: Json
    """The principal's document with its kind."""
    policy_hash: str | None = None
    dictionary_hash: str | None = None
    data_version: str | None = None
    today: date
    deterministic: bool = True
    trace: Json = Field(default_factory=dict)
    """Unhashed: elapsed time, cache hits, engine choice, physical SQL, ids and ages of freshness."""


class Checkpoint(Step):
    """A step as stored: `seq` counts from 1 within its conversation; hashes are SHA-256 hex."""

    seq: int
    input_hash: str
    output_hash: str
    trace_hash: str
    """Covered by `chain_hash` alone, so that an edited trace is found; `content_hash` never sees it."""
    content_hash: str
    previous_hash: str
    chain_hash: str
    absent: tuple[Literal["input", "output", "trace"], ...] = ()
    """Payloads that were erased under retention or were over the size cap; `{}` stands in their place."""

    def reference_form(self) -> Json:
        """The seven fields of the reference (section 13)."""
        return {
            "checkpoint_id": self.checkpoint_id,
            "conversation_id": self.conversation_id,
            "tool": self.tool,
            "input": self.input,
            "output": self.output,
            "status": self.status,
            "timestamp": self.timestamp.isoformat(),
        }


ReplayVerdict = Literal[
    "equal", "data_changed", "dictionary_changed", "policy_changed",
    "tool_absent", "payload_erased", "not_comparable", "different",
]  # fmt: skip


class ReplayedStep(Contract):
    """One checkpoint executed again. `difference` names the first unlike place, empty when equal."""

    checkpoint_id: str
    seq: int
    tool: str
    verdict: ReplayVerdict
    difference: str = ""


class ChainFault(Contract):
    """One broken place of the record: what is wrong, in which conversation and row."""

    kind: Literal["edited", "missing_checkpoint", "missing_conversation", "missing_payload", "foreign_row"]
    conversation_id: str
    checkpoint_id: str | None = None
    message: str


class StageLine(Contract):
    """One table of a sync, one model of a build, one rule of a check."""

    name: str
    status: Literal["ok", "warn", "failed", "skipped"]
    rows: int | None = None
    message: str = ""
    seconds: float | None = None
    code: str | None = None
    remedy: str = ""


class Verdict(Contract):
    """How a sync, build, check or a build of rollups ended: one verdict, and a line for each part."""

    verb: Literal["sync", "build", "check", "rollups", "move"]
    status: Literal["ok", "warn", "failed"]
    lines: tuple[StageLine, ...]
    seconds: float
    data_version: str | None = None
    summary: str = ""
