from __future__ import annotations

import pytest
from reading_shops import Reader, marketplace


@pytest.fixture(scope="session")
def market() -> Reader:
    return marketplace()
