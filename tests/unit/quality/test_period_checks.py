"""A live check counts the days that a fiscal calendar lacks or repeats, and shares that do not add up."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path

import pyarrow as pa
import pytest

from verity.config import WarehouseSettings
from verity.contracts.run import StageLine, Verdict
from verity.data.dictionary import load_dictionary
from verity.quality.check import run_checks
from verity.warehouse.engine import ArrowScan, Engine
from verity.warehouse.registry import open_engine

DAYS = [date(2025, 1, 1), date(2025, 1, 2), date(2025, 1, 2)]
DATA = {
    "orders": pa.table({"id": [1, 2, 3], "day": [date(2025, 1, 1), date(2025, 1, 9), None]}),
    "days": pa.table({"day": DAYS, "month": [date(2025, 1, 1)] * 3}),
    "tags": pa.table({"tag": ["a", "b"]}),
    "pairs": pa.table(
        {
            "id": [1, 1, 2, 2],
            "tag": ["a", "b", "a", "b"],
            "part": pa.array([Decimal("0.5"), Decimal("0.5"), Decimal("0.5"), None], pa.decimal128(4, 2)),
        }
    ),
}
FILES = {
    "orders": "table: orders\nprimary_key: id\ntime_column: day\ncalendar: days\njoins:\n"
    "  tags: {table: tags, type: many_to_many, through: pairs, weight: part}\n",
    "days": "table: days\nperiods: {day: day, fiscal_month: month}\n",
    "tags": "table: tags\nprimary_key: tag\n",
    "pairs": "table: pairs\njoins: {order: {table: orders, on: id}, tag: {table: tags, on: tag}}\n",
}


@pytest.fixture(scope="module")
def engine(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Engine]:
    engine = open_engine(WarehouseSettings(), tmp_path_factory.mktemp("shop"))
    with engine.writer() as writer:
        for name, table in DATA.items():
            scan = ArrowScan(lambda t=table: pa.RecordBatchReader.from_batches(t.schema, t.to_batches()), "test")
            writer.load(name, scan, load_id="load-1", loaded_at=datetime(2026, 1, 1, tzinfo=UTC))
        writer.publish("build-1")
    yield engine
    engine.close()


@pytest.fixture
def check(tmp_path: Path, engine: Engine) -> Callable[..., Verdict]:
    def run(**files: str) -> Verdict:
        (tmp_path / "dictionary").mkdir(exist_ok=True)
        for name, text in (FILES | files).items():
            (tmp_path / "dictionary" / f"{name}.yml").write_text(text, encoding="utf-8")
        return run_checks(tmp_path, lambda: load_dictionary(tmp_path / "dictionary"), engine, live=True)

    return run


def coded(verdict: Verdict, code: str) -> StageLine:
    (found,) = [line for line in verdict.lines if line.code == code]
    return found


def test_days_that_a_calendar_repeats_or_lacks_are_counted(check: Callable[..., Verdict]) -> None:
    verdict = check()
    repeated, lacking = coded(verdict, "VRT-571"), coded(verdict, "VRT-580")
    assert (repeated.name, repeated.status) == ("days: calendar", "failed")
    assert "1 day stands in 2 rows" in repeated.message
    assert (lacking.name, lacking.status) == ("orders: calendar days", "warn")
    assert "lacks 1 day of orders" in lacking.message


def test_rows_whose_weights_do_not_add_up_are_counted(check: Callable[..., Verdict]) -> None:
    off = coded(check(), "VRT-581")
    assert (off.name, off.status) == ("orders: join tags", "warn")
    assert "weights of 1 row do" in off.message
