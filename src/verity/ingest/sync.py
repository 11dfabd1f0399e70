"""Load every table of the sources into bronze: all of a run, or nothing of it.

One writer, one lock, one load id a run. Each table is loaded from where it lies and its rows are counted against the
source; only when all are right is the run kept for the next build. Ctrl-C, a full disk or one bad row leaves bronze as
it was.
"""

from __future__ import annotations

import threading
import time
import uuid
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from verity.contracts.dataset import SourceDocument, SourceTable
from verity.contracts.run import StageLine, Verdict
from verity.contracts.tool import Progress
from verity.exceptions import (
    DiskFull,
    QueryTimedOut,
    RowsNotReconciled,
    SourceEmpty,
    SourceUnknown,
    SyncStopped,
    VerityError,
    WarehouseUnavailable,
    did_you_mean,
)
from verity.ingest.interrupts import ctrl_c
from verity.ingest.scans import SourceScan, open_scan
from verity.ingest.sources import load_sources
from verity.warehouse.engine import Engine, Writer

Tell = Callable[[Progress], None]


@dataclass(frozen=True)
class _Part:
    """One table to load, of one source."""

    source: SourceDocument
    name: str
    table: SourceTable


def sync(
    project: Path, engine: Engine, *, only: str | None = None, loaded_at: datetime,
    load_id: Callable[[], str] = lambda: uuid.uuid4().hex, progress: Tell = lambda _: None,
    cancel: threading.Event | None = None, wait_seconds: float = 0.0,
    environment: Mapping[str, str] | None = None, clock: Callable[[], float] = time.monotonic,
) -> Verdict:  # fmt: skip
    """Load the sources (or the one named `only`) into bronze.

    A table that fails gives a failed line with code and remedy, and a failed verdict; nothing of the run is kept then.
    Raises `SourceUnknown`, `SourceEmpty` (no source at all), `SourceDocumentInvalid`, `WarehouseBusy`, `DiskFull`,
    `SyncStopped` (cancelled). KeyboardInterrupt passes through.
    """
    started = clock()
    parts = _parts(load_sources(project), only)
    run = load_id()
    with ctrl_c(), engine.writer(wait_seconds=wait_seconds) as writer:
        lines = []
        for place, part in enumerate(parts):
            _stop_if(cancel)
            progress(Progress(part.name, place, len(parts)))
            lines.append(_load(writer, project, part, run, loaded_at, cancel, environment, clock))
        failed = [line for line in lines if line.status == "failed"]
        _stop_if(cancel)
        if not failed:
            progress(Progress("keeping bronze", len(parts), len(parts)))
            writer.keep_bronze()
    return _verdict(lines, failed, clock() - started)


def _stop_if(cancel: threading.Event | None) -> None:
    if cancel is not None and cancel.is_set():
        raise SyncStopped("the sync was cancelled", remedy="Nothing was kept; run 'verity sync' again.")


def _parts(sources: Sequence[SourceDocument], only: str | None) -> list[_Part]:
    if not sources:
        raise SourceEmpty(
            "the project has no source", remedy="Add a file to sources/, or begin with 'verity init DIR --from PATH'."
        )
    names = [source.source for source in sources]
    if only is not None and only not in names:
        guess = did_you_mean(only, names)
        raise SourceUnknown(
            f"no source '{only}'." + (f" Did you mean {guess}?" if guess else ""),
            remedy=f"Sources: {', '.join(names)}.",
        )
    chosen = [source for source in sources if only in (None, source.source)]
    return [_Part(source, name, table) for source in chosen for name, table in source.tables.items()]


def _load(
    writer: Writer, project: Path, part: _Part, run: str, loaded_at: datetime,
    cancel: threading.Event | None, environment: Mapping[str, str] | None, clock: Callable[[], float],
) -> StageLine:  # fmt: skip
    """One table, loaded and counted. What is the warehouse's fault ends the run; what is the table's fails its line."""
    started = clock()
    try:
        opened = open_scan(project, part.source, part.name, part.table, environment)
        before = opened.count_before()
        landed = writer.load(part.name, opened.scan, load_id=run, loaded_at=loaded_at, cancel=cancel)
        _reconcile(part, opened, before, landed)
    except (DiskFull, WarehouseUnavailable, SyncStopped):
        raise
    except QueryTimedOut:
        _stop_if(cancel)
        raise
    except VerityError as fault:
        return StageLine(
            name=part.name, status="failed", message=fault.message, seconds=clock() - started,
            code=fault.code, remedy=fault.remedy,
        )  # fmt: skip
    return StageLine(name=part.name, status="ok", rows=landed, seconds=clock() - started)


def _reconcile(part: _Part, opened: SourceScan, before: int | None, landed: int) -> None:
    after = opened.count_after(landed)
    low, high = sorted((after if before is None else before, after))
    if not low <= landed <= high:
        has = str(after) if low == high else f"{low} to {high}"
        raise RowsNotReconciled(
            f"'{part.name}': {landed} rows landed, its source has {has}",
            remedy="Run 'verity sync' again; if it stays, the source changes while it is read.",
        )


def _verdict(lines: Sequence[StageLine], failed: Sequence[StageLine], seconds: float) -> Verdict:
    if not failed:
        rows = sum(line.rows or 0 for line in lines)
        summary = f"{rows:,} rows in {len(lines)} table{'s' if len(lines) != 1 else ''}, counted against the source"
        return Verdict(verb="sync", status="ok", lines=tuple(lines), seconds=seconds, summary=summary)
    kept = [
        line
        if line.status == "failed"
        else line.model_copy(update={"status": "skipped", "message": "read well, not kept"})
        for line in lines
    ]
    summary = f"{len(failed)} of {len(lines)} tables failed; nothing of this run was kept"
    return Verdict(verb="sync", status="failed", lines=tuple(kept), seconds=seconds, summary=summary)
