"""Write one immutable checkpoint for every tool call, and read a conversation's back."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date
from uuid import uuid4

from verity.contracts.base import Json
from verity.contracts.identity import Principal
from verity.contracts.run import Checkpoint, CheckpointStatus, Step
from verity.core.clock import SystemClock
from verity.core.ports import CheckpointStorage, Clock


@dataclass(frozen=True)
class Provenance:
    """What a step stood on, beside its input and output: who asked under which policy, of which data, on which day."""

    agent: str = ""
    principal: Principal | None = None
    today: date | None = None
    """None: the day of the clock, in UTC."""
    policy_hash: str | None = None
    dictionary_hash: str | None = None
    data_version: str | None = None
    deterministic: bool = True
    trace: Json = field(default_factory=dict)


class CheckpointLogger:
    """The reference's logger (section 13) over a pluggable storage."""

    def __init__(
        self,
        storage: CheckpointStorage,
        *,
        clock: Clock | None = None,
        new_id: Callable[[], str] = lambda: str(uuid4()),
    ) -> None:
        self._storage = storage
        self._clock = clock or SystemClock()
        self._new_id = new_id

    def log(
        self,
        conversation_id: str,
        tool: str,
        input_data: Json,
        output_data: Json,
        status: CheckpointStatus,
        provenance: Provenance | None = None,
    ) -> str:
        """Record one call and return its checkpoint id; durable when this returns.

        Raises `StateUnavailable` or `DiskFull` where the record cannot be written: then there is no answer either.
        """
        known = provenance or Provenance()
        now = self._clock.now()
        step = Step(
            checkpoint_id=self._new_id(),
            conversation_id=conversation_id,
            tool=tool,
            input=input_data,
            output=output_data,
            status=status,
            timestamp=now,
            agent=known.agent,
            principal=known.principal.model_dump(mode="json") if known.principal else {},
            policy_hash=known.policy_hash,
            dictionary_hash=known.dictionary_hash,
            data_version=known.data_version,
            today=known.today or now.date(),
            deterministic=known.deterministic,
            trace=known.trace,
        )
        return self._storage.save(step).checkpoint_id

    def get_by_conversation(self, conversation_id: str) -> list[Json]:
        """The conversation's checkpoints in order, each in the seven fields of the reference."""
        return [checkpoint.reference_form() for checkpoint in self.checkpoints(conversation_id)]

    def checkpoints(self, conversation_id: str) -> tuple[Checkpoint, ...]:
        """The same with hashes, principal and trace."""
        return self._storage.query(conversation_id=conversation_id)
