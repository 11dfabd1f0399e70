"""`dictionary.lock.json`: the version and the content hash of every reviewed metric, committed beside the dictionary.

A metric whose meaning moves needs a new version and a line in the changelog. Descriptions, aliases and labels are not
meaning; drafts are not reviewed yet and stay out.
"""

from __future__ import annotations

import errno
import hashlib
import json
import os
from collections.abc import Iterator
from pathlib import Path

from pydantic import Field, ValidationError

from verity.contracts.base import Contract
from verity.data.finding import Finding
from verity.data.metric_entry import MetricEntry
from verity.data.model import Dictionary, TableEntry
from verity.exceptions import DiskFull, LockUnusable

LOCK_FILE = "dictionary.lock.json"

MEANING = (
    "type", "sql", "numerator", "denominator", "filter", "requires_filters", "not_by", "only_by", "unit", "scale",
    "time_column", "smallest_grain", "approximate", "metric", "window", "to_date", "offset", "show", "over", "take",
    "per", "percentile", "method", "base", "event", "entity", "within", "after", "direction", "fill", "benchmark",
)  # fmt: skip
"""The keys of a metric that decide its number, or the questions that it answers."""


class LockedMetric(Contract):
    """One accepted metric."""

    version: str
    hash: str


class LockedTable(Contract):
    """One accepted table."""

    version: str
    metrics: dict[str, LockedMetric] = Field(default_factory=dict)


class Lock(Contract):
    """What was accepted last."""

    tables: dict[str, LockedTable] = Field(default_factory=dict)


def metric_hash(metric: MetricEntry) -> str:
    """SHA-256 hex of what a metric means: its keys of `MEANING`, blanks in SQL not counted."""
    document = metric.model_dump(mode="json", include=set(MEANING), exclude_defaults=True)
    for key in ("sql", "filter"):
        if key in document:
            document[key] = _without_blanks(document[key])
    canonical = json.dumps(document, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(canonical.encode()).hexdigest()


def metric_version(table: TableEntry, metric: MetricEntry) -> str:
    """The version that evidence shows: the metric's own, else its table's, with 12 digits of the hash: `2.1+0f3a...`"""
    return f"{metric.version or table.version}+{metric_hash(metric)[:12]}"


def lock_of(dictionary: Dictionary) -> Lock:
    """The lock that the dictionary would have if it were accepted now; drafts are left out."""
    tables = {}
    for name, table in sorted(dictionary.tables.items()):
        if table.draft:
            continue
        metrics = {
            metric: LockedMetric(version=entry.version or table.version, hash=metric_hash(entry))
            for metric, entry in sorted(table.metrics.items())
            if not entry.draft
        }
        tables[name] = LockedTable(version=table.version, metrics=metrics)
    return Lock(tables=tables)


def read_lock(path: Path) -> Lock | None:
    """The lock file, or None where there is none yet. Raises `LockUnusable`."""
    try:
        return Lock.model_validate_json(path.read_bytes())
    except FileNotFoundError:
        return None
    except OSError as error:
        raise LockUnusable(
            f"cannot be read: {error.strerror}", place=path.name, remedy="Check that it is a file and may be read."
        ) from None
    except ValidationError as error:
        detail = error.errors(include_url=False)[0]
        where = ".".join(map(str, detail["loc"]))
        raise LockUnusable(
            f"is not a lock: {where + ': ' if where else ''}{detail['msg']}",
            place=path.name,
            remedy="Restore it from version control, or remove it and run 'verity check --accept'.",
        ) from None


def write_lock(path: Path, lock: Lock) -> None:
    """Write the lock file whole or not at all: sorted, one entry a line, so that a review reads well.

    Raises `DiskFull`, `LockUnusable`.
    """
    text = json.dumps(lock.model_dump(mode="json"), indent=2, sort_keys=True, ensure_ascii=False) + "\n"
    partial = path.with_name(f".{path.name}.{os.getpid()}.partial")
    try:
        with partial.open("w", encoding="utf-8") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        partial.replace(path)
    except OSError as error:
        if error.errno in (errno.ENOSPC, errno.EDQUOT, errno.EFBIG):
            raise DiskFull(
                f"no space is left to write {path.name}", remedy="Free some space and run it again."
            ) from None
        raise LockUnusable(
            f"cannot be written: {error.strerror}", place=path.name, remedy="Check the folder's permissions."
        ) from None
    finally:
        partial.unlink(missing_ok=True)


def compare(lock: Lock | None, dictionary: Dictionary) -> tuple[Finding, ...]:
    """What moved since the lock: an error for a changed metric without a new version and changelog line, a warning
    where the lock is only behind (new, removed, or changed as it should be)."""
    now = lock_of(dictionary)
    if lock is None:
        if not any(table.metrics for table in now.tables.values()):
            return ()
        return (_behind("no metric of the dictionary is locked yet"),)
    errors = list(_changed(lock, now, dictionary))
    if not errors and lock != now:
        return (_behind("the lock is behind the dictionary: " + _difference(lock, now)),)
    return tuple(errors)


def _changed(lock: Lock, now: Lock, dictionary: Dictionary) -> Iterator[Finding]:
    for table, locked_table in lock.tables.items():
        entry = dictionary.tables.get(table)
        for metric, locked in locked_table.metrics.items():
            current = now.tables[table].metrics.get(metric) if table in now.tables else None
            if entry is None or current is None or current.hash == locked.hash:
                continue
            missing = []
            if current.version == locked.version:
                missing.append(f"a version other than {locked.version}")
            if not any(line.version == current.version and line.version != locked.version for line in entry.changelog):
                missing.append("a line in the changelog for it")
            if missing:
                yield Finding(
                    code="VRT-216",
                    level="error",
                    place=dictionary.place(table, "metrics", metric),
                    message=f"the metric '{table}.{metric}' changed since it was accepted",
                    remedy=f"Give it {' and '.join(missing)}; then run 'verity check --accept'.",
                    member=f"{table}.{metric}",
                )


def _difference(lock: Lock, now: Lock) -> str:
    before = {f"{t}.{m}": x for t, table in lock.tables.items() for m, x in table.metrics.items()}
    after = {f"{t}.{m}": x for t, table in now.tables.items() for m, x in table.metrics.items()}
    kinds = {
        "new": [name for name in after if name not in before],
        "changed": [name for name in after if name in before and after[name] != before[name]],
        "removed": [name for name in before if name not in after],
    }
    told = [
        f"{len(names)} {kind} ({', '.join(names[:3])}{', ...' if len(names) > 3 else ''})"
        for kind, names in kinds.items()
        if names
    ]
    return "; ".join(told) or "a table's version moved"


def _behind(message: str) -> Finding:
    return Finding(
        code="VRT-217",
        level="warning",
        place=LOCK_FILE,
        message=message,
        remedy="Run 'verity check --accept' when the definitions are reviewed.",
    )


def _without_blanks(sql: str) -> str:
    """SQL with runs of blanks made one outside of quotes, so that a line break is no new meaning."""
    parts = sql.strip().split("'")
    return "'".join(part if index % 2 else " ".join(f"|{part}|".split())[1:-1] for index, part in enumerate(parts))
