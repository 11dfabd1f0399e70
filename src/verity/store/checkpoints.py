"""Checkpoints in SQLite or PostgreSQL: append-only rows, content-addressed payloads, chains with anchors."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any, Final

from sqlalchemy import Connection, RowMapping, Select, insert, select, update

from verity.contracts.run import ChainFault, Checkpoint, Step
from verity.core.hashing import GENESIS, sha256
from verity.core.sealing import PAYLOADS, Row, Sealed, check_id, instant, open_conversation, placed, seal, unseal
from verity.exceptions import ConversationNotFound, RecordError
from verity.store.audit import CONVERSATIONS_CHAIN, Anchor, PayloadState, audit, conversation_chain, number
from verity.store.database import Database
from verity.store.tables import anchors, checkpoints, conversations, payloads

PAYLOAD_CAP: Final = 32 * 2**20
"""Bytes of canonical JSON that one payload may have; of a larger one only the hash is kept, marked `over_cap`."""


class SqlCheckpointStorage:
    """The record in a database. One save is one transaction; saves to one conversation take their turn."""

    def __init__(self, database: Database, *, payload_cap: int = PAYLOAD_CAP) -> None:
        self._database = database
        self._cap = payload_cap

    def save(self, step: Step) -> Checkpoint:
        """Append a step, durable when this returns. Raises `StateUnavailable`, `DiskFull`, `RecordError`."""
        check_id(step.conversation_id)
        with self._database.write() as connection:
            anchor = _locked(connection, conversation_chain(step.conversation_id))
            if anchor is None:
                anchor = _opened(connection, step)
            sealed = seal(step, anchor.length + 1, anchor.head)
            self._keep_payloads(connection, sealed)
            connection.execute(insert(checkpoints), sealed.row)
            _advance(connection, conversation_chain(step.conversation_id), anchor, str(sealed.row["chain_hash"]))
        return placed(step, sealed)

    def query(self, conversation_id: str) -> tuple[Checkpoint, ...]:
        """The conversation's checkpoints in order; empty where there is none of that id."""
        rows = select(checkpoints).where(checkpoints.c.conversation_id == conversation_id).order_by(checkpoints.c.seq)
        with self._database.read() as connection:
            return _read(connection, [_row(each._mapping) for each in connection.execute(rows)])

    def get(self, checkpoint_id: str) -> Checkpoint | None:
        """One checkpoint by its id."""
        rows = select(checkpoints).where(checkpoints.c.checkpoint_id == checkpoint_id)
        with self._database.read() as connection:
            found = _read(connection, [_row(each._mapping) for each in connection.execute(rows)])
        return found[0] if found else None

    def conversations(self) -> tuple[str, ...]:
        """Every conversation's id, oldest first."""
        ids = select(conversations.c.conversation_id).order_by(conversations.c.ordinal)
        with self._database.read() as connection:
            return tuple(connection.execute(ids).scalars())

    def verify(self) -> tuple[ChainFault, ...]:
        """Hold the whole record against its hashes, chains and anchors, in one moment of it.

        On SQLite the file's own structure too. Raises `StateUnreadable` where it is too damaged to be read.
        """
        with self._database.read() as connection:
            return (*_structure(connection), *self._audited(connection))

    def _audited(self, connection: Connection) -> tuple[ChainFault, ...]:
        return audit(
            conversations=_rows(connection, select(conversations).order_by(conversations.c.ordinal)),
            checkpoints=_rows(
                connection, select(checkpoints).order_by(checkpoints.c.conversation_id, checkpoints.c.seq)
            ),
            anchors={
                each.chain: Anchor(number(each.length), each.head) for each in connection.execute(select(anchors)).all()
            },
            payloads=_payload_states(connection),
        )

    def erase(self, conversation_id: str, at: datetime) -> int:
        """Erase a conversation's payloads that no other conversation shares; hashes and chain stay.

        Returns how many were erased. A payload saved again later stays erased. Raises `ConversationNotFound`.
        """
        with self._database.write() as connection:
            mine = _hashes_of(connection, conversation_id)
            if not mine:
                raise ConversationNotFound(f"no conversation '{conversation_id}'")
            erased = 0
            for digest in sorted(mine - _shared(connection, conversation_id, mine)):
                statement = update(payloads).where(payloads.c.hash == digest, payloads.c.state != "erased")
                changed = connection.execute(statement.values(state="erased", content=None, erased_at=instant(at)))
                erased += changed.rowcount
        return erased

    def _keep_payloads(self, connection: Connection, sealed: Sealed) -> None:
        """In the order of their hashes, so that two writers of the same payloads never wait for each other."""
        rows = [
            {"hash": digest, "state": "whole", "content": content, "erased_at": None}
            if len(content) <= self._cap
            else {"hash": digest, "state": "over_cap", "content": None, "erased_at": None}
            for digest, content in sorted(sealed.payloads.items())
        ]
        if self._database.is_sqlite:
            from sqlalchemy.dialects.sqlite import insert as sqlite_insert

            connection.execute(sqlite_insert(payloads).on_conflict_do_nothing(), rows)
        else:
            from sqlalchemy.dialects.postgresql import insert as postgres_insert  # slow to import, seldom needed

            connection.execute(postgres_insert(payloads).on_conflict_do_nothing(), rows)


