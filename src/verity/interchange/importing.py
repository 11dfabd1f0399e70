"""Import a model of another tool: read it whole, make a sound dictionary of it, write it whole or not at all."""

from __future__ import annotations

import contextlib
import errno
import os
from collections.abc import Callable
from pathlib import Path

from verity.data.draft_yaml import to_yaml
from verity.data.model import TableEntry
from verity.exceptions import DiskFull, ImportTargetExists, InterchangeError, InterchangeUnwritable
from verity.interchange.cube.reader import read_cube
from verity.interchange.cursor import Cursor
from verity.interchange.drafting import Drafts, Imported
from verity.interchange.ledger import Ledger
from verity.interchange.lookml.reader import read_lookml_model
from verity.interchange.metricflow.reader import read_metricflow
from verity.interchange.ossie.reader import read_ossie
from verity.interchange.sources import read_sources

READERS: dict[str, Callable[[list[Cursor], Drafts], None]] = {
    "cube": read_cube,
    "lookml": read_lookml_model,
    "metricflow": read_metricflow,
    "ossie": read_ossie,
}
HEADER = "# Imported by `verity import {tool}`. Correct what is wrong; take `draft: true` from what you have checked.\n"


def import_model(tool: str, path: Path, *, layer: str = "silver") -> Imported:
    """The tables that a model makes, and what became of every field. Nothing is written.

    `path` is a file or a folder. `layer` is where tables inside a SELECT that Verity must write lie.
    Raises `InterchangeError` with `file:line`, and `MissingExtra`.
    """
    ledger = Ledger()
    ledger.files.extend(read_sources(tool, path))
    drafts = Drafts(tool, ledger, layer=layer)
    documents = [Cursor(ledger, file, (), file.document.value) for file in ledger.files]
    READERS[tool]([document for document in documents if document.value is not None], drafts)
    return drafts.finished()


def write_tables(imported: Imported, folder: Path) -> list[Path]:
    """Write one file a table into `folder`, all or none. Raises `ImportTargetExists`, `InterchangeUnwritable`."""
    files = {folder / f"{name}.yml": _yaml(imported.report.tool, entry) for name, entry in imported.tables.items()}
    taken = [path.name for path in files if path.exists()]
    if taken:
        raise ImportTargetExists(
            f"{folder} already holds {', '.join(taken[:5])}; nothing was written",
            remedy="Move them away, or name another folder with --into.",
        )
    return write_all({path: text.encode() for path, text in files.items()})


def write_all(files: dict[Path, bytes]) -> list[Path]:
    """Write every file or none: first beside its place, then moved. Raises `InterchangeUnwritable`, `DiskFull`."""
    partial = {path: path.with_name(f".{path.name}.{os.getpid()}.partial") for path in files}
    made: list[Path] = []
    try:
        for path, content in files.items():
            path.parent.mkdir(parents=True, exist_ok=True)
            with partial[path].open("wb") as file:
                file.write(content)
                file.flush()
                os.fsync(file.fileno())
        for path in files:
            partial[path].replace(path)
            made.append(path)
    except OSError as error:
        for path in made:
            path.unlink(missing_ok=True)
        raise _unwritable(error) from None
    finally:
        for path in partial.values():
            with contextlib.suppress(OSError):
                path.unlink(missing_ok=True)
    return list(files)


def _unwritable(error: OSError) -> InterchangeError | DiskFull:
    if error.errno in (errno.ENOSPC, errno.EDQUOT, errno.EFBIG):
        return DiskFull("no space is left; nothing was written", remedy="Free some space and run it again.")
    return InterchangeUnwritable(
        f"{error.filename} cannot be written: {error.strerror}; nothing was written",
        remedy="Check the folder's permissions.",
    )


def _yaml(tool: str, entry: TableEntry) -> str:
    return HEADER.format(tool=tool) + to_yaml(entry).partition("\n")[2]
