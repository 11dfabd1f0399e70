"""Import a model of another tool: read it whole, make a sound dictionary of it, write it whole or not at all."""

from __future__ import annotations

import contextlib
import errno
import hashlib
import json
import os
from collections.abc import Callable, Mapping
from pathlib import Path

from verity.data.dictionary import load_dictionary
from verity.data.draft_yaml import to_yaml
from verity.data.model import TableEntry
from verity.exceptions import DiskFull, ImportTargetExists, InterchangeError, InterchangeUnwritable, NothingToImport
from verity.interchange.cube.reader import read_cube
from verity.interchange.cube.writer import as_yaml, write_cube
from verity.interchange.cursor import Cursor
from verity.interchange.drafting import Drafts, Imported
from verity.interchange.exporting import ExportReport
from verity.interchange.ledger import ImportReport, Ledger
from verity.interchange.lookml.reader import read_lookml_model
from verity.interchange.metricflow.reader import read_metricflow
from verity.interchange.ossie.reader import read_ossie
from verity.interchange.ossie.writer import as_json, write_ossie
from verity.interchange.soundness import finished
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
    for file in ledger.files:
        if file.unread is not None:
            ledger.mark(file, (), "lost", *file.unread)
    if all(file.unread is not None for file in ledger.files):
        reason, remedy = ledger.files[0].unread or ("", "")
        raise NothingToImport(f"{ledger.files[0].name}: {reason}", remedy=remedy)
    documents = [Cursor(ledger, file, (), file.document.value) for file in ledger.files if file.unread is None]
    for document in documents:
        if document.value is not None and not isinstance(document.value, dict):
            raise document.wrong("a mapping (key: value)")
    READERS[tool]([document for document in documents if document.value is not None], drafts)
    return finished(drafts)


def write_tables(imported: Imported, folder: Path, *, report: Path | None = None) -> list[Path]:
    """Write one file a table into `folder`, and the report where asked for: all or nothing. Returns the tables' files.

    Raises `ImportTargetExists` where a file or a table of that name is there, `InterchangeUnwritable`, `DiskFull`.
    """
    files = {folder / file_name(name): _yaml(imported.report.tool, entry) for name, entry in imported.tables.items()}
    taken = [path.name for path in files if path.exists()] + _known_tables(folder, imported)
    if taken:
        raise ImportTargetExists(
            f"{folder} already holds {', '.join(taken[:5])}; nothing was written",
            remedy="Move them away, or name another folder with --into.",
        )
    written = {path: text.encode() for path, text in files.items()}
    if report is not None:
        written[report] = report_bytes(imported.report, report)
    write_all(written)
    return list(files)


def report_bytes(report: ImportReport, path: Path) -> bytes:
    """The report as a file: JSON where its name ends so, else text."""
    text = json.dumps(report.document(), ensure_ascii=False, indent=2) if path.suffix == ".json" else report.text()
    return (text + "\n").encode()


def file_name(table: str, longest: int = 100) -> str:
    """The file of a table; a name that no file system takes is cut and told apart by a digest."""
    if len(table.encode()) <= longest and "/" not in table and not table.startswith("."):
        return f"{table}.yml"
    digest = hashlib.sha256(table.encode()).hexdigest()[:8]
    return f"{table[:40].replace('/', '_').lstrip('.')}_{digest}.yml"


def export_model(tool: str, tables: Mapping[str, TableEntry], name: str) -> tuple[dict[str, str], ExportReport]:
    """The files of the dictionary in another tool's form by name, and what that tool does not see.

    Raises `NothingToImport` for an empty dictionary.
    """
    if not tables:
        raise NothingToImport("the dictionary is empty", remedy="Draft one with 'verity init DIR --from PATH'.")
    if tool == "ossie":
        document, report = write_ossie(tables, name)
        return {f"{name}.ossie.json": as_json(document)}, report
    documents, report = write_cube(tables)
    return {file_name(table): as_yaml(document) for table, document in documents.items()}, report


def _known_tables(folder: Path, imported: Imported) -> list[str]:
    """Tables that other files of the folder define. Raises what loading them raises."""
    if not folder.is_dir():
        return []
    known = load_dictionary(folder).tables
    return [f"the table '{name}'" for name in imported.tables if name in known]


def write_all(files: Mapping[Path, bytes]) -> list[Path]:
    """Write every file or none: first beside its place, then moved; what was there before comes back on a failure.

    Raises `InterchangeUnwritable`, `DiskFull`.
    """
    partial = {path: path.with_name(f".{path.name}.{os.getpid()}.partial") for path in files}
    before: dict[Path, bytes | None] = {}
    try:
        for path, content in files.items():
            path.parent.mkdir(parents=True, exist_ok=True)
            with partial[path].open("wb") as file:
                file.write(content)
                file.flush()
                os.fsync(file.fileno())
        for path in files:
            before[path] = path.read_bytes() if path.exists() else None
            partial[path].replace(path)
    except OSError as error:
        _restore(before)
        raise _unwritable(error) from None
    finally:
        for path in partial.values():
            with contextlib.suppress(OSError):
                path.unlink(missing_ok=True)
    return list(files)


def _restore(before: Mapping[Path, bytes | None]) -> None:
    for path, content in before.items():
        with contextlib.suppress(OSError):
            if content is None:
                path.unlink(missing_ok=True)
            else:
                path.write_bytes(content)


def _unwritable(error: OSError) -> InterchangeError | DiskFull:
    if error.errno in (errno.ENOSPC, errno.EDQUOT, errno.EFBIG):
        return DiskFull("no space is left; nothing was written", remedy="Free some space and run it again.")
    return InterchangeUnwritable(
        f"{error.filename} cannot be written: {error.strerror}; nothing was written",
        remedy="Check the folder's permissions.",
    )


def _yaml(tool: str, entry: TableEntry) -> str:
    return HEADER.format(tool=tool) + to_yaml(entry).partition("\n")[2]
