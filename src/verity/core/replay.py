"""Run a recorded conversation again and say, step by step, what is equal and what is not, and why.

Nothing is written: a replay is a look, not a new conversation. A tool that is declared non-deterministic (a sync, a
build) is not run again, because that would do it again.
"""

from __future__ import annotations

from collections.abc import Callable

from verity.contracts.base import Json
from verity.contracts.identity import Principal
from verity.contracts.policy import AgentDocument
from verity.contracts.run import Checkpoint, ReplayedStep, ReplayVerdict
from verity.contracts.tool import ToolResult
from verity.core.agent_policy import AgentPolicy
from verity.core.hashing import payload_hash
from verity.core.ports import CheckpointStorage
from verity.core.tool_call import Attempt, Call
from verity.core.tool_executor import ToolExecutor
from verity.exceptions import ConversationNotFound, ReplayNotPermitted, ToolNotFound, ToolNotPermitted

_STOOD_ON: tuple[tuple[str, ReplayVerdict], ...] = (
    ("policy_hash", "policy_changed"),
    ("dictionary_hash", "dictionary_changed"),
    ("data_version", "data_changed"),
)
"""What a step stood on, in the order in which a change of it explains an unlike result."""

Finding = tuple[ReplayVerdict, str]


class Replayer:
    """Re-executes checkpoints as the principal who is recorded in them, for callers with the right to act as it."""

    def __init__(
        self,
        executor: ToolExecutor,
        storage: CheckpointStorage,
        agents: Callable[[str], AgentPolicy | None] = lambda _: None,
    ) -> None:
        """`agents` gives an agent's policy as it is now, for steps that it denied."""
        self._executor = executor
        self._storage = storage
        self._agents = agents

    def replay(self, conversation_id: str, caller: Principal) -> tuple[ReplayedStep, ...]:
        """Every step of the conversation with its verdict.

        Raises `ConversationNotFound`; `ReplayNotPermitted` unless the caller is the owner, or exactly the principal
        of every step (same id, roles and attributes), before anything runs.
        """
        steps = self._storage.query(conversation_id)
        if not steps:
            raise ConversationNotFound(
                f"no conversation '{conversation_id}'", remedy="Each answer names its conversation_id."
            )
        recorded = [Principal.model_validate(step.principal) for step in steps]
        for principal in recorded:
            _check_right(caller, principal, conversation_id)
        return tuple(self._replayed(step, principal) for step, principal in zip(steps, recorded, strict=True))

    def _replayed(self, step: Checkpoint, principal: Principal) -> ReplayedStep:
        verdict, difference = _not_run(step) or self._run_again(step, principal)
        return ReplayedStep(
            checkpoint_id=step.checkpoint_id, seq=step.seq, tool=step.tool, verdict=verdict, difference=difference
        )

    def _run_again(self, step: Checkpoint, principal: Principal) -> Finding:
        policy = self._policy(step)
        if policy is None:
            return "not_comparable", f"the agent '{step.agent}' that denied it is not here"
        attempt = self._executor.attempt(
            Call(step.tool, step.input, policy, principal, step.conversation_id, step.today)
        )
        if isinstance(attempt.error, ToolNotFound) and _error_code(step) != ToolNotFound.code:
            return "tool_absent", f"{step.tool} is not registered"
        if attempt.status == "timeout":
            return "not_comparable", "it ran out of time when run again"
        return _compared_error(step, attempt) if step.status == "error" else _compared(step, attempt)

    def _policy(self, step: Checkpoint) -> AgentPolicy | None:
        """Today's policy for a step that was denied; for any other the leave to run that one tool again."""
        if _error_code(step) == ToolNotPermitted.code:
            return self._agents(step.agent)
        return AgentPolicy(AgentDocument(agent=step.agent or "replay", allowed_tools=(step.tool,)))


