"""The commands of the tutorials run, and what is shown of their output is what they print."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.docs.blocks import blocks, commands, missing

ROOT = Path(__file__).parents[2]
TUTORIALS = sorted((ROOT / "docs" / "tutorials").glob("*.md"))
FILE = re.compile(r"^`([\w./-]+)`:\n\n```\w+\n(.*?)^```", re.MULTILINE | re.DOTALL)


@pytest.mark.slow
@pytest.mark.timeout(300)
@pytest.mark.parametrize("document", TUTORIALS, ids=lambda path: path.stem)
def test_every_command_of_a_tutorial_prints_what_it_shows(document, tmp_path):
    text = document.read_text(encoding="utf-8")
    for name, content in FILE.findall(text):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(content, encoding="utf-8")
    ran = 0
    for kind, body in blocks(text):
        if kind == "console":
            for command, shown in commands(body):
                printed = run(command, tmp_path)
                assert missing(shown, printed) == [], f"$ {command}\n{printed}"
                ran += 1
        elif kind == "yaml" and body.startswith("metrics:\n"):
            path = tmp_path / "shop" / "dictionary" / "orders.yml"
            old = path.read_text(encoding="utf-8")
            path.write_text(old.replace("metrics:\n", body, 1), encoding="utf-8")
    assert ran >= 5


def run(command: str, folder: Path) -> str:
    """What a command prints; one that fails without `||` fails the test."""
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    environment = {**os.environ, "PATH": path, "COLUMNS": "120"}
    done = subprocess.run(command, shell=True, cwd=folder, env=environment, capture_output=True, text=True, check=False)  # noqa: S602 - the document's own command
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout + done.stderr
