"""Open Verity's own state: `open_store(path or URL)`."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from verity.store.checkpoints import PAYLOAD_CAP, SqlCheckpointStorage
from verity.store.database import BUSY_SECONDS, Database, parse_location
from verity.store.migrate import bring_up_to_date


@dataclass(frozen=True)
class Store:
    """An open state store. `where` names it without a password."""

    checkpoints: SqlCheckpointStorage
    database: Database

    @property
    def where(self) -> str:
        """The file or URL, its password hidden."""
        return self.database.where

    def close(self) -> None:
        """Close every connection. The store cannot be used after."""
        self.database.close()


def open_store(location: str | Path, *, busy_seconds: float = BUSY_SECONDS, payload_cap: int = PAYLOAD_CAP) -> Store:
    """Open a SQLite file or a PostgreSQL database, and migrate it where it is behind.

    `busy_seconds`: how long to wait for another process's lock. `payload_cap`: bytes, see `checkpoints.PAYLOAD_CAP`.
    Raises `StateUnavailable` (`StateNewer`, `StateBusy`, `StateUnreadable`), `DiskFull`, `ConfigInvalid`,
    `MissingExtra`.
    """
    database = Database(parse_location(location), busy_seconds=busy_seconds)
    try:
        bring_up_to_date(database)
    except BaseException:
        database.close()
        raise
    return Store(SqlCheckpointStorage(database, payload_cap=payload_cap), database)
