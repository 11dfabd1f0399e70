"""The project folder is complete, appears whole or not at all, and overwrites nothing."""

from __future__ import annotations

import os
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest
import yaml
from tests.unit.samples.conftest import Scout

from verity.config import Settings, load_settings
from verity.contracts.dataset import SourceDocument
from verity.data.agents import load_agent
from verity.exceptions import ProjectExists, SampleUnwritable
from verity.samples import project
from verity.samples.project import read_truth, write_project


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Path:
    directory = tmp_path_factory.mktemp("project") / "shop"
    write_project(directory)
    return directory


def test_the_folder_holds_all_that_a_project_is_made_of(shop: Path) -> None:
    assert {entry.name for entry in shop.iterdir()} == {
        ".gitignore", "README.md", "agents", "data", "dictionary", "models", "sources", "truth.json", "verity.toml",
    }  # fmt: skip
    assert {path.stem for path in (shop / "dictionary").iterdir()} == {
        "branches", "customers", "expenses", "products", "transactions", "vendors",
    }  # fmt: skip
    assert len(list((shop / "data" / "transactions").iterdir())) == 36
    assert ".verity/" in (shop / ".gitignore").read_text().splitlines()


def test_every_source_path_names_files_that_are_there(shop: Path) -> None:
    source = SourceDocument.model_validate(yaml.safe_load((shop / "sources" / "scout.yml").read_text()))
    assert set(source.tables) == set(read_truth(shop / "truth.json").rows)
    for table in source.tables.values():
        assert table.path is not None
        assert list(shop.glob(table.path))


def test_the_agent_policy_is_in_the_reference_form(shop: Path) -> None:
    policy = load_agent(shop / "agents", "data_analyst")
    assert policy.allowed_tools == ("resolve_semantics", "run_table_query", "build_chart", "compute_forecast")


def test_every_setting_shown_behind_a_hash_is_the_default(shop: Path, tmp_path: Path) -> None:
    assert load_settings(shop, {}).settings == Settings()
    text = (shop / "verity.toml").read_text()
    shown = "\n".join(line[1:] if line[:1] == "#" and line[1:2].isalpha() else line for line in text.splitlines())
    assert sum(len(section) for section in tomllib.loads(shown).values()) >= 8
    (tmp_path / "verity.toml").write_text(shown)
    assert load_settings(tmp_path, {}).settings == Settings()


def test_the_truth_reads_back_as_it_was_written(shop: Path, scout: Scout) -> None:
    assert read_truth(shop / "truth.json") == scout.truth


def test_a_folder_that_holds_something_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_text("mine")
    with pytest.raises(ProjectExists, match="already holds something"):
        write_project(tmp_path)
    assert [entry.name for entry in tmp_path.iterdir()] == ["notes.txt"]


def test_an_empty_folder_is_filled_and_stays_the_same_folder(tmp_path: Path) -> None:
    directory = tmp_path / "here"
    directory.mkdir()
    inode = directory.stat().st_ino
    write_project(directory)
    assert directory.stat().st_ino == inode
    assert (directory / "verity.toml").is_file()
    assert not [entry for entry in directory.iterdir() if entry.name.startswith(".here")]


@pytest.mark.parametrize("exists", [True, False])
def test_ctrl_c_leaves_nothing_behind(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, exists: bool) -> None:
    def interrupted(target: Path, **_: object) -> None:
        target.mkdir()
        raise KeyboardInterrupt

    directory = tmp_path / "shop"
    if exists:
        directory.mkdir()
    monkeypatch.setattr(project, "generate", interrupted)
    with pytest.raises(KeyboardInterrupt):
        write_project(directory)
    assert sorted(tmp_path.rglob("*")) == ([directory] if exists else [])


def test_a_place_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("not a folder")
    with pytest.raises(SampleUnwritable, match=r"file.shop cannot be written"):
        write_project(tmp_path / "file" / "shop")


FULL_DISK = """
import resource, sys
from pathlib import Path
from verity.exceptions import DiskFull
from verity.samples.project import write_project
resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, 100_000))
try:
    write_project(Path(sys.argv[1]) / "shop")
except DiskFull as error:
    print(error.code, error.remedy)
"""
NO_VENDOR = """
import sys
import verity.samples.project
print(sorted({"numpy", "pyarrow", "duckdb"} & set(sys.modules)))
"""


def run(code: str, *arguments: str) -> str:
    done = subprocess.run(
        [sys.executable, "-c", code, *arguments], capture_output=True, text=True, check=True, env=os.environ.copy()
    )
    return done.stdout.strip()


def test_a_full_disk_is_said_plainly_and_leaves_nothing_behind(tmp_path: Path) -> None:
    assert run(FULL_DISK, str(tmp_path)).startswith("VRT-506 Free some space")
    assert list(tmp_path.iterdir()) == []


def test_importing_the_package_loads_no_vendor() -> None:
    assert run(NO_VENDOR) == "[]"
