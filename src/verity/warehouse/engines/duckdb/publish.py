"""Making private files durable and then visible, each step safe to be killed after.

The steps of a publish, in order: a version folder with both files, durable; the pointer, swapped by one rename; the
staged bronze forgotten; versions that nobody reads removed. Until the rename readers see the old version, from then on
the new one, and `clean` at the start of the next writer removes whatever a dead writer left.
"""

from __future__ import annotations

import uuid
from datetime import UTC, datetime
from pathlib import Path

from verity.contracts.dataset import DataState, TableState
from verity.exceptions import InternalError, WarehouseCorrupt
from verity.warehouse.data_version import data_version
from verity.warehouse.engines.duckdb import lock
from verity.warehouse.engines.duckdb.layout import (
    BRONZE_FILE,
    BUILD_FILE,
    IN_USE,
    REMAKE,
    Layout,
    clean_spill,
    remove_tree,
    share_file,
    sync_path,
)
from verity.warehouse.engines.duckdb.pointer import (
    Published,
    Staged,
    find_published,
    find_staged,
    write_document,
)

Bronze = tuple[Path, tuple[TableState, ...]]


def last_bronze(layout: Layout) -> Bronze | None:
    """The bronze of the next version: what is staged, else what is published. Raises `WarehouseCorrupt`."""
    staged = find_staged(layout.staged)
    if staged is not None:
        return layout.staging / staged.bronze, staged.tables
    published = find_published(layout.pointer)
    if published is None:
        return None
    path = layout.version(published.version) / BRONZE_FILE
    if not path.exists():
        raise WarehouseCorrupt(f"the published file {path} is missing", remedy=REMAKE)
    return path, published.state.tables


def published_build(layout: Layout) -> Path | None:
    """The build of the published version."""
    published = find_published(layout.pointer)
    return layout.version(published.version) / BUILD_FILE if published else None


def stage(layout: Layout, bronze: Path, tables: tuple[TableState, ...]) -> None:
    """Keep a finished bronze file for the next build, in place of what was staged before."""
    layout.staging.mkdir(exist_ok=True)
    before = find_staged(layout.staged)
    name = f"{uuid.uuid4().hex}.duckdb"
    bronze.rename(layout.staging / name)
    sync_path(layout.staging)
    write_document(layout.staged, Staged(bronze=name, tables=tables))
    if before is not None:
        (layout.staging / before.bronze).unlink(missing_ok=True)


def publish(layout: Layout, build: Path, build_id: str) -> DataState:
    """Make `build` and the last bronze the published version."""
    bronze = last_bronze(layout)
    if bronze is None:
        raise InternalError("a build without a bronze file was to be published")
    before = find_published(layout.pointer)
    sequence = before.sequence + 1 if before else 1
    path, tables = bronze
    version = data_version(build_id, tables)
    name = f"{sequence:06d}-{version}"
    _make_version(layout, name, build, path)
    state = DataState(data_version=version, published_at=datetime.now(UTC), tables=tables)
    write_document(layout.pointer, Published(version=name, sequence=sequence, build_id=build_id, state=state))
    clean_staging(layout)
    clean_versions(layout)
    return state


def clean(layout: Layout) -> None:
    """Remove what dead writers left and versions that nobody reads. Only for the holder of the write lock."""
    remove_tree(layout.work)
    for leftover in layout.root.glob("*.next"):
        leftover.unlink(missing_ok=True)
    clean_staging(layout)
    clean_versions(layout)
    clean_spill(layout)


def clean_staging(layout: Layout) -> None:
    """Forget staged bronze that the published version already holds, and files that nothing names."""
    staged, published = find_staged(layout.staged), find_published(layout.pointer)
    if staged is not None and published is not None and staged.tables == published.state.tables:
        layout.staged.unlink(missing_ok=True)
        sync_path(layout.root)
        staged = None
    for path in layout.staging.glob("*") if layout.staging.exists() else ():
        if staged is None or path.name != staged.bronze:
            path.unlink(missing_ok=True)


def clean_versions(layout: Layout) -> None:
    """Remove every version but the published one that no process reads."""
    published = find_published(layout.pointer)
    keep = published.version if published else None
    for folder in layout.versions.glob("*") if layout.versions.exists() else ():
        if folder.name == keep:
            continue
        with lock.sole(folder / IN_USE) as unused:
            if unused:
                remove_tree(folder)


def _make_version(layout: Layout, name: str, build: Path, bronze: Path) -> None:
    folder = layout.version(name)
    remove_tree(folder)
    folder.mkdir(parents=True)
    build.rename(folder / BUILD_FILE)
    share_file(bronze, folder / BRONZE_FILE)
    (folder / IN_USE).touch()
    for path in (folder / BUILD_FILE, folder / BRONZE_FILE, folder, layout.versions, layout.root):
        sync_path(path)
