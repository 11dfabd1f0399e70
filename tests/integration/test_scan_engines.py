"""Zones, calendars, bridges, percentiles, conversions and masks: the same rows on DuckDB and on PostgreSQL."""

from __future__ import annotations

import random
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

import psycopg
import pytest
from tests.postgres_server import fresh_database
from tests.small_orders import MemoryEngine, dictionary_of, schema_of
from tests.unit.semantic import test_aggregates, test_joins, test_masks, test_time

from verity.contracts.identity import OWNER, Principal
from verity.contracts.metric import MetricQuery
from verity.data.access import access_for
from verity.data.catalog import build_catalog
from verity.semantic.compiler import compile_query
from verity.semantic.model import load_model

pytestmark = pytest.mark.postgres
RANDOM = random.Random(7)  # noqa: S311 - rows of a test
SPRING, AUTUMN = datetime(2024, 3, 30, tzinfo=UTC), datetime(2023, 10, 28, tzinfo=UTC)
MOMENTS = [start + timedelta(minutes=37 * i) for start in (SPRING, AUTUMN) for i in range(90)]


def _dates(first: date, days: int) -> Any:
    return None if RANDOM.random() < 0.1 else first + timedelta(days=RANDOM.randrange(days))


def _money(limit: int) -> Any:
    return None if RANDOM.random() < 0.1 else Decimal(RANDOM.randrange(-limit, limit)) / 100


def _one_of(*choices: Any) -> Any:
    return RANDOM.choice(choices)


class Shop:
    """One dictionary over the same rows in both engines."""

    def __init__(
        self,
        described: Mapping[str, Any],
        columns: Mapping[str, Mapping[str, str]],
        rows: Mapping[str, Sequence[tuple[Any, ...]]],
    ) -> None:
        self.dictionary = dictionary_of(described)
        self.columns = columns
        self.duck = MemoryEngine(columns, rows)
        self.rows = rows

    def fill(self, connection: psycopg.Connection[Any]) -> None:
        connection.execute('DROP SCHEMA IF EXISTS "silver" CASCADE')
        connection.execute('CREATE SCHEMA "silver"')
        for name, of in self.columns.items():
            kinds = ", ".join(f'"{column}" {type_.upper()}' for column, type_ in of.items())
            connection.execute(f'CREATE TABLE silver."{name}" ({kinds})'.encode())
            marks = ", ".join(["%s"] * len(of))
            with connection.cursor() as cursor:
                cursor.executemany(f'INSERT INTO silver."{name}" VALUES ({marks})'.encode(), self.rows.get(name, ()))

    def rows_on(
        self, connection: psycopg.Connection[Any] | None, query: Mapping[str, Any], role: str | None
    ) -> list[Any]:
        principal = Principal(id="p", roles=(role,)) if role else OWNER
        accesses = access_for(self.dictionary, principal, mask_key=test_masks.KEY)
        model = load_model(build_catalog(self.dictionary, schema_of(self.columns)).narrowed_to(accesses))
        dialect = "duckdb" if connection is None else "postgres"
        made = compile_query(model, MetricQuery.model_validate(query), accesses=accesses, dialect=dialect)
        if connection is None:
            return self.duck.connection.execute(made.sql, list(made.parameters)).fetchall()
        with psycopg.RawCursor(connection) as cursor:
            return cursor.execute(made.sql.encode(), list(made.parameters)).fetchall()


def by(*names: str) -> list[dict[str, str | None]]:
    return [{"dimension": n.partition(":")[0], "grain": n.partition(":")[2] or None} for n in names]


TIME = Shop(
    test_time.DESCRIBED,
    test_time.COLUMNS,
    {
        "events": [test_time.event(i, moment) for i, moment in enumerate(MOMENTS)],
        "sales": [(i, _dates(date(2023, 12, 20), 90), i) for i in range(60)],
        "days": test_time.DAYS,
    },
)
JOINS = Shop(
    test_joins.DESCRIBED,
    test_joins.COLUMNS,
    {
        **test_joins.ROWS,
        "orders": [(i, _money(2000), RANDOM.randrange(9), _dates(date(2023, 12, 1), 99)) for i in range(40)],
        "tags": test_joins.TAGS,
        "order_tags": [
            (RANDOM.randrange(45), _one_of("a", "b", "c", "lost", None), Decimal(RANDOM.randrange(100)) / 100, "x")
            for _ in range(80)
        ],
        "rates": [(date(2023, 12, 1), date(2024, 2, 1), "old"), (date(2024, 2, 1), date(2025, 1, 1), "new")],
    },
)
SEQUENCES = Shop(
    test_aggregates.DESCRIBED,
    test_aggregates.COLUMNS,
    {
        "people": [(1, "PH"), (2, "SG")],
        "visits": [
            (i, _one_of(1, 2, 3, None), _one_of(None, datetime(2024, 1, 20) + timedelta(hours=i * 7)),
             _one_of("start", "end", None), _money(900))
            for i in range(120)
        ],
        "orders": [
            (i, _one_of(1, 2, 3, 4, None), _dates(date(2024, 1, 20), 60), _one_of("paid", "new", None), _money(5000))
            for i in range(60)
        ],
    },
)  # fmt: skip
MASKS = Shop(
    test_masks.described({"masked": {"columns_masked": test_masks.MASKED}, **test_masks.STAFF}),
    test_masks.COLUMNS,
    {"people": test_masks.ROWS},
)  # fmt: skip

