"""The watchdog interrupts at the deadline or on cancel, again and again until the statement ends, and never after."""

from __future__ import annotations

import threading
import time

from verity.warehouse.watchdog import Watchdog


def test_it_interrupts_at_the_deadline_until_the_block_ends() -> None:
    calls: list[float] = []
    dog = Watchdog()
    with dog.watching(0.1, None, lambda: calls.append(time.monotonic())) as watch:
        time.sleep(0.35)
    assert watch.fired
    count = len(calls)
    assert count >= 3
    time.sleep(0.15)
    assert len(calls) == count


def test_a_statement_that_ends_in_time_is_left_alone() -> None:
    calls: list[float] = []
    with Watchdog().watching(5, threading.Event(), lambda: calls.append(1)) as watch:
        time.sleep(0.1)
    assert (calls, watch.fired) == ([], False)


def test_cancel_wins_over_a_far_deadline_even_beside_longer_statements() -> None:
    dog = Watchdog()
    stopped = threading.Event()
    cancel = threading.Event()
    with dog.watching(1000, None, lambda: None), dog.watching(1000, cancel, stopped.set):
        threading.Timer(0.05, cancel.set).start()
        assert stopped.wait(1)


def test_a_shorter_deadline_that_comes_later_is_kept() -> None:
    dog = Watchdog()
    stopped = threading.Event()
    with dog.watching(1000, None, lambda: None):
        time.sleep(0.05)
        with dog.watching(0.05, None, stopped.set):
            assert stopped.wait(1)


def test_a_slow_interrupt_of_one_statement_does_not_hold_up_another() -> None:
    dog = Watchdog()
    slow = threading.Thread(target=lambda: _watched(dog))
    slow.start()
    time.sleep(0.1)
    began = time.monotonic()
    with dog.watching(100, None, lambda: None):
        pass
    assert time.monotonic() - began < 0.2
    slow.join()


def _watched(dog: Watchdog) -> None:
    with dog.watching(0.0, None, lambda: time.sleep(0.5)):
        time.sleep(0.2)
