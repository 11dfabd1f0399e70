"""This process's chDB: one folder, open while anybody here uses it, and held against every other process."""

from __future__ import annotations

import fcntl
import os
import threading
import uuid
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import chdb

from verity.exceptions import OneProcessOnly
from verity.warehouse.engines.clickhouse.faults import DRIVER_ERRORS, one_process, translated

LOCK = "process.lock"
READING = {
    "join_use_nulls": "1",
    "aggregate_functions_null_for_empty": "1",
    "group_by_use_nulls": "1",
    "enable_extended_results_for_datetime_functions": "1",
    "count_distinct_implementation": "'uniqExact'",
    "session_timezone": "'UTC'",
    "output_format_arrow_string_as_string": "1",
}
"""What every statement runs under; in read-only mode a statement may name a setting only with the value it has."""


@dataclass(eq=False)
class Hold:
    """A folder's chDB lock, shared by everybody in this process."""

    descriptor: int
    users: int = 1


_holds: dict[Path, Hold] = {}
_holds_lock = threading.Lock()


@contextmanager
def holding(root: Path) -> Iterator[None]:
    """Keep the chDB of a folder for this process. Raises `OneProcessOnly` naming who has it."""
    hold(root)
    try:
        yield
    finally:
        release(root)


def hold(root: Path) -> None:
    """See `holding`; to be followed by one `release`."""
    key = root.resolve()
    with _holds_lock:
        if key in _holds:
            _holds[key].users += 1
            return
        root.mkdir(parents=True, exist_ok=True)
        descriptor = os.open(root / LOCK, os.O_RDWR | os.O_CREAT, 0o644)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            holder = os.read(descriptor, 20).decode("ascii", "replace").strip()
            os.close(descriptor)
            raise one_process(int(holder) if holder.isdigit() else None) from None
        os.ftruncate(descriptor, 0)
        os.pwrite(descriptor, f"{os.getpid()}\n".encode(), 0)
        _holds[key] = Hold(descriptor)


def release(root: Path) -> None:
    """One user less; the last one lets other processes in."""
    key = root.resolve()
    with _holds_lock:
        held = _holds[key]
        held.users -= 1
        if not held.users:
            del _holds[key]
            os.close(held.descriptor)


@dataclass(eq=False)
class Lent:
    """One connection of chDB and the name that its statements can be stopped by."""

    connection: Any
    name: str


@dataclass
class Sessions:
    """Connections to one folder's chDB. A connection that failed is closed: the next statement on it may be spoiled."""

    folder: Path
    _idle: list[Lent] = field(default_factory=list)
    _all: list[Lent] = field(default_factory=list)
    _guard: threading.Lock = field(default_factory=threading.Lock)

    @contextmanager
    def lend(self) -> Iterator[Lent]:
        """A read-only connection, nobody else's meanwhile."""
        with self._guard:
            lent = self._idle.pop() if self._idle else None
        lent = lent or self._opened()
        try:
            yield lent
        except BaseException:
            self._drop(lent)
            raise
        with self._guard:
            self._idle.append(lent)

    def stop(self, name: str) -> None:
        """Interrupt whatever runs on the connection of that name. Never raises."""
        with suppress(Exception):
            killer = connect(self.folder)
            try:
                killer.query(f"kill query where Settings['log_comment'] = '{name}' async", "CSV")
            finally:
                killer.close()

    def close(self) -> None:
        """Close every connection."""
        with self._guard:
            found, self._all, self._idle = self._all, [], []
        for lent in found:
            with suppress(Exception):
                lent.connection.close()

    def _opened(self) -> Lent:
        lent = Lent(connect(self.folder), f"verity-{uuid.uuid4().hex}")
        settings = {**READING, "log_comment": f"'{lent.name}'"}
        lent.connection.query("set " + ", ".join(f"{key} = {value}" for key, value in settings.items()))
        lent.connection.query("set readonly = 1")
        with self._guard:
            self._all.append(lent)
        return lent

    def _drop(self, lent: Lent) -> None:
        with self._guard:
            if lent in self._all:
                self._all.remove(lent)
        with suppress(Exception):
            lent.connection.close()


def connect(folder: Path) -> Any:
    """A connection to the chDB in a folder. Raises `OneProcessOnly` where this process has another folder's open."""
    try:
        return chdb.connect(str(folder))
    except DRIVER_ERRORS as fault:
        if "different path" in str(fault):
            raise OneProcessOnly(
                "this process has another folder's chDB open, and a process has one at a time",
                remedy="Close the workbench of the other project first.",
            ) from None
        raise translated(fault, "opening chDB") from None
