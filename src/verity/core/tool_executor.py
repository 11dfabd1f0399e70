"""The one place where tools run: permitted, valid, bounded in time, and recorded whatever happens.

The order never changes: policy, input schema, run in a worker with a deadline, output schema, checkpoint. Denied,
invalid, failed, late and cancelled calls leave a checkpoint as successful ones do.
"""

from __future__ import annotations

import threading
import traceback
from collections.abc import Callable, Mapping
from concurrent.futures import Future, wait
from concurrent.futures import TimeoutError as FutureTimeout
from dataclasses import replace
from datetime import date

from verity.contracts.base import Json
from verity.contracts.identity import Principal
from verity.contracts.run import CheckpointStatus
from verity.contracts.tool import Progress, ToolContext, ToolDefinition, ToolResult
from verity.core.agent_policy import AgentPolicy
from verity.core.checkpoint_logger import CheckpointLogger, Provenance
from verity.core.clock import SystemClock
from verity.core.hashing import plain_json
from verity.core.ports import Clock, Transport
from verity.core.redaction import one_line, redact
from verity.core.schema_validator import SchemaValidator
from verity.core.tool_call import Attempt, Call, Job
from verity.core.tool_registry import ToolRegistry
from verity.core.worker_pool import WorkerPool
from verity.exceptions import (
    AddonUnavailable,
    NotJson,
    QueryTimedOut,
    ToolCancelled,
    ToolExecutionFailed,
    ToolInputInvalid,
    ToolNotPermitted,
    ToolOutputInvalid,
    ToolTimedOut,
    VerityError,
)

GRACE_SECONDS = 0.25
"""How long a tool that ran out of time is given to stop before its timeout is recorded."""
LISTEN_SECONDS = 0.1
"""How long a wait goes on before Ctrl-C is looked for: a signal that another thread took wakes nobody."""
CANCEL_SECONDS = 10.0
"""How long a tool that the caller interrupted is given to clean up."""


