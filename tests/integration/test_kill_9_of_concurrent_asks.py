"""kill -9 in the middle of 50 concurrent asks loses no acknowledged checkpoint and leaves a record that verifies."""

from __future__ import annotations

import os
import random
import subprocess
import sys
import time
from pathlib import Path

import pytest
from tests.record_stores import KINDS, place_of

WORKER = Path(__file__).with_name("record_worker.py")
ROUNDS = int(os.environ.get("VERITY_KILL_ROUNDS", "4"))
SEED = int(os.environ.get("VERITY_SEED", "20251220"))


@pytest.fixture
def record_postgres(postgres_url: str) -> str:
    return postgres_url


@pytest.mark.slow
@pytest.mark.parametrize("kind", KINDS)
def test_no_acknowledged_checkpoint_is_lost(kind: str, tmp_path: Path, request: pytest.FixtureRequest):
    moment = random.Random(SEED)  # noqa: S311  # a seed, not a secret
    with place_of(kind, tmp_path, request) as place:
        place.open()
        acknowledged: set[str] = set()
        for run in range(ROUNDS):
            said = _asked_until_killed(place.kind, place.location, run, seconds=moment.uniform(0.05, 0.8))
            acknowledged |= said
            storage = place.open()
            kept = {each.checkpoint_id for name in storage.conversations() for each in storage.query(name)}
            assert acknowledged <= kept, (
                f"round {run} (seed {SEED}) lost {len(acknowledged - kept)} of {len(acknowledged)}"
            )
            assert storage.verify() == (), f"round {run} (seed {SEED})"
        assert len(acknowledged) > 50


@pytest.mark.slow
@pytest.mark.parametrize("kind", KINDS)
def test_two_processes_that_ask_at_once_lose_nothing_either(kind: str, tmp_path: Path, request: pytest.FixtureRequest):
    with place_of(kind, tmp_path, request) as place:
        workers = [_started(place.kind, place.location, 9) for _ in range(2)]
        acknowledged = set[str]().union(*(_killed(worker, 0.3) for worker in workers))
        storage = place.open()
        kept = {each.checkpoint_id for name in storage.conversations() for each in storage.query(name)}
        assert acknowledged <= kept
        assert storage.verify() == ()


def _asked_until_killed(kind: str, location: str, run: int, seconds: float) -> set[str]:
    return _killed(_started(kind, location, run), seconds)


def _started(kind: str, location: str, run: int) -> subprocess.Popen[bytes]:
    command = [sys.executable, WORKER, kind, location, str(run)]
    return subprocess.Popen(command, stdout=subprocess.PIPE, bufsize=0)  # communicate() would pass a buffer by


def _killed(worker: subprocess.Popen[bytes], seconds: float) -> set[str]:
    """The ids that the worker said before SIGKILL, which falls `seconds` after the first of them."""
    assert worker.stdout is not None
    first = worker.stdout.readline()
    time.sleep(seconds)
    worker.kill()
    rest, _ = worker.communicate(timeout=30)
    assert worker.returncode == -9, "the worker ended by itself"
    whole = (first + rest).decode()
    return set(whole[: whole.rfind("\n")].split())
