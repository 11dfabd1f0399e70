"""Measure every table of a source over every row, in a private DuckDB that is thrown away.

Parquet is measured where it lies; text files, workbooks and databases go through a temporary database on disk, so that
memory stays bounded. A text column gets the narrowest type that every one of its values has; leading zeros stay text.
"""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import duckdb

from verity.contracts.dataset import Inclusion, TableProfile
from verity.contracts.tool import Progress
from verity.data.draft_joins import candidates
from verity.exceptions import SourceEmpty
from verity.ingest.interrupts import ctrl_c
from verity.ingest.measure import measure_inclusion, measure_table
from verity.ingest.origin import Origin
from verity.ingest.read_table import Readable, readable_tables
from verity.warehouse.engines.duckdb.faults import translated


@dataclass(frozen=True)
class Profiled:
    """Every table measured, the inclusions of the join candidates, and what the reader should know of the source.

    `text_types` are the logical types found for the columns of CSV files, by table: what `sources/*.yml` declares.
    """

    tables: tuple[TableProfile, ...]
    inclusions: tuple[Inclusion, ...]
    notes: tuple[str, ...]
    text_types: dict[str, dict[str, str]]


def profile(
    origin: Origin, progress: Callable[[Progress], None] = lambda _: None, *, memory_limit: str = "1GB"
) -> Profiled:
    """Measure an origin. Raises `FileUnreadable` (with file and line), `SourceUnreachable`, `SourceEmpty`,
    `DiskFull` (it needs room for a temporary database)."""
    with (
        ctrl_c(),
        tempfile.TemporaryDirectory(prefix="verity-profile-") as folder,
        _private(Path(folder), memory_limit) as connection,
    ):
        notes = list(origin.notes)
        tables: list[TableProfile] = []
        types: dict[str, dict[str, str]] = {}
        sources = readable_tables(origin)
        for place, source in enumerate(sources):
            progress(Progress(source.name, place, len(sources)))
            readable: Readable = source.open(connection)
            if readable.text_types:
                types[source.name] = readable.text_types
            notes.extend(readable.notes)
            tables.append(measure_table(connection, source.name, readable))
        if not any(table.columns for table in tables):
            raise SourceEmpty("no table has a column", remedy="Give files with a header row.")
        progress(Progress("matching keys", len(sources), len(sources)))
        inclusions = tuple(measure_inclusion(connection, c) for c in candidates(tables))
        return Profiled(tuple(tables), inclusions, tuple(notes), types)


@contextmanager
def _private(folder: Path, memory_limit: str) -> Iterator[duckdb.DuckDBPyConnection]:
    """A database of our own on disk, that loads nothing from the network and spills beside itself."""
    config: dict[str, str | bool | int | float | list[str]] = {
        "memory_limit": memory_limit,
        "temp_directory": str(folder / "spill"),
        "autoinstall_known_extensions": "false",
        "autoload_known_extensions": "false",
    }
    with translated("looking at the data"), duckdb.connect(str(folder / "profile.duckdb"), config=config) as connection:
        connection.execute("SET GLOBAL TimeZone = 'UTC'")
        connection.execute(f"SET GLOBAL threads = {_threads()}")
        yield connection


def _threads() -> int:
    import os

    return max(1, min(4, os.cpu_count() or 1))
