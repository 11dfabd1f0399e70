"""Stop a build cleanly: on a cancel event (a tool's deadline) or on Ctrl-C."""

from __future__ import annotations

import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType

from verity.exceptions import BuildStopped

_POLL_SECONDS = 0.1


class Stop:
    """Whether someone asked the build to stop.

    The first Ctrl-C only asks: raised inside dbt, KeyboardInterrupt can land in a finaliser, where Python drops it, and
    the build would go on. A second one is raised at once.
    """

    def __init__(self, cancel: threading.Event) -> None:
        self._cancel = cancel
        self._pressed = threading.Event()

    @property
    def asked(self) -> bool:
        """True once the build must end."""
        return self._cancel.is_set() or self._pressed.is_set()

    def raise_if_asked(self) -> None:
        """Raise KeyboardInterrupt after a Ctrl-C, `BuildStopped` after a cancel."""
        if self._pressed.is_set():
            raise KeyboardInterrupt
        if self._cancel.is_set():
            raise BuildStopped("the build was cancelled", remedy="Nothing was published; run 'verity build' again.")

    @contextmanager
    def listening(self) -> Iterator[None]:
        """Take Ctrl-C, where this is the main thread (no other can), and put the former handler back."""
        if threading.current_thread() is not threading.main_thread():
            yield
            return
        former = signal.signal(signal.SIGINT, self._on_ctrl_c)
        try:
            yield
        finally:
            signal.signal(signal.SIGINT, former)

    @contextmanager
    def interrupting(self, interrupt: Callable[[], None]) -> Iterator[None]:
        """Call `interrupt` from a thread of its own, again and again, from the moment that the build must end."""
        ended = threading.Event()

        def watch() -> None:
            while not ended.wait(_POLL_SECONDS):
                if self.asked:
                    interrupt()

        watcher = threading.Thread(target=watch, name="verity-build-stop", daemon=True)
        watcher.start()
        try:
            yield
        finally:
            ended.set()
            watcher.join()

    def _on_ctrl_c(self, _signal: int, _frame: FrameType | None) -> None:
        if self._pressed.is_set():
            raise KeyboardInterrupt
        self._pressed.set()
