"""Laws of the compiler on generated data: NULL keys, orphan rows, fan-outs, empty sides."""

from __future__ import annotations

import os
from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import HealthCheck, event, given, settings
from hypothesis import strategies as st
from tests.small_orders import COLUMNS, MemoryEngine, dictionary_of, schema_of, tables
from tests.unit.semantic.oracle import ACROSS, METRICS, Asked, Shop, answer

from verity.contracts.identity import OWNER
from verity.contracts.metric import Condition, GroupBy, MetricQuery
from verity.data.access import access_for
from verity.data.catalog import build_catalog
from verity.semantic.compiler import compile_query
from verity.semantic.model import load_model

DICTIONARY = dictionary_of(tables())
EVERYTHING = access_for(DICTIONARY, OWNER)
MODEL = load_model(build_catalog(DICTIONARY, schema_of(COLUMNS)))
MEMBERS = {
    "region": "customers.region",
    "status": "orders.status",
    "product": "items.product",
    "qty": "items.qty",
    "time": "time",
    "order_count": "orders.order_count",
}
DIMENSIONS = {
    "customers": ["region", "status", "product"],
    "orders": ["region", "status", "product", "time", "order_count"],
}
DIMENSIONS["items"] = ["region", "status", "product", "time"]
DIMENSIONS["payments"] = ["region", "status", "time"]
NUMBERS = st.decimals(min_value=-20, max_value=20, places=2) | st.none()


def _rows(table: str, **columns: st.SearchStrategy[Any]) -> st.SearchStrategy[list[dict[str, Any]]]:
    row = st.fixed_dictionaries(columns)
    fewest = 8 if table == "items" else 5
    many, few = st.lists(row, min_size=fewest, max_size=fewest + 3), st.lists(row, max_size=2)
    return st.sampled_from([many, many, many, few]).flatmap(lambda size: size)


@st.composite
def shops(draw: st.DrawFn) -> Shop:
    some_id = st.sampled_from([1, 2, 1, 2, 3, None, 9])
    customers = draw(_rows("customers", region=st.sampled_from([None, "A", "B"]), age=st.none() | st.integers(0, 90)))
    orders = draw(
        _rows(
            "orders",
            customer_id=some_id,
            order_date=st.none() | st.dates(date(2024, 1, 30), date(2024, 3, 2)),
            status=st.sampled_from([None, "delivered", "new"]),
            total=NUMBERS,
        )
    )
    items = draw(
        _rows(
            "items", order_id=some_id, product=st.sampled_from(["x", "x", "y", None]), qty=st.none() | st.integers(0, 3)
        )
    )
    payments = draw(_rows("payments", order_id=some_id, amount=NUMBERS))
    return {
        "customers": [{"customer_id": i + 1, **row} for i, row in enumerate(customers)],
        "orders": [{"order_id": i + 1, **row} for i, row in enumerate(orders)],
        "items": [{"line": i + 1, **row} for i, row in enumerate(items)],
        "payments": [{"payment_id": i + 1, **row} for i, row in enumerate(payments)],
    }


CONDITIONS = st.one_of(
    st.tuples(st.just("region"), st.sampled_from(["equals", "not_equals", "is_null"]), st.just("A")),
    st.tuples(st.just("status"), st.sampled_from(["equals", "not_equals", "is_null"]), st.just("delivered")),
    st.tuples(st.just("product"), st.sampled_from(["equals", "not_equals", "is_null"]), st.just("x")),
    st.tuples(st.just("qty"), st.just("gt"), st.integers(0, 2)),
)


@st.composite
def queries(draw: st.DrawFn) -> Asked:
    names = st.sampled_from(["product", "region", "status", "product", "time", "order_count"])
    by = draw(st.sampled_from([0, 1, 1, 2, 2]).flatmap(lambda n: st.lists(names, min_size=n, max_size=n, unique=True)))
    able = sorted(m for m, (root, _) in METRICS.items() if set(by) <= set(DIMENSIONS[root]))
    if not able:  # nothing counts orders' own columns by those of items together
        by, able = by[:1], sorted(m for m, (root, _) in METRICS.items() if by[0] in DIMENSIONS[root])
    metrics = draw(st.lists(st.sampled_from(able), min_size=1, max_size=3, unique=True))
    where = draw(st.lists(CONDITIONS, max_size=2))
    return Asked(tuple(metrics), tuple(by), tuple(dict.fromkeys(where)))


@pytest.fixture(scope="module")
def engine() -> Iterator[MemoryEngine]:
    made = MemoryEngine(rows={})
    yield made
    made.close()


