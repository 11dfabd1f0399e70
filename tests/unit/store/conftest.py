from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.record_stores import KINDS, Place, place_of


@pytest.fixture(params=KINDS)
def place(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Place]:
    """Each storage in turn, on something fresh."""
    with place_of(request.param, tmp_path, request) as found:
        yield found
