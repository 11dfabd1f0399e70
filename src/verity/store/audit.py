"""Hold a record against its hashes, chains and anchors. Pure: every storage hands its rows to this one function.

An edit breaks a hash; a deletion breaks a chain, or leaves it shorter than its anchor; a whole conversation leaves a
gap in the chain of conversations; a row that no save wrote lies beyond an anchor. (Somebody who rewrites every table
consistently is found only by an anchor kept elsewhere.)
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from enum import Enum
from typing import Final

from verity.contracts.run import ChainFault
from verity.core.hashing import GENESIS, Cell, chain_hash, content_hash
from verity.core.sealing import PAYLOADS
from verity.exceptions import NotJson

CONVERSATIONS_CHAIN: Final = "conversations"
"""The anchor of the chain that all conversations form."""


def conversation_chain(conversation_id: str) -> str:
    """The anchor's name of one conversation; never equal to `CONVERSATIONS_CHAIN`."""
    return f"conversation:{conversation_id}"


@dataclass(frozen=True)
class Anchor:
    """How long a chain is and its last link, kept apart from the chain."""

    length: int
    head: str


class PayloadState(Enum):
    """What a payload's own bytes say."""

    WHOLE = "whole"
    ABSENT = "absent"
    TOUCHED = "touched"


Rows = Iterable[Mapping[str, Cell]]


def audit(
    *, conversations: Rows, checkpoints: Rows, anchors: Mapping[str, Anchor], payloads: Mapping[str, PayloadState]
) -> tuple[ChainFault, ...]:
    """Every broken place. `conversations` and the `checkpoints` of each conversation come in stored order."""
    started = list(conversations)
    known = {str(row["conversation_id"]) for row in started}
    chains: dict[str, list[Mapping[str, Cell]]] = {}
    for row in checkpoints:
        chains.setdefault(str(row["conversation_id"]), []).append(row)
    used: set[str] = set()
    faults = list(_conversations(started, anchors))
    for name in sorted(known | chains.keys()):
        if name not in known and conversation_chain(name) not in anchors:
            faults.append(_fault("foreign_row", name, None, "checkpoints of a conversation that was never started"))
        faults.extend(_chain(name, chains.get(name, []), anchors.get(conversation_chain(name))))
        faults.extend(_payloads(name, chains.get(name, []), payloads, used))
    if not any(fault.kind.startswith("missing") for fault in faults):  # what was deleted leaves its payloads behind
        faults.extend(
            _fault("foreign_row", "", None, f"payload {digest[:12]} belongs to no checkpoint")
            for digest in payloads
            if digest not in used
        )
    return tuple(faults)


def _conversations(rows: list[Mapping[str, Cell]], anchors: Mapping[str, Anchor]) -> Iterator[ChainFault]:
    previous, expected = GENESIS, 1
    for row in rows:
        name, ordinal = str(row["conversation_id"]), number(row["ordinal"])
        if ordinal > expected:
            yield _fault(
                "missing_conversation",
                "",
                None,
                f"{_count(ordinal - expected, 'conversation')} deleted before '{name}'",
            )
        elif ordinal < expected:
            yield _fault("foreign_row", name, None, f"a second conversation numbered {ordinal}")
        if not _is_chained(row):
            yield _fault("edited", name, None, "the conversation's row was edited")
        elif ordinal == expected and row["previous_hash"] != previous:
            yield _fault("edited", name, None, "the conversation does not follow the one before it")
        previous, expected = str(row["chain_hash"]), max(expected, ordinal + 1)
    yield from _tail(
        "", anchors.get(CONVERSATIONS_CHAIN), expected - 1, previous, "missing_conversation", "conversation"
    )
    known = {conversation_chain(str(row["conversation_id"])) for row in rows}
    for chain in sorted(anchors.keys() - known - {CONVERSATIONS_CHAIN}):
        yield _fault("missing_conversation", chain.partition(":")[2], None, "the conversation was deleted")


def _chain(name: str, rows: list[Mapping[str, Cell]], anchor: Anchor | None) -> Iterator[ChainFault]:
    previous, expected = GENESIS, 1
    for row in rows:
        seq, checkpoint = number(row["seq"]), str(row["checkpoint_id"])
        if seq > expected:
            yield _fault(
                "missing_checkpoint",
                name,
                checkpoint,
                f"{_count(seq - expected, 'checkpoint')} deleted before step {seq}",
            )
        elif seq < expected:
            yield _fault("foreign_row", name, checkpoint, f"a second or misplaced step {seq}")
        if not (_is_chained(row) and row["content_hash"] == content_hash(row)):
            yield _fault("edited", name, checkpoint, f"step {seq} was edited")
        elif seq == expected and row["previous_hash"] != previous:
            yield _fault("edited", name, checkpoint, f"step {seq} does not follow the step before it")
        previous, expected = str(row["chain_hash"]), max(expected, seq + 1)
    yield from _tail(name, anchor, expected - 1, previous, "missing_checkpoint", "checkpoint")


def _tail(name: str, anchor: Anchor | None, length: int, head: str, missing: str, what: str) -> Iterator[ChainFault]:
    if anchor is None:
        yield _fault("edited", name, None, f"the anchor of the {what}s is gone")
    elif anchor.length > length:
        yield _fault(missing, name, None, f"{_count(anchor.length - length, what)} deleted at the end")
    elif anchor.length < length:
        yield _fault("foreign_row", name, None, f"{_count(length - anchor.length, what)} beyond the anchor")
    elif anchor.head != head:
        yield _fault("edited", name, None, f"the last {what} is not the anchored one")


def _payloads(
    name: str, rows: list[Mapping[str, Cell]], payloads: Mapping[str, PayloadState], used: set[str]
) -> Iterator[ChainFault]:
    for row in rows:
        for kind in PAYLOADS:
            digest = str(row[f"{kind}_hash"])
            used.add(digest)
            state = payloads.get(digest)
            if state is None:
                yield _fault("missing_payload", name, str(row["checkpoint_id"]), f"the {kind} is gone")
            elif state is PayloadState.TOUCHED:
                yield _fault("edited", name, str(row["checkpoint_id"]), f"the {kind} was edited")


def _is_chained(row: Mapping[str, Cell]) -> bool:
    """Whether the row has its own link. What is no text or integer (a blob, say) was never written by a save."""
    try:
        return row["chain_hash"] == chain_hash(row, str(row["previous_hash"]))
    except NotJson:
        return False


def number(value: object) -> int:
    """A length or place as stored; 0, which fits nowhere, where it is no integer."""
    return value if isinstance(value, int) else 0


def _fault(kind: str, conversation: str, checkpoint: str | None, message: str) -> ChainFault:
    said = f"conversation '{conversation}': {message}" if conversation else message
    return ChainFault.model_validate(
        {"kind": kind, "conversation_id": conversation, "checkpoint_id": checkpoint, "message": said}
    )


def _count(number: int, what: str) -> str:
    return f"{number} {what}" + ("s were" if number != 1 else " was")
