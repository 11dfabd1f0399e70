"""The pages of docs/reference/semantic: every command runs on examples/numbers and prints what the page shows.

Every YAML block is a part of a table that the dictionary's model accepts; every Python block runs, and a text block
below it is what it prints.
"""

from __future__ import annotations

import contextlib
import io
import os
import shlex
import shutil
import subprocess
import sys
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path

import pytest

from tests.docs.blocks import Block, blocks, commands, missing
from verity.cli.main import run
from verity.data.model import TableEntry
from verity.data.yaml_reader import read_yaml

ROOT = Path(__file__).parents[2]
EXAMPLE = ROOT / "examples" / "numbers"
PAGES = sorted((ROOT / "docs" / "reference" / "semantic").glob("*.md"))
pytestmark = [pytest.mark.slow, pytest.mark.timeout(300)]


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The example's project, synced and built."""
    folder = tmp_path_factory.mktemp("numbers")
    subprocess.run([sys.executable, str(EXAMPLE / "generate.py"), str(folder / "data")], check=True)
    assert printed(["init", str(folder / "shop"), "--from", str(folder / "data")], folder)[0] == 0
    for file in (folder / "shop" / "dictionary").glob("*.yml"):
        file.unlink()
    for file in (EXAMPLE / "dictionary").glob("*.yml"):
        shutil.copy(file, folder / "shop" / "dictionary")
    for command in ("sync", "build"):
        code, text = printed([command], folder / "shop")
        assert code == 0, text
    return folder / "shop"


@pytest.fixture
def project(built: Path, tmp_path: Path) -> Path:
    """A copy of it for one page, which may change it."""
    return shutil.copytree(built, tmp_path / "shop", ignore_dangling_symlinks=True)


def test_the_example_checks_out(project):
    code, text = printed(["check"], project)
    assert code == 0, text


@pytest.mark.parametrize("page", PAGES, ids=lambda path: path.stem)
def test_every_block_of_a_page_holds(page, project):
    found = list(blocks(page.read_text(encoding="utf-8")))
    names: dict[str, object] = {}
    for block, following in pairwise([*found, Block("", "")]):
        if block.language == "console":
            for command, shown in commands(block.body):
                said = shell(command, project)
                assert missing(shown, said) == [], f"$ {command}\n{said}"
        elif block.language == "python":
            said = executed(block.body, names, project)
            shown = following.body.splitlines() if following.language == "text" else []
            assert missing(shown, said) == [], f"{block.body}\n{said}"
        elif block.language == "yaml":
            part = read_yaml(block.body, page.name).value
            if isinstance(part, dict) and set(part) <= set(TableEntry.model_fields):
                TableEntry.model_validate({"table": "shown", **part})
    assert any(block.language in ("console", "python") for block in found), "a page without an example that runs"


def shell(command: str, folder: Path) -> str:
    """What a command prints: `verity ...` in this process, with pipes or files in a shell; `|| true` must fail."""
    words = shlex.split(command)
    may_fail = command.endswith("|| true")
    if may_fail:
        words = words[:-2]
    if words[0] == "verity" and not {"|", ">", "&&", "<"} & set(words):
        code, text = printed(words[1:], folder)
        assert (code != 0) == may_fail, text
        return text
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    environment = {**os.environ, "PATH": path, "COLUMNS": "120"}
    done = subprocess.run(command, shell=True, cwd=folder, env=environment, capture_output=True, text=True, check=False)  # noqa: S602 - the page's own command
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout + done.stderr


def printed(arguments: list[str], folder: Path) -> tuple[int, str]:
    """The exit code and the output of one command, run in `folder`."""
    with inside(folder), contextlib.redirect_stdout(io.StringIO()) as out, contextlib.redirect_stderr(out):
        code = run(arguments)
    return code, out.getvalue()


def executed(code: str, names: dict[str, object], folder: Path) -> str:
    """What a Python block prints; a page's blocks share their names."""
    with inside(folder), contextlib.redirect_stdout(io.StringIO()) as out:
        exec(compile(code, "<page>", "exec"), names)  # noqa: S102 - the page's own
    return out.getvalue()


@contextlib.contextmanager
def inside(folder: Path) -> Iterator[None]:
    """The working directory for a while."""
    before = Path.cwd()
    os.chdir(folder)
    try:
        yield
    finally:
        os.chdir(before)
