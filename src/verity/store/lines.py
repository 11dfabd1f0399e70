"""The lines of a JSON-lines record: how they are written, read, and held against their anchors. Pure."""

from __future__ import annotations

import json
from typing import Any, Final

from verity.contracts.run import ChainFault
from verity.core.hashing import GENESIS, canonical_json, sha256
from verity.core.sealing import PAYLOADS, Row, Sealed
from verity.exceptions import StateUnreadable
from verity.store.audit import CONVERSATIONS_CHAIN, Anchor, PayloadState, audit, number

Line = dict[str, Any]

_FORMS: Final = ({"conversation"}, {"checkpoint", *PAYLOADS})
"""The two forms of a line: a conversation starts, a checkpoint with its payloads."""


def line_of(sealed: Sealed) -> str:
    """One checkpoint with its payloads."""
    line: Line = {"checkpoint": sealed.row}
    for name in PAYLOADS:
        line[name] = json.loads(sealed.payloads[str(sealed.row[f"{name}_hash"])])
    return canonical_json(line)


def parsed(raw: bytes) -> Line | None:
    """The line's JSON object; None where it is none."""
    try:
        line = json.loads(raw, parse_constant=_refuse)
    except (ValueError, RecursionError):
        return None
    return line if isinstance(line, dict) else None


def _refuse(constant: str) -> None:
    raise ValueError(f"{constant} is no JSON")


def places_of(line: Line | None, word: str) -> dict[str, Anchor]:
    """The anchors that an anchor line sets under `intended` or `kept`; none where it has no such word.

    Raises `StateUnreadable` for a line that no save wrote.
    """
    try:
        places = (line or {}).get(word, ())
        return {str(place["chain"]): Anchor(number(place["length"]), str(place["head"])) for place in places}
    except (KeyError, TypeError, AttributeError):
        raise StateUnreadable(
            "the anchors of the record are damaged", remedy="Restore a backup of the checkpoints' files."
        ) from None


def chain_hash_of(line: Line | None) -> str:
    """The link of a line's row; empty where there is none."""
    row = (line or {}).get("checkpoint") or (line or {}).get("conversation")
    return str(row.get("chain_hash", "")) if isinstance(row, dict) else ""


def audit_lines(record: bytes, kept: list[Line]) -> tuple[ChainFault, ...]:
    """Every broken place of the record file, its lines held against the order of the saves too."""
    conversations: list[Row] = []
    checkpoints: list[Row] = []
    payloads: dict[str, PayloadState] = {}
    faults: list[ChainFault] = []
    order: list[str] = []
    for count, raw in enumerate(record.splitlines(keepends=True), start=1):
        line = parsed(raw)
        if line is None or not _has_form(line) or raw != f"{canonical_json(line)}\n".encode():
            faults.append(_edited("", f"line {count} is not as it was written"))
        if line is None or not _has_rows(line):
            continue
        order.append(chain_hash_of(line))
        if "conversation" in line:
            conversations.append(line["conversation"])
        elif "checkpoint" in line:
            checkpoints.append(line["checkpoint"])
            for digest, state in _states(line).items():
                if payloads.get(digest) is not PayloadState.TOUCHED:  # lines may share a payload; one bad copy is bad
                    payloads[digest] = state
    moves = [places_of(line, "kept") for line in kept]
    anchors = {CONVERSATIONS_CHAIN: Anchor(0, GENESIS)}
    for move in moves:
        anchors.update(move)
    try:
        found = audit(conversations=conversations, checkpoints=checkpoints, anchors=anchors, payloads=payloads)
    except (KeyError, TypeError, ValueError) as error:
        return (*faults, _edited("", f"a line lacks a column or holds a wrong one ({type(error).__name__})"))
    saved = [anchor.head for move in moves for anchor in move.values()]
    if not faults and not found and order != saved:
        faults.append(_edited("", "the lines do not stand in the order of the saves"))
    return (*faults, *found)


def _has_form(line: Line) -> bool:
    return line.keys() in _FORMS and _has_rows(line)


def _has_rows(line: Line) -> bool:
    return all(isinstance(line.get(kind, {}), dict) for kind in ("conversation", "checkpoint"))


def _states(line: Line) -> dict[str, PayloadState]:
    states: dict[str, PayloadState] = {}
    for name in PAYLOADS:
        digest = str(line["checkpoint"].get(f"{name}_hash"))
        intact = sha256(canonical_json(line.get(name))) == digest
        states[digest] = PayloadState.WHOLE if intact else PayloadState.TOUCHED
    return states


def _edited(conversation_id: str, message: str) -> ChainFault:
    return ChainFault(kind="edited", conversation_id=conversation_id, message=message)
