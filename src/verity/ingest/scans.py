"""A table of a source document as something to load and something to count."""

from __future__ import annotations

import glob
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from verity.contracts.dataset import SourceDocument, SourceTable
from verity.exceptions import SourceEmpty, SourceFormatUnknown, SourceNotFound, SourceUnreadable
from verity.ingest.databases import open_database
from verity.ingest.origin import find_paths, format_of
from verity.ingest.reconcile import rows_of_files
from verity.ingest.sources import resolve_url
from verity.ingest.workbook import read_sheet
from verity.warehouse.engine import ArrowScan, FileScan, Scan


@dataclass(frozen=True)
class SourceScan:
    """What the writer loads, and the source's own count before (None: not needed, files do not move) and after."""

    scan: Scan
    count_before: Callable[[], int | None]
    count_after: Callable[[int], int]


def open_scan(
    project: Path, source: SourceDocument, name: str, table: SourceTable, environment: Mapping[str, str] | None = None
) -> SourceScan:
    """The scan of one table. Raises `SourceNotFound`, `SourceEmpty`, `SourceUnreadable`, `SourceFormatUnknown`,
    `SecretMissing`, `SourceUnreachable`."""
    if source.kind == "database":
        return _database(project, source, table.query_table or name, environment)
    paths = _paths(project, table)
    kind = table.format or format_of(paths[0])
    if kind is None:
        raise SourceFormatUnknown(
            f"{paths[0]}: its ending says no format",
            remedy="Write format: csv, parquet, json or excel in sources/*.yml.",
        )
    if kind == "excel":
        return _sheet(paths[0], table.sheet)
    scan = FileScan(paths, kind, types=dict(table.types), options=dict(table.options), raw_json=table.raw_json)
    return SourceScan(scan, lambda: None, lambda landed: rows_of_files(scan, landed))


def _paths(project: Path, table: SourceTable) -> tuple[Path, ...]:
    written = table.path or ""
    absolute = written if Path(written).is_absolute() else f"{glob.escape(str(project))}/{written}"
    literal = Path(written) if Path(written).is_absolute() else project / written
    try:
        paths = (literal,) if literal.exists() else find_paths(absolute)
    except PermissionError:
        raise SourceUnreadable(
            f"{written}: permission denied", remedy="Give this account the right to read it."
        ) from None
    if not paths:
        raise SourceNotFound(f"{written}: no such file", remedy="Put it there, or correct the path in sources/*.yml.")
    for path in paths:
        if path.is_dir():
            raise SourceNotFound(
                f"{written}: is a folder", remedy=f"Write a glob, such as {written.rstrip('/')}/*.parquet."
            )
        _check_readable(path)
    return paths


def _check_readable(path: Path) -> None:
    try:
        with path.open("rb") as stream:
            first = stream.read(1)
    except OSError as fault:
        raise SourceUnreadable(f"{path}: {fault.strerror}", remedy="Give this account the right to read it.") from None
    if not first:
        raise SourceEmpty(f"{path}: the file is empty", remedy="Remove it, or give it at least a header.")


def _sheet(path: Path, sheet: str | None) -> SourceScan:
    table = read_sheet(path, sheet)
    origin = f"{path} (sheet {sheet})" if sheet else str(path)
    return SourceScan(ArrowScan(table.to_reader, origin), lambda: None, lambda _landed: int(table.num_rows))


def _database(
    project: Path, source: SourceDocument, query_table: str, environment: Mapping[str, str] | None
) -> SourceScan:
    database = open_database(resolve_url(source, environment), project)
    scan = ArrowScan(lambda: database.read(query_table), f"{database.shown} {query_table}")
    return SourceScan(scan, lambda: database.count(query_table), lambda _landed: database.count(query_table))
