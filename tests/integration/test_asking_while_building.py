"""Two processes ask without pause while a third syncs and builds: no lock error, no mixed version, no false empty."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest
from tests.integration.asking_while_building import DICTIONARY, LEAST, SECONDS, deliver, load_and_build

import verity
from verity.bootstrap import init_project

ROOT = Path(__file__).parents[2]


@pytest.fixture(params=["duckdb", pytest.param("postgres", marks=pytest.mark.postgres)])
def shop(request, tmp_path):
    settings = ""
    if request.param == "postgres":
        url = request.getfixturevalue("postgres_url")
        settings = f'[warehouse]\nengine = "postgres"\nurl = "{url}"\n'
    project = tmp_path / "shop"
    seed = tmp_path / "seed"
    seed.mkdir()
    deliver(seed, 1)
    init_project(project, str(seed / "files"))
    (project / "files").symlink_to(seed / "files")
    (project / "verity.toml").write_text(settings)
    for name, text in DICTIONARY.items():
        (project / "dictionary" / f"{name}.yml").write_text(text)
    with verity.open(project) as bench:
        load_and_build(bench)
    return project


@pytest.mark.slow
@pytest.mark.timeout(0 if SECONDS > 100 else 240)
def test_askers_never_meet_a_lock_a_mixed_version_or_a_false_empty(shop, tmp_path):
    stop = tmp_path / "stop"
    roles = ("ask", "ask", "build")
    workers = [_started(role, shop, stop) for role in roles]
    told = []
    for role, worker in zip(roles, workers, strict=True):
        out, err = worker.communicate(timeout=SECONDS + 200)
        assert worker.returncode == 0, f"{role}: {out}{err}"
        told.append(json.loads(out))
    print(f"told: {json.dumps(told)}")
    *askers, builder = told
    assert builder["built"] >= LEAST
    for asker in askers:
        assert (asker["errors"], asker["mixed"], asker["empty"]) == ([], 0, 0)
        assert asker["asked"] > 20
    assert max(asker["versions"] for asker in askers) >= 2


def _started(role: str, project: Path, stop: Path) -> subprocess.Popen[str]:
    command = [sys.executable, "-m", "tests.integration.asking_while_building", role, str(project), str(stop)]
    return subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
