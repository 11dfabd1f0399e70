"""What every test may use: a PostgreSQL database, quick or thorough properties, and no way to the network."""

from __future__ import annotations

import ipaddress
import os
import socket
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import HealthCheck, settings

from tests.postgres_server import fresh_database, server_url

settings.register_profile("quick", deadline=None, max_examples=50, suppress_health_check=[HealthCheck.too_slow])
settings.register_profile("soak", deadline=None, max_examples=5_000, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "quick"))


@pytest.fixture(scope="session")
def postgres_server(tmp_path_factory: pytest.TempPathFactory) -> str:
    """The URL of a running PostgreSQL, shared by the workers of one test run."""
    base = tmp_path_factory.getbasetemp()
    return server_url(base.parent if os.environ.get("PYTEST_XDIST_WORKER") else base)


@pytest.fixture
def postgres_url(postgres_server: str) -> Iterator[str]:
    """The URL of an empty database, this test's alone."""
    with fresh_database(postgres_server) as url:
        yield url


@pytest.fixture(scope="session", autouse=True)
def _loopback_only() -> Iterator[None]:
    """Python code of a test that connects beyond this machine fails at once, naming where it wanted to go."""
    with pytest.MonkeyPatch.context() as patch:
        for name in ("connect", "connect_ex"):
            patch.setattr(socket.socket, name, _guarded(getattr(socket.socket, name)))
        patch.setattr(socket, "getaddrinfo", _guarded_lookup(socket.getaddrinfo))
        yield


def _guarded(original: Any) -> Any:
    def connect(self: socket.socket, address: Any) -> Any:
        if self.family in (socket.AF_INET, socket.AF_INET6):
            _refuse_beyond_loopback(address[0])
        return original(self, address)

    return connect


def _guarded_lookup(original: Any) -> Any:
    def getaddrinfo(host: Any, *args: Any, **named: Any) -> Any:
        _refuse_beyond_loopback(host)
        return original(host, *args, **named)

    return getaddrinfo


def _refuse_beyond_loopback(host: Any) -> None:
    name = host.decode() if isinstance(host, bytes) else str(host or "localhost")
    try:
        is_near = ipaddress.ip_address(name).is_loopback or ipaddress.ip_address(name).is_unspecified
    except ValueError:
        is_near = name == "localhost"
    if not is_near:
        pytest.fail(f"a test wanted to reach {name}: tests stay on loopback")
