"""Killed writers and busy readers: the published version stays whole, readable and right."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.conformance.engines.stands import EVERYWHERE, Stand, publish_version
from verity.warehouse.engine import Engine

ROOT = Path(__file__).parents[3]
EVERY = {name: os.environ.get("VERITY_CRASH_EVERY", few) for name, few in (("duckdb", "5"), ("postgres", "9"))}
"""Every how many steps a writer is killed here; `make soak` runs the series with every step."""
KILLS = int(os.environ.get("VERITY_CRASH_KILLS", "6"))
SECONDS = float(os.environ.get("VERITY_ASK_SECONDS", "5"))


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
    seed = os.environ.get("VERITY_SEED") or str(int.from_bytes(os.urandom(4)))
    run = subprocess.run(
        command("crash_series", stand, "--random", str(KILLS), "--seed", seed), cwd=ROOT, capture_output=True, text=True
    )
    assert run.returncode == 0, f"seed {seed}: {run.stderr}"
    assert json.loads(run.stdout)["kills"] == KILLS


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
        end = time.monotonic() + SECONDS
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


LOADING = """
import os
import sys
from pathlib import Path
import duckdb
import pyarrow as pa
from tests.conformance.engines.stands import LOADED_AT, duckdb_stand, postgres_stand
from verity.warehouse.engine import ArrowScan
stand = postgres_stand(Path(sys.argv[1]), sys.argv[2]) if sys.argv[2:] else duckdb_stand(Path(sys.argv[1]))
schema = pa.schema([("version", pa.int64())])
def endless():
    print("loading", flush=True)
    while True:
        yield pa.record_batch([[2] * 1000], schema=schema)
try:
    with stand.open().writer() as writer:
        scan = ArrowScan(lambda: pa.RecordBatchReader.from_batches(schema, endless()), "endless")
        writer.load("orders", scan, load_id="l2", loaded_at=LOADED_AT)
except KeyboardInterrupt:
    print("clean stop", flush=True)
    os._exit(0)  # as the command line leaves: an engine's threads that hold Python objects can keep an exit waiting
"""


@pytest.mark.slow
def test_ctrl_c_in_the_middle_of_a_load_is_a_clean_stop(stand: Stand, engine: Engine) -> None:
    publish_version(stand, engine, 1)
    where = [str(stand.project), *([stand.settings.url] if stand.settings.url else [])]
    loading = subprocess.Popen(
        [sys.executable, "-c", LOADING, *where], cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )
    assert loading.stdout is not None
    assert loading.stdout.readline() == "loading\n"
    time.sleep(0.3)
    loading.send_signal(signal.SIGINT)
    try:
        out, err = loading.communicate(timeout=10)
    finally:
        loading.kill()
    assert (out, err) == ("clean stop\n", "")
    publish_version(stand, engine, 2)
    assert set(engine.read(stand.sql(EVERYWHERE)).table.column("version").to_pylist()) == {2}
