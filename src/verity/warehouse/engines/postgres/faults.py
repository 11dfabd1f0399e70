"""PostgreSQL's errors, from psycopg and from ADBC, in our words; never a password, never a value of a row."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager

import adbc_driver_manager
import psycopg
import pyarrow as pa

from verity.exceptions import (
    DataError,
    DiskFull,
    EngineRefused,
    NothingPublished,
    QueryTimedOut,
    VerityError,
    WarehouseBusy,
    WarehouseForbidden,
    WarehouseUnavailable,
)

DRIVER_ERRORS = (psycopg.Error, adbc_driver_manager.Error, pa.ArrowException, OSError)
"""What the drivers raise; a failure in the middle of ADBC's batches comes as Arrow's or as a plain OSError."""
CANCELLED = "57014"
LOCK_NOT_AVAILABLE = "55P03"
DEADLOCK = "40P01"
UNDEFINED_TABLE = "42P01"
UNDEFINED_SCHEMA = "3F000"

_LITERAL = re.compile(r"'(?:[^']|'')*'|=\([^)]*\)|: \"[^\"]*\"$")
_STATE = re.compile(r"SQLSTATE: (\w{5})")
_NO_ROLE = re.compile(r'role "[^"]*" does not exist')
_SIGN_IN = ("password", "authentication failed", "no pg_hba.conf entry", "peer auth", "ident auth")
_UNPREPARED = re.compile(r'relation "verity\.data_version"|schema "verity"')
_ERROR = re.compile(r"(?:ERROR|FATAL):\s+(.+)")


@contextmanager
def translated(what: str, shown: str) -> Iterator[None]:
    """Turn what a driver raises while we do `what` on the server `shown` into a VerityError."""
    try:
        yield
    except VerityError:
        raise
    except DRIVER_ERRORS as fault:
        raise from_driver_error(fault, what, shown) from None


def state_of(fault: BaseException) -> str:
    """The SQLSTATE of a driver's error, empty where the server never spoke."""
    known = getattr(fault, "sqlstate", None)
    found = None if known else _STATE.search(str(fault))
    return str(known or (found[1] if found else ""))


def is_connection_lost(fault: BaseException) -> bool:
    """Whether the server went away, so that another connection may do."""
    state = state_of(fault)
    if state:
        return state.startswith("08") or state in ("57P01", "57P02", "57P03")
    low = str(fault).lower()
    return (
        "error:" not in low
        and "connection" in low
        and any(sign in low for sign in ("closed", "reset", "lost", "terminat", "no connection"))
    )


def from_driver_error(fault: BaseException, what: str, shown: str) -> VerityError:
    """The VerityError for an error of psycopg or ADBC."""
    state, text = state_of(fault), str(fault)
    if state in (UNDEFINED_TABLE, UNDEFINED_SCHEMA) and _UNPREPARED.search(text):
        return NothingPublished()
    if state in (CANCELLED, "25P04"):
        return QueryTimedOut(f"{what}: stopped at its time limit", remedy="Ask for less, or raise query_seconds.")
    if state in (LOCK_NOT_AVAILABLE, DEADLOCK):
        return WarehouseBusy(f"{what}: tables of {shown} are in use", remedy="Try again when the long query has ended.")
    if state == "2BP01":
        dependent = re.search(r"(?:DETAIL:\s+)(.+)", text)
        return DataError(
            f"{what}: {dependent[1] if dependent else 'something outside Verity depends on a table'}",
            remedy="Drop it before the build, or let it read a table that no build replaces.",
        )
    if state == "53100":
        return DiskFull(
            f"{what}: no space is left on the server's disk",
            remedy="Free some space and run it again; what was published before is untouched.",
        )
    if state in ("53200", "53400"):
        return DataError(f"{what}: the server's memory limit was reached", remedy="Ask for less, or raise work_mem.")
    if state.startswith("28") or any(sign in text.lower() for sign in _SIGN_IN) or _NO_ROLE.search(text):
        return WarehouseUnavailable(
            f"{what}: {shown} refuses this user or password", remedy="Correct [warehouse] url in verity.toml."
        )
    if state == "3D000" or re.search(r'database "[^"]*" does not exist', text):
        return WarehouseUnavailable(
            f"{what}: the database of {shown} does not exist", remedy="Create it, or correct [warehouse] url."
        )
    if state == "42501":
        return WarehouseForbidden(f"{what}: {_reason(text)}", remedy="Grant this user the right to it.")
    if is_connection_lost(fault) or state.startswith("53") or (not state and "ERROR:" not in text):
        return WarehouseUnavailable(
            f"{what}: cannot reach {shown}{_network_reason(text)}",
            remedy="Is the server running, and is [warehouse] url in verity.toml right?",
        )
    return EngineRefused(f"{what}: {_reason(text)}")


def _reason(text: str) -> str:
    found = _ERROR.search(text)
    line = found[1] if found else (text.strip().splitlines() or ["no reason given"])[0]
    return _LITERAL.sub("'…'", line)[:400]


def _network_reason(text: str) -> str:
    known = {
        "could not translate host": "its host name is unknown",
        "name or service not known": "its host name is unknown",
        "failed to resolve": "its host name is unknown",
        "refused": "nothing listens there",
        "no such file": "nothing listens there",
        "timeout": "it did not answer in time",
        "timed out": "it did not answer in time",
        "too many clients": "it has too many clients",
    }
    low = text.lower()
    return next((f": {words}" for sign, words in known.items() if sign in low), "")
