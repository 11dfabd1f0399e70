"""The small shop that the corpora describe: one DuckDB in memory, and ways to ask it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from tests.small_orders import MemoryEngine

from verity.contracts.identity import OWNER
from verity.contracts.metric import GroupBy, MetricQuery
from verity.data.dictionary import make_dictionary
from verity.data.model import TableEntry
from verity.exceptions import QueryError
from verity.query.service import QueryService
from verity.warehouse.engine import Engine

COLUMNS: dict[str, dict[str, str]] = {
    "customers": {
        "id": "bigint", "first_name": "text", "last_name": "text", "email": "text", "city": "text", "state": "text",
        "country": "text", "latitude": "double", "longitude": "double", "created_at": "timestamp",
    },
    "orders": {
        "id": "bigint", "customer_id": "bigint", "number": "text", "status": "text", "amount": "decimal(12,2)",
        "created_at": "timestamp", "completed_at": "timestamp",
    },
    "line_items": {
        "id": "bigint", "order_id": "bigint", "product_id": "bigint", "quantity": "bigint", "price": "decimal(12,2)",
        "created_at": "timestamp",
    },
    "products": {"id": "bigint", "name": "text", "category": "text", "price": "decimal(12,2)"},
    "balances": {"account_id": "bigint", "day": "date", "balance": "decimal(12,2)"},
    "visits": {"id": "bigint", "customer_id": "bigint", "visited_at": "timestamp", "source": "text"},
}  # fmt: skip
START = datetime(2023, 1, 3, 9)
STATUSES = ("completed", "shipped", "cancelled", "completed", "pending")
COUNTRIES = ("US", "US", "ES", "PH", None)


def _rows() -> dict[str, list[tuple[Any, ...]]]:
    customers = [
        (i, f"First{i}", f"Last{i}", f"c{i}@example.org", f"City{i % 4}", ("CA", "NY", None)[i % 3],
         COUNTRIES[i % 5], 10.5 + i, -20.25 - i, START + timedelta(days=i * 11))
        for i in range(1, 13)
    ]  # fmt: skip
    orders, items, number = [], [], 0
    for i in range(1, 61):
        placed = START + timedelta(days=i * 9, hours=i % 24)
        done = placed + timedelta(days=i % 7) if i % 5 in (0, 3) else None
        customer = None if i % 17 == 0 else 1 + i % 14  # some customers do not exist, some orders have none
        amount = None if i % 19 == 0 else Decimal(i * 733 % 41000) / 100
        orders.append((i, customer, f"N-{i:04d}", STATUSES[i % 5], amount, placed, done))
        for line in range(i % 4):
            number += 1
            items.append(
                (
                    number,
                    i,
                    1 + (i + line) % 6,
                    1 + (i * 3 + line) % 7,
                    Decimal(500 + (i * 37 + line) % 9000) / 100,
                    placed,
                )
            )
    products = [(i, f"Product {i}", ("tools", "toys", None)[i % 3], Decimal(i * 1234) / 100) for i in range(1, 6)]
    balances = [
        (account, date(2024, 1, 1) + timedelta(days=day * 6), Decimal((account * 977 + day * 331) % 5000 - 600))
        for account in (1, 2, 3)
        for day in range(20)
        if (account + day) % 4
    ]
    visits = [
        (i, 1 + i % 13, START + timedelta(days=i * 5), ("ads", "mail", None, "search")[i % 4]) for i in range(1, 90)
    ]
    return {
        "customers": customers, "orders": orders, "line_items": items, "products": products, "balances": balances,
        "visits": visits,
    }  # fmt: skip


ROWS = _rows()


def shop() -> MemoryEngine:
    """The engine with every row."""
    return MemoryEngine(COLUMNS, ROWS)


def service(engine: Engine, tables: Mapping[str, TableEntry]) -> QueryService:
    """The governed path to the shop's rows, by these definitions."""
    dictionary = make_dictionary(dict(tables))
    return QueryService(engine, lambda: dictionary)


def answers(engine: Engine, tables: Mapping[str, TableEntry], *, dimensions: bool = True) -> dict[str, Any]:
    """Every metric on offer: in all, by month where it has a time, and by the first plain dimension of its table.

    A metric that may not be asked so gives its error code.
    """
    asked = service(engine, tables)
    found: dict[str, Any] = {}
    for table, entry in tables.items():
        plain = next((name for name, c in entry.columns.items() if c.kind == "dimension" and not c.hidden), None)
        for name, metric in entry.metrics.items():
            if metric.hidden or entry.hidden:
                continue
            member = f"{table}.{name}"
            found[member] = rows(asked, (member,))
            found[f"{member} by month"] = rows(asked, (member,), GroupBy(dimension="time", grain="month"))
            if plain is not None and dimensions:
                found[f"{member} by {plain}"] = rows(asked, (member,), GroupBy(dimension=f"{table}.{plain}"))
    return found


def rows(asked: QueryService, metrics: tuple[str, ...], *by: GroupBy, segments: tuple[str, ...] = ()) -> Any:
    """The rows of a query, or the code of its refusal."""
    try:
        return asked.run(MetricQuery(metrics=metrics, by=by, segments=segments), OWNER).table.rows
    except QueryError as error:
        return error.code
