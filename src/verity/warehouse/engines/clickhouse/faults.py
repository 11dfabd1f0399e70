"""ClickHouse's errors in our words: the code, the thing, the remedy; never a value of a row."""

from __future__ import annotations

import re

import pyarrow as pa
from chdb import ChdbError

from verity.exceptions import DataError, DiskFull, EngineRefused, OneProcessOnly, VerityError

DRIVER_ERRORS = (ChdbError, RuntimeError, ValueError, OSError, pa.ArrowException)
"""What chDB raises: its own error, and plain ones where it fails in Arrow or in the text of a message."""
_CODE = re.compile(r"Code: (\d+)\.")
_LITERAL = re.compile(r"'(?:[^'\\]|\\.|'')*'")
_STOPPED = frozenset({159, 394})  # TIMEOUT_EXCEEDED, QUERY_WAS_CANCELLED
_MEMORY = frozenset({241})
_DISK = frozenset({243})


def code_of(fault: BaseException) -> int:
    """ClickHouse's number of the error, 0 where it never spoke."""
    found = _CODE.search(str(fault))
    return int(found[1]) if found else 0


def was_stopped(fault: BaseException) -> bool:
    """Whether the statement was interrupted."""
    return code_of(fault) in _STOPPED


def translated(fault: BaseException, what: str) -> VerityError:
    """The VerityError of what chDB raised. Quoted values and the statement itself are taken out of the text."""
    code = code_of(fault)
    if code in _MEMORY:
        return DataError(f"{what}: the memory limit was reached", remedy="Ask for fewer rows or a shorter period.")
    if code in _DISK:
        return DiskFull(f"{what}: no space is left on the disk", remedy="Free some space and run it again.")
    if "Cannot lock file" in str(fault):
        return one_process(None)
    text = str(fault).partition("DB::Exception:")[2] or str(fault)
    line = re.split(r"(?:: )?(?:In scope|While |while )", text.strip())[0].strip().splitlines()
    return EngineRefused(f"{what}: {_LITERAL.sub('...', line[0])[:300] if line else 'no reason given'}")


def one_process(holder: int | None) -> OneProcessOnly:
    """chDB is taken."""
    by = f"process {holder}" if holder else "another process"
    return OneProcessOnly(
        f"{by} has this project's chDB open, and chDB belongs to one process at a time",
        remedy="Let one process answer for all (end the other one), or query on DuckDB or PostgreSQL.",
    )
