"""The two small documents that say what is published and what is staged."""

from __future__ import annotations

from pathlib import Path
from typing import TypeVar

from pydantic import ValidationError

from verity.contracts.base import Contract
from verity.contracts.dataset import DataState, TableState
from verity.exceptions import NothingPublished, WarehouseCorrupt, WarehouseForbidden
from verity.warehouse.engines.duckdb.layout import REMAKE, replace_text

Document = TypeVar("Document", bound=Contract)
Signature = tuple[int, int, int]


class Published(Contract):
    """What `current.json` says: the version's folder and its state. `sequence` grows with every publish."""

    version: str
    sequence: int
    build_id: str
    state: DataState


class Staged(Contract):
    """What `staged.json` says: the bronze file in `staging/` and the tables in it."""

    bronze: str
    tables: tuple[TableState, ...]


def read_published(path: Path) -> Published:
    """The published version. Raises `NothingPublished`, `WarehouseCorrupt`, `WarehouseForbidden`."""
    published = _read(path, Published)
    if published is None:
        raise NothingPublished
    return published


def find_published(path: Path) -> Published | None:
    """The published version, or None where nothing is."""
    return _read(path, Published)


def find_staged(path: Path) -> Staged | None:
    """The staged bronze, or None where none waits."""
    return _read(path, Staged)


def find_document(path: Path, kind: type[Document]) -> Document | None:
    """Any small document, or None where there is none. Raises `WarehouseCorrupt`, `WarehouseForbidden`."""
    return _read(path, kind)


def write_document(path: Path, document: Contract) -> None:
    """Swap the document in atomically and durably."""
    replace_text(path, document.model_dump_json(indent=2) + "\n")


def signature(path: Path) -> Signature | None:
    """Changes whenever the document was swapped; one `stat`, cheap enough for every read."""
    try:
        found = path.stat()
    except FileNotFoundError:
        return None
    return (found.st_ino, found.st_mtime_ns, found.st_size)


def _read(path: Path, kind: type[Document]) -> Document | None:
    try:
        return kind.model_validate_json(path.read_bytes())
    except FileNotFoundError:
        return None
    except PermissionError as fault:
        raise WarehouseForbidden(f"may not read {path}", remedy="Give this account the right to read it.") from fault
    except (ValidationError, OSError) as fault:
        raise WarehouseCorrupt(
            f"{path} is not readable as what it should be",
            remedy=REMAKE,
        ) from fault
