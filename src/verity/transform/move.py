"""Move finished tables to another engine: export, load in private, compare counts and sums, publish or refuse."""

from __future__ import annotations

import os
import re
import tempfile
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from urllib.parse import urlsplit

from verity.contracts.run import StageLine, Verdict
from verity.contracts.tool import Progress
from verity.exceptions import MoveDiffers, MoveImpossible, SecretMissing
from verity.warehouse.engine import Engine
from verity.warehouse.gold import Export, ExportedTable, export_tables
from verity.warehouse.receiver import Received, Receiver, open_receiver
from verity.warehouse.totals import Totals, first_difference, table_totals

_QUERY_ENGINES = ("clickhouse", "spark")
_SECONDS = 3600.0
_VARIABLE = re.compile(r"\$\{([A-Za-z_][A-Za-z0-9_]*)\}")


def move(
    project: Path,
    engine: Engine,
    to: str,
    *,
    layers: tuple[str, ...] = ("gold",),
    environ: Mapping[str, str] | None = None,
    progress: Callable[[Progress], None] = lambda _: None,
) -> Verdict:
    """Move the published tables of `layers` from `engine` to the engine at the address `to`; a line a table.

    Nothing is published there unless every count and sum of every column is equal. Raises `MoveDiffers` naming the
    column, `MoveImpossible`, `ValueUnstorable`, `MissingExtra`, and what either engine raises.
    """
    began = time.perf_counter()
    if engine.name in _QUERY_ENGINES:
        raise MoveImpossible(
            f"the project's engine is '{engine.name}', which tables are moved to, not from",
            remedy="Name the engine that builds: VERITY_WAREHOUSE_ENGINE=duckdb verity move ...",
        )
    receiver = open_receiver(address(to, os.environ if environ is None else environ), project)
    work = project / ".verity"
    work.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="move-", dir=work) as folder:
        export = export_tables(engine, layers, Path(folder), lambda table: progress(Progress(f"export {table}")))
        with receiver.receiving(export, Path(folder)) as received:
            lines = [_compared(engine, export, receiver, received, table) for table in export.tables]
            progress(Progress("move", done=len(lines), total=len(lines)))
            state = received.publish()
    rows = sum(table.rows for table in export.tables)
    return Verdict(
        verb="move",
        status="ok",
        lines=tuple(lines),
        seconds=time.perf_counter() - began,
        data_version=state.data_version,
        summary=f"{len(lines)} tables, {rows:,} rows of version {export.state.data_version} moved to {receiver.engine}",
    )


def address(to: str, environ: Mapping[str, str]) -> str:
    """The address with its `${NAME}`s filled in. A password that stands in it plainly is refused: moves are recorded.

    Raises `MoveImpossible`, `SecretMissing`."""
    password = urlsplit(to).password
    if password and not _VARIABLE.fullmatch(password):
        raise MoveImpossible("the address holds a password, and moves are recorded", remedy="Write it as ${NAME}.")

    def value(match: re.Match[str]) -> str:
        if match[1] not in environ:
            raise SecretMissing(f"the address names ${{{match[1]}}}, which is not set", remedy=f"export {match[1]}=...")
        return environ[match[1]]

    return _VARIABLE.sub(value, to)


def _compared(
    engine: Engine, export: Export, receiver: Receiver, received: Received, table: ExportedTable
) -> StageLine:
    ours = _source_totals(engine, export, table)
    theirs = table_totals(received.run, receiver.dialect, received.place(table), table.columns)
    found = first_difference(ours, theirs)
    if found is not None:
        column, here, there = found
        what = f"column '{column}' of '{table.shown}'" if column else f"the row count of '{table.shown}'"
        raise MoveDiffers(
            f"{what} is ({here}) on {engine.name} and ({there}) on {receiver.engine}; nothing was published there",
            remedy="Cast the column to a type that both engines hold, and move again.",
        )
    return StageLine(
        name=table.shown, status="ok", rows=table.rows, message=f"{_columns(len(table.columns))}: counts and sums equal"
    )


def _source_totals(engine: Engine, export: Export, table: ExportedTable) -> Totals:
    found = next(t for t in engine.schema().tables if (t.schema_name, t.name) == (table.schema_name, table.name))
    place = [part for part in (found.database, found.schema_name, found.name) if part]

    def run(sql: str) -> list[tuple[object, ...]]:
        read = engine.read(sql, seconds=_SECONDS)
        if read.state.data_version != export.state.data_version:
            raise MoveImpossible("a build was published while its tables were moved", remedy="Run it again.")
        return [tuple(row.values()) for row in read.table.to_pylist()]

    return table_totals(run, engine.dialect, place, table.columns)


def _columns(number: int) -> str:
    return f"{number} column{'' if number == 1 else 's'}"
