"""Databases as sources, opened by URL.

The URL says which: postgresql:// (ADBC, extra `postgres`), mysql:// and mariadb:// (extra `databases`), sqlite:/// and
duckdb:/// (no extra). One file a kind in `drivers/`; each translates its vendor's errors and never shows a password.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from urllib.parse import unquote, urlsplit

from verity.exceptions import SourceFormatUnknown, SourceNotFound
from verity.ingest.database import Address, Database

SCHEMES = {
    "postgresql": "postgres",
    "postgres": "postgres",
    "mysql": "mysql",
    "mariadb": "mysql",
    "sqlite": "sqlite",
    "duckdb": "duckdb",
}
FILE_SCHEMES = frozenset({"sqlite", "duckdb"})
"""Schemes that name a file, not a server."""


def is_database_url(text: str) -> bool:
    """True where the text begins with the scheme of a database."""
    return text.split("://", 1)[0].split("+", 1)[0].lower() in SCHEMES and "://" in text


def open_database(url: str, base: Path) -> Database:
    """The database that a URL names; a file path in it counts from `base`. Nothing connects yet.

    Raises `SourceFormatUnknown` for a URL that cannot be read, `SourceNotFound` for a missing file.
    """
    if not is_database_url(url):
        raise SourceFormatUnknown(
            "the source's URL names no database that Verity reads",
            remedy="It is a whole URL, such as postgresql://USER:PASSWORD@HOST:5432/DATABASE.",
        )
    kind = SCHEMES[url.split("://", 1)[0].split("+", 1)[0].lower()]
    return _DRIVERS[kind](url, base)


def read_address(url: str) -> Address:
    """The parts of a server's URL. Raises `SourceFormatUnknown`; the message holds no part that may be secret."""
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        raise _unreadable_url(url) from None
    by_socket = SCHEMES[parts.scheme.split("+", 1)[0].lower()] == "postgres" and "host=" in parts.query
    if not (parts.hostname or by_socket) or not parts.path.strip("/") or "@" in parts.path:
        raise _unreadable_url(url)
    return Address(
        scheme=parts.scheme.split("+", 1)[0].lower(), host=parts.hostname or "", port=port,
        user=unquote(parts.username) if parts.username is not None else None,
        password=unquote(parts.password) if parts.password is not None else None,
        database=unquote(parts.path.strip("/")), query=parts.query,
    )  # fmt: skip


def read_file_url(url: str, base: Path) -> Path:
    """The file that `sqlite:///path` or `duckdb:///path` names. Raises `SourceNotFound`."""
    text = unquote(url.split("://", 1)[1].split("?", 1)[0])
    written = Path(text[1:] if text.startswith("/") else text).expanduser()
    path = written if written.is_absolute() else base / written
    if not path.is_file() and Path(text).is_file():
        path = Path(text)  # three slashes and an absolute path, as many write it
    if not path.is_file():
        raise SourceNotFound(f"{path}: no such database file", remedy="Write it as sqlite:///path or duckdb:///path.")
    return path


def _unreadable_url(url: str) -> SourceFormatUnknown:
    scheme = url.split("://", 1)[0]
    return SourceFormatUnknown(
        f"the {scheme} URL cannot be read",
        remedy=f"Write {scheme}://USER:PASSWORD@HOST:PORT/DATABASE; signs such as @ : / in a password as %40 %3A %2F.",
    )


def _postgres(url: str, base: Path) -> Database:  # noqa: ARG001  # the four share one shape
    from verity.ingest.drivers.postgres import PostgresSource

    return PostgresSource(url, read_address(url))


def _mysql(url: str, base: Path) -> Database:  # noqa: ARG001  # the four share one shape
    from verity.ingest.drivers.mysql import MysqlSource

    return MysqlSource(url, read_address(url))


def _sqlite(url: str, base: Path) -> Database:
    from verity.ingest.drivers.sqlite import SqliteSource

    return SqliteSource(read_file_url(url, base))


def _duckdb(url: str, base: Path) -> Database:
    from verity.ingest.drivers.duckdb import DuckdbSource

    return DuckdbSource(read_file_url(url, base))


_DRIVERS: dict[str, Callable[[str, Path], Database]] = {
    "postgres": _postgres, "mysql": _mysql, "sqlite": _sqlite, "duckdb": _duckdb
}  # fmt: skip
