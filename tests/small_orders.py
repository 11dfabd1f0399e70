"""A small shop for the tests of the semantic layer: one-to-many chains, NULL keys, orphans, two facts, a role twice.

`tables()` is its dictionary, `ROWS` its rows. `MemoryEngine` is an engine over a DuckDB in memory.
"""

from __future__ import annotations

import threading
from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import duckdb

from verity.contracts.dataset import DataState, PhysicalColumn, PhysicalSchema, PhysicalTable, TableState
from verity.data.dictionary import make_dictionary
from verity.data.model import Dictionary, TableEntry
from verity.warehouse.engine import Capabilities, Parameter, ReadResult

D = Decimal
COLUMNS: dict[str, dict[str, str]] = {
    "countries": {"code": "text", "name": "text", "zone": "text"},
    "customers": {"customer_id": "bigint", "name": "text", "region": "text", "country": "text", "age": "bigint"},
    "orders": {
        "order_id": "bigint",
        "customer_id": "bigint",
        "order_date": "date",
        "shipped_at": "timestamp",
        "status": "text",
        "total": "decimal(12,2)",
        "ship_country": "text",
        "bill_country": "text",
        "paid": "boolean",
    },
    "items": {
        "order_id": "bigint",
        "line": "bigint",
        "product": "text",
        "price": "double",
        "qty": "bigint",
        "discount": "decimal(6,3)",
    },
    "payments": {"payment_id": "bigint", "order_id": "bigint", "kind": "text", "amount": "decimal(10,2)"},
    "visits": {"visit_id": "bigint", "customer_id": "bigint", "at": "timestamptz", "minutes": "double"},
}
TS = datetime
ROWS: dict[str, list[tuple[Any, ...]]] = {
    "countries": [("PH", "Philippines", "east"), ("SG", "Singapore", "east"), ("ES", "Spain", "west")],
    "customers": [
        (1, "Ana", "EU", "ES", 30),
        (2, "Ben", "ASIA", "PH", 41),
        (3, "Caz", None, None, 52),
        (4, "Dee", "ASIA", "SG", None),
    ],
    "orders": [
        (1, 1, date(2024, 1, 3), TS(2024, 1, 4, 9), "delivered", D("10.50"), "ES", "ES", True),
        (2, 1, date(2024, 2, 3), TS(2024, 2, 5, 23, 59, 59), "delivered", D("20.00"), "PH", "ES", True),
        (3, 2, date(2024, 2, 10), None, "cancelled", D("5.00"), "PH", "PH", False),
        (4, None, date(2024, 2, 11), TS(2024, 3, 1), "delivered", D("7.00"), None, "SG", True),
        (5, 9, None, None, "new", D("8.00"), "XX", None, None),
        (6, 2, date(2024, 3, 1), None, None, None, "SG", "PH", False),
    ],
    "items": [
        (1, 1, "apple", 1.1, 2, D("0.100")),
        (1, 2, "bread", 2.2, 1, None),
        (2, 1, "apple", 3.3, 1, D("0.000")),
        (3, 1, "cake", 4.4, 5, D("0.250")),
        (4, 1, None, 0.1, 3, D("0.000")),
        (77, 1, "zest", 9.9, 1, D("0.000")),
    ],
    "payments": [
        (1, 1, "card", D("5.25")),
        (2, 1, "voucher", D("5.25")),
        (3, 2, "card", D("20.00")),
        (4, 5, "cash", D("8.00")),
        (5, None, "card", D("1.00")),
    ],
    "visits": [
        (1, 1, TS(2024, 1, 31, 23, 30, tzinfo=UTC), 1.5),
        (2, 1, TS(2024, 2, 1, 0, 30, tzinfo=UTC), 2.25),
        (3, 3, TS(2024, 2, 2, tzinfo=UTC), 0.1),
        (4, None, TS(2024, 3, 2, tzinfo=UTC), 0.2),
    ],
}


