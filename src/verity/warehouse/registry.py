"""Which engine a project has: the one place that names them."""

from __future__ import annotations

from pathlib import Path

from verity.exceptions import ConfigInvalid, MissingExtra, did_you_mean
from verity.warehouse.engine import Engine
from verity.warehouse.settings import WarehouseSettings

ENGINES = ("duckdb", "postgres", "clickhouse", "spark")


def open_engine(settings: WarehouseSettings, project: Path) -> Engine:
    """The engine of the project's settings; nothing is connected until it is used.

    Raises `ConfigInvalid` (unknown engine, no url), `MissingExtra` (a driver is not installed)."""
    if settings.engine == "duckdb":
        from verity.warehouse.engines.duckdb.engine import DuckDBEngine

        return DuckDBEngine(project, settings)
    if settings.engine == "postgres":
        try:
            from verity.warehouse.engines.postgres.engine import PostgresEngine
        except ModuleNotFoundError as missing:
            raise MissingExtra("postgres", "The PostgreSQL warehouse") from missing
        return PostgresEngine(project, settings)
    if settings.engine == "clickhouse":
        try:
            from verity.warehouse.engines.clickhouse.engine import ClickHouseEngine
        except ModuleNotFoundError as missing:
            raise MissingExtra("clickhouse", "ClickHouse") from missing
        return ClickHouseEngine(project, settings)
    if settings.engine == "spark":
        try:
            from verity.warehouse.engines.spark.engine import SparkEngine
        except ModuleNotFoundError as missing:
            raise MissingExtra("spark", "Spark") from missing
        return SparkEngine(project, settings)
    guess = did_you_mean(settings.engine, ENGINES)
    raise ConfigInvalid(
        f"'{settings.engine}' is no engine." + (f" Did you mean {guess}?" if guess else ""),
        remedy=f"Set [warehouse] engine in verity.toml to one of {', '.join(ENGINES)}.",
    )
