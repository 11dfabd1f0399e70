"""Where the models are, when they changed, and that dbt is not loaded before it is needed."""

from __future__ import annotations

import importlib.util
import os
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from verity.exceptions import MissingExtra, ModelsMissing
from verity.transform import dbt_runner
from verity.transform.dbt_runner import run_build
from verity.transform.profiles import profile_for
from verity.transform.project import ModelProject, find_models, fingerprint
from verity.warehouse.engine import BuildTarget


def test_the_models_folder_is_found_and_so_is_one_brought_along(tmp_path: Path):
    for folder in ("models", "elsewhere"):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / "dbt_project.yml").touch()
    assert find_models(tmp_path).root == tmp_path / "models"
    brought = find_models(tmp_path / "models", str(tmp_path / "elsewhere"))
    assert brought.root == tmp_path / "elsewhere"
    assert brought.work == tmp_path / "models/.verity/build"


def test_a_missing_project_says_where_it_looked(tmp_path: Path):
    with pytest.raises(ModelsMissing, match="no dbt project at models/"):
        find_models(tmp_path)


def test_a_changed_new_or_removed_file_changes_the_fingerprint_and_results_of_dbt_do_not(tmp_path: Path):
    model = tmp_path / "a.sql"
    model.write_text("select 1", encoding="utf-8")
    seen = [fingerprint(tmp_path)]
    (tmp_path / "target").mkdir()
    (tmp_path / "target/manifest.json").touch()
    assert fingerprint(tmp_path) == seen[0]
    model.write_text("select 2", encoding="utf-8")
    os.utime(model, ns=(1, 1))
    seen.append(fingerprint(tmp_path))
    (tmp_path / "b.sql").touch()
    seen.append(fingerprint(tmp_path))
    model.unlink()
    seen.append(fingerprint(tmp_path))
    assert len(set(seen)) == 4


def test_without_dbt_the_error_names_the_extra_and_nothing_is_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(dbt_runner, "find_spec", lambda _: None)
    project = ModelProject(tmp_path, tmp_path)
    profile = profile_for(BuildTarget("duckdb", tmp_path / "build.duckdb"), folder=project.work, threads=1)
    with pytest.raises(MissingExtra, match="'dbt'"):
        run_build(project, profile, select=None, progress=lambda _: None, cancel=threading.Event())
    assert not (tmp_path / ".verity").exists()


def test_importing_the_build_loads_no_dbt():
    assert importlib.util.find_spec("dbt"), "the test means nothing without dbt"
    code = "import sys, verity.transform.build; sys.exit('dbt' in sys.modules or 'duckdb' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
