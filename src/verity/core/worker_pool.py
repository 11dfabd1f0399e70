"""A bounded set of daemon threads that run tools.

Not `concurrent.futures.ThreadPoolExecutor`: that one joins its threads when the interpreter ends, so a tool that
ignores its deadline would hold the whole program. Threads are kept, because engines keep a cursor a thread.
"""

from __future__ import annotations

import contextvars
import queue
import threading
from collections.abc import Callable
from concurrent.futures import Future
from typing import Any, TypeVar

T = TypeVar("T")


class WorkerPool:
    """At most `size` threads, started when first needed. Jobs beyond that wait their turn."""

    def __init__(self, size: int = 32) -> None:
        self._size = size
        self._jobs: queue.SimpleQueue[tuple[Future[Any], Callable[[], Any]]] = queue.SimpleQueue()
        self._idle = threading.Semaphore(0)
        self._lock = threading.Lock()
        self._started = 0

    def submit(self, job: Callable[[], T]) -> Future[T]:
        """Run the job in a worker, in the caller's context variables."""
        future: Future[T] = Future()
        context = contextvars.copy_context()
        self._jobs.put((future, lambda: context.run(job)))
        if not self._idle.acquire(blocking=False):
            self._start_one()
        return future

    def _start_one(self) -> None:
        with self._lock:
            if self._started >= self._size:
                return
            self._started += 1
            name = f"verity-tool-{self._started}"
        threading.Thread(target=self._work, name=name, daemon=True).start()

    def _work(self) -> None:
        while True:
            future, job = self._jobs.get()
            if future.set_running_or_notify_cancel():
                _settle(future, job)
            del future, job  # an idle thread keeps no result alive
            self._idle.release()


def _settle(future: Future[T], job: Callable[[], T]) -> None:
    try:
        result = job()
    except BaseException as error:  # noqa: BLE001  # carried to the waiting thread, which raises it
        future.set_exception(error)
    else:
        future.set_result(result)
