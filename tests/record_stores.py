"""The three storages, opened on something fresh, for tests that hold for each of them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from verity.contracts.base import Json
from verity.contracts.run import Step
from verity.core.ports import CheckpointStorage
from verity.store.jsonl import JsonlCheckpointStorage
from verity.store.state import open_store

DATABASES = ("sqlite", pytest.param("postgres", marks=pytest.mark.postgres))
KINDS = (*DATABASES, "jsonl")
_MIGRATED: list[bytes] = []
NOON = datetime(2025, 12, 20, 12, tzinfo=UTC)


def step(number: int, conversation: str = "c1", **changes: object) -> Step:
    """One recorded call, each different from the next."""
    known: Json = {
        "checkpoint_id": f"{conversation}-{number}",
        "conversation_id": conversation,
        "tool": "run_table_query@1.1",
        "input": {"query": {"metrics": ["orders.revenue"], "limit": number}},
        "output": {"rows": [[number, "12.50", None, 1.5]], "text": "año ✓"},
        "status": "ok",
        "timestamp": NOON + timedelta(seconds=number),
        "agent": "data_analyst",
        "principal": {"id": "ana", "roles": ["viewer"], "attributes": {"region": "EU"}, "kind": "user"},
        "policy_hash": "p" * 64,
        "dictionary_hash": "d" * 64,
        "data_version": f"v{number}",
        "today": date(2025, 12, 20),
        "trace": {"elapsed_ms": number, "sql": "SELECT 1"},
    }
    return Step.model_validate({**known, **changes})


@dataclass(frozen=True)
class Place:
    """Where a storage lies, and how to open it (again)."""

    kind: str
    location: str
    open: Callable[[], CheckpointStorage]


@contextmanager
def place_of(kind: str, folder: Path, request: pytest.FixtureRequest) -> Iterator[Place]:
    """A fresh place of that kind."""
    if kind == "jsonl":
        path = folder / "checkpoints.jsonl"
        yield Place(kind, str(path), lambda: JsonlCheckpointStorage(path))
        return
    location = _empty_file(folder) if kind == "sqlite" else request.getfixturevalue("record_postgres")
    opened = []

    def open_one() -> CheckpointStorage:
        opened.append(open_store(location))
        return opened[-1].checkpoints

    try:
        yield Place(kind, location, open_one)
    finally:
        for store in opened:
            store.close()


def _empty_file(folder: Path) -> str:
    """A SQLite record as its first opening leaves it, copied: migrating again and again is slow."""
    path = folder / "state.db"
    if not _MIGRATED:
        open_store(path).close()
        _MIGRATED.append(path.read_bytes())
    path.write_bytes(_MIGRATED[0])
    return str(path)


def wiped(url: str) -> str:
    """The database with a record as empty as after its first opening."""
    import psycopg

    with psycopg.connect(url) as server:
        server.execute("SET session_replication_role = replica")
        if server.execute("SELECT to_regclass('verity_state.checkpoints')").fetchone() != (None,):
            for table in ("checkpoints", "payloads", "anchors", "conversations"):
                server.execute(f"DELETE FROM verity_state.{table}")
            server.execute("INSERT INTO verity_state.anchors VALUES ('conversations', 0, repeat('0', 64))")
    return url
