"""Canonical JSON and the three hashes of a checkpoint.

Canonical JSON here: keys sorted by code point, no spaces, ASCII with `\\uXXXX` escapes (so every text, a lone surrogate
too, has one byte form), floats as Python's shortest text that reads back to the same double, negative zero as `0.0`,
NaN and infinities refused. `1` and `1.0` differ: a result's type belongs to its plan and never wavers. Text is not
Unicode-normalised: two spellings are two values, as they are for an engine that compares by code point.

* payload hash: SHA-256 of the canonical JSON of an input, output or trace; payloads are stored under it.
* content hash: what a step did, comparable between runs: tool, input, output, status, principal, the three hashes of
  what it stood on, and the day. Never the trace, ids or times.
* chain hash: the whole row and the previous row's chain hash.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping

from verity.contracts.base import Json
from verity.exceptions import NotJson

GENESIS = "0" * 64
"""The previous hash of the first row of a chain."""

CONTENT_FIELDS = (
    "tool", "input_hash", "output_hash", "status", "principal",
    "policy_hash", "dictionary_hash", "data_version", "today",
)  # fmt: skip
"""What the content hash covers, each a column of its own."""

Cell = str | int | None
"""One column of a hashed row."""


def canonical_json(value: object) -> str:
    """The one text of a JSON value. Raises `NotJson` for what JSON cannot say."""
    try:
        text = _dumps(value)
        return _dumps(_without_negative_zero(value)) if "-0.0" in text else text
    except (TypeError, ValueError, RecursionError) as error:
        raise NotJson(
            f"a value to be recorded has no JSON form: {error}", remedy="Write it as text, number, list or object."
        ) from None


def plain_json(value: Json) -> Json:
    """The value as it reads back from its canonical JSON: what is used is what is recorded."""
    plain = json.loads(canonical_json(value))
    if not isinstance(plain, dict):
        raise NotJson("a payload must be a JSON object")
    return plain


def sha256(text: str) -> str:
    """SHA-256 of an ASCII or UTF-8 text, as 64 hex digits."""
    return hashlib.sha256(text.encode()).hexdigest()


def payload_hash(payload: Json) -> str:
    """The content address of a payload."""
    return sha256(canonical_json(payload))


def content_hash(row: Mapping[str, Cell]) -> str:
    """What the step did. Payloads enter by their hashes, so the content hash outlives their erasure."""
    return hash_row({field: row[field] for field in CONTENT_FIELDS})


def chain_hash(row: Mapping[str, Cell], previous: str) -> str:
    """The link of a row: every column of it except `chain_hash`, and the previous link."""
    return hash_row({**{k: v for k, v in row.items() if k != "chain_hash"}, "previous_hash": previous})


def hash_row(row: Mapping[str, Cell]) -> str:
    """SHA-256 of a flat row's canonical JSON."""
    return sha256(canonical_json(dict(row)))


def _dumps(value: object) -> str:
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=True, allow_nan=False)


def _without_negative_zero(value: object) -> object:
    if isinstance(value, dict):
        return {key: _without_negative_zero(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_without_negative_zero(item) for item in value]
    return 0.0 if isinstance(value, float) and value == 0 else value
