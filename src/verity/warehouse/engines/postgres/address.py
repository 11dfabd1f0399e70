"""The server's address: what is connected to, and what may be shown of it."""

from __future__ import annotations

import os
import socket
from dataclasses import dataclass, field

import psycopg
from psycopg.conninfo import conninfo_to_dict

from verity.exceptions import ConfigInvalid
from verity.warehouse.engines.postgres.faults import translated

_CONNECT_SECONDS = 10


@dataclass(frozen=True)
class Address:
    """A database URL. Only `shown` may enter a message."""

    url: str = field(repr=False)
    shown: str

    @classmethod
    def of(cls, url: str | None) -> Address:
        """Parse a URL. Raises `ConfigInvalid` where it is missing or no PostgreSQL URL; never repeats it."""
        remedy = "Set [warehouse] url in verity.toml, as postgresql://user@host:5432/database."
        if not url:
            raise ConfigInvalid("the PostgreSQL warehouse has no url", remedy=remedy)
        try:
            parts = conninfo_to_dict(url)
        except psycopg.Error:
            raise ConfigInvalid("the warehouse url is not a PostgreSQL URL", remedy=remedy) from None
        host = parts.get("host") or "localhost"
        port = f":{parts['port']}" if parts.get("port") else ""
        return cls(url, f"{host}{port}/{parts.get('dbname') or parts.get('user') or ''}")

    def connect(self, role: str) -> psycopg.Connection:
        """A connection in autocommit mode for the writer. `role` says in the server's lists what it is for."""
        with translated("connecting to the warehouse", self.shown):
            parts = conninfo_to_dict(self.url)
            return psycopg.connect(
                self.url,
                autocommit=True,
                connect_timeout=int(parts.get("connect_timeout") or _CONNECT_SECONDS),
                application_name=f"verity {role} {os.getpid()}@{socket.gethostname()}"[:63],
                options=f"{parts.get('options') or ''} -c timezone=UTC -c client_min_messages=warning".strip(),
            )