def fill(engine: MemoryEngine, shop: Shop) -> None:
    engine.refill({name: [tuple(row.get(c) for c in COLUMNS[name]) for row in of] for name, of in shop.items()})


def run(engine: MemoryEngine, asked: Asked) -> tuple[list[tuple[Any, ...]], list[tuple[Any, ...]]]:
    """The rows as they come, and the group of each."""
    query = MetricQuery(
        metrics=asked.metrics,
        by=tuple(GroupBy(dimension=MEMBERS[d], grain="month" if d == "time" else None) for d in asked.by),
        filters=tuple(
            Condition(member=MEMBERS[c], op=op, values=() if op == "is_null" else (value,))  # type: ignore[arg-type]
            for c, op, value in asked.where
        ),
    )
    compiled = compile_query(MODEL, query, accesses=EVERYTHING, dialect="duckdb")
    rows = engine.connection.execute(compiled.sql, list(compiled.parameters)).fetchall()
    count = len(asked.by)
    return [tuple(row) for row in rows], [tuple(row[:count]) for row in rows]


def plain(value: Any) -> Any:
    return round(float(value), 9) if isinstance(value, Decimal | int | float) and not isinstance(value, bool) else value


def known_values(rows: list[tuple[Any, ...]], asked: Asked) -> dict[tuple[Any, ...], tuple[Any, ...]]:
    count = len(asked.by)
    return {row[:count]: tuple(plain(v) for v in row[count:]) for row in rows}


EXAMPLES = int(os.environ.get("VERITY_LAW_EXAMPLES", "25"))
"""More of them in `make soak`."""
FEW = settings(
    max_examples=EXAMPLES, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large]
)


@FEW
@given(shop=shops(), asked=queries())
def test_every_query_equals_a_plain_walk_over_the_rows(engine: MemoryEngine, shop: Shop, asked: Asked) -> None:
    fill(engine, shop)
    rows, keys = run(engine, asked)
    expected = {key: tuple(map(plain, values)) for key, values in answer(shop, asked).items()}
    event(f"{len({METRICS[m][0] for m in asked.metrics})} roots")
    assert len(set(keys)) == len(keys)
    assert known_values(rows, asked) == expected


@FEW
@given(shop=shops(), asked=queries(), random=st.randoms(use_true_random=False))
def test_a_metric_alone_is_the_same_number_as_beside_others_in_any_order(
    engine: MemoryEngine, shop: Shop, asked: Asked, random: Any
) -> None:
    fill(engine, shop)
    together = known_values(run(engine, asked)[0], asked)
    for i, metric in enumerate(asked.metrics):
        alone = Asked((metric,), asked.by, asked.where)
        values = known_values(run(engine, alone)[0], alone)
        assert {key: row[i] for key, row in together.items()} == {key: values.get(key, (None,))[0] for key in together}
        assert set(values) <= set(together)
    shuffled = list(asked.metrics)
    random.shuffle(shuffled)
    again = Asked(tuple(shuffled), asked.by, asked.where)
    other = known_values(run(engine, again)[0], again)
    places = [shuffled.index(m) for m in asked.metrics]
    assert {key: tuple(row[p] for p in places) for key, row in other.items()} == together


@FEW
@given(shop=shops(), asked=queries())
def test_rows_come_in_a_total_order_with_nulls_last(engine: MemoryEngine, shop: Shop, asked: Asked) -> None:
    fill(engine, shop)
    _, keys = run(engine, asked)
    assert keys == sorted(keys, key=lambda key: [(value is None, 0 if value is None else value) for value in key])


@FEW
@given(shop=shops(), asked=queries(), condition=CONDITIONS)
def test_a_filter_never_raises_a_count(engine: MemoryEngine, shop: Shop, asked: Asked, condition: Any) -> None:
    counted = Asked(("orders",), tuple(d for d in asked.by if d in DIMENSIONS["orders"]), asked.where)
    fill(engine, shop)
    before = known_values(run(engine, counted)[0], counted)
    more = Asked(counted.metrics, counted.by, tuple(dict.fromkeys((*counted.where, condition))))
    for key, (count,) in known_values(run(engine, more)[0], more).items():
        assert count <= before[key][0]


def test_the_oracle_knows_what_the_generator_asks() -> None:
    assert set(ACROSS) == {("payments", "product"), ("payments", "qty")}
    assert {root for root, _ in METRICS.values()} == set(DIMENSIONS)
