"""How many rows a source has, counted apart from the load: what landed must be as many."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import duckdb
import pyarrow as pa

from verity.warehouse.engine import FileScan
from verity.warehouse.engines.duckdb.faults import translated
from verity.warehouse.file_faults import file_faults
from verity.warehouse.files import scan_sql

_BLOCK = 1 << 22


def rows_of_files(scan: FileScan, landed: int) -> int:
    """Rows that the files hold. Lines are counted first, which is cheap; where quoted line breaks or blank lines make
    that differ from `landed`, the records are counted by a parse of their own."""
    if scan.format == "parquet":
        import pyarrow.parquet as pq

        return sum(int(pq.read_metadata(path).num_rows) for path in scan.paths)
    if scan.format == "csv" and not {"skip", "comment", "header", "encoding"} & set(scan.options):
        lines = sum(_lines(path) - 1 for path in scan.paths)
        if lines == landed:
            return lines
    if scan.format == "json" and sum(_lines(path) for path in scan.paths) == landed:
        return landed
    return _records(scan)


def _records(scan: FileScan) -> int:
    with (
        duckdb.connect(":memory:") as connection,
        translated("counting the source's rows"),
        file_faults("source", scan),
    ):
        found = connection.execute(f"select count(*) from {scan_sql(scan)}").fetchone()  # noqa: S608  # paths are quoted
    return int(found[0]) if found else 0


def _lines(path: Path) -> int:
    count, last = 0, b"\n"
    for block in _blocks(path):
        count += block.count(b"\n")
        last = block[-1:]
    return count if last == b"\n" else count + 1


def _blocks(path: Path) -> Iterator[bytes]:
    with pa.input_stream(str(path), compression="detect") as stream:
        while block := bytes(stream.read(_BLOCK)):
            yield block
