"""Checkpoints in a JSON-lines file, for development: every line can be read with the eye.

Three files: `checkpoints.jsonl` (the record), `checkpoints.anchors.jsonl` (its anchors, in the order of the saves) and
`checkpoints.lock`. A save writes an intention to the anchors, then the record, then that it was kept, each flushed to
disk. So a crash at any instant leaves either a whole acknowledged save, or an intention that the next opening
finishes or takes back; a cut or foreign line is never mistaken for one. Payloads stand whole in the line; to cap or
erase them, use a database.
"""

from __future__ import annotations

import fcntl
import os
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Final

from verity.contracts.run import ChainFault, Checkpoint, Step
from verity.core.hashing import GENESIS, canonical_json
from verity.core.sealing import PAYLOADS, Row, check_id, open_conversation, placed, seal, unseal
from verity.exceptions import RecordError, StateBusy, StateUnreadable
from verity.store.audit import (
    CONVERSATIONS_CHAIN,
    Anchor,
    conversation_chain,
)
from verity.store.file_errors import files_translated
from verity.store.lines import Line, audit_lines, chain_hash_of, line_of, parsed, places_of

BUSY_SECONDS: Final = 15.0


class JsonlCheckpointStorage:
    """A `CheckpointStorage` in files. Threads and processes take turns by a file lock."""

    def __init__(self, path: Path, *, busy_seconds: float = BUSY_SECONDS) -> None:
        """Open or create the files, and finish or take back what a crash left.

        Raises `StateUnavailable`, `StateBusy`, `DiskFull`.
        """
        self._record = path
        self._anchors = path.with_suffix(".anchors.jsonl")
        self._lock_path = path.with_suffix(".lock")
        self._busy_seconds = busy_seconds
        self._threads = threading.Lock()
        self._known = _Known()
        with files_translated(str(path)):
            path.parent.mkdir(parents=True, exist_ok=True)
            with self._locked():
                for file in (self._record, self._anchors):
                    os.close(os.open(file, os.O_CREAT | os.O_WRONLY, 0o600))
                _sync_folder(path.parent)
                self._recover()

    def save(self, step: Step) -> Checkpoint:
        """Append a step, durable when this returns. Raises `StateUnavailable`, `DiskFull`, `RecordError`."""
        check_id(step.conversation_id)
        with files_translated(str(self._record)), self._locked():
            self._recover()
            self._known.catch_up(self._anchors)
            chain = conversation_chain(step.conversation_id)
            lines: list[str] = []
            moved: dict[str, Anchor] = {}
            if chain not in self._known.anchors:
                everything = self._known.anchors.get(CONVERSATIONS_CHAIN, Anchor(0, GENESIS))
                row = open_conversation(step.conversation_id, everything.length + 1, step.timestamp, everything.head)
                lines.append(canonical_json({"conversation": row}))
                moved[CONVERSATIONS_CHAIN] = Anchor(everything.length + 1, str(row["chain_hash"]))
            before = self._known.anchors.get(chain, Anchor(0, GENESIS))
            sealed = seal(step, before.length + 1, before.head)
            lines.append(line_of(sealed))
            moved[chain] = Anchor(before.length + 1, str(sealed.row["chain_hash"]))
            self._append(lines, moved)
        return placed(step, sealed)

    def query(self, conversation_id: str) -> tuple[Checkpoint, ...]:
        """The conversation's checkpoints in order; empty where there is none of that id."""
        return tuple(self._read("conversation_id", conversation_id))

    def get(self, checkpoint_id: str) -> Checkpoint | None:
        """One checkpoint by its id."""
        return next(self._read("checkpoint_id", checkpoint_id), None)

    def conversations(self) -> tuple[str, ...]:
        """Every conversation's id, oldest first."""
        with files_translated(str(self._record)), self._locked():
            lines = [parsed(raw) for raw in _whole_lines(self._record)]
        return tuple(line["conversation"]["conversation_id"] for line in lines if line and "conversation" in line)

    def verify(self) -> tuple[ChainFault, ...]:
        """Hold the record against its hashes, chains and anchors, and its lines against the order of the saves."""
        with files_translated(str(self._record)), self._locked():
            record, kept = self._record.read_bytes(), _kept(self._anchors)
        return audit_lines(record, kept)

    def _append(self, lines: list[str], moved: dict[str, Anchor]) -> None:
        size = self._record.stat().st_size
        places = [{"chain": chain, "length": to.length, "head": to.head} for chain, to in moved.items()]
        written = False
        try:
            _append(self._anchors, canonical_json({"intended": places, "offset": size}))
            _append(self._record, *lines)
            written = True
            _append(self._anchors, canonical_json({"kept": places}))
        except OSError:
            if not written:
                _cut(self._record, size)
            raise
        self._known.catch_up(self._anchors)

    def _recover(self) -> None:
        """Finish or take back the one save that a crash may have left; mend a torn last line of a stranger."""
        _drop_torn_tail(self._anchors)
        last = _last_line(self._anchors)
        if last is not None and "intended" in last:
            heads = [anchor.head for anchor in places_of(last, "intended").values()]
            offset = _offset_in(self._record, last)
            tail = _whole_lines(self._record, offset)
            if [chain_hash_of(line) for line in map(parsed, tail)] == heads and tail[-1].endswith(b"\n"):
                _append(self._anchors, canonical_json({"kept": last["intended"]}))
            else:
                _cut(self._record, offset)
                _append(self._anchors, canonical_json({"taken_back": heads}))
        elif _is_torn(self._record):
            _append(self._record, "")  # what was cut stays to be seen, on a line of its own

    def _read(self, column: str, value: str) -> Iterator[Checkpoint]:
        """The checkpoints with that value, by looking at the bytes of each line before reading it."""
        marked = canonical_json({column: value})[1:-1].encode()
        with files_translated(str(self._record)), self._locked():
            lines = _whole_lines(self._record)
        for raw in lines:
            if marked not in raw:
                continue
            line = parsed(raw)
            if line is None:
                raise RecordError("a line of the record is damaged", remedy="Run 'verity doctor' to see which.")
            row: Row = line.get("checkpoint", {})
            if row.get(column) == value:
                texts = {str(row[f"{name}_hash"]): canonical_json(line[name]) for name in PAYLOADS}
                yield unseal(row, texts)

    @contextmanager
    def _locked(self) -> Iterator[None]:
        deadline = time.monotonic() + self._busy_seconds
        if not self._threads.acquire(timeout=self._busy_seconds):
            raise self._busy()
        try:
            with self._lock_path.open("a") as lock:
                self._wait_for(lock, deadline)
                yield
        finally:
            self._threads.release()

    def _wait_for(self, lock: IO[str], deadline: float) -> None:
        while True:
            try:
                return fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                if time.monotonic() > deadline:
                    raise self._busy() from None
                time.sleep(0.005)

    def _busy(self) -> StateBusy:
        return StateBusy(
            f"{self._record} is locked by another process", remedy="Wait for the other process to end, and ask again."
        )


