"""A built Scout project for the benchmarks, made once under .cache/ of this checkout."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import verity
from verity.bootstrap import make_demo

PLACE = Path(__file__).parents[1] / ".cache" / "bench-scout"


def built_scout() -> Path:
    """The folder of a synced and built Scout of scale 1. Made by a process of its own, whose memory is not ours."""
    if not (PLACE / "ready").is_file():
        subprocess.run([sys.executable, "-m", "benchmarks.shop"], check=True, cwd=PLACE.parents[1])
    return PLACE


def _make() -> None:
    shutil.rmtree(PLACE, ignore_errors=True)
    PLACE.parent.mkdir(exist_ok=True)
    make_demo(PLACE, scale=1, fresh=False, progress=lambda _: None)
    with verity.open(PLACE) as bench:
        for verdict in (bench.sync(None), bench.build(None)):
            assert verdict.status != "failed", verdict.summary
    (PLACE / "ready").touch()


if __name__ == "__main__":
    _make()