QUERIES: list[tuple[Shop, dict[str, Any], str | None]] = [
    *(
        (TIME, {"metrics": ["events"], "by": by(f"events.{column}:{grain}"), "timezone": zone}, None)
        for column in ("at", "plain", "manila")
        for grain in ("hour", "day", "week", "month", "quarter", "year", "fiscal_week", "fiscal_quarter")
        for zone in ("Europe/Berlin", "Australia/Lord_Howe", "UTC")
    ),
    *(
        (
            TIME,
            {"metrics": ["events"], "time_range": {"since": since, "until": until}, "timezone": "Europe/Berlin"},
            None,
        )
        for since, until in (("2024-03-31", "2024-04-01"), ("2023-10-29T02:30:00", "2023-10-29T03:00:00"))
    ),
    (TIME, {"metrics": ["sales"], "by": by("sold:week", "sold:quarter"), "timezone": "Asia/Manila"}, None),
    (TIME, {"metrics": ["sales"], "by": by("event.at:month"), "timezone": "Asia/Manila"}, None),
    (JOINS, {"metrics": ["orders", "revenue", "units", "biggest"], "by": by("orders.tags.topic")}, None),
    (JOINS, {"metrics": ["revenue", "small"], "by": by("orders.split.topic")}, None),
    (JOINS, {"metrics": ["orders"], "by": by("orders.tags.tag", "order_tags.kind")}, None),
    (JOINS, {"metrics": ["people"], "by": by("people.manager.name")}, None),
    (JOINS, {"metrics": ["people"], "by": by("people.friend.name")}, None),
    (JOINS, {"metrics": ["spent", "people"], "by": by("hours.worker.manager.name")}, None),
    (JOINS, {"metrics": ["orders"], "by": by("orders.rate.label")}, None),
    (JOINS, {"metrics": ["people"], "by": by("geo", "geo.city")}, None),
    (SEQUENCES, {"metrics": ["p90", "low", "middle", "spread", "variance"], "by": by("page")}, None),
    (SEQUENCES, {"metrics": ["bought", "bought_month", "visits"], "by": by("time:week")}, None),
    (SEQUENCES, {"metrics": ["bought", "paid"], "by": by("person.country")}, None),
    (SEQUENCES, {"metrics": ["again", "kept", "kept_people"], "by": by("time:month")}, None),
    (SEQUENCES, {"metrics": ["again", "kept"], "by": by("status")}, None),
    *((MASKS, {"metrics": ["people"], "by": by(column)}, "masked") for column in test_masks.MASKED),
    (MASKS, {"metrics": ["everyone", "people", "ids"], "by": by("team")}, "staff"),
    (MASKS, {"by": by("people.name", "people.phone", "born"), "ungrouped": True}, "masked"),
]


@pytest.fixture(scope="module")
def postgres(postgres_server: str) -> Iterator[_Postgres]:
    with fresh_database(postgres_server) as url, psycopg.connect(url, autocommit=True) as connection:
        connection.execute("SET timezone = 'UTC'")
        yield _Postgres(connection)


class _Postgres:
    """A connection to a database that holds the rows of the shop asked for last."""

    def __init__(self, connection: psycopg.Connection[Any]) -> None:
        self._connection = connection
        self._shop: Shop | None = None

    def of(self, shop: Shop) -> psycopg.Connection[Any]:
        if self._shop is not shop:
            shop.fill(self._connection)
            self._shop = shop
        return self._connection


def _cell(value: Any) -> Any:
    if isinstance(value, float | Decimal):
        return f"{Decimal(repr(value) if isinstance(value, float) else value):.11e}"
    return value


@pytest.mark.parametrize(("shop", "query", "role"), QUERIES, ids=[str(i) for i in range(len(QUERIES))])
def test_both_engines_give_the_same_rows(
    postgres: _Postgres, shop: Shop, query: dict[str, Any], role: str | None
) -> None:
    expected = [[_cell(cell) for cell in row] for row in shop.rows_on(None, query, role)]
    found = [[_cell(cell) for cell in row] for row in shop.rows_on(postgres.of(shop), query, role)]
    assert found == expected
    assert expected
