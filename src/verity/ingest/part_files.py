"""What tells whether files are parts of one table: the columns that they declare."""

from __future__ import annotations

from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from verity.exceptions import FileUnreadable

_LONGEST_HEADER = 1 << 20


def header_of(path: Path, kind: str) -> tuple[str, ...]:
    """The columns that a file declares: names of a Parquet file, the first line of a CSV file, nothing for JSON.

    Raises `FileUnreadable` for a file that is damaged.
    """
    try:
        if kind == "parquet":
            return tuple(pq.read_schema(path).names)
        if kind == "csv":
            with pa.input_stream(str(path), compression="detect") as stream:
                return (bytes(stream.read(_LONGEST_HEADER)).split(b"\n", 1)[0].strip().decode(errors="replace"),)
    except (pa.ArrowException, OSError):
        raise FileUnreadable(path, f"not readable as {kind}", remedy="Is the file whole? Fetch it again.") from None
    return ()
