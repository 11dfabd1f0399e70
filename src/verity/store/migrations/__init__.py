"""Alembic migrations of the record, run by `verity.store.migrate` on a connection that it locked.

Promises: a released migration never changes; a new one is added to `versions/` and to `tables.REVISIONS`.
Read first: `versions/v0001_record.py`.
May import: Alembic, SQLAlchemy.

    alembic.command.upgrade(config, "head")   # config.attributes["connection"] is an open, locked connection
"""
