"""What a file scan raises, as an error that names the file and the line and never shows the row."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import duckdb
import pyarrow as pa

from verity.exceptions import DataError, FileUnreadable, TypeGuessFailed
from verity.warehouse.engine import FileScan, Scan
from verity.warehouse.files import absent_column, delimiter_of, header_of

_LINE = re.compile(r"Line: (\d+)|in line (\d+)")
_FILE = re.compile(r'^\s*file = (.+)$|(?:file|File) ["\'](.+?)["\']', re.MULTILINE)
_COLUMN = re.compile(r'converting column "(.+?)"\. Could not convert string .* to \'(\w+.*?)\'')
_WIDTH = re.compile(r"Expected Number of Columns: (\d+) Found: (\d+)")
_ABSENT = re.compile(r'names?: "(.+?)".* not exist in the CSV')
_ENCODING = "Save it as UTF-8, or give its encoding in the source's options (encoding: latin-1 or utf-16)."


@contextmanager
def file_faults(table: str, scan: Scan) -> Iterator[None]:
    """Translate DuckDB's reading errors; errors of the warehouse itself pass through."""
    try:
        yield
    except (duckdb.InvalidInputException, duckdb.ConversionException, duckdb.BinderException) as fault:
        if isinstance(scan, FileScan):
            raise file_fault(str(fault), scan) from None
        raise DataError(f"'{table}' from {scan.origin}: {_plain(str(fault))}") from None
    except duckdb.IOException as fault:
        if isinstance(scan, FileScan) and _is_about_input(str(fault), scan):
            raise file_fault(str(fault), scan) from None
        raise
    except pa.ArrowException as fault:
        origin = scan.origin if not isinstance(scan, FileScan) else ", ".join(map(str, scan.paths))
        raise DataError(f"'{table}' from {origin}: {_plain(str(fault))}") from None


def file_fault(text: str, scan: FileScan) -> DataError:
    """The error for what DuckDB said about one of the scan's files."""
    absent = _ABSENT.search(text)
    if absent:
        known = header_of(scan.paths[0], delimiter_of(scan.paths[0]))
        raise absent_column(absent[1], known)
    path = _path_in(text, scan)
    found = _LINE.search(text)
    line = int(found[1] or found[2]) if found else None
    low = text.lower()
    if "unicode" in low or "not utf-8 encoded" in low or "byte sequence" in low:
        return FileUnreadable(path, "the text is not UTF-8", line=_undecodable_line(path) or line, remedy=_ENCODING)
    converted = _COLUMN.search(text)
    if converted:
        reason = f"a value of column '{converted[1]}' is not {converted[2].lower()}"
        return TypeGuessFailed(path, reason, line=line, remedy="Give the column another type in sources/*.yml.")
    width = _WIDTH.search(text)
    if width:
        return _ragged(path, line, int(width[1]), int(width[2]))
    if scan.format == "csv" and not scan.raw_json:
        return next(filter(None, (_diagnosed(each, scan) for each in scan.paths)), None) or FileUnreadable(
            path, "not readable as CSV", line=line, remedy="Check delimiter, quote and encoding of the source."
        )
    return FileUnreadable(path, _plain(text), line=line, remedy=f"Is it a whole {scan.format} file?")


def _diagnosed(path: Path, scan: FileScan) -> FileUnreadable | None:
    """DuckDB could not make out the form: find the first line that breaks it."""
    line = _undecodable_line(path) if "encoding" not in scan.options else None
    if line is not None:
        return FileUnreadable(path, "the text is not UTF-8", line=line, remedy=_ENCODING)
    delimiter = str(scan.options.get("delimiter") or delimiter_of(path))
    encoding = str(scan.options.get("encoding", "utf-8"))
    try:
        with pa.input_stream(str(path), compression="detect") as stream:
            rows = csv.reader(
                (bytes(part).decode(encoding) for part in _lines(stream)), delimiter=delimiter, strict=True
            )
            width = len(next(rows, []))
            for row in rows:
                if row and len(row) != width:
                    return _ragged(path, rows.line_num, width, len(row))
    except (OSError, pa.ArrowException):
        return FileUnreadable(path, "the archive is broken", remedy="Is the file whole? Fetch it again.")
    except csv.Error:
        return FileUnreadable(path, "a quoted text never ends", remedy="Close the quote, or give another quote sign.")
    except (UnicodeError, LookupError):
        return FileUnreadable(path, f"the text is not {encoding}", remedy=_ENCODING)
    return None


def _ragged(path: Path, line: int | None, expected: int, found: int) -> FileUnreadable:
    return FileUnreadable(
        path,
        f"{found} columns where the header has {expected}",
        line=line,
        remedy="Repair that line, or quote the text that holds the delimiter.",
    )


def _undecodable_line(path: Path) -> int | None:
    try:
        with pa.input_stream(str(path), compression="detect") as stream:
            for number, line in enumerate(_lines(stream), 1):
                try:
                    line.decode("utf-8")
                except UnicodeDecodeError:
                    return number
    except (OSError, pa.ArrowException):
        return None
    return None


def _lines(stream: pa.NativeFile) -> Iterator[bytes]:
    rest = b""
    while block := bytes(stream.read(1 << 20)):
        *whole, rest = (rest + block).split(b"\n")
        yield from (line + b"\n" for line in whole)
    if rest:
        yield rest


def _path_in(text: str, scan: FileScan) -> Path:
    named = {str(path): path for path in scan.paths}
    for found in _FILE.finditer(text):
        path = named.get((found[1] or found[2] or "").strip())
        if path is not None:
            return path
    return next((path for name, path in named.items() if name in text), scan.paths[0])


def _is_about_input(text: str, scan: FileScan) -> bool:
    return any(str(path) in text for path in scan.paths)


def _plain(text: str) -> str:
    line = text.strip().splitlines()[0] if text.strip() else "unreadable"
    return re.sub(r"'(?:[^']|'')*'", "'…'", line)[:300]
