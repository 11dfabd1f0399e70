"""Where a project's chDB lies, by the address in its settings."""

from __future__ import annotations

from pathlib import Path
from urllib.parse import unquote, urlsplit

from verity.exceptions import ConfigInvalid

SCHEME = "chdb"


def root_of(project: Path, url: str | None) -> Path:
    """The folder. `chdb:` or none: `.verity/clickhouse`; `chdb:///folder`: that one. Raises `ConfigInvalid`."""
    if url is None:
        return project / ".verity" / "clickhouse"
    parts = urlsplit(url)
    if parts.scheme != SCHEME or parts.netloc:
        raise ConfigInvalid(
            "the warehouse url is no chDB address; a ClickHouse server over HTTP is not built yet",
            remedy="Leave [warehouse] url out, or write it as chdb:///folder.",
        )
    return Path(unquote(parts.path)) if parts.path else project / ".verity" / "clickhouse"
