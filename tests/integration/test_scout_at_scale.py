"""The whole sample, generated, synced and built through the workbench, is right to the cent at any scale.

VERITY_SCOUT_SCALE sets the scale: 1 (250,000 transactions) in `make test`, 100 (25 million, about 10 GB of disk while
it builds) in `make soak SUITE=scout`. What each step took is printed as `told: {...}`.
"""

from __future__ import annotations

import json
import os
import resource
import shutil
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

import verity
from verity.bootstrap import make_demo
from verity.config import load_settings
from verity.contracts.metric import MetricQuery
from verity.samples.project import TRUTH_FILE
from verity.samples.truth import ScoutTruth
from verity.warehouse.engine import Engine
from verity.warehouse.registry import open_engine

SCALE = int(os.environ.get("VERITY_SCOUT_SCALE", "1"))
SECONDS = 600.0  # of one statement of these tests, which read every row

pytestmark = [
    pytest.mark.slow,
    pytest.mark.timeout(240 + 60 * SCALE),
    pytest.mark.filterwarnings("ignore"),  # dbt and its parsers warn of their own affairs
]


@dataclass(frozen=True)
class Shop:
    """A published Scout of SCALE, what is true of it, and an engine that reads it."""

    project: Path
    truth: ScoutTruth
    engine: Engine

    def rows(self, sql: str) -> list[tuple[Any, ...]]:
        """Rows of a statement on the published version."""
        return [tuple(row.values()) for row in self.engine.read(sql, seconds=SECONDS).table.to_pylist()]

    def count(self, relation: str) -> int:
        """Rows of one table."""
        return int(self.rows(f"SELECT count(*) AS n FROM {relation}")[0][0])


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Shop]:
    project = tmp_path_factory.mktemp("scale") / "shop"
    try:
        measured = Measured()
        with measured("generate"):
            make_demo(project, scale=SCALE, fresh=False, progress=lambda _: None)
        with verity.open(project) as bench:
            with measured("sync"):
                verdict = bench.sync(None)
            assert verdict.status == "ok", [line for line in verdict.lines if line.status == "failed"]
            with measured("build"):
                verdict = bench.build(None)
            assert verdict.status == "ok", [line for line in verdict.lines if line.status != "ok"]
            for name in ("ask_first", "ask_again"):
                with measured(name):
                    answer = bench.ask("revenue by month in 2025")
                assert answer.status == "answered", answer.text
        truth = ScoutTruth.model_validate_json((project / TRUTH_FILE).read_text(encoding="utf-8"))
        engine = open_engine(load_settings(project).settings.warehouse, project)
        try:
            yield Shop(project, truth, engine)
        finally:
            engine.close()
        sizes = {"files": _megabytes(project / "data"), "warehouse": _megabytes(project / ".verity" / "warehouse")}
        told = {"scale": SCALE, "rows": sum(truth.rows.values()), **measured.told, "disk_mb": sizes}
        print(f"told: {json.dumps(told)}")
    finally:
        shutil.rmtree(project, ignore_errors=True)  # gigabytes, which pytest would keep for three runs


class Measured:
    """Seconds of each step, and the most memory that the process and its children had taken by its end."""

    def __init__(self) -> None:
        self.told: dict[str, dict[str, float]] = {}

    @contextmanager
    def __call__(self, name: str) -> Iterator[None]:
        began = time.perf_counter()
        yield
        most = max(resource.getrusage(who).ru_maxrss for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
        self.told[name] = {"seconds": round(time.perf_counter() - began, 2), "peak_mb_so_far": most // 1024}


def test_every_row_delivered_is_in_bronze(shop: Shop) -> None:
    state = {table.table: table.rows for table in shop.engine.state().tables}
    assert state == shop.truth.rows
    assert {table: shop.count(f"bronze_db.bronze.{table}") for table in state} == state


def test_what_came_in_is_valid_or_quarantined_under_the_rule_that_it_breaks(shop: Shop) -> None:
    valid = shop.count("silver.silver_validated_transactions")
    assert valid == shop.truth.valid_transactions
    assert valid + shop.truth.quarantined_rows == shop.truth.rows["bronze_transactions"]
    found = shop.rows("SELECT rule, count(*) AS n FROM silver.silver_transactions_quarantine GROUP BY rule")
    assert dict(found) == {rule: bad.rows for rule, bad in shop.truth.quarantined.items()}


def test_gold_has_every_valid_transaction_once_and_the_truths_totals_of_each_year(shop: Shop) -> None:
    found = shop.rows("""
        SELECT CAST(extract(year FROM transaction_ts) AS integer) AS year, count(*) AS n,
               sum(CASE WHEN status = 'completed' THEN net_amount END) AS net,
               sum(CASE WHEN status = 'completed' AND type = 'sale' THEN quantity END) AS units
        FROM gold.scout_transactions GROUP BY 1 ORDER BY 1
    """)
    assert found == [
        (year, totals.valid_rows, pesos(totals.net_centavos), totals.units_sold)
        for year, totals in shop.truth.by_year.items()
    ]
    assert shop.rows("SELECT count(DISTINCT transaction_id) AS n FROM gold.scout_transactions") == [
        (shop.truth.valid_transactions,)
    ]


def test_the_monthly_summary_has_the_truths_months(shop: Shop) -> None:
    found = shop.rows("""
        SELECT strftime(month, '%Y-%m') AS month, sum(total_amount) AS net
        FROM gold.gold_monthly_summary GROUP BY 1
    """)
    assert dict(found) == {month: pesos(net) for month, net in shop.truth.net_centavos_by_month.items()}


def test_the_governed_path_gives_the_truths_revenue_of_each_year(shop: Shop) -> None:
    query = MetricQuery.model_validate(
        {"metrics": ["revenue"], "by": [{"dimension": "transaction_ts", "grain": "year"}]},
    )
    with verity.open(shop.project) as bench:
        rows = bench.query(query).table.rows
    assert {int(str(year)[:4]): Decimal(str(net)) for year, net in rows} == {
        year: pesos(totals.net_centavos) for year, totals in shop.truth.by_year.items()
    }


def pesos(centavos: int) -> Decimal:
    return Decimal(centavos) / 100


def _megabytes(folder: Path) -> int:
    return sum(file.stat().st_size for file in folder.rglob("*") if file.is_file()) >> 20
