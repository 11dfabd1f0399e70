"""One thread that interrupts statements at their deadline or when they are cancelled.

A thread a statement would cost more than most statements. An interrupt that comes before the engine has begun is lost,
so it is repeated until the statement has ended.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

_REPEAT_SECONDS = 0.05
_LONGEST_SECONDS = 3600.0


@dataclass(eq=False)
class Watch:
    """One statement under watch; `fired` tells afterwards that it was interrupted."""

    deadline: float
    cancel: threading.Event | None
    interrupt: Callable[[], None]
    fired: bool = False
    ended: bool = False
    guard: threading.Lock = field(default_factory=threading.Lock)

    def is_due(self, now: float) -> bool:
        """Whether the statement must stop."""
        return now >= self.deadline or (self.cancel is not None and self.cancel.is_set())

    def stop(self) -> None:
        """Interrupt the statement unless it has ended."""
        with self.guard:
            if not self.ended:
                self.fired = True
                self.interrupt()

    def end(self) -> None:
        """The statement has ended: no interrupt is under way, and none comes."""
        with self.guard:
            self.ended = True


class Watchdog:
    """Watches any number of statements of one engine. Interrupts must not raise."""

    def __init__(self) -> None:
        self._watches: set[Watch] = set()
        self._changed = threading.Condition()
        self._thread: threading.Thread | None = None
        self._wakes_at = 0.0

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
            if cancel is not None or watch.deadline < self._wakes_at:
                self._changed.notify()
        try:
            yield watch
        finally:
            watch.end()
            with self._changed:
                self._watches.discard(watch)

    def _run(self) -> None:
        while True:
            with self._changed:
                pause = self._pause()
                self._wakes_at = time.monotonic() + pause
                self._changed.wait(pause)
                now = time.monotonic()
                due = [watch for watch in self._watches if watch.is_due(now)]
            for watch in due:
                watch.stop()

    def _pause(self) -> float:
        if any(watch.cancel is not None or watch.fired for watch in self._watches):
            return _REPEAT_SECONDS
        soonest = min((watch.deadline for watch in self._watches), default=float("inf"))
        return min(max(0.0, soonest - time.monotonic()), _LONGEST_SECONDS)