def _locked(connection: Connection, chain: str) -> Anchor | None:
    """The anchor of a chain, held until the transaction ends (PostgreSQL; SQLite holds the whole database)."""
    found = connection.execute(
        select(anchors.c.length, anchors.c.head).where(anchors.c.chain == chain).with_for_update()
    ).first()
    return Anchor(number(found.length), found.head) if found else None


def _opened(connection: Connection, step: Step) -> Anchor:
    """Start the conversation, unless another writer did while this one waited for the chain of conversations."""
    everything = _locked(connection, CONVERSATIONS_CHAIN)
    if everything is None:
        raise RecordError("the anchor of all conversations is gone", remedy="Run 'verity doctor' and restore a backup.")
    chain = conversation_chain(step.conversation_id)
    started_meanwhile = _locked(connection, chain)
    if started_meanwhile is not None:
        return started_meanwhile
    row = open_conversation(step.conversation_id, everything.length + 1, step.timestamp, everything.head)
    connection.execute(insert(conversations), row)
    _advance(connection, CONVERSATIONS_CHAIN, everything, str(row["chain_hash"]))
    connection.execute(insert(anchors), {"chain": chain, "length": 0, "head": GENESIS})
    return Anchor(0, GENESIS)


def _advance(connection: Connection, chain: str, anchor: Anchor, head: str) -> None:
    connection.execute(update(anchors).where(anchors.c.chain == chain).values(length=anchor.length + 1, head=head))


def _read(connection: Connection, rows: list[Row]) -> tuple[Checkpoint, ...]:
    wanted = {str(row[f"{name}_hash"]) for row in rows for name in PAYLOADS}
    texts: dict[str, str] = {}
    for part in _parts(sorted(wanted)):
        found = select(payloads.c.hash, payloads.c.content).where(payloads.c.hash.in_(part))
        texts.update({each.hash: each.content for each in connection.execute(found) if each.content is not None})
    return tuple(unseal(row, texts) for row in rows)


def _parts(hashes: list[str], size: int = 500) -> Iterable[list[str]]:
    return (hashes[start : start + size] for start in range(0, len(hashes), size))


def _rows(connection: Connection, statement: Select[Any]) -> list[Row]:
    return [_row(each._mapping) for each in connection.execute(statement)]


def _row(mapping: RowMapping) -> Row:
    return {str(name): value for name, value in mapping.items()}


def _payload_states(connection: Connection) -> dict[str, PayloadState]:
    states: dict[str, PayloadState] = {}
    for each in connection.execute(select(payloads)):
        content = each.content if isinstance(each.content, str) and each.content.isascii() else None
        intact = content is not None and sha256(content) == each.hash
        absent = each.content is None and (each.state == "over_cap" or (each.state == "erased" and each.erased_at))
        states[each.hash] = PayloadState.WHOLE if intact else PayloadState.ABSENT if absent else PayloadState.TOUCHED
        if intact and (each.state != "whole" or each.erased_at is not None):
            states[each.hash] = PayloadState.TOUCHED
    return states


def _structure(connection: Connection) -> tuple[ChainFault, ...]:
    if connection.dialect.name != "sqlite":
        return ()
    said = connection.exec_driver_sql("PRAGMA integrity_check(1)").scalar()
    message = "the file's pages or indexes do not fit together"
    return () if said == "ok" else (ChainFault(kind="edited", conversation_id="", message=message),)


def _hashes_of(connection: Connection, conversation_id: str) -> set[str]:
    columns = [checkpoints.c[f"{name}_hash"] for name in PAYLOADS]
    found = connection.execute(select(*columns).where(checkpoints.c.conversation_id == conversation_id))
    return {digest for row in found for digest in row}


def _shared(connection: Connection, conversation_id: str, hashes: set[str]) -> set[str]:
    shared: set[str] = set()
    for part in _parts(sorted(hashes)):
        for name in PAYLOADS:
            column = checkpoints.c[f"{name}_hash"]
            others = select(column).where(checkpoints.c.conversation_id != conversation_id, column.in_(part))
            shared.update(connection.execute(others).scalars())
    return shared
