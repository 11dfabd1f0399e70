"""Translate what the databases and the file system raise into Verity's errors. No vendor text with a secret passes."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy.exc import DBAPIError, SQLAlchemyError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from verity.exceptions import (
    DiskFull,
    RecordError,
    RecordImmutable,
    StateBusy,
    StateUnavailable,
    StateUnreadable,
    VerityError,
)
from verity.store.file_errors import FREE_SPACE, from_os


@contextmanager
def translated(where: str) -> Iterator[None]:
    """Raise `VerityError` for every database or file error inside. `where` names the store without its password."""
    try:
        yield
    except DBAPIError as error:
        raise _from_driver(error.orig, where) from error
    except PoolTimeout as error:
        raise _busy(where) from error
    except SQLAlchemyError as error:
        raise StateUnavailable(f"the state store {where} failed: {type(error).__name__}") from error
    except sqlite3.Error as error:
        raise _from_driver(error, where) from error
    except OSError as error:
        raise from_os(error, where) from error


def _from_driver(error: BaseException | None, where: str) -> VerityError:
    if isinstance(error, sqlite3.Error):
        return _from_sqlite(error, where)
    return _from_postgres(error, where)


def _from_sqlite(error: sqlite3.Error, where: str) -> VerityError:
    code = getattr(error, "sqlite_errorcode", None) or 0
    if "verity:" in str(error):
        return _immutable(where)
    match code & 0xFF:
        case sqlite3.SQLITE_FULL:
            return DiskFull(f"no space is left to write {where}", remedy=FREE_SPACE)
        case sqlite3.SQLITE_IOERR:
            return DiskFull(
                f"{where} could not be written: the disk is full or at fault, or a file size limit was met",
                remedy=FREE_SPACE,
            )
        case sqlite3.SQLITE_BUSY | sqlite3.SQLITE_LOCKED:
            return _busy(where)
        case sqlite3.SQLITE_NOTADB | sqlite3.SQLITE_CORRUPT:
            return StateUnreadable(
                f"{where} is not a state store of Verity, or is damaged",
                remedy="Move the file away or restore a backup; 'verity doctor' shows more.",
            )
        case sqlite3.SQLITE_READONLY | sqlite3.SQLITE_PERM | sqlite3.SQLITE_CANTOPEN:
            return StateUnavailable(
                f"{where} cannot be opened for writing", remedy="Check that the folder exists and may be written."
            )
        case sqlite3.SQLITE_CONSTRAINT:
            return RecordError(f"{where} refused a row that breaks its rules", remedy="Run 'verity doctor'.")
        case _:
            return StateUnavailable(f"the state store {where} failed: {type(error).__name__}")


def _from_postgres(error: BaseException | None, where: str) -> VerityError:
    state = getattr(error, "sqlstate", None) or ""
    if "verity:" in str(error):
        return _immutable(where)
    if state in {"53100", "58030"}:
        return DiskFull(f"no space is left to write {where}", remedy=FREE_SPACE)
    if state in {"55P03", "40P01", "57014"}:
        return _busy(where)
    if state.startswith("23"):
        return RecordError(f"{where} refused a row that breaks its rules", remedy="Run 'verity doctor'.")
    if state.startswith("28") or state in {"3D000", "42501"}:
        return StateUnavailable(
            f"the server of {where} refused the connection or the right (SQLSTATE {state})",
            remedy="Check user, password, database and grants in [state] url.",
        )
    detail = f" (SQLSTATE {state})" if state else ""
    return StateUnavailable(
        f"the state store {where} cannot be reached{detail}", remedy="Check that the server runs and the URL is right."
    )


def _immutable(where: str) -> RecordImmutable:
    return RecordImmutable(
        f"{where} refused to change what is recorded", remedy="Checkpoints are append-only; record a new one."
    )


def _busy(where: str) -> StateBusy:
    return StateBusy(
        f"{where} is locked by another process", remedy="Wait for the other process to end, and ask again."
    )
