"""A build is asked to stop by an event or by Ctrl-C, and what runs is interrupted until it ends."""

from __future__ import annotations

import signal
import threading

import pytest

from verity.exceptions import BuildStopped
from verity.transform.stop import Stop


def test_a_cancelled_build_raises_that_it_was_stopped():
    cancel = threading.Event()
    stop = Stop(cancel)
    stop.raise_if_asked()
    cancel.set()
    with pytest.raises(BuildStopped):
        stop.raise_if_asked()


def test_the_first_ctrl_c_asks_and_the_second_is_raised_at_once():
    stop = Stop(threading.Event())
    former = signal.getsignal(signal.SIGINT)
    with stop.listening():
        signal.raise_signal(signal.SIGINT)
        assert stop.asked
        with pytest.raises(KeyboardInterrupt):
            signal.raise_signal(signal.SIGINT)
    assert signal.getsignal(signal.SIGINT) is former
    with pytest.raises(KeyboardInterrupt):
        stop.raise_if_asked()


def test_another_thread_than_the_main_one_leaves_ctrl_c_alone():
    seen: list[object] = []

    def listen() -> None:
        with Stop(threading.Event()).listening():
            seen.append(signal.getsignal(signal.SIGINT))

    thread = threading.Thread(target=listen)
    thread.start()
    thread.join()
    assert seen == [signal.getsignal(signal.SIGINT)]


def test_what_runs_is_interrupted_again_until_it_has_ended():
    cancel, interrupted = threading.Event(), threading.Semaphore(0)
    with Stop(cancel).interrupting(interrupted.release):
        assert not interrupted.acquire(timeout=0.15), "nobody asked yet"
        cancel.set()
        assert interrupted.acquire(timeout=5)
        assert interrupted.acquire(timeout=5)
