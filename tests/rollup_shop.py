"""A shop for the tests of rollups: orders that come late, change and vanish, under policies, on a real engine.

`Shop` loads rows, publishes them, and asks the same query with and without rollups.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from random import Random
from typing import Any

import pyarrow as pa
import pytest

from tests.small_orders import dictionary_of
from verity.config import WarehouseSettings
from verity.contracts.identity import Principal
from verity.contracts.metric import MetricQuery
from verity.contracts.run import Verdict
from verity.exceptions import QueryError
from verity.query.service import QueryResult, QueryService, QuerySettings
from verity.warehouse.engine import ArrowScan, Engine
from verity.warehouse.registry import open_engine

SCHEMAS = {
    "customers": pa.schema([("customer_id", pa.int64()), ("region", pa.string()), ("tier", pa.string())]),
    "orders": pa.schema(
        [
            ("order_id", pa.int64()),
            ("customer_id", pa.int64()),
            ("at", pa.timestamp("us")),
            ("day", pa.date32()),
            ("area", pa.string()),
            ("status", pa.string()),
            ("total", pa.decimal128(12, 2)),
            ("qty", pa.int64()),
            ("paid", pa.bool_()),
            ("updated_at", pa.timestamp("us")),
            ("placed", pa.timestamp("us", tz="UTC")),
            ("batch", pa.int64()),
        ]
    ),
}
START = datetime(2024, 1, 1)


def described() -> dict[str, dict[str, Any]]:
    """The dictionary, its rollups declared."""
    return {
        "customers": {
            "primary_key": "customer_id",
            "metrics": {"customers": {"sql": "COUNT(*)"}},
            "access": {
                "everyone": {"rows": "all"},
                "area": {"rows": "all"},
                "status": {"rows": "all"},
                "masked": {"rows": "all", "columns_masked": {"region": "first_1"}},
                "region": {"rows": [{"column": "region", "attribute": "region"}]},
            },
        },
        "orders": {
            "primary_key": "order_id",
            "time_column": "at",
            "joins": {"customer": {"table": "customers", "on": "customer_id"}},
            "columns": {
                "is_big": {"sql": "total >= 10", "type": "boolean"},
                "order_count": {"per": "customer_id", "sql": "COUNT(*)"},
            },
            "segments": {"delivered": {"sql": "status = 'delivered'"}},
            "metrics": {
                "orders": {"sql": "COUNT(*)"},
                "revenue": {"sql": "SUM(total)"},
                "units": {"sql": "SUM(qty)"},
                "mean": {"sql": "AVG(total)"},
                "biggest": {"sql": "MAX(total)"},
                "first_status": {"sql": "MIN(status)"},
                "all_paid": {"sql": "MIN(paid)"},
                "known": {"sql": "COUNT(customer_id)"},
                "buyers": {"sql": "COUNT(DISTINCT customer_id)"},
                "delivered": {"sql": "SUM(total)", "filter": "status = 'delivered'"},
                "big": {"sql": "COUNT(*) FILTER (WHERE is_big)"},
                "asian": {"sql": "SUM(total) FILTER (WHERE customer.region = 'ASIA')"},
                "ticket": {"type": "ratio", "numerator": "revenue", "denominator": "orders"},
                "gap": {"type": "derived", "sql": "{revenue} - {delivered}"},
                "share": {"type": "share", "metric": "revenue"},
                "growth": {"type": "offset", "metric": "revenue", "offset": "1 month", "show": "growth"},
                "so_far": {"type": "cumulative", "metric": "revenue", "to_date": "year"},
                "middle": {"type": "percentile", "sql": "total", "percentile": 0.5},
                "everyone": {"sql": "SUM(total)", "benchmark": {"min_group": 5}},
            },
            "access": {
                "everyone": {"rows": "all"},
                "area": {"rows": [{"column": "area", "attribute": "area"}]},
                "status": {"rows": [{"column": "status", "op": "not_equals", "values": ["new"]}]},
                "region": {"rows": "all"},
                "masked": {"rows": "all", "columns_masked": {"area": "redact", "status": "null"}},
            },
            "rollups": {
                "by_month": {
                    "metrics": ["orders", "revenue", "mean", "biggest", "asian"],
                    "dimensions": ["at:month", "customer.region"],
                    "partition": "at:month",
                },
                "by_day": {
                    "metrics": [
                        "orders", "revenue", "units", "mean", "biggest", "first_status", "all_paid", "known",
                        "delivered", "ticket", "gap", "big",
                    ],
                    "dimensions": ["at:day", "area", "status", "customer.region"],
                    "partition": "at:day",
                },
                "by_hour": {
                    "metrics": ["orders", "revenue"],
                    "dimensions": ["placed:hour", "area", "customer.region"],
                    "partition": "placed:hour",
                },
                "by_count": {"metrics": ["orders", "revenue"], "dimensions": ["order_count", "area", "is_big"]},
                "by_buyer": {
                    "metrics": ["buyers", "revenue", "orders"],
                    "dimensions": ["day:month", "area"],
                    "keep": ["customer_id"],
                },
            },
        },
    }  # fmt: skip


def customers() -> list[dict[str, Any]]:
    """Known ones; orders also name some that are not among them."""
    regions = ["EU", "ASIA", None, "EU", "ASIA", "AFRICA"]
    return [{"customer_id": i, "region": regions[i % 6], "tier": "ab"[i % 2]} for i in range(1, 13)]


def orders(count: int = 400, seed: int = 7) -> list[dict[str, Any]]:
    """Orders of four months with NULLs in every column that may have them, many a day."""
    random = Random(seed)  # noqa: S311 - test data
    return [order(i, random) for i in range(1, count + 1)]


def order(number: int, random: Random, days: int = 120) -> dict[str, Any]:
    """One order."""
    at = (
        START + timedelta(days=random.randrange(days), seconds=random.randrange(86_400))
        if random.random() > 0.05
        else None
    )
    return {
        "order_id": number,
        "customer_id": random.choice([None, *range(1, 16)]),
        "at": at,
        "day": at.date() if at else None,
        "area": random.choice(["N", "S", None]),
        "status": random.choice(["delivered", "new", "new", None]),
        "total": None if random.random() < 0.1 else Decimal(random.randrange(-500, 5_000)) / 100,
        "qty": random.choice([None, 0, 1, 2, 7]),
        "paid": random.choice([None, True, True, False]),
        "updated_at": at,
        "placed": at.replace(tzinfo=UTC) if at else None,
        "batch": number,
    }


class Shop:
    """One project on one engine. `raw` never sees a rollup; `service` sees those of the dictionary."""

    def __init__(self, project: Path, url: str | None = None, tables: dict[str, dict[str, Any]] | None = None) -> None:
        kind = "postgres" if url else "duckdb"
        self.engine: Engine = open_engine(WarehouseSettings(engine=kind, url=url), project)
        self.tables = tables or described()
        bare = {name: {k: v for k, v in entry.items() if k != "rollups"} for name, entry in self.tables.items()}
        off = QuerySettings(cache_bytes=0)
        self.service = QueryService(self.engine, lambda: dictionary_of(self.tables), off)
        self.raw = QueryService(self.engine, lambda: dictionary_of(bare), off)
        self.service._rollups.comparisons.patience = 60.0  # a busy machine is no reason to read the tables
        self.loads = 0

    def publish(self, orders: Iterable[Mapping[str, Any]], customers: Iterable[Mapping[str, Any]]) -> None:
        """Load both tables and make them the published version."""
        self.loads += 1
        with self.engine.writer() as writer:
            for name, rows in (("orders", orders), ("customers", customers)):
                table = pa.Table.from_pylist(list(rows), schema=SCHEMAS[name])
                scan = ArrowScan(lambda table=table: table.to_reader(), origin="test")
                writer.load(name, scan, load_id=f"{name}-{self.loads}", loaded_at=datetime(2026, 1, 1, tzinfo=UTC))
            writer.publish(f"build-{self.loads}")

    def build(self, *only: str) -> Verdict:
        """Build the rollups; every line must be good."""
        verdict = self.service.build_rollups(only)
        assert verdict.status == "ok", verdict
        return verdict

    def ask(self, query: MetricQuery, principal: Principal) -> QueryResult:
        """The answer, which must be the raw one to the last digit. Raises what the raw query raises."""
        raw = self.raw.run(query, principal)
        made = self.service.run(query, principal)
        assert made.table.rows == raw.table.rows, (query, made.trace, raw.table.rows)
        assert (made.sql, made.plan) == (raw.sql, raw.plan), "what is hashed does not know of rollups"
        assert raw.trace["rollup"] is None
        assert "rollup_refused" not in made.trace, made.trace["rollup_refused"]
        return made

    def serves(self, query: MetricQuery, principal: Principal) -> bool:
        """Whether a rollup served the query, which is held against raw; False where the compiler refuses it."""
        try:
            return self.ask(query, principal).trace["rollup"] is not None
        except QueryError:
            with pytest.raises(QueryError):
                self.service.run(query, principal)
            return False

    def close(self) -> None:
        """Let go of the engine."""
        self.service.close()
        self.engine.close()


def generated(random: Random) -> MetricQuery:
    """Any query over orders: metrics, dimensions with grains, a range, conditions."""
    metrics = list(described()["orders"]["metrics"])
    by = {
        "orders.at": ["day", "week", "month", "quarter", "year", "hour"],
        "orders.day": [None, "month", "quarter"],
        "orders.area": [None],
        "orders.status": [None],
        "orders.customer.region": [None],
        "orders.customer.tier": [None],
        "orders.is_big": [None],
        "orders.order_count": [None],
        "orders.placed": ["hour", "day", "week", "month"],
        "time": ["month", "day", "year"],
    }
    chosen = random.sample(list(by), k=random.choice([0, 1, 1, 2, 2, 3]))
    if "time" in chosen and "orders.at" in chosen:
        chosen.remove("time")
    document: dict[str, Any] = {
        "metrics": random.sample(metrics, k=random.choice([1, 2, 3])),
        "by": [{"dimension": name, "grain": random.choice(by[name])} for name in chosen],
        "filters": [_condition(random) for _ in range(random.choice([0, 0, 1, 2]))],
    }
    if random.random() < 0.2:
        document["segments"] = ["orders.delivered"]
    if random.random() < 0.5:
        since = random.choice([date(2024, 2, 1), date(2024, 1, 15), datetime(2024, 2, 1, 12), None])
        until = random.choice([date(2024, 4, 1), date(2024, 3, 10), None])
        document["time_range"] = {
            "since": since,
            "until": until,
            "dimension": random.choice([None, None, None, "orders.day"]),
        }
        if since is None and until is None:
            del document["time_range"]
    _extended(random, document)
    return MetricQuery.model_validate(document)


def _extended(random: Random, document: dict[str, Any]) -> None:
    """Time zones, totals, comparisons, gaps: what the compiler makes of one scan or of several."""
    times = [group for group in document["by"] if group["grain"] and group["dimension"] != "orders.day"]
    over_time = {"growth", "so_far"} & set(document["metrics"])
    if over_time and not any(g["dimension"] == "time" for g in document["by"]):
        document["by"] = [{"dimension": "time", "grain": "month"}]
    elif over_time:
        document["by"] = [g | {"grain": "month"} if g["dimension"] == "time" else g for g in document["by"]]
    if document["by"] and random.random() < 0.15:
        member = random.choice([*document["metrics"], document["by"][0]["dimension"]])
        document |= {"order": [{"member": member, "desc": True}], "limit": 3, "offset": random.choice([0, 1])}
    if document["by"] and random.random() < 0.1:
        document |= {"metrics": [], "order": []}
    if random.random() < 0.2:
        document["timezone"] = random.choice(["Asia/Manila", "America/New_York", "UTC"])
    if random.random() < 0.15:
        document[random.choice(["totals", "subtotals"])] = True
    if random.random() < 0.15 and times and not over_time:
        document["fill"] = True
    if random.random() < 0.15 and "time_range" in document and document["time_range"].get("until"):
        document["compare"] = random.choice(["previous_period", "previous_year", "1 month"])


def _condition(random: Random) -> dict[str, Any]:
    return random.choice(
        [
            {"member": "orders.status", "op": random.choice(["equals", "not_equals"]), "values": ["delivered"]},
            {"member": "orders.area", "op": "in", "values": ["N", "S"]},
            {"member": "orders.customer.region", "op": "equals", "values": ["EU"]},
            {"member": "orders.customer.region", "op": "is_null"},
            {"member": "orders.customer.tier", "op": "equals", "values": ["a"]},
            {"member": "orders.day", "op": random.choice(["gte", "lt", "gt", "lte"]), "values": ["2024-02-01"]},
            {"member": "orders.at", "op": random.choice(["gte", "lt", "gt", "lte"]), "values": ["2024-03-01"]},
            {"or": [
                {"member": "orders.area", "op": "equals", "values": ["N"]},
                {"member": "orders.status", "op": "is_null"},
            ]},
            {"member": "orders.total", "op": "gt", "values": [1]},
            {"member": "revenue", "op": "gt", "values": [20]},
        ]
    ) | {}  # fmt: skip
