from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.postgres_server import fresh_database
from tests.record_stores import DATABASES, KINDS, Place, place_of, wiped


@pytest.fixture(scope="session")
def _one_postgres(postgres_server: str) -> Iterator[str]:
    with fresh_database(postgres_server) as url:
        yield url


@pytest.fixture
def record_postgres(_one_postgres: str) -> str:
    """A PostgreSQL database with an empty record."""
    return wiped(_one_postgres)


@pytest.fixture(params=KINDS)
def place(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Place]:
    """Each storage in turn, on something fresh."""
    with place_of(request.param, tmp_path, request) as found:
        yield found


@pytest.fixture(params=DATABASES)
def database_place(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Place]:
    """Each database in turn."""
    with place_of(request.param, tmp_path, request) as found:
        yield found


@pytest.fixture
def file_place(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Place]:
    """The JSON-lines storage."""
    with place_of("jsonl", tmp_path, request) as found:
        yield found
