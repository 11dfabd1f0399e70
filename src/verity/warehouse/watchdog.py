"""One thread that interrupts statements at their deadline or when they are cancelled.

A thread a statement would cost more than most statements. An interrupt that comes before the engine has begun is lost,
so it is repeated until the statement has ended.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

_REPEAT_SECONDS = 0.05


@dataclass(eq=False)
class Watch:
    """One statement under watch; `fired` tells afterwards that it was interrupted."""

    deadline: float
    cancel: threading.Event | None
    interrupt: Callable[[], None]
    fired: bool = False

    def is_due(self, now: float) -> bool:
        """Whether the statement must stop."""
        return now >= self.deadline or (self.cancel is not None and self.cancel.is_set())


class Watchdog:
    """Watches any number of statements of one engine."""

    def __init__(self) -> None:
        self._watches: set[Watch] = set()
        self._changed = threading.Condition()
        self._thread: threading.Thread | None = None

    @contextmanager
    def watching(
        self, seconds: float, cancel: threading.Event | None, interrupt: Callable[[], None]
    ) -> Iterator[Watch]:
        """Call `interrupt` from another thread once `seconds` have gone or `cancel` is set, until the block ends."""
        watch = Watch(time.monotonic() + seconds, cancel, interrupt)
        with self._changed:
            self._watches.add(watch)
            if self._thread is None:
                self._thread = threading.Thread(target=self._run, name="verity-watchdog", daemon=True)
                self._thread.start()
            self._changed.notify()
        try:
            yield watch
        finally:
            with self._changed:  # no interrupt is under way once this is held
                self._watches.discard(watch)

    def _run(self) -> None:
        with self._changed:
            while True:
                self._changed.wait(self._pause())
                now = time.monotonic()
                for watch in [w for w in self._watches if w.is_due(now)]:
                    watch.fired = True
                    watch.interrupt()

    def _pause(self) -> float | None:
        if not self._watches:
            return None
        if any(watch.cancel is not None or watch.fired for watch in self._watches):
            return _REPEAT_SECONDS
        return max(0.0, min(watch.deadline for watch in self._watches) - time.monotonic())
