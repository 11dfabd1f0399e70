"""One Scout at scale 1, made once for all tests of this folder, and its raw transactions in DuckDB."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb
import pytest

from verity.samples.project import generate
from verity.samples.truth import ScoutTruth


@dataclass(frozen=True)
class Scout:
    data: Path
    truth: ScoutTruth
    db: duckdb.DuckDBPyConnection

    def one(self, sql: str) -> Any:
        row = self.db.execute(sql).fetchone()
        assert row is not None
        return row[0]

    def all(self, sql: str) -> list[Any]:
        return self.db.execute(sql).fetchall()


@pytest.fixture(scope="session")
def scout(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Scout]:
    data = tmp_path_factory.mktemp("scout") / "data"
    truth = generate(data)
    db = duckdb.connect()
    db.execute(f"CREATE TABLE raw AS SELECT * FROM read_parquet('{data}/transactions/*.parquet')")
    for name in ("branches", "customers", "expenses", "vendors"):
        db.execute(f"CREATE TABLE {name} AS SELECT * FROM read_csv('{data}/{name}.csv')")
    db.execute(f"CREATE TABLE deliveries AS SELECT * FROM read_ndjson('{data}/products.jsonl')")
    db.execute(
        "CREATE VIEW products AS SELECT * FROM deliveries QUALIFY "
        "row_number() OVER (PARTITION BY product_id ORDER BY updated_at DESC) = 1"
    )
    # Hand-written and apart from the dbt models: the rows that break no rule.
    db.execute("""
        CREATE TABLE valid AS
        SELECT raw.*, products.category AS true_category FROM raw JOIN products USING (product_id)
        WHERE transaction_id IS NOT NULL AND transaction_ts < TIMESTAMP '2026-01-01' AND amount > 0
          AND lower(trim(raw.category)) IN (SELECT lower(category) FROM products)
        QUALIFY row_number() OVER (PARTITION BY transaction_id ORDER BY transaction_ts) = 1
    """)
    yield Scout(data, truth, db)
    db.close()
