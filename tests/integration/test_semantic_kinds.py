"""Every kind of metric over time on DuckDB and on PostgreSQL: the same bytes."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
from tests.small_orders import dictionary_of
from tests.unit.semantic.kinds import fiscal_calendar as fiscal
from tests.unit.semantic.kinds import fiscal_ledger
from tests.unit.semantic.kinds.ledger import dictionary_metrics, rows_of
from tests.unit.semantic.kinds.questions import as_query, question

from verity.config import WarehouseSettings
from verity.contracts.identity import OWNER
from verity.contracts.metric import MetricQuery
from verity.query.service import QueryService
from verity.warehouse.engine import ArrowScan, Engine
from verity.warehouse.registry import open_engine

pytestmark = pytest.mark.postgres
SCHEMA = pa.schema(
    [
        ("day", pa.date32()),
        ("region", pa.string()),
        ("status", pa.string()),
        ("customer", pa.int64()),
        ("amount", pa.decimal128(12, 2)),
    ]
)
ROWS = rows_of(7) + rows_of(8) + rows_of(12)
METRICS = dictionary_metrics() | {
    **{name: entry for name, entry in fiscal_ledger.dictionary_metrics().items() if "|" in name},
    "filled": {"sql": "SUM(amount)", "fill": "zero"},
    "kept": {"sql": "SUM(amount)", "fill": "previous"},
}
RANGE = {"since": "2023-12-01", "until": "2024-05-15"}
MONTH = {"dimension": "time", "grain": "month"}
WEEK = {"dimension": "time", "grain": "week"}
QUERIES: dict[str, dict[str, Any]] = {
    "compared by month": {"metrics": ["revenue", "buyers"], "by": [MONTH], "compare": "previous_year"},
    "compared over a range": {"metrics": ["revenue"], "compare": "previous_period", "time_range": RANGE},
    "compared by day": {
        "metrics": ["revenue"],
        "by": [{"dimension": "time", "grain": "day"}, {"dimension": "region"}],
        "compare": "previous_month",
        "order": [{"member": "revenue__growth", "desc": True, "nulls": "first"}],
        "limit": 20,
    },
    "chosen by growth": {
        "metrics": ["revenue", "filled"],
        "by": [MONTH, {"dimension": "region"}],
        "compare": "previous_month",
        "filters": [
            {
                "or": [
                    {"member": "revenue__growth", "op": "gt", "values": ["0.1"]},
                    {"member": "filled__delta", "op": "lte", "values": [-2]},
                    {"member": "region", "op": "is_null"},
                ]
            },
            {"member": "revenue__previous", "op": "is_not_null"},
        ],
        "order": [{"member": "revenue__delta", "desc": True}],
        "totals": True,
        "limit": 12,
        "time_range": RANGE,
    },
    "compared by the fiscal calendar": {
        "metrics": ["revenue", "buyers"],
        "by": [{"dimension": "time", "grain": "fiscal_week"}, {"dimension": "region"}],
        "compare": "1 fiscal_year",
        "time_range": {"since": "2024-01-10", "until": "2024-05-15"},
    },
    "compared by the fiscal calendar without a range": {
        "metrics": ["revenue", "last_amount"],
        "by": [{"dimension": "time", "grain": "fiscal_month"}],
        "compare": "previous_period",
    },
    "compared by fiscal days": {
        "metrics": ["revenue"],
        "by": [{"dimension": "time", "grain": "day"}],
        "compare": "previous_fiscal_quarter",
        "time_range": {"since": "2024-01-10", "until": "2024-05-15"},
    },
    "a range compared by the fiscal calendar": {
        "metrics": ["revenue", "buyers"],
        "by": [{"dimension": "region"}],
        "compare": "previous_fiscal_quarter",
        "time_range": {"since": "2024-01-10", "until": "2024-05-15"},
        "totals": True,
    },
    "to date by the fiscal calendar": {
        "metrics": ["revenue|to|fiscal_year", "buyers|window|3 fiscal_months", "revenue|ever", "orders"],
        "by": [{"dimension": "time", "grain": "fiscal_month"}, {"dimension": "region"}],
        "compare": "1 fiscal_year",
        "time_range": {"since": "2024-01-10", "until": "2024-05-15"},
        "filters": [{"member": "revenue|to|fiscal_year__growth", "op": "not_equals", "values": [0]}],
        "fill": True,
        "totals": True,
    },
    "filled by the fiscal calendar": {
        "metrics": ["filled", "kept"],
        "by": [{"dimension": "time", "grain": "fiscal_week"}, {"dimension": "region"}],
        "fill": True,
        "compare": "previous_period",
    },
    "filled": {
        "metrics": ["filled", "kept", "orders"],
        "by": [MONTH, {"dimension": "region"}],
        "fill": True,
        "compare": "previous_month",
        "time_range": RANGE,
    },
    "filled without a range": {"metrics": ["filled", "kept"], "by": [WEEK], "fill": True},
    "totals": {
        "metrics": ["revenue", "buyers", "mean", "revenue|ever", "last_amount", "revenue|share", "revenue|rank"],
        "by": [{"dimension": "region"}, {"dimension": "status"}],
        "totals": True,
        "subtotals": True,
        "time_range": RANGE,
        "order": [{"member": "revenue", "desc": True}],
    },
    "pivoted": {"metrics": ["revenue", "orders"], "by": [MONTH, {"dimension": "region"}], "pivot": "region"},
    "best of each region": {
        "metrics": ["revenue", "revenue|rank|region"],
        "by": [{"dimension": "region"}, MONTH],
        "filters": [{"member": "revenue|rank|region", "op": "lte", "values": [2]}],
    },
}  # fmt: skip


@pytest.fixture(scope="module")
def services(tmp_path_factory: pytest.TempPathFactory, postgres_server: str) -> Iterator[dict[str, QueryService]]:
    from tests.postgres_server import fresh_database

    folder: Path = tmp_path_factory.mktemp("kinds")
    with fresh_database(postgres_server) as url:
        (folder / "verity.toml").write_text("", encoding="utf-8")
        settings = [WarehouseSettings(), WarehouseSettings(engine="postgres", url=url)]
        engines: list[Engine] = [open_engine(setting, folder) for setting in settings]
        ledger = {"time_column": "day", "calendar": "days", "metrics": METRICS}
        dictionary = dictionary_of({"ledger": ledger, "days": {"primary_key": "d", "periods": fiscal.PERIODS}})
        for engine in engines:
            _fill(engine)
        yield {engine.name: QueryService(engine, lambda: dictionary) for engine in engines}
        for engine in engines:
            engine.close()


def _fill(engine: Engine) -> None:
    days = pa.schema([(name, pa.date32()) for name in fiscal.COLUMNS])
    calendar = [dict(zip(fiscal.COLUMNS, row, strict=True)) for row in fiscal.CALENDAR]
    with engine.writer() as writer:
        for name, schema, rows in (("ledger", SCHEMA, ROWS), ("days", days, calendar)):
            table = pa.Table.from_pylist(rows, schema=schema)
            scan = ArrowScan(open=table.to_reader, origin="t")
            writer.load(name, scan, load_id=f"{name}-1", loaded_at=datetime(2026, 1, 1, tzinfo=UTC))
        writer.keep_bronze()
        writer.build_target()
        writer.publish("build-1")


def _both(services: dict[str, QueryService], query: MetricQuery) -> int:
    duckdb, postgres = (services[engine].run(query, OWNER) for engine in ("duckdb", "postgres"))
    assert duckdb.table.model_dump_json() == postgres.table.model_dump_json()
    assert duckdb.plan == postgres.plan
    return duckdb.table.row_count


@pytest.mark.parametrize("name", QUERIES)
def test_both_engines_answer_with_the_same_bytes(services: dict[str, QueryService], name: str) -> None:
    document = QUERIES[name]
    query = MetricQuery.model_validate(document | {"metrics": [f"ledger.{m}" for m in document["metrics"]]})
    assert _both(services, query) > 0


@pytest.mark.parametrize("part", range(4))
def test_both_engines_answer_questions_over_time_with_the_same_bytes(
    services: dict[str, QueryService], part: int
) -> None:
    answered = [_both(services, as_query(question(seed))) for seed in range(1_000 + part, 1_160, 4)]
    assert sum(answered) > len(answered)


@pytest.mark.parametrize("part", range(4))
def test_both_engines_accumulate_by_the_fiscal_calendar_with_the_same_bytes(
    services: dict[str, QueryService], part: int
) -> None:
    answered = [_both(services, fiscal_ledger.question(seed).query()) for seed in range(700 + part, 800, 4)]
    assert sum(answered) > len(answered)