class ToolExecutor:
    """Runs tools under a policy and records every call."""

    def __init__(
        self,
        registry: ToolRegistry,
        validator: SchemaValidator,
        logger: CheckpointLogger,
        *,
        transports: Mapping[str, Transport],
        clock: Clock | None = None,
        workers: WorkerPool | None = None,
    ) -> None:
        self._registry = registry
        self._validator = validator
        self._logger = logger
        self._transports = dict(transports)
        self._clock = clock or SystemClock()
        self._workers = workers or WorkerPool()

    def execute(
        self,
        tool: str,
        args: Json,
        *,
        policy: AgentPolicy,
        principal: Principal,
        conversation_id: str,
        today: date,
        seconds: float | None = None,
        progress: Callable[[Progress], None] | None = None,
    ) -> tuple[ToolResult, str]:
        """Run a tool and return its result with the id of its checkpoint.

        Raises `ToolNotPermitted` (nothing ran), `ToolNotFound`, `ToolInputInvalid` (nothing ran), `ToolTimedOut`,
        `ToolOutputInvalid`, `ToolExecutionFailed` for what is no `VerityError`, and the tool's own `VerityError`;
        each is recorded first and carries `checkpoint_id`. On Ctrl-C the tool is cancelled and given time to clean
        up, the call is recorded, and the interrupt goes on.
        """
        call = Call(tool, args, policy, principal, conversation_id, today, seconds, progress)
        attempt = self.attempt(call)
        checkpoint_id = self._record(call, attempt)
        if attempt.result is not None:
            return attempt.result, checkpoint_id
        assert attempt.error is not None  # noqa: S101  # an attempt holds a result or an error
        attempt.error.checkpoint_id = checkpoint_id
        if isinstance(attempt.error, ToolCancelled):
            raise KeyboardInterrupt from attempt.error
        raise attempt.error

    def attempt(self, call: Call) -> Attempt:
        """The same without a checkpoint and without raising, for replay."""
        started = self._clock.monotonic()
        blank = Attempt(call.tool, {}, True, "error", None, None, {})
        try:
            definition = self.permitted(call.tool, call.policy)
            blank = replace(blank, tool=definition.key, deterministic=definition.is_deterministic)
            blank = replace(blank, args=_plain_args(definition, call.args))
            self._validator.check_input(definition, blank.args)
            result = self._checked(definition, self._run(definition, blank.args, call, started))
            trace = {**result.trace, "elapsed_ms": self._since(started)}
            return replace(blank, status="ok", result=result, trace=trace)
        except VerityError as error:
            return self._failed(blank, call, error, started)

    def permitted(self, tool: str, policy: AgentPolicy) -> ToolDefinition:
        """The definition that a call of `tool` runs. Raises `ToolNotPermitted` before `ToolNotFound`."""
        policy.validate_or_raise(tool)
        name, _, version = tool.partition("@")
        if version:
            return self._registry.get(name, version)
        versions = self._registry.versions(name)
        allowed = next((each for each in versions if policy.can_execute(each.key)), None)
        if allowed is None:
            raise ToolNotPermitted(policy.agent_id, versions[0].key)
        return allowed

    def _run(self, definition: ToolDefinition, args: Json, call: Call, started: float) -> ToolResult:
        transport = self._transports.get(definition.execution_mode)
        if transport is None:
            raise AddonUnavailable(
                f"Tool {definition.key} runs over {definition.execution_mode}, which is not set up",
                remedy="Give the executor a transport of that mode.",
            )
        limit = definition.timeout_ms / 1000
        seconds = limit if call.seconds is None else min(limit, call.seconds)
        context = ToolContext(
            principal=call.principal,
            conversation_id=call.conversation_id,
            today=call.today,
            deadline=started + seconds,
            cancel=threading.Event(),
            progress=call.progress or (lambda _: None),
        )
        job = Job(lambda: transport.call(definition, args, context), context.cancel)
        try:
            return self._awaited(definition, self._workers.submit(job), job, context, seconds)
        except KeyboardInterrupt:
            context.cancel.set()
            job.wait_to_stop(CANCEL_SECONDS)
            raise ToolCancelled(definition.key, "stopped by the caller", remedy="Run it again.") from None

    def _awaited(
        self, definition: ToolDefinition, future: Future[ToolResult], job: Job, context: ToolContext, seconds: float
    ) -> ToolResult:
        left = context.deadline - self._clock.monotonic()
        while left > 0 and not wait((future,), timeout=min(left, LISTEN_SECONDS)).done:
            left -= LISTEN_SECONDS
        try:
            result = future.result(timeout=0)
        except FutureTimeout as error:
            if future.done():  # the tool itself raised a TimeoutError
                raise _defect(definition, error) from error
            raise _too_late(definition, job, context, seconds) from None
        except QueryTimedOut as error:
            raise ToolTimedOut(definition.key, error.message, remedy=error.remedy) from error
        except VerityError:
            raise
        except Exception as error:
            raise _defect(definition, error) from error
        if not isinstance(result, ToolResult):
            raise ToolOutputInvalid(definition.key, f"it gave back {type(result).__name__}, not a ToolResult")
        return result

    def _checked(self, definition: ToolDefinition, result: ToolResult) -> ToolResult:
        try:
            output = plain_json(result.output)
        except NotJson as error:
            raise ToolOutputInvalid(definition.key, error.message, remedy="This is a defect of the tool.") from None
        self._validator.check_output(definition, output)
        return replace(result, output=output)

    def _failed(self, blank: Attempt, call: Call, error: VerityError, started: float) -> Attempt:
        trace: Json = {"elapsed_ms": self._since(started), "agent_policy": call.policy.hash}
        if error.__cause__ is not None:
            trace["cause"] = redact("".join(traceback.format_exception(error.__cause__)))[-8000:]
        status: CheckpointStatus = "timeout" if isinstance(error, ToolTimedOut) else "error"
        return replace(blank, status=status, error=error, trace=trace)

    def _record(self, call: Call, attempt: Attempt) -> str:
        made = attempt.result
        return self._logger.log(
            call.conversation_id,
            attempt.tool,
            attempt.args,
            attempt.output,
            attempt.status,
            Provenance(
                agent=call.policy.agent_id,
                principal=call.principal,
                today=call.today,
                policy_hash=made.policy_hash if made else None,
                dictionary_hash=made.dictionary_hash if made else None,
                data_version=made.data_version if made else None,
                deterministic=attempt.deterministic,
                trace=_plain_trace({**attempt.trace, "agent_policy": call.policy.hash}),
            ),
        )

    def _since(self, started: float) -> float:
        return round((self._clock.monotonic() - started) * 1000, 3)


def _plain_args(definition: ToolDefinition, args: Json) -> Json:
    try:
        return plain_json(args)
    except NotJson as error:
        raise ToolInputInvalid(definition.key, error.message) from None


def _plain_trace(trace: Json) -> Json:
    """A trace never sinks the call it describes."""
    try:
        return plain_json(trace)
    except NotJson:
        return {key: one_line(repr(value)) for key, value in trace.items()}


def _defect(definition: ToolDefinition, error: BaseException) -> ToolExecutionFailed:
    said = one_line(str(error))
    return ToolExecutionFailed(
        definition.key,
        f"{type(error).__name__}: {said}" if said else type(error).__name__,
        remedy="The checkpoint's trace holds the details.",
    )


def _too_late(definition: ToolDefinition, job: Job, context: ToolContext, seconds: float) -> ToolTimedOut:
    """Cancel, and give the tool a moment to stop, so that none of its effects follows its timeout checkpoint."""
    context.cancel.set()
    if not job.started:
        reason, remedy = f"no worker was free within {seconds:g} s", "Ask again when fewer calls are running."
        return ToolTimedOut(definition.key, reason, remedy=remedy)
    job.wait_to_stop(GRACE_SECONDS)
    remedy = "Ask for less, or allow it more time."
    return ToolTimedOut(definition.key, f"it took longer than {seconds:g} s", remedy=remedy)
