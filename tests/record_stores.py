"""The three storages, opened on something fresh, for tests that hold for each of them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from uuid import uuid4

import pytest

from verity.contracts.base import Json
from verity.contracts.run import Step
from verity.core.ports import CheckpointStorage
from verity.store.jsonl import JsonlCheckpointStorage
from verity.store.state import open_store

LOCAL_SERVER = "postgresql://postgres@127.0.0.1:5432/postgres"
KINDS = ("sqlite", "jsonl", pytest.param("postgres", marks=pytest.mark.postgres))
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
    """A fresh place of that kind; skips PostgreSQL where no server answers."""
    if kind == "jsonl":
        path = folder / "checkpoints.jsonl"
        yield Place(kind, str(path), lambda: JsonlCheckpointStorage(path))
        return
    with _database(kind, folder, request) as location:
        opened = []

        def open_one() -> CheckpointStorage:
            opened.append(open_store(location))
            return opened[-1].checkpoints

        try:
            yield Place(kind, location, open_one)
        finally:
            for store in opened:
                store.close()


@contextmanager
def _database(kind: str, folder: Path, request: pytest.FixtureRequest) -> Iterator[str]:
    if kind == "sqlite":
        yield str(folder / "state.db")
        return
    with fresh_postgres(request) as url:
        yield url


@contextmanager
def fresh_postgres(request: pytest.FixtureRequest) -> Iterator[str]:
    """A new, empty database on the tests' server, dropped after."""
    import psycopg

    server = _server(request)
    name = f"verity_record_{uuid4().hex[:12]}"
    try:
        admin = psycopg.connect(server, autocommit=True, connect_timeout=3)
    except psycopg.OperationalError as error:
        pytest.skip(f"no PostgreSQL answers: {type(error).__name__}")
    with admin:
        admin.execute(f'CREATE DATABASE "{name}"')
        try:
            yield server.rsplit("/", 1)[0] + f"/{name}"
        finally:
            admin.execute(f'DROP DATABASE "{name}" WITH (FORCE)')


def _server(request: pytest.FixtureRequest) -> str:
    """The suite's own server where it has one, else one that runs on this machine."""
    try:
        url: str = request.getfixturevalue("postgres_url")
    except pytest.FixtureLookupError:
        return LOCAL_SERVER
    return url.replace("postgresql+psycopg://", "postgresql://")
