"""Where everything of a DuckDB warehouse lies, and durable file operations on it."""

from __future__ import annotations

import fcntl
import os
import shutil
import socket
import uuid
from dataclasses import dataclass
from pathlib import Path

REMAKE = "Restore it from a backup, or remove .verity/warehouse and run 'verity sync' and 'verity build'."
"""The remedy where a file of the warehouse is damaged or gone."""
IN_USE = "in-use"
"""The file of a version that its readers hold."""
BUILD_FILE = "build.duckdb"
BRONZE_FILE = "bronze.duckdb"
BRONZE_DATABASE = "bronze_db"
"""The alias under which bronze is attached in readers and builds."""

_FICLONE = 0x40049409


@dataclass(frozen=True)
class Layout:
    """Paths under one warehouse folder."""

    root: Path

    @property
    def write_lock(self) -> Path:
        """Held by the one writer."""
        return self.root / "write.lock"

    @property
    def pointer(self) -> Path:
        """Names the published version."""
        return self.root / "current.json"

    @property
    def versions(self) -> Path:
        """Holds one folder a version."""
        return self.root / "versions"

    @property
    def staged(self) -> Path:
        """Names the loaded bronze that waits for a build."""
        return self.root / "staged.json"

    @property
    def staging(self) -> Path:
        """Holds that bronze."""
        return self.root / "staging"

    @property
    def work(self) -> Path:
        """The writer's private room."""
        return self.root / "work"

    @property
    def spill(self) -> Path:
        """Where engines put what does not fit in memory."""
        return self.root / "spill"

    @property
    def rollups(self) -> Path:
        """Holds one file a rollup."""
        return self.root / "rollups"

    @property
    def rollup_list(self) -> Path:
        """Names the rollups in force."""
        return self.rollups / "current.json"

    def own_spill(self) -> Path:
        """A spill folder for one instance: two that share one overwrite each other's files. DuckDB makes and removes
        it; its name says whose it is, for `clean_spill`."""
        return self.spill / f"{socket.gethostname()}-{os.getpid()}-{uuid.uuid4().hex[:8]}"

    def version(self, version: str) -> Path:
        """The folder of one version."""
        return self.versions / version


def copy_file(source: Path, target: Path) -> None:
    """Copy by reference where the file system can (btrfs, XFS), else byte by byte; durable afterwards."""
    with source.open("rb") as reader, target.open("xb") as writer:
        try:
            fcntl.ioctl(writer.fileno(), _FICLONE, reader.fileno())
        except OSError:
            shutil.copyfileobj(reader, writer, 8 << 20)
        writer.flush()
        os.fsync(writer.fileno())


def share_file(source: Path, target: Path) -> None:
    """A second name for an immutable file; a copy where the file system has no hard links."""
    try:
        target.hardlink_to(source)
    except OSError:
        copy_file(source, target)


def sync_path(path: Path) -> None:
    """Make a file's bytes, or a folder's entries, survive a power cut."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def replace_text(path: Path, text: str) -> None:
    """Replace a small file atomically and durably: a reader sees the old text or the new, never a part."""
    fresh = path.with_name(path.name + ".next")
    with fresh.open("w", encoding="utf-8") as writer:
        writer.write(text)
        writer.flush()
        os.fsync(writer.fileno())
    fresh.replace(path)
    sync_path(path.parent)


def clean_spill(layout: Layout) -> None:
    """Remove spill folders of processes of this machine that are gone."""
    for folder in layout.spill.glob(f"{socket.gethostname()}-*"):
        owner = folder.name.removeprefix(f"{socket.gethostname()}-").partition("-")[0]
        if owner.isdigit() and not _is_alive(int(owner)):
            remove_tree(folder)


def _is_alive(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


def remove_tree(path: Path) -> None:
    """Remove a folder that may be half gone already."""
    shutil.rmtree(path, ignore_errors=True)
