"""A built Scout project for the benchmarks, made once under .cache/ of this checkout."""

from __future__ import annotations

import functools
import shutil
from pathlib import Path

import verity
from verity.bootstrap import make_demo

PLACE = Path(__file__).parents[1] / ".cache" / "bench-scout"


@functools.cache
def built_scout() -> Path:
    """The folder of a synced and built Scout of scale 1."""
    if (PLACE / "ready").is_file():
        return PLACE
    shutil.rmtree(PLACE, ignore_errors=True)
    PLACE.parent.mkdir(exist_ok=True)
    make_demo(PLACE, scale=1, fresh=False, progress=lambda _: None)
    with verity.open(PLACE) as bench:
        for verdict in (bench.sync(None), bench.build(None)):
            assert verdict.status != "failed", verdict.summary
    (PLACE / "ready").touch()
    return PLACE
