"""What a statement must be to be read, and what is said when it ran too long."""

from __future__ import annotations

import re
import threading

from verity.exceptions import QueryTimedOut

_READS = re.compile(r"(?:\s|\(|--[^\n]*\n|/\*.*?\*/)*(?:select|with|from|values)\b", re.IGNORECASE | re.DOTALL)


def is_query(sql: str) -> bool:
    """Whether the text begins as a query. The engines refuse everything else too; this says it first and alike."""
    return _READS.match(sql) is not None


def timed_out(seconds: float, cancel: threading.Event | None) -> QueryTimedOut:
    """The error of a statement that was interrupted."""
    if cancel is not None and cancel.is_set():
        return QueryTimedOut("the query was cancelled")
    return QueryTimedOut(
        f"the query ran longer than {seconds:g} s and was stopped",
        remedy="Ask for fewer rows or a shorter period, or raise [warehouse] query_seconds in verity.toml.",
    )