def tables() -> dict[str, dict[str, Any]]:
    """The dictionary as a person would write it, one mapping a table; changed freely by tests."""
    return {
        "countries": {"primary_key": "code", "metrics": {"countries": {"sql": "COUNT(*)"}}},
        "customers": {
            "primary_key": "customer_id",
            "joins": {"home": {"table": "countries", "on": {"country": "code"}}},
            "metrics": {
                "customers": {"sql": "COUNT(*)"},
                "mean_age": {"sql": "AVG(age)"},
                "oldest": {"sql": "MAX(age)"},
            },
        },
        "orders": {
            "primary_key": "order_id",
            "time_column": "order_date",
            "joins": {
                "customer": {"table": "customers", "on": "customer_id"},
                "ship": {"table": "countries", "on": {"ship_country": "code"}},
                "bill": {"table": "countries", "on": {"bill_country": "code"}},
            },
            "columns": {
                "order_count": {"per": "customer_id", "sql": "COUNT(*)"},
                "is_big": {"sql": "total >= 10", "type": "boolean"},
            },
            "segments": {"delivered": {"sql": "status = 'delivered'"}},
            "metrics": {
                "orders": {"sql": "COUNT(*)"},
                "revenue": {"sql": "SUM(total)", "unit": "EUR"},
                "delivered": {"sql": "COUNT(*)", "filter": "status = 'delivered'"},
                "buyers": {"sql": "COUNT(DISTINCT customer_id)"},
                "repeat_customers": {"sql": "COUNT(DISTINCT customer_id) FILTER (WHERE order_count > 1)"},
                "average_order": {"type": "ratio", "numerator": "revenue", "denominator": "orders"},
                "orders_per_customer": {"type": "ratio", "numerator": "orders", "denominator": "customers.customers"},
                "unpaid": {"type": "derived", "sql": "{revenue} - {payments.paid}"},
                "shipped": {"sql": "COUNT(shipped_at)", "time_column": "shipped_at"},
            },
        },
        "items": {
            "primary_key": ["order_id", "line"],
            "time_column": "order.order_date",
            "joins": {"order": {"table": "orders", "on": "order_id"}},
            "metrics": {
                "item_revenue": {"sql": "SUM(price * qty)"},
                "net": {"sql": "SUM(price * qty * (1 - COALESCE(discount, 0)))"},
                "lines": {"sql": "COUNT(*)"},
                "units": {"sql": "SUM(qty)"},
                "mean_price": {"sql": "AVG(price)"},
                "asian_units": {"sql": "SUM(qty) FILTER (WHERE order.customer.region = 'ASIA')"},
            },
        },
        "payments": {
            "primary_key": "payment_id",
            "time_column": "order.order_date",
            "joins": {"order": {"table": "orders", "on": "order_id"}},
            "metrics": {"paid": {"sql": "SUM(amount)"}, "payments": {"sql": "COUNT(*)"}},
        },
        "visits": {
            "time_column": "at",
            "joins": {"customer": {"table": "customers", "on": "customer_id"}},
            "metrics": {"visits": {"sql": "COUNT(*)"}, "minutes": {"sql": "SUM(minutes)"}},
        },
    }


def dictionary_of(described: Mapping[str, Mapping[str, Any]]) -> Dictionary:
    """A dictionary of plain mappings."""
    return make_dictionary(
        {name: TableEntry.model_validate({"table": name, **entry}) for name, entry in described.items()}
    )


def schema_of(columns: Mapping[str, Mapping[str, str]], schema: str = "silver") -> PhysicalSchema:
    """The physical tables."""
    return PhysicalSchema(
        tables=tuple(
            PhysicalTable(
                schema_name=schema,
                name=name,
                columns=tuple(PhysicalColumn(name=column, type=type_) for column, type_ in of.items()),
            )
            for name, of in columns.items()
        )
    )


class MemoryEngine:
    """Just enough of an engine: a DuckDB in memory. `publish` makes a new data version of what is there."""

    name = "duckdb"
    dialect = "duckdb"
    capabilities = Capabilities(null_safe_full_join=True, collation=None)

    def __init__(
        self,
        columns: Mapping[str, Mapping[str, str]] | None = None,
        rows: Mapping[str, Sequence[tuple[Any, ...]]] | None = None,
    ) -> None:
        self.columns = {name: dict(of) for name, of in (columns or COLUMNS).items()}
        self.connection = duckdb.connect()
        self.connection.execute("SET TimeZone = 'UTC'")
        self.connection.execute("CREATE SCHEMA silver")
        self.statements: list[str] = []
        self._version = 0
        for name, of in self.columns.items():
            kinds = ", ".join(f'"{column}" {_native(type_)}' for column, type_ in of.items())
            self.connection.execute(f'CREATE TABLE silver."{name}" ({kinds})')
            self.insert(name, (ROWS if rows is None else rows).get(name, ()))
        self.publish()

    def insert(self, table: str, rows: Sequence[tuple[Any, ...]]) -> None:
        """Add rows."""
        if rows:
            marks = ", ".join("(" + ", ".join("?" * len(row)) + ")" for row in rows)
            self.connection.execute(f'INSERT INTO silver."{table}" VALUES {marks}', [v for row in rows for v in row])

    def refill(self, rows: Mapping[str, Sequence[tuple[Any, ...]]]) -> None:
        """Other rows in the same tables."""
        for name in self.columns:
            self.connection.execute(f'TRUNCATE silver."{name}"')
            self.insert(name, rows.get(name, ()))

    def publish(self) -> None:
        """A new data version."""
        self._version += 1

    def state(self) -> DataState:
        """What is published."""
        when = datetime(2024, 5, 1, self._version % 24, tzinfo=UTC)
        tables = tuple(TableState(table=name, load_id="l", loaded_at=when, rows=0) for name in self.columns)
        return DataState(data_version=f"v{self._version}", published_at=when, tables=tables)

    def schema(self) -> PhysicalSchema:
        """The tables."""
        return schema_of(self.columns)

    def read(
        self,
        sql: str,
        parameters: Sequence[Parameter] = (),
        *,
        seconds: float = 30.0,
        cancel: threading.Event | None = None,
        row_cap: int | None = None,
    ) -> ReadResult:
        """Run one statement."""
        self.statements.append(sql)
        table = self.connection.execute(sql, list(parameters)).to_arrow_table()
        cut = row_cap is not None and table.num_rows > row_cap
        return ReadResult(table.slice(0, row_cap) if cut else table, self.state(), cut)

    def close(self) -> None:
        """Close."""
        self.connection.close()


def _native(type_: str) -> str:
    return {"text": "VARCHAR", "bigint": "BIGINT"}.get(type_, type_.upper())
