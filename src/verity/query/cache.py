"""Results kept in memory, by content: the statement, its values, the data version, the policy and the dictionary.

Two principals share a result only where all of these are equal, which is where they would have been given the same
rows. A cut, failed or cancelled result is never kept. What is kept is bounded in bytes; the longest unused goes first.
"""

from __future__ import annotations

import hashlib
import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from verity.contracts.question import Estimate
from verity.warehouse.engine import Parameter, ReadResult

ENTRY_BYTES = 512
"""What an entry costs beside its rows."""


@dataclass(frozen=True, slots=True)
class Kept:
    """A result, the rollups that it was made from, and what in it is estimated."""

    result: ReadResult
    rollups: tuple[str, ...] = ()
    estimates: tuple[Estimate, ...] = ()


@dataclass(frozen=True, slots=True)
class _Entry:
    kept: Kept
    size: int
    until: float | None


def cache_key(sql: str, parameters: Sequence[Parameter], *scope: str) -> str:
    """SHA-256 hex of the statement, its typed values, and everything else that the rows depend on (`scope`)."""
    digest = hashlib.sha256()
    for part in (sql, *(f"{type(value).__name__}:{value!r}" for value in parameters), *scope):
        encoded = part.encode()
        digest.update(len(encoded).to_bytes(8, "big"))
        digest.update(encoded)
    return digest.hexdigest()


class ResultCache:
    """At most `most_bytes` of results; 0 keeps none. Thread-safe. Arrow tables never change, so they are shared."""

    def __init__(self, most_bytes: int, clock: Callable[[], float] = time.monotonic) -> None:
        self._most = most_bytes
        self._clock = clock
        self._kept: OrderedDict[str, _Entry] = OrderedDict()
        self._held = 0
        self._guard = threading.Lock()

    @property
    def is_on(self) -> bool:
        """False where nothing is ever kept."""
        return self._most > 0

    @property
    def held_bytes(self) -> int:
        """Bytes of what is kept now."""
        return self._held

    def find(self, key: str) -> Kept | None:
        """The result, unless it was never kept, has gone or is over its time."""
        with self._guard:
            entry = self._kept.get(key)
            if entry is None:
                return None
            if entry.until is not None and self._clock() >= entry.until:
                self._forget(key)
                return None
            self._kept.move_to_end(key)
            return entry.kept

    def keep(self, key: str, kept: Kept, *, seconds: float | None = None) -> None:
        """Keep a whole result, for `seconds` or until it is the longest unused. A cut one is not kept."""
        size = ENTRY_BYTES + kept.result.table.nbytes
        if kept.result.truncated or size > self._most // 4:  # one result may not drive all others out
            return
        until = None if seconds is None else self._clock() + seconds
        with self._guard:
            self._forget(key)
            self._kept[key] = _Entry(kept, size, until)
            self._held += size
            while self._held > self._most:
                self._forget(next(iter(self._kept)))

    def _forget(self, key: str) -> None:
        entry = self._kept.pop(key, None)
        if entry is not None:
            self._held -= entry.size
