"""Each test of this folder runs once for each engine; an engine is filled once a file."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.conformance.semantic.stands import Stand, engines_here, opened


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """PySpark warns of pandas 3, and leaves its sockets to the collector."""
    for item in items:
        if "[spark" in item.name:
            for warning in ("FutureWarning", "ResourceWarning", "pytest.PytestUnraisableExceptionWarning"):
                item.add_marker(pytest.mark.filterwarnings(f"ignore::{warning}"))


@pytest.fixture(scope="module")
def reference(tmp_path_factory: pytest.TempPathFactory, postgres_server: str) -> Iterator[Stand]:
    """DuckDB, whose rows the others are held against."""
    with opened("duckdb", tmp_path_factory.mktemp("reference"), postgres_server) as stand:
        yield stand


@pytest.fixture(scope="module", params=engines_here())
def stand(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory, postgres_server: str
) -> Iterator[Stand]:
    """One engine after the other."""
    with opened(request.param, tmp_path_factory.mktemp("engine"), postgres_server) as stand:
        yield stand
