"""One call of a tool: the wish, the run in a worker, and what came of it."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date

from verity.contracts.base import Json
from verity.contracts.identity import Principal
from verity.contracts.run import CheckpointStatus
from verity.contracts.tool import Progress, ToolResult
from verity.core.agent_policy import AgentPolicy
from verity.exceptions import VerityError


@dataclass(frozen=True)
class Call:
    """One wish to run a tool: `name` (the newest version the policy allows) or `name@version`, with its arguments."""

    tool: str
    args: Json
    policy: AgentPolicy
    principal: Principal
    conversation_id: str
    today: date
    seconds: float | None = None
    """Most seconds it may take; the tool's own timeout where that is shorter or this is None."""
    progress: Callable[[Progress], None] | None = None


@dataclass(frozen=True)
class Attempt:
    """What came of a call, before it is recorded. Exactly one of `result` and `error` is there."""

    tool: str
    args: Json
    deterministic: bool
    status: CheckpointStatus
    result: ToolResult | None
    error: VerityError | None
    trace: Json

    @property
    def output(self) -> Json:
        """The result's output, or `{"error": {"code", "message", "remedy"}}`."""
        if self.result is not None:
            return self.result.output
        return {"error": error_document(self.error)} if self.error else {}


class Job:
    """A tool's run in a worker. Cancelled before it started, it never starts.

    Whatever a cancelled run gives or raises in the end is dropped: the call has its verdict already.
    """

    def __init__(self, run: Callable[[], ToolResult], cancel: threading.Event) -> None:
        self._run, self._cancel = run, cancel
        self._stopped = threading.Event()
        self.started = False

    def __call__(self) -> ToolResult:
        """Run, in the worker."""
        try:
            self.started = True
            if self._cancel.is_set():
                return ToolResult(output={})
            return self._run()
        finally:
            self._stopped.set()

    def wait_to_stop(self, seconds: float) -> None:
        """Wait until a run that started has ended, at most that long."""
        if self.started:
            self._stopped.wait(seconds)


def error_document(error: VerityError) -> Json:
    """An error as checkpoints and answers carry it."""
    return {"code": error.code, "message": error.message, "remedy": error.remedy}
