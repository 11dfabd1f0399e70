"""What the warehouse needs to know; `verity.config` has a section of the same fields."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

DuckDBConfig = dict[str, str | bool | int | float | list[str]]
"""What `duckdb.connect` takes."""


class WarehouseSettings(Protocol):
    """Read-only view of the `[warehouse]` section."""

    @property
    def engine(self) -> str:
        """`duckdb`, `postgres`, `clickhouse` or `spark`."""
        ...

    @property
    def url(self) -> str | None:
        """Where a server engine lies; None for DuckDB, and for chDB and Spark in their usual place."""
        ...

    @property
    def memory_limit(self) -> str | None:
        """DuckDB's memory, such as `2GB`; None = DuckDB's default of 80 % of the machine."""
        ...

    @property
    def threads(self) -> int | None:
        """DuckDB's threads; None = every core."""
        ...

    @property
    def query_seconds(self) -> float:
        """A statement's longest time where the caller gives none."""
        ...

    @property
    def row_cap(self) -> int:
        """Most rows of one result where the caller gives no cap of its own."""
        ...


@dataclass(frozen=True)
class Settings:
    """The defaults, for tests and tools that have no configuration file."""

    engine: str = "duckdb"
    url: str | None = None
    memory_limit: str | None = None
    threads: int | None = None
    query_seconds: float = 30.0
    row_cap: int = 100_000


UNSOUND_OPTIMIZERS = "common_subplan"
"""Rewrites of DuckDB that were seen to give wrong rows, and are off wherever the warehouse is read or built.

`common_subplan` of 1.5.5 reads a shared part of a plan without columns that `column_lifetime` took away: a count joined
over a self join was 1 for 2 (tests/unit/warehouse/test_wrong_optimizers.py, which fails once DuckDB is right)."""


def duckdb_limits(settings: WarehouseSettings) -> DuckDBConfig:
    """Memory, threads and what is off, as DuckDB's configuration names them; what is not set keeps DuckDB's default."""
    limits = {"memory_limit": settings.memory_limit, "threads": settings.threads}
    set_ = {name: str(value) for name, value in limits.items() if value}
    return {**set_, "disabled_optimizers": UNSOUND_OPTIMIZERS}
