"""The tables of the record. `migrations/` creates them; a test holds the two against each other."""

from __future__ import annotations

from typing import Final

from sqlalchemy import CheckConstraint, Column, ForeignKey, Integer, MetaData, Table, Text, UniqueConstraint

REVISIONS: Final = ("0001",)
"""Every migration, oldest first. The last one is what this code reads and writes."""

METADATA = MetaData()

conversations = Table(
    "conversations",
    METADATA,
    Column("conversation_id", Text, primary_key=True),
    Column("ordinal", Integer, nullable=False, unique=True),
    Column("started_at", Text, nullable=False),
    Column("previous_hash", Text, nullable=False),
    Column("chain_hash", Text, nullable=False),
)

anchors = Table(
    "anchors",
    METADATA,
    Column("chain", Text, primary_key=True),
    Column("length", Integer, nullable=False),
    Column("head", Text, nullable=False),
)

payloads = Table(
    "payloads",
    METADATA,
    Column("hash", Text, primary_key=True),
    Column("state", Text, nullable=False),
    Column("content", Text),
    Column("erased_at", Text),
    CheckConstraint("state in ('whole', 'over_cap', 'erased')", name="payload_state"),
)

checkpoints = Table(
    "checkpoints",
    METADATA,
    Column("checkpoint_id", Text, primary_key=True),
    Column("conversation_id", Text, ForeignKey("conversations.conversation_id"), nullable=False),
    Column("seq", Integer, nullable=False),
    Column("tool", Text, nullable=False),
    Column("input_hash", Text, ForeignKey("payloads.hash"), nullable=False),
    Column("output_hash", Text, ForeignKey("payloads.hash"), nullable=False),
    Column("trace_hash", Text, ForeignKey("payloads.hash"), nullable=False),
    Column("status", Text, nullable=False),
    Column("timestamp", Text, nullable=False),
    Column("agent", Text, nullable=False),
    Column("principal", Text, nullable=False),
    Column("policy_hash", Text),
    Column("dictionary_hash", Text),
    Column("data_version", Text),
    Column("today", Text, nullable=False),
    Column("deterministic", Integer, nullable=False),
    Column("content_hash", Text, nullable=False),
    Column("previous_hash", Text, nullable=False),
    Column("chain_hash", Text, nullable=False),
    UniqueConstraint("conversation_id", "seq", name="one_place"),
    CheckConstraint("status in ('ok', 'error', 'timeout')", name="checkpoint_status"),
)