class _Known:
    """The anchors as read so far; `catch_up` reads what other processes added since."""

    def __init__(self) -> None:
        self.anchors: dict[str, Anchor] = {}
        self._offset = 0

    def catch_up(self, path: Path) -> None:
        with path.open("rb") as file:
            file.seek(self._offset)
            for raw in file:
                self._offset += len(raw)
                self.anchors.update(places_of(parsed(raw), "kept"))


def _offset_in(record: Path, intention: Line) -> int:
    """Where the intended save begins. Never guessed: what follows it may be cut off."""
    offset = intention.get("offset")
    if not isinstance(offset, int) or not 0 <= offset <= record.stat().st_size:
        raise StateUnreadable(
            f"the anchors of {record} are damaged", remedy="Restore a backup of the checkpoints' files."
        )
    return offset


def _kept(path: Path) -> list[Line]:
    lines = (parsed(raw) for raw in _whole_lines(path))
    return [line for line in lines if line and "kept" in line]


def _whole_lines(path: Path, offset: int = 0) -> list[bytes]:
    with path.open("rb") as file:
        file.seek(offset)
        return file.read().splitlines(keepends=True)


def _last_line(path: Path) -> Line | None:
    """The last line, read from the end: anchors are short."""
    size = path.stat().st_size
    tail = _whole_lines(path, max(0, size - 8192))
    return parsed(tail[-1]) if tail else None


def _append(path: Path, *lines: str) -> None:
    with path.open("ab", buffering=0) as file:
        data = "".join(f"{line}\n" for line in lines).encode()
        while data:
            data = data[file.write(data) :]
        os.fsync(file.fileno())


def _cut(path: Path, size: int) -> None:
    if path.stat().st_size > size:
        os.truncate(path, size)


def _is_torn(path: Path) -> bool:
    with path.open("rb") as file:
        if file.seek(0, os.SEEK_END) == 0:
            return False
        file.seek(-1, os.SEEK_END)
        return file.read() != b"\n"


def _drop_torn_tail(path: Path) -> None:
    """An anchor line that a crash tore was never acknowledged."""
    if _is_torn(path):
        _cut(path, path.read_bytes().rfind(b"\n") + 1)


def _sync_folder(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
