"""The shape of a database as a source: its tables with declared keys, its rows as Arrow batches, its address."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from verity.contracts.dataset import ForeignKey

if TYPE_CHECKING:
    import pyarrow as pa

URL_REMEDY = (
    "Check host, port, database, user and password of the URL; signs such as @ : / in a password are %40 %3A %2F."
)
"""What to do where a server refuses or does not answer."""


@dataclass(frozen=True)
class DatabaseTable:
    """A table or view of a database. `query_table` is its name there (`schema.table` outside the default schema);
    foreign keys name their targets by `name`."""

    name: str
    query_table: str
    primary_key: tuple[str, ...] = ()
    foreign_keys: tuple[ForeignKey, ...] = ()


class Database(Protocol):
    """An opened database. Nothing stays connected between calls."""

    name: str
    """What the source is called: the database's name."""
    shown: str
    """The URL without user and password, for messages."""
    has_secret: bool

    def tables(self) -> tuple[DatabaseTable, ...]:
        """Its tables and views. Raises `SourceUnreachable`, `MissingExtra`."""
        ...

    def read(self, query_table: str) -> pa.RecordBatchReader:
        """Every row of a table, in batches. Raises `SourceUnreachable`, `SourceTableMissing`."""
        ...

    def count(self, query_table: str) -> int:
        """How many rows the table has now. Raises as `read`."""
        ...


@dataclass(frozen=True)
class Address:
    """A database URL in its parts. Its text form leaves user and password out."""

    scheme: str
    host: str
    port: int | None
    user: str | None
    password: str | None
    database: str
    query: str

    def __repr__(self) -> str:
        return f"Address({self.shown})"

    @property
    def shown(self) -> str:
        """The URL without user and password."""
        port = f":{self.port}" if self.port else ""
        return f"{self.scheme}://{self.host or 'socket'}{port}/{self.database}"
