"""Translate what the file system raises into Verity's errors. Apart from the databases: files need no driver."""

from __future__ import annotations

import errno
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

from verity.exceptions import DiskFull, StateUnavailable, VerityError

FREE_SPACE: Final = "Free some space and ask again; nothing half-written was kept."

_FULL = {errno.ENOSPC, errno.EFBIG, errno.EDQUOT}


@contextmanager
def files_translated(where: str) -> Iterator[None]:
    """Raise `DiskFull` or `StateUnavailable` for every file error inside."""
    try:
        yield
    except OSError as error:
        raise from_os(error, where) from error


def from_os(error: OSError, where: str) -> VerityError:
    """A file system's error."""
    if error.errno in _FULL:
        return DiskFull(f"no space is left to write {where}", remedy=FREE_SPACE)
    return StateUnavailable(
        f"the state store {where} cannot be used: {error.strerror or type(error).__name__}",
        remedy="Check that the folder exists and may be written.",
    )
