"""DuckDB's errors in our words: the code, the thing, the remedy; never a value of a row."""

from __future__ import annotations

import errno
import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import duckdb

from verity.exceptions import (
    DataError,
    DiskFull,
    EngineRefused,
    VerityError,
    WarehouseCorrupt,
    WarehouseForbidden,
    WarehouseLocked,
    WarehouseUnavailable,
)
from verity.warehouse.engines.duckdb.layout import REMAKE

_FULL = ("no space left", "disk quota exceeded", "file too large", "could not write all bytes", "out of disk")
_LOCKED = ("could not set lock", "conflicting lock", "different configuration", "unique file handle conflict")
_CORRUPT = (
    "not a valid duckdb",
    "corrupt",
    "checksum",
    "serialization error",
    "failed to deserialize",
    "version number",
    "attempted to read",
)
_LITERAL = re.compile(r"'(?:[^']|'')*'")


@contextmanager
def translated(what: str, path: Path | None = None) -> Iterator[None]:
    """Turn what DuckDB or the file system raises while we do `what` (with the file `path`) into a VerityError."""
    try:
        yield
    except VerityError:
        raise
    except duckdb.Error as fault:
        raise from_duckdb_error(fault, what, path) from None
    except OSError as fault:
        raise from_os_error(fault, what, path) from fault


def from_duckdb_error(fault: duckdb.Error, what: str, path: Path | None = None) -> VerityError:
    """The VerityError for a DuckDB error. Quoted values are taken out of the text: they may be rows."""
    text = str(fault)
    low = text.lower()
    where = f" ({path})" if path is not None else ""
    if any(sign in low for sign in _FULL):
        return disk_full(what)
    if isinstance(fault, duckdb.OutOfMemoryException):
        return DataError(
            f"{what}: the memory limit was reached", remedy="Raise [warehouse] memory_limit in verity.toml."
        )
    if any(sign in low for sign in _LOCKED):
        holder = re.search(r"PID (\d+)", text)
        by = f"process {holder[1]}" if holder else "another program"
        return WarehouseLocked(
            f"{what}: {by} holds the file{where} open",
            remedy="Close that program (a DuckDB shell, a notebook); Verity needs its files for itself.",
        )
    if "permission denied" in low:
        return WarehouseForbidden(f"{what}: permission denied{where}", remedy="Give this account the right to it.")
    if path is not None and (any(sign in low for sign in _CORRUPT) or isinstance(fault, duckdb.FatalException)):
        return WarehouseCorrupt(
            f"{what}: the file{where} is damaged",
            remedy=REMAKE,
        )
    if isinstance(fault, duckdb.IOException):
        return WarehouseUnavailable(
            f"{what}: cannot read or write{where}: {fault_line(text)}", remedy="Is the disk there, and sound?"
        )
    return EngineRefused(f"{what}: {fault_line(text)}")


def from_os_error(fault: OSError, what: str, path: Path | None = None) -> VerityError:
    """The VerityError for an error of the file system."""
    where = fault.filename or path or ""
    if fault.errno in (errno.ENOSPC, errno.EDQUOT, errno.EFBIG):
        return disk_full(what)
    if fault.errno in (errno.EACCES, errno.EPERM, errno.EROFS):
        return WarehouseForbidden(f"{what}: may not use {where}", remedy="Give this account the right to it.")
    return WarehouseUnavailable(f"{what}: {fault.strerror or fault} {where}".rstrip())


def disk_full(what: str) -> DiskFull:
    """No space; said the same way wherever it happens."""
    return DiskFull(
        f"{what}: no space is left on the disk",
        remedy="Free some space and run it again; what was published before is untouched.",
    )


def fault_line(text: str) -> str:
    """The first line of an engine's message with quoted values left out."""
    line = text.strip().splitlines()[0] if text.strip() else "no reason given"
    return _LITERAL.sub("'…'", line)[:400]
