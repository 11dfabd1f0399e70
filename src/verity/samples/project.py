"""Write Scout as a project folder: the static files that ship with Verity, and the generated data beside them."""

from __future__ import annotations

import errno
import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from importlib import resources
from importlib.resources.abc import Traversable
from importlib.util import find_spec
from pathlib import Path

from verity.contracts.tool import Progress
from verity.exceptions import DiskFull, MissingExtra, ProjectExists, SampleInvalid, SampleUnwritable
from verity.samples.truth import ScoutTruth

SEED = 20251220
"""The seed of the Scout that the documentation shows."""
TRUTH_FILE = "truth.json"
_RENAMED = {"gitignore": ".gitignore"}
"""Shipped under the left name, so that no tool obeys it inside the package."""

_NO_ROOM = frozenset({errno.ENOSPC, errno.EFBIG, errno.EDQUOT})


def write_project(
    directory: Path,
    *,
    scale: int = 1,
    seed: int = SEED,
    threads: int = 2,
    progress: Callable[[Progress], None] = lambda _: None,
) -> ScoutTruth:
    """Make `directory` a Scout project with its data, and return what is true of it (also in its `truth.json`).

    The project appears whole or not at all: it is written to a hidden folder beside its place (inside it, where it
    exists already) and moved there, `verity.toml` last. Raises `ProjectExists` where the folder already holds
    something, `DiskFull`, `SampleUnwritable`, and what `generate` raises.
    """
    directory = directory.absolute()
    exists = directory.exists()
    if exists and (not directory.is_dir() or any(directory.iterdir())):
        raise ProjectExists(
            f"{directory} already holds something", remedy="Name a new or an empty folder: verity demo DIR"
        )
    try:
        with _draft_of(directory, inside=exists) as draft:
            _copy(resources.files("verity.samples") / "scout", draft)
            truth = generate(draft / "data", scale=scale, seed=seed, threads=threads, progress=progress)
            write_truth(truth, draft / TRUTH_FILE)
            _move(draft, directory, into=exists)
    except OSError as error:
        raise _unwritten(directory, error) from None
    return truth


def generate(
    target: Path,
    *,
    scale: int = 1,
    seed: int = SEED,
    threads: int = 2,
    progress: Callable[[Progress], None] = lambda _: None,
) -> ScoutTruth:
    """Write Scout's data files under `target` (branches.csv, products.jsonl, customers.csv, vendors.csv, expenses.csv
    and transactions/*.parquet) and return what is true of them.

    `scale` 1 is about 250,000 transactions, and N is N times as many. The same seed and scale give the same rows on
    any number of threads. `progress` hears of every finished chunk. Raises `MissingExtra` without numpy, and
    `SampleInvalid` for a scale, seed or thread count out of range.
    """
    if find_spec("numpy") is None:
        raise MissingExtra("samples", "the sample project")
    _require("scale", scale, 1, 1_000)
    _require("seed", seed, 0, 2**63 - 1)
    _require("threads", threads, 1, 64)
    from verity.samples.generator import write_files

    return write_files(target, scale=scale, seed=seed, threads=threads, progress=progress)


def write_truth(truth: ScoutTruth, path: Path) -> None:
    """Write the truth as JSON."""
    path.write_text(truth.model_dump_json(indent=2) + "\n", encoding="utf-8")


def read_truth(path: Path) -> ScoutTruth:
    """Read what `write_truth` wrote."""
    return ScoutTruth.model_validate_json(path.read_text(encoding="utf-8"))


@contextmanager
def _draft_of(directory: Path, *, inside: bool) -> Iterator[Path]:
    """A hidden folder to write in, which is gone afterwards, whatever happens: Ctrl-C too."""
    directory.parent.mkdir(parents=True, exist_ok=True)
    draft = Path(tempfile.mkdtemp(prefix=f".{directory.name}.", dir=directory if inside else directory.parent))
    try:
        yield draft
    finally:
        shutil.rmtree(draft, ignore_errors=True)


def _unwritten(directory: Path, error: OSError) -> DiskFull | SampleUnwritable:
    if error.errno in _NO_ROOM:
        return DiskFull(
            f"no room for the sample project in {directory.parent}",
            remedy="Free some space or choose a smaller --scale; scale 1 takes about 8 MB.",
        )
    return SampleUnwritable(
        f"{directory} cannot be written: {error.strerror or error}", remedy="Name a folder that you may write to."
    )


def _move(draft: Path, directory: Path, *, into: bool) -> None:
    """Give the finished draft its place. A folder that existed stays itself: someone may be standing in it."""
    if not into:
        draft.chmod(0o755)
        draft.replace(directory)
        return
    for entry in sorted(draft.iterdir(), key=lambda entry: entry.name == "verity.toml"):
        entry.replace(directory / entry.name)


def _copy(source: Traversable, target: Path) -> None:
    target.mkdir(exist_ok=True)
    for entry in source.iterdir():
        if entry.is_dir():
            _copy(entry, target / entry.name)
        else:
            (target / _RENAMED.get(entry.name, entry.name)).write_bytes(entry.read_bytes())


def _require(name: str, value: int, lowest: int, highest: int) -> None:
    if not lowest <= value <= highest:
        raise SampleInvalid(
            f"{name} {value} is out of range", remedy=f"Give a whole number from {lowest} to {highest}."
        )
