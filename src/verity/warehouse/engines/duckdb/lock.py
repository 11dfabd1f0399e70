"""Locks that the kernel releases when their holder dies: one writer a project, any number of readers a version.

`flock` and not `fcntl` record locks: those are lost when the process closes any other handle of the file.
"""

from __future__ import annotations

import fcntl
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

from verity.exceptions import WarehouseBusy

_POLL_SECONDS = 0.05


@contextmanager
def write_lock(path: Path, wait_seconds: float) -> Iterator[None]:
    """Hold the write lock. Raises `WarehouseBusy` with the holder's process id once the wait is over."""
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT, 0o644)
    try:
        _take(descriptor, wait_seconds)
        os.ftruncate(descriptor, 0)
        os.pwrite(descriptor, f"{os.getpid()} {datetime.now(UTC):%Y-%m-%d %H:%M:%S} UTC".encode(), 0)
        try:
            yield
        finally:
            os.ftruncate(descriptor, 0)
    finally:
        os.close(descriptor)


def share(path: Path) -> int | None:
    """Take a version for reading; the open descriptor is the hold. None when the version is gone or going."""
    try:
        descriptor = os.open(path, os.O_RDONLY)
    except FileNotFoundError:
        return None
    try:
        fcntl.flock(descriptor, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        os.close(descriptor)
        return None
    if os.fstat(descriptor).st_nlink == 0:  # removed between open and flock
        os.close(descriptor)
        return None
    return descriptor


def release(descriptor: int) -> None:
    """Give a version back."""
    os.close(descriptor)


@contextmanager
def sole(path: Path) -> Iterator[bool]:
    """Whether nobody reads the version now; while the block runs nobody can begin to."""
    try:
        descriptor = os.open(path, os.O_RDONLY)
    except FileNotFoundError:
        yield True
        return
    try:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            yield False
        else:
            yield True
    finally:
        os.close(descriptor)


def _take(descriptor: int, wait_seconds: float) -> None:
    deadline = time.monotonic() + wait_seconds
    while True:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            return
        except BlockingIOError as taken:
            if time.monotonic() >= deadline:
                raise _busy(descriptor) from taken
        time.sleep(_POLL_SECONDS)


def _busy(descriptor: int) -> WarehouseBusy:
    holder, _, since = os.pread(descriptor, 200, 0).decode(errors="replace").partition(" ")
    who = f"process {holder}" + (f" (since {since})" if since else "") if holder else "another process"
    return WarehouseBusy(
        f"{who} is syncing or building this project",
        remedy="Wait for it to finish, or stop that process; its lock goes with it.",
    )
