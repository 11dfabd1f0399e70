"""Bring the record's tables up to this code's version; Alembic is imported only when there is something to do."""

from __future__ import annotations

from pathlib import Path

from sqlalchemy import Connection, inspect, text

from verity.exceptions import StateNewer, StateUnreadable
from verity.store.database import POSTGRES_SCHEMA, Database, lock_for_migration
from verity.store.tables import REVISIONS


def bring_up_to_date(database: Database) -> None:
    """Migrate where the version row is behind. Raises `StateNewer` where it is ahead, `StateUnreadable` where the
    tables belong to something else."""
    with database.read() as connection:
        found = _version(connection)
    if _is_current(found, database.where):
        return
    with database.write() as connection:
        lock_for_migration(connection)
        if not _is_current(_version(connection), database.where):
            _upgrade(connection)


def _is_current(found: str | None, where: str) -> bool:
    if found is not None and found not in REVISIONS:
        raise StateNewer(
            f"{where} was written by a newer Verity (its version is {found}, this one knows {REVISIONS[-1]})",
            remedy="Update Verity, or restore a backup made by this version.",
        )
    return found == REVISIONS[-1]


def _version(connection: Connection) -> str | None:
    """The version row; None for an empty database. One statement where everything is in place."""
    if connection.dialect.name == "postgresql":
        exists = connection.execute(text("SELECT to_regclass('alembic_version')")).scalar() is not None
    else:
        named = text("SELECT 1 FROM sqlite_master WHERE type = 'table' AND name = 'alembic_version'")
        exists = connection.execute(named).scalar() is not None
    if exists:
        version: str | None = connection.execute(text("SELECT version_num FROM alembic_version")).scalar()
        return version
    schema = POSTGRES_SCHEMA if connection.dialect.name == "postgresql" else None
    strangers = inspect(connection).get_table_names(schema=schema)
    if strangers:
        raise StateUnreadable(
            f"the database holds tables of something else ({', '.join(sorted(strangers)[:3])})",
            remedy="Give [state] url a database or file of its own.",
        )
    return None


def _upgrade(connection: Connection) -> None:
    from alembic import command
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations").replace("%", "%%"))
    config.attributes["connection"] = connection
    command.upgrade(config, "head")
