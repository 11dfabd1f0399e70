"""Give a step its place in a chain, as one flat row and its payloads; and read it back.

Every storage keeps the same row, so that one verification serves them all. Payloads lie apart under their hashes.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Final, Literal

from verity.contracts.run import Checkpoint, Step
from verity.core.hashing import Cell, canonical_json, chain_hash, content_hash, sha256
from verity.exceptions import ConversationIdInvalid, NotJson, RecordError

Row = dict[str, Cell]

PayloadName = Literal["input", "output", "trace"]
PAYLOADS: Final[tuple[PayloadName, ...]] = ("input", "output", "trace")

ID_LENGTH = 200

_OF_STEP = frozenset(Step.model_fields)


@dataclass(frozen=True)
class Sealed:
    """A step as it is stored: the row of hashed columns, and the canonical text of each payload by its hash."""

    row: Row
    payloads: Mapping[str, str]


def seal(step: Step, seq: int, previous_hash: str) -> Sealed:
    """The row that follows `previous_hash` as the `seq`-th of its conversation.

    Raises `ConversationIdInvalid`, and `NotJson` for a payload without a JSON form.
    """
    check_id(step.conversation_id)
    texts = {name: canonical_json(getattr(step, name)) for name in PAYLOADS}
    hashes = {name: sha256(text) for name, text in texts.items()}
    row: Row = {
        "checkpoint_id": step.checkpoint_id,
        "conversation_id": step.conversation_id,
        "seq": seq,
        "tool": step.tool,
        "input_hash": hashes["input"],
        "output_hash": hashes["output"],
        "trace_hash": hashes["trace"],
        "status": step.status,
        "timestamp": instant(step.timestamp),
        "agent": step.agent,
        "principal": canonical_json(step.principal),
        "policy_hash": step.policy_hash,
        "dictionary_hash": step.dictionary_hash,
        "data_version": step.data_version,
        "today": step.today.isoformat(),
        "deterministic": int(step.deterministic),
        "previous_hash": previous_hash,
    }
    _check_texts(row)
    row["content_hash"] = content_hash(row)
    row["chain_hash"] = chain_hash(row, previous_hash)
    return Sealed(row, {hashes[name]: texts[name] for name in PAYLOADS})


def placed(step: Step, sealed: Sealed) -> Checkpoint:
    """The step with its place and hashes, as `unseal` would read it back."""
    places = {name: sealed.row[name] for name in Checkpoint.model_fields if name in sealed.row and name not in _OF_STEP}
    return Checkpoint.model_validate({**dict(step), **places})


def unseal(row: Mapping[str, Cell], payloads: Mapping[str, str]) -> Checkpoint:
    """A stored row with the payload texts that are still there. Raises `RecordError` where they cannot be read."""
    try:
        kept = {name: payloads.get(str(row[f"{name}_hash"])) for name in PAYLOADS}
        documents = {name: json.loads(text) if text is not None else {} for name, text in kept.items()}
        return Checkpoint.model_validate(
            {
                **row,
                **documents,
                "principal": json.loads(str(row["principal"])),
                "timestamp": datetime.fromisoformat(str(row["timestamp"])),
                "today": date.fromisoformat(str(row["today"])),
                "deterministic": bool(row["deterministic"]),
                "absent": tuple(name for name, text in kept.items() if text is None),
            }
        )
    except ValueError:
        raise RecordError(
            f"checkpoint {row.get('checkpoint_id')} is damaged and cannot be read",
            remedy="Run 'verity doctor' to see what was touched, and restore a backup.",
        ) from None


def open_conversation(conversation_id: str, ordinal: int, started_at: datetime, previous_hash: str) -> Row:
    """The row of a new conversation in the chain of all conversations."""
    check_id(conversation_id)
    row: Row = {
        "conversation_id": conversation_id,
        "ordinal": ordinal,
        "started_at": instant(started_at),
        "previous_hash": previous_hash,
    }
    row["chain_hash"] = chain_hash(row, previous_hash)
    return row


def check_id(conversation_id: str) -> None:
    """Raise `ConversationIdInvalid` unless the id is 1 to 200 printable characters."""
    if not 1 <= len(conversation_id) <= ID_LENGTH or not conversation_id.isprintable():
        raise ConversationIdInvalid(
            "a conversation id is 1 to 200 printable characters", remedy="Leave it out to start a new conversation."
        )


def instant(moment: datetime) -> str:
    """ISO 8601 in UTC with microseconds: one form for one instant. A naive time is taken as UTC."""
    aware = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    return aware.astimezone(UTC).isoformat(timespec="microseconds")


def _check_texts(row: Row) -> None:
    for name, value in row.items():
        if isinstance(value, str) and ("\x00" in value or not _encodable(value)):
            raise NotJson(f"{name} of a checkpoint holds characters that cannot be kept")


def _encodable(text: str) -> bool:
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True
