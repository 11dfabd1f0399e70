"""Check a project: its dictionary, the expressions in it, its lock, and with `live` the published data too."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Sequence
from pathlib import Path

from verity.contracts.run import StageLine, Verdict
from verity.contracts.tool import Progress
from verity.data.catalog import Catalog, build_catalog
from verity.data.check import check_dictionary
from verity.data.lock import LOCK_FILE, compare, lock_of, read_lock, write_lock
from verity.data.model import Dictionary
from verity.exceptions import DataError, DictionaryError, DictionaryInvalid, InternalError, QueryTimedOut
from verity.quality.figures import Figures
from verity.quality.lines import failed, of_error, of_findings, ok
from verity.quality.live import check_live
from verity.semantic.check import check_expressions
from verity.semantic.model import Model, load_model
from verity.semantic.rollups.check import check_rollups
from verity.warehouse.engine import Engine

SECONDS = 600.0
"""What one counting statement of a live check may take."""


def run_checks(
    project: Path,
    load_dictionary: Callable[[], Dictionary],
    engine: Engine | None = None,
    *,
    live: bool = False,
    accept: bool = False,
    progress: Callable[[Progress], None] = lambda _: None,
    cancel: threading.Event | None = None,
    seconds: float = SECONDS,
) -> Verdict:
    """A line for each finding, and for each part that holds. `failed` where any line is.

    Offline it needs neither warehouse nor data. `live` reads every table of the published version. `accept` writes
    dictionary.lock.json when nothing failed. Raises `LockUnusable` and `DiskFull` for the lock's file, and
    `QueryTimedOut` when `cancel` is set; what is wrong with dictionary, warehouse or data is a line, not an error.
    """
    began = time.perf_counter()
    try:
        dictionary = load_dictionary()
    except DictionaryInvalid as invalid:
        lines = tuple(of_error("dictionary", error) for error in invalid.errors)
        return _verdict(lines, None, began)
    except DictionaryError as error:
        return _verdict((of_error("dictionary", error),), None, began)
    catalog, version, unreachable = _catalog(dictionary, engine, live)
    lines = (*_offline(catalog), *unreachable)
    if live and not unreachable:
        figures = Figures(_given(engine), catalog, seconds, cancel)
        lines = (*lines, *check_live(figures, progress))
        if cancel is not None and cancel.is_set():
            raise QueryTimedOut("the check was cancelled")
    lines = (*lines, *_lock(project, dictionary, accept=accept, sound=not _failed(lines)))
    return _verdict(lines, version, began)


def _catalog(
    dictionary: Dictionary, engine: Engine | None, live: bool
) -> tuple[Catalog, str | None, tuple[StageLine, ...]]:
    """The catalog to check, the data version that it lies on, and why there is none where it was asked for."""
    if not live:
        return build_catalog(dictionary), None, ()
    try:
        warehouse = _given(engine)
        return build_catalog(dictionary, warehouse.schema()), warehouse.state().data_version, ()
    except DataError as error:
        return build_catalog(dictionary), None, (of_error("warehouse", error),)


def _offline(catalog: Catalog) -> tuple[StageLine, ...]:
    model = load_model(catalog)
    tables, metrics = len(catalog.usable_tables), sum(len(t.usable_metrics) for t in catalog.usable_tables.values())
    holds = f"{_count(tables, 'table')}, {_count(metrics, 'metric')}"
    return (
        *of_findings("dictionary", check_dictionary(catalog), holds),
        *of_findings("expressions", check_expressions(model), "every expression can be used"),
        *_rollups(model),
    )


def _rollups(model: Model) -> tuple[StageLine, ...]:
    """A line only where rollups or probes are declared."""
    entries = [table.entry for table in model.catalog.usable_tables.values()]
    if not any(entry.rollups or (entry.freshness and entry.freshness.probe) for entry in entries):
        return ()
    declared = sum(len(entry.rollups) for entry in entries)
    return of_findings("rollups", check_rollups(model), f"{_count(declared, 'rollup')} can be built")


def _lock(project: Path, dictionary: Dictionary, *, accept: bool, sound: bool) -> tuple[StageLine, ...]:
    path = project / LOCK_FILE
    findings = compare(read_lock(path), dictionary)
    if not accept:
        return of_findings(LOCK_FILE, findings, "the lock and the dictionary agree")
    if any(finding.level == "error" for finding in findings):
        return of_findings(LOCK_FILE, findings, "")
    if not sound:
        return (failed(LOCK_FILE, "VRT-217", "not written: something above failed", "Mend that, then accept again."),)
    lock = lock_of(dictionary)
    write_lock(path, lock)
    metrics = sum(len(table.metrics) for table in lock.tables.values())
    return (
        ok(LOCK_FILE, f"written: {_count(len(lock.tables), 'table')}, {_count(metrics, 'metric')}; drafts stay out"),
    )


def _verdict(lines: Sequence[StageLine], version: str | None, began: float) -> Verdict:
    wrong, warnings = _failed(lines), sum(line.status == "warn" for line in lines)
    parts = [f"{wrong} failed"] * bool(wrong) + [_count(warnings, "warning")] * bool(warnings)
    return Verdict(
        verb="check",
        status="failed" if wrong else "warn" if warnings else "ok",
        lines=tuple(lines),
        seconds=time.perf_counter() - began,
        data_version=version,
        summary=f"{_count(len(lines), 'check')}: {', '.join(parts) or 'all hold'}",
    )


def _given(engine: Engine | None) -> Engine:
    if engine is None:
        raise InternalError("a live check was asked for without an engine")
    return engine


def _failed(lines: Sequence[StageLine]) -> int:
    return sum(line.status == "failed" for line in lines)


def _count(number: int, noun: str) -> str:
    return f"{number:,} {noun}{'' if number == 1 else 's'}"
