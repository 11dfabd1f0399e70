"""Spark's errors in our words: its error class and first line; never a value of a row."""

from __future__ import annotations

import re

import pyarrow as pa
from py4j.protocol import Py4JError, Py4JNetworkError
from pyspark.errors import PySparkException

from verity.exceptions import EngineRefused, VerityError, WarehouseUnavailable

DRIVER_ERRORS = (PySparkException, Py4JError, Py4JNetworkError, pa.ArrowException, OSError)
_LITERAL = re.compile(r"'(?:[^'\\]|\\.)*'|\"[^\"]*\"")
_STOPPED = ("cancelled", "canceled", "interrupted")
_GONE = ("all masters are unresponsive", "stopped sparkcontext", "connection refused", "answer from java side is empty")


def was_stopped(fault: BaseException) -> bool:
    """Whether the statement was cancelled."""
    low = str(fault).lower()
    return any(sign in low for sign in _STOPPED)


def translated(fault: BaseException, what: str, master: str) -> VerityError:
    """The VerityError of what PySpark raised."""
    low = str(fault).lower()
    if any(sign in low for sign in _GONE):
        return WarehouseUnavailable(
            f"{what}: the Spark master {master} does not answer", remedy="Is it running, with at least one worker?"
        )
    condition = fault.getCondition() if isinstance(fault, PySparkException) else None
    lines = str(fault).strip().splitlines()
    line = _LITERAL.sub("...", lines[0])[:300] if lines else "no reason given"
    return EngineRefused(f"{what}: {line}" + (f" ({condition})" if condition and condition not in line else ""))