def _check_right(caller: Principal, recorded: Principal, conversation_id: str) -> None:
    same = (caller.id, caller.kind, set(caller.roles), dict(caller.attributes)) == (
        recorded.id,
        recorded.kind,
        set(recorded.roles),
        dict(recorded.attributes),
    )
    if not (caller.is_owner or same):
        raise ReplayNotPermitted(
            f"'{caller.id}' may not run conversation '{conversation_id}' again: another principal, or the same one "
            "with other roles or attributes, asked it",
            remedy="Ask the project's owner to replay it.",
        )


def _not_run(step: Checkpoint) -> Finding | None:
    """The verdict of a step that cannot or must not run again."""
    if "input" in step.absent:
        return "payload_erased", "its input is no longer kept"
    if payload_hash(step.input) != step.input_hash:
        return "different", "the recorded input was edited: it does not fit its hash"
    if "output" not in step.absent and payload_hash(step.output) != step.output_hash:
        return "different", "the recorded output was edited: it does not fit its hash"
    if step.status == "timeout":
        return "not_comparable", "it ran out of time"
    if not step.deterministic:
        return "not_comparable", "not deterministic: its input is as recorded, and it was not run again"
    return None


def _compared(step: Checkpoint, attempt: Attempt) -> Finding:
    """A step that succeeded, against what it gives now."""
    if attempt.result is None:
        code = attempt.error.code if attempt.error else "?"
        return "different", f"$: it succeeded; now it fails with {code}"
    changed = _changed_grounds(step, attempt.result)
    unlike = _unlike_output(step, attempt.result.output)
    if unlike.startswith("$.rows") and changed is None and attempt.result.trace.get("estimates"):
        return "not_comparable", f"it holds estimates, which a rollup and the tables tell unlike: {unlike}"
    if changed is not None:
        verdict, name = changed
        return verdict, unlike or f"{name} changed; the output is the same"
    if not unlike:
        return "equal", ""
    return ("payload_erased" if "output" in step.absent else "different"), unlike


def _compared_error(step: Checkpoint, attempt: Attempt) -> Finding:
    """A step that failed is equal when it fails with the same code."""
    before, now = _error_code(step), attempt.error.code if attempt.error else None
    if "output" in step.absent:
        return "payload_erased", "its error is no longer kept"
    if before == now:
        return "equal", ""
    if ToolNotPermitted.code in (before, now):
        return "policy_changed", f"$.error.code: {before} -> {now or 'no error'}"
    return "different", f"$.error.code: {before} -> {now or 'no error'}"


def _changed_grounds(step: Checkpoint, result: ToolResult) -> tuple[ReplayVerdict, str] | None:
    for name, verdict in _STOOD_ON:
        if getattr(step, name) != getattr(result, name):
            return verdict, name
    return None


def _unlike_output(step: Checkpoint, output: Json) -> str:
    if payload_hash(output) == step.output_hash:
        return ""
    if "output" in step.absent:
        return "$: the output's hash differs, and the recorded output is no longer kept"
    return first_difference(step.output, output) or "$: the hash differs"


def _error_code(step: Checkpoint) -> str | None:
    error = step.output.get("error") if step.status == "error" else None
    return error.get("code") if isinstance(error, dict) else None


def first_difference(before: object, now: object, path: str = "$") -> str:
    """The first unlike place of two JSON values, as `$.rows[3][1]: 5 -> 6`; empty when they are equal."""
    if isinstance(before, dict) and isinstance(now, dict):
        for key in sorted(before.keys() | now.keys()):
            if key not in now:
                return f"{path}.{key}: {_short(before[key])} -> absent"
            if key not in before:
                return f"{path}.{key}: absent -> {_short(now[key])}"
            found = first_difference(before[key], now[key], f"{path}.{key}")
            if found:
                return found
        return ""
    if isinstance(before, list) and isinstance(now, list):
        for index, (one, other) in enumerate(zip(before, now, strict=False)):
            found = first_difference(one, other, f"{path}[{index}]")
            if found:
                return found
        return "" if len(before) == len(now) else f"{path}: {len(before)} items -> {len(now)}"
    same = type(before) is type(now) and before == now
    return "" if same else f"{path}: {_short(before)} -> {_short(now)}"


def _short(value: object) -> str:
    text = repr(value)
    return text if len(text) <= 60 else text[:59] + "…"
