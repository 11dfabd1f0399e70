"""Ctrl-C while DuckDB works: it arrives as a RuntimeError with the KeyboardInterrupt as its cause."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def ctrl_c() -> Iterator[None]:
    """Let a Ctrl-C leave as what it is, so that callers stop cleanly (exit code 130) and report no defect."""
    try:
        yield
    except RuntimeError as fault:
        if isinstance(fault.__cause__, KeyboardInterrupt):
            raise KeyboardInterrupt from None
        raise
