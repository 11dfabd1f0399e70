"""Each test of this folder runs once for each engine."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.conformance.engines.stands import Stand, duckdb_stand, postgres_stand
from verity.warehouse.engine import Engine


@pytest.fixture(params=["duckdb", pytest.param("postgres", marks=pytest.mark.postgres)])
def stand(request: pytest.FixtureRequest, tmp_path: Path) -> Stand:
    """One engine on an empty project."""
    if request.param == "duckdb":
        return duckdb_stand(tmp_path)
    return postgres_stand(tmp_path, request.getfixturevalue("postgres_url"))


@pytest.fixture
def engine(stand: Stand) -> Iterator[Engine]:
    """The engine, open."""
    opened = stand.open()
    yield opened
    opened.close()
