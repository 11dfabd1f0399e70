"""Long work that Ctrl-C or a cancel event can stop, whatever native code it is in.

Python delivers Ctrl-C to the main thread between two lines of Python, so a thread deep in an engine (or in a source's
generator that the engine calls) never sees it, or sees it where it is taken for an error of the source. The work runs
in a thread of its own; the caller waits where it can be woken, and tells the engine to stop.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import Future
from typing import TypeVar

from verity.exceptions import QueryTimedOut

Result = TypeVar("Result")
_POLL_SECONDS = 0.1


def run_interruptibly(
    work: Callable[[], Result], interrupt: Callable[[], None], cancel: threading.Event | None = None
) -> Result:
    """What `work` returns or raises. Raises KeyboardInterrupt on Ctrl-C and `QueryTimedOut` when cancelled, after
    `work` has stopped; a second Ctrl-C does not wait for it."""
    future: Future[Result] = Future()
    done = threading.Event()
    threading.Thread(target=_settle, args=(work, future, done), name="verity-load", daemon=True).start()
    pressed: KeyboardInterrupt | None = None
    while not done.is_set():
        try:
            done.wait(_POLL_SECONDS)
        except KeyboardInterrupt as again:
            if pressed is not None:
                raise
            pressed = again
        if not done.is_set() and (pressed is not None or (cancel is not None and cancel.is_set())):
            interrupt()
    if pressed is not None:
        raise pressed
    if cancel is not None and cancel.is_set() and future.exception() is not None:
        raise QueryTimedOut("the load was cancelled") from future.exception()
    return future.result()


def _settle(work: Callable[[], Result], future: Future[Result], done: threading.Event) -> None:
    try:
        future.set_result(work())
    except BaseException as fault:  # noqa: BLE001  # raised again by the caller's thread
        future.set_exception(fault)
    finally:
        done.set()
