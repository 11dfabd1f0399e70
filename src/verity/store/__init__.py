"""Verity's own state: conversations and checkpoints, in SQLite, PostgreSQL or (development) JSON lines.

Promises: what `save` acknowledged survives kill -9; the record is append-only by the database's own triggers, hashed
and chained, and `verify()` finds what was touched in spite of them.
Read first: `state.py` (open a store), then `checkpoints.py`.
May import: `verity.core`, contracts, exceptions, SQLAlchemy, Alembic (only when a migration is due).

    store = open_store(project / ".verity" / "state.db")
    checkpoint = store.checkpoints.save(step)
    assert store.checkpoints.verify() == ()
"""
