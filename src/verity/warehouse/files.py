"""Files where they lie, as one DuckDB relation: CSV, Parquet and JSON, plain, gzip or zstd.

Nothing is guessed silently: the delimiter is taken from the header line, quotes are `"`, the first line is the header,
every row has the header's width; `options` of the source say otherwise. What does not fit is an error with its line.
"""

from __future__ import annotations

import csv
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

import pyarrow as pa

from verity.exceptions import DataError, FileUnreadable, did_you_mean
from verity.warehouse.engine import FileScan
from verity.warehouse.sql_names import literal
from verity.warehouse.types import to_duckdb

CSV_OPTIONS = {
    "delimiter": "delim",
    "quote": "quote",
    "escape": "escape",
    "header": "header",
    "encoding": "encoding",
    "null": "nullstr",
    "decimal": "decimal_separator",
    "thousands": "thousands",
    "date_format": "dateformat",
    "timestamp_format": "timestampformat",
    "skip": "skip",
    "comment": "comment",
    "compression": "compression",
}
"""Options of a CSV source and DuckDB's name of each."""

JSON_OPTIONS = {"compression": "compression", "date_format": "dateformat", "timestamp_format": "timestampformat"}
PARQUET_OPTIONS: Mapping[str, str] = {}

_DELIMITERS = ",;\t|"


def scan_sql(scan: FileScan, *, sample_all: bool = False) -> str:
    """A table function call that reads the files. `sample_all` sniffs CSV types over every row.

    Raises `DataError` for a missing file, an unknown format or option."""
    _check_paths(scan.paths)
    if scan.raw_json:
        return _raw_json(scan)
    writers = {"csv": _csv, "parquet": _parquet, "json": _json}
    if scan.format not in writers:
        raise DataError(f"'{scan.format}' is no file format", remedy=f"One of {', '.join(writers)}.")
    return writers[scan.format](scan, sample_all)


def typed_columns(scan: FileScan) -> dict[str, str]:
    """DuckDB types of the columns that the source declares."""
    try:
        return {name: to_duckdb(kind) for name, kind in scan.types.items()}
    except ValueError as fault:
        raise DataError(str(fault), remedy="Types are boolean, bigint, decimal(p,s), double, text, date...") from None


def delimiter_of(path: Path) -> str:
    """The delimiter that the header line uses most, outside quotes; a comma where it has none."""
    header = _first_line(path)
    plain = "".join(part for place, part in enumerate(header.split('"')) if place % 2 == 0)
    return max(_DELIMITERS, key=lambda mark: (plain.count(mark), -_DELIMITERS.index(mark)))


def header_of(path: Path, delimiter: str) -> list[str]:
    """The names in the header line."""
    return next(csv.reader([_first_line(path)], delimiter=delimiter), [])


def absent_column(name: str, known: Iterable[str]) -> DataError:
    """The error of a declared column that the data has not."""
    guess = did_you_mean(name, known)
    return DataError(
        f"the declared column '{name}' is not in the data." + (f" Did you mean {guess}?" if guess else ""),
        remedy="Correct the types in sources/*.yml.",
    )


def _check_paths(paths: Sequence[Path]) -> None:
    if not paths:
        raise DataError("no file matches", remedy="Correct the path in sources/*.yml.")
    for path in paths:
        if path.is_dir():
            raise DataError(f"{path} is a folder", remedy=f"Name its files in sources/*.yml: {path.name}/*.csv")
        if not path.exists():
            raise DataError(f"{path}: no such file", remedy="Put it there, or correct the path in sources/*.yml.")
        if path.stat().st_size == 0:
            raise FileUnreadable(path, "the file is empty", remedy="Remove it, or put a header line into it.")


def _csv(scan: FileScan, sample_all: bool) -> str:
    given = _named(scan.options, CSV_OPTIONS, "CSV")
    options: dict[str, str | int | bool] = {
        "delim": delimiter_of(scan.paths[0]),
        "quote": '"',
        "escape": '"',
        "header": True,
        "skip": 0,
        "strict_mode": True,
        "filename": "_verity_file",
        **given,
    }
    if len(scan.paths) > 1:
        options["union_by_name"] = True
    if sample_all:
        options["sample_size"] = -1
    types = typed_columns(scan)
    extra = f", types = {_struct(types)}" if types else ""
    return f"read_csv({_paths(scan.paths)}, {_arguments(options)}{extra})"


def _parquet(scan: FileScan, sample_all: bool) -> str:  # noqa: ARG001  # the three share one shape
    _named(scan.options, PARQUET_OPTIONS, "Parquet")
    return f"read_parquet({_paths(scan.paths)}, filename = '_verity_file', union_by_name = true)"


def _json(scan: FileScan, sample_all: bool) -> str:  # noqa: ARG001  # the three share one shape
    options: dict[str, str | int | bool] = {
        "filename": "_verity_file",
        "union_by_name": True,
        "maximum_depth": 2,
        **_named(scan.options, JSON_OPTIONS, "JSON"),
    }
    return f"read_json({_paths(scan.paths)}, {_arguments(options)}, sample_size = -1)"


def _raw_json(scan: FileScan) -> str:
    options = _named(scan.options, JSON_OPTIONS, "JSON")
    arguments = f", {_arguments(options)}" if options else ""
    return (
        f"(select json::varchar as raw, filename as _verity_file "  # noqa: S608  # literals are quoted
        f"from read_json_objects({_paths(scan.paths)}, filename = true{arguments}))"
    )


def _named(given: Mapping[str, str | int | bool], known: Mapping[str, str], kind: str) -> dict[str, str | int | bool]:
    for name in given:
        if name not in known:
            guess = did_you_mean(name, known)
            raise DataError(
                f"'{name}' is no option of a {kind} file." + (f" Did you mean {guess}?" if guess else ""),
                remedy=f"Options: {', '.join(known)}." if known else f"A {kind} file takes none.",
            )
    return {known[name]: value for name, value in given.items()}


def _paths(paths: Sequence[Path]) -> str:
    return "[" + ", ".join(literal(_plain(path)) for path in paths) + "]"


def _plain(path: Path) -> str:
    """The path with DuckDB's glob signs taken literally."""
    return "".join(f"[{sign}]" if sign in "*?[" else sign for sign in str(path))


def _arguments(options: Mapping[str, str | int | bool]) -> str:
    return ", ".join(f"{name} = {_value(value)}" for name, value in options.items())


def _value(value: str | int | bool) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value) if isinstance(value, int) else literal(value)


def _struct(types: Mapping[str, str]) -> str:
    return "{" + ", ".join(f"{literal(name)}: {literal(kind)}" for name, kind in types.items()) + "}"


def _first_line(path: Path) -> str:
    try:
        with pa.input_stream(str(path), compression="detect") as stream:
            return bytes(stream.read(1 << 16)).partition(b"\n")[0].decode("utf-8-sig", errors="replace").rstrip("\r")
    except PermissionError as fault:
        raise FileUnreadable(path, "no permission to read it", remedy="Give this account the right to it.") from fault
    except (OSError, pa.ArrowException) as fault:
        raise FileUnreadable(path, "the archive is broken", remedy="Is the file whole? Fetch it again.") from fault
