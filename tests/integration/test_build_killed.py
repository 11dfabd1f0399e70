"""Ctrl-C, kill -9 and a full disk in the middle of a build, in a process of its own: the old version still answers."""

from __future__ import annotations

import os
import resource
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from tests.integration.small_shop import engine_for, land, rows, write, write_project

from verity.transform.build import build
from verity.warehouse.engine import Engine

pytestmark = pytest.mark.slow

ENDLESS = "{{ config(schema='gold') }} select count(*) as n from range(1000000000000) as t(i) where i % 7 = 3"
BIG = "{{ config(schema='gold') }} select i, repeat(cast(i as varchar), 40) as t from range(2000000) as r(i)"

BUILD = """
import sys
from pathlib import Path
from tests.integration.small_shop import engine_for
from verity.exceptions import VerityError
from verity.transform.build import build

project = Path(sys.argv[1])
try:
    build(project, engine_for(project), progress=lambda step: print(step.message, flush=True))
except KeyboardInterrupt:
    print("clean stop", flush=True)
    sys.exit(130)
except VerityError as error:
    print(error.code, error.message, flush=True)
    sys.exit(1)
"""


@pytest.fixture(scope="module")
def published(tmp_path_factory: pytest.TempPathFactory) -> Path:
    project = write_project(tmp_path_factory.mktemp("shop"))
    engine = engine_for(project)
    land(engine)
    build(project, engine)
    engine.close()
    return project


@contextmanager
def building(project: Path, slow: str, **limits: object) -> Iterator[subprocess.Popen[str]]:
    """A process that builds the project with one model more."""
    write(project, "gold/slow.sql", slow)
    process = subprocess.Popen(
        [sys.executable, "-c", BUILD, str(project)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONPATH": str(Path(__file__).parents[2])},
        **limits,
    )
    try:
        yield process
    finally:
        process.kill()
        process.communicate()
        (project / "models/gold/slow.sql").unlink()


def until_it_builds(process: subprocess.Popen[str], model: str = "slow") -> None:
    assert process.stdout is not None
    for line in process.stdout:
        if line.strip() == model:
            return
    raise AssertionError("the build never reached the model")


def holds_the_old_version_and_builds_again(project: Path) -> None:
    engine: Engine = engine_for(project)
    version = engine.state().data_version
    assert rows(engine, "select count(*), sum(total) from gold.daily_totals")[0][0] == 2
    assert engine.schema().find("gold.slow") is None
    verdict = build(project, engine)
    assert (verdict.status, verdict.data_version != version) == ("ok", True)
    engine.close()


def test_ctrl_c_is_a_clean_stop(published: Path):
    with building(published, ENDLESS) as process:
        until_it_builds(process)
        process.send_signal(signal.SIGINT)
        out, err = process.communicate(timeout=60)
        assert (process.returncode, out.splitlines()[-1]) == (130, "clean stop")
        assert "Traceback" not in err
    holds_the_old_version_and_builds_again(published)


def test_kill_9_leaves_the_published_version(published: Path):
    with building(published, ENDLESS) as process:
        until_it_builds(process)
        process.kill()
        process.wait(timeout=60)
    holds_the_old_version_and_builds_again(published)


def test_a_disk_that_fills_up_is_a_coded_error(published: Path):
    def no_file_over_8_mb() -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (8 << 20, 8 << 20))

    with building(published, BIG, preexec_fn=no_file_over_8_mb) as process:
        out, err = process.communicate(timeout=60)
        assert (process.returncode, out.splitlines()[-1].split()[0]) == (1, "VRT-506")
        assert "Traceback" not in err
    holds_the_old_version_and_builds_again(published)
