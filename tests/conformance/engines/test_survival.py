"""Killed writers and busy readers: the published version stays whole, readable and right."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.conformance.engines.stands import Stand, publish_version
from verity.warehouse.engine import Engine

ROOT = Path(__file__).parents[3]
EVERY = {"duckdb": "5", "postgres": "9"}
"""Every how many steps a writer is killed here; `make soak` runs the series with every step."""


def command(module: str, stand: Stand, *arguments: str) -> list[str]:
    url = ["--url", stand.settings.url] if stand.settings.url else []
    return [sys.executable, "-m", f"tests.conformance.engines.{module}", str(stand.project), *arguments, *url]


@pytest.mark.slow
def test_a_writer_killed_at_any_step_leaves_a_whole_version_and_the_next_one_heals(stand: Stand) -> None:
    run = subprocess.run(
        command("crash_series", stand, "--every", EVERY[stand.name]), cwd=ROOT, capture_output=True, text=True
    )
    assert run.returncode == 0, run.stderr
    told = json.loads(run.stdout)
    assert told["kills"] >= 6
    assert told["old"] >= 1
    assert told["new"] >= 1


@pytest.mark.slow
def test_a_writer_killed_at_any_moment_leaves_a_whole_version_and_the_next_one_heals(stand: Stand) -> None:
    seed = str(int.from_bytes(os.urandom(4)))
    run = subprocess.run(
        command("crash_series", stand, "--random", "6", "--seed", seed), cwd=ROOT, capture_output=True, text=True
    )
    assert run.returncode == 0, f"seed {seed}: {run.stderr}"
    assert json.loads(run.stdout)["kills"] == 6


@pytest.mark.slow
def test_two_processes_that_ask_without_pause_never_see_a_mixed_or_empty_version(
    stand: Stand, engine: Engine, tmp_path: Path
) -> None:
    publish_version(stand, engine, 1)
    stop = tmp_path / "stop"
    readers = [
        subprocess.Popen(
            command("asking", stand, str(stop)), cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
        )
        for _ in range(2)
    ]
    try:
        for reader in readers:
            assert reader.stdout is not None
            assert reader.stdout.readline() == "asking\n"
        end = time.monotonic() + 5
        version = 1
        while time.monotonic() < end:
            version += 1
            publish_version(stand, engine, version)
    finally:
        stop.touch()
    told = [reader.communicate(timeout=60) for reader in readers]
    for reader, (out, err) in zip(readers, told, strict=True):
        assert reader.returncode == 0, err
        report = json.loads(out)
        assert (report["mixed"], report["empty"], report["mislabelled"], report["errors"]) == (0, 0, 0, []), report
        assert report["asked"] > 20
        assert report["versions"] >= 3
