"""Conversations, anchors, payloads and checkpoints, with the triggers that make them append-only.

* conversations and checkpoints: no UPDATE, no DELETE.
* anchors: forward only, one step at a time; no DELETE.
* payloads: content may only be erased (to NULL, with the time of it); no DELETE.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None

_GENESIS = "0" * 64

_ADVANCES = "NEW.chain = OLD.chain AND NEW.length = OLD.length + 1"
_ERASES = (
    "NEW.hash = OLD.hash AND OLD.state <> 'erased' AND NEW.state = 'erased' "
    "AND NEW.content IS NULL AND NEW.erased_at IS NOT NULL"
)
_UPDATES_ALLOWED = {"conversations": None, "checkpoints": None, "anchors": _ADVANCES, "payloads": _ERASES}


def upgrade() -> None:
    """Create the record."""
    _conversations()
    _payloads()
    _checkpoints()
    for statement in _postgres_triggers() if op.get_bind().dialect.name == "postgresql" else _sqlite_triggers():
        op.execute(statement)


def _conversations() -> None:
    op.create_table(
        "conversations",
        sa.Column("conversation_id", sa.Text, primary_key=True),
        sa.Column("ordinal", sa.Integer, nullable=False, unique=True),
        sa.Column("started_at", sa.Text, nullable=False),
        sa.Column("previous_hash", sa.Text, nullable=False),
        sa.Column("chain_hash", sa.Text, nullable=False),
    )
    anchors = op.create_table(
        "anchors",
        sa.Column("chain", sa.Text, primary_key=True),
        sa.Column("length", sa.Integer, nullable=False),
        sa.Column("head", sa.Text, nullable=False),
    )
    op.bulk_insert(anchors, [{"chain": "conversations", "length": 0, "head": _GENESIS}])


def _payloads() -> None:
    op.create_table(
        "payloads",
        sa.Column("hash", sa.Text, primary_key=True),
        sa.Column("state", sa.Text, nullable=False),
        sa.Column("content", sa.Text),
        sa.Column("erased_at", sa.Text),
        sa.CheckConstraint("state in ('whole', 'over_cap', 'erased')", name="payload_state"),
    )


def _checkpoints() -> None:
    op.create_table(
        "checkpoints",
        sa.Column("checkpoint_id", sa.Text, primary_key=True),
        sa.Column("conversation_id", sa.Text, sa.ForeignKey("conversations.conversation_id"), nullable=False),
        sa.Column("seq", sa.Integer, nullable=False),
        sa.Column("tool", sa.Text, nullable=False),
        sa.Column("input_hash", sa.Text, sa.ForeignKey("payloads.hash"), nullable=False),
        sa.Column("output_hash", sa.Text, sa.ForeignKey("payloads.hash"), nullable=False),
        sa.Column("trace_hash", sa.Text, sa.ForeignKey("payloads.hash"), nullable=False),
        sa.Column("status", sa.Text, nullable=False),
        sa.Column("timestamp", sa.Text, nullable=False),
        sa.Column("agent", sa.Text, nullable=False),
        sa.Column("principal", sa.Text, nullable=False),
        sa.Column("policy_hash", sa.Text),
        sa.Column("dictionary_hash", sa.Text),
        sa.Column("data_version", sa.Text),
        sa.Column("today", sa.Text, nullable=False),
        sa.Column("deterministic", sa.Integer, nullable=False),
        sa.Column("content_hash", sa.Text, nullable=False),
        sa.Column("previous_hash", sa.Text, nullable=False),
        sa.Column("chain_hash", sa.Text, nullable=False),
        sa.UniqueConstraint("conversation_id", "seq", name="one_place"),
        sa.CheckConstraint("status in ('ok', 'error', 'timeout')", name="checkpoint_status"),
    )


def _sqlite_triggers() -> list[str]:
    made = []
    for table, allowed in _UPDATES_ALLOWED.items():
        when = f"WHEN NOT ({allowed})" if allowed else ""
        made.append(
            f"CREATE TRIGGER {table}_update BEFORE UPDATE ON {table} {when} "
            f"BEGIN SELECT RAISE(ABORT, 'verity: {table} are immutable'); END"
        )
        made.append(
            f"CREATE TRIGGER {table}_delete BEFORE DELETE ON {table} "
            f"BEGIN SELECT RAISE(ABORT, 'verity: {table} are immutable'); END"
        )
    return made


def _postgres_triggers() -> list[str]:
    made = [
        "CREATE FUNCTION verity_refuse() RETURNS trigger LANGUAGE plpgsql AS "
        "$$ BEGIN RAISE EXCEPTION 'verity: % are immutable', TG_TABLE_NAME; END $$"
    ]
    for table, allowed in _UPDATES_ALLOWED.items():
        when = f"WHEN (NOT ({allowed}))" if allowed else ""
        run = "EXECUTE FUNCTION verity_refuse()"
        made.append(f"CREATE TRIGGER {table}_update BEFORE UPDATE ON {table} FOR EACH ROW {when} {run}")
        made.append(f"CREATE TRIGGER {table}_delete BEFORE DELETE ON {table} FOR EACH ROW {run}")
        made.append(f"CREATE TRIGGER {table}_truncate BEFORE TRUNCATE ON {table} FOR EACH STATEMENT {run}")
    return made
