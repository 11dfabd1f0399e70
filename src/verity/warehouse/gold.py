"""Finished tables as Parquet with their data version: how they travel to an engine that only answers queries.

    <folder>/manifest.json                    what was exported, from which version, with types and row counts
    <folder>/<schema>/<table>/part-0.parquet

A query engine keeps such folders (or databases made of them) under its own `versions/`, and `current.json` names the
one that answers; it is swapped by one atomic rename.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
from pydantic import ValidationError

from verity.contracts.base import Contract
from verity.contracts.dataset import DataState, PhysicalColumn, PhysicalSchema, PhysicalTable
from verity.exceptions import MoveImpossible, NothingPublished, ValueUnstorable, WarehouseCorrupt
from verity.warehouse.engine import Engine
from verity.warehouse.sql_names import quoted
from verity.warehouse.types import decimal_parts

MANIFEST = "manifest.json"
POINTER = "current.json"
MOVE = "Run 'verity move' on the project's building engine to bring its tables here."

_ARROW: dict[str, pa.DataType] = {
    "boolean": pa.bool_(),
    "bigint": pa.int64(),
    "double": pa.float64(),
    "text": pa.string(),
    "json": pa.string(),
    "time": pa.string(),
    "binary": pa.binary(),
    "date": pa.date32(),
    "timestamp": pa.timestamp("us"),
    "timestamptz": pa.timestamp("us", tz="UTC"),
}


class ExportedTable(Contract):
    """One table of an export; `file` is relative to the export's folder."""

    schema_name: str
    name: str
    columns: tuple[PhysicalColumn, ...]
    primary_key: tuple[str, ...] = ()
    rows: int
    file: str

    @property
    def shown(self) -> str:
        """`schema.name`."""
        return f"{self.schema_name}.{self.name}"


class Export(Contract):
    """What an export holds, and the data version that it is of."""

    source: str
    """The engine that it comes from."""
    state: DataState
    exported_at: datetime
    tables: tuple[ExportedTable, ...]

    def physical_schema(self) -> PhysicalSchema:
        """Its tables as an engine's."""
        return PhysicalSchema(
            tables=tuple(
                PhysicalTable(
                    schema_name=table.schema_name,
                    name=table.name,
                    columns=table.columns,
                    row_count=table.rows,
                    primary_key=table.primary_key,
                )
                for table in self.tables
            )
        )


def export_tables(
    engine: Engine, layers: Sequence[str], folder: Path, told: Callable[[str], None] = lambda _: None
) -> Export:
    """Write the published tables of the layers as Parquet into `folder`, and the manifest last.

    A table is held in memory while it is written. Raises `MoveImpossible` where the layers hold no table,
    `ValueUnstorable` for a column of no logical type, and what reading raises.
    """
    state = engine.state()
    tables = [table for table in engine.schema().tables if table.schema_name in layers]
    if not tables:
        raise MoveImpossible(
            f"no table is published in {', '.join(layers)}",
            remedy="Name a layer that the models build: --layer silver.",
        )
    exported = []
    for table in tables:
        told(f"{table.schema_name}.{table.name}")
        exported.append(_exported(engine, table, state.data_version, folder))
    export = Export(source=engine.name, state=state, exported_at=datetime.now(UTC), tables=tuple(exported))
    (folder / MANIFEST).write_text(export.model_dump_json(indent=2) + "\n", encoding="utf-8")
    return export


def read_current(root: Path) -> tuple[Path, Export]:
    """The version that answers, and what it holds. Raises `NothingPublished`, `WarehouseCorrupt`."""
    try:
        name = (root / POINTER).read_text(encoding="utf-8").strip()
        folder = root / "versions" / name
        return folder, Export.model_validate_json((folder / MANIFEST).read_bytes())
    except FileNotFoundError:
        nothing = NothingPublished()
        nothing.message, nothing.remedy = "no tables have been moved here yet", MOVE
        raise nothing from None
    except (ValidationError, OSError) as fault:
        raise WarehouseCorrupt(f"{root} is not readable as what it should be", remedy=MOVE) from fault


def write_current(root: Path, name: str) -> None:
    """Let the version answer from now on, atomically and durably; every other one is the caller's to remove."""
    fresh = root / f"{POINTER}.next"
    with fresh.open("w", encoding="utf-8") as writer:
        writer.write(name + "\n")
        writer.flush()
        os.fsync(writer.fileno())
    fresh.replace(root / POINTER)
    with suppress(OSError):
        descriptor = os.open(root, os.O_RDONLY)
        os.fsync(descriptor)
        os.close(descriptor)


def arrow_type(logical: str, shown: str) -> pa.DataType:
    """The Arrow type that holds a logical type. Raises `ValueUnstorable` naming the column."""
    parts = decimal_parts(logical)
    if parts is not None:
        return pa.decimal128(*parts)
    if logical not in _ARROW:
        raise ValueUnstorable(
            f"'{shown}' is {logical}, which has no place in Parquet", remedy="Cast it to text in its model."
        )
    return _ARROW[logical]


def _exported(engine: Engine, table: PhysicalTable, version: str, folder: Path) -> ExportedTable:
    shown = f"{table.schema_name}.{table.name}"
    fields = [pa.field(c.name, arrow_type(c.type, f"{shown}.{c.name}"), c.nullable) for c in table.columns]
    place = [part for part in (table.database, table.schema_name, table.name) if part]
    names = ", ".join(quoted(column.name) for column in table.columns)
    read = engine.read(f"select {names} from {quoted(*place)}", seconds=3600.0)  # noqa: S608  # quoted
    if read.state.data_version != version:
        raise MoveImpossible("a build was published while its tables were exported", remedy="Run it again.")
    columns = [_fitted(read.table.column(i), field, shown) for i, field in enumerate(fields)]
    made = pa.Table.from_arrays(columns, schema=pa.schema(fields))
    file = f"{table.schema_name}/{table.name}/part-0.parquet"
    (folder / file).parent.mkdir(parents=True, exist_ok=True)
    pq.write_table(made, folder / file, compression="zstd", row_group_size=262_144)
    return ExportedTable(
        schema_name=table.schema_name,
        name=table.name,
        columns=table.columns,
        primary_key=table.primary_key,
        rows=made.num_rows,
        file=file,
    )


def _fitted(column: pa.ChunkedArray, field: pa.Field, shown: str) -> pa.ChunkedArray:
    try:
        return column.cast(field.type)
    except pa.ArrowInvalid as fault:
        raise ValueUnstorable(
            f"'{shown}.{field.name}' holds values that {field.type} does not",
            remedy="Declare its width in the model: CAST(... AS DECIMAL(p,s)).",
        ) from fault
