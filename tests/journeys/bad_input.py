"""What every bad input must give, however it came about: a code, a remedy, no traceback, and nothing half-done."""

from __future__ import annotations

import io
import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable
from contextlib import chdir, redirect_stderr, redirect_stdout
from pathlib import Path

from verity.bootstrap import open_project
from verity.cli.main import run
from verity.contracts.metric import MetricQuery
from verity.query.answer import QueryAnswer

ROOT = Path(__file__).parents[2]
CODE = re.compile(r"VRT-\d{3}")
COMES_AND_GOES = ("state.db", "checkpoints.jsonl", "write.lock")
"""Files that every command may make or grow."""


def is_clear(done, code: str, *said: str, exit_code: int = 1) -> None:
    """The command failed as documented: exit code, error code, what was said, a remedy; no traceback, no defect."""
    text = done.out + done.err
    assert done.code == exit_code, text
    assert code in CODE.findall(text), text
    assert "Traceback" not in text, text
    assert "VRT-900" not in text, text
    for words in said:
        assert words in text, f"{words!r} not in {text}"
    if done.err.startswith("VRT-"):
        last = done.err.rstrip().splitlines()[-1]
        assert last.startswith("  "), f"no remedy: {done.err}"
    else:
        assert "What to do" in text or "\n      " in text, f"no remedy: {text}"


def copied(own_files: Path, base: Path) -> Path:
    """The built project and its files, copied, so that a test may spoil them."""
    shutil.copytree(own_files.parent, base / "own", symlinks=True)
    return base / "own" / own_files.name


def tree(folder: Path) -> set[str]:
    """Every file and folder below, hidden ones too, but those that any command may leave."""
    return {
        str(path.relative_to(folder))
        for path in folder.rglob("*")
        if not path.name.startswith(COMES_AND_GOES) and "/.verity/build" not in str(path)
    }


def version_of(project: Path) -> str:
    """The published version."""
    with open_project(project) as bench:
        return _version(bench.query(COUNT))


COUNT = MetricQuery(metrics=("orders.number_of_orders",))


def _version(answer: QueryAnswer) -> str:
    return str((answer.evidence.freshness or {})["data_version"])


def answers_as_before(project: Path, *, orders: int = 6, version: str | None = None) -> None:
    """The published version still answers, the doctor finds everything well, and no room of a writer is left."""
    with open_project(project) as bench:
        found = bench.query(COUNT)
        assert found.table.rows == ((orders,),)
        assert version in (None, _version(found))
        report = bench.doctor()
    assert report.well, [line for line in report.lines if line.status != "ok"]
    assert not (project / ".verity" / "warehouse" / "work").exists()


def edited(path: Path, old: str, new: str) -> None:
    """Replace a text that must be there."""
    text = path.read_text(encoding="utf-8")
    assert old in text, f"{old!r} not in {path}"
    path.write_text(text.replace(old, new, 1), encoding="utf-8")


def started(*arguments: object, preexec: Callable[[], None] | None = None, **environment: str) -> subprocess.Popen[str]:
    """`verity` as a process in a group of its own, still running; its coverage is not measured, since that writes
    files too, which a full disk refuses."""
    inherited = {name: value for name, value in os.environ.items() if not name.startswith("COVERAGE_")}
    return subprocess.Popen(
        [sys.executable, "-m", "verity.cli", *map(str, arguments)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
        env={**inherited, **environment},
        preexec_fn=preexec,
    )


class Here:
    """`verity` run in this process: the same command line without a new interpreter, many times as fast."""

    def __init__(self, *arguments: object, cwd: Path | None = None) -> None:
        out, err = io.StringIO(), io.StringIO()
        with redirect_stdout(out), redirect_stderr(err), chdir(cwd or Path.cwd()):
            self.code = run(list(map(str, arguments)))
        self.out, self.err = out.getvalue(), err.getvalue()

    @property
    def json(self):
        return json.loads(self.out)


class Ended:
    """A process that ended, as `verity_cli` gives one."""

    def __init__(self, process: subprocess.Popen[str], seconds: float = 60) -> None:
        try:
            self.out, self.err = process.communicate(timeout=seconds)
        finally:
            process.kill()
        self.code = process.returncode


def limited(preexec: Callable[[], None], *arguments: object) -> Ended:
    """`verity` run to its end in a process that `preexec` narrowed first."""
    return Ended(started(*arguments, preexec=preexec))
