"""An independent, slow answer to a query over the small shop: plain Python loops, no code of the compiler.

Each metric walks the rows of its own table. A dimension or a filter is a function from a row to the values that the
row has there: one over joins to one row, several (or None alone) over joins to many.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

Row = dict[str, Any]
Shop = dict[str, list[Row]]
Key = tuple[Any, ...]
ABSENT = object()
"""The column of an item of an order that has none."""


@dataclass(frozen=True)
class Asked:
    """A query of the oracle: names as in METRICS, dimensions and filters as in COLUMNS."""

    metrics: tuple[str, ...]
    by: tuple[str, ...]
    where: tuple[tuple[str, str, Any], ...] = ()


def answer(shop: Shop, asked: Asked) -> dict[Key, tuple[Any, ...]]:
    """Group to the values of the metrics, None where a metric has no such group."""
    parts = [_groups(shop, name, asked) for name in asked.metrics]
    keys = {key for part in parts for key in part}
    return {key: tuple(part.get(key) for part in parts) for key in keys}


def _groups(shop: Shop, metric: str, asked: Asked) -> dict[Key, Any]:
    root, aggregate = METRICS[metric]
    groups: dict[Key, list[Row]] = {}
    for row in shop[root]:
        for children in _combined(shop, root, row, asked):
            key = tuple(_month(children[c]) if c == "time" else _shown(children[c]) for c in asked.by)
            rows = groups.setdefault(key, [])
            if not any(row is known for known in rows):
                rows.append(row)
    if not asked.by and not groups:
        groups[()] = []
    return {key: aggregate(shop, rows) for key, rows in groups.items()}


def _combined(shop: Shop, root: str, row: Row, asked: Asked) -> list[dict[str, Any]]:
    """The dimension values of one row: one dict for each many-side row that fits, or none where the row is left out."""
    many = next((MANY[root, c] for c in asked.by if (root, c) in MANY), None)
    for column, op, value in asked.where:
        if (root, column) in MANY and many is not None and MANY[root, column] == many:
            continue  # speaks of the grouped row, below
        found = reach(shop, root, row, column)
        if (root, column) in MANY or (root, column) in ACROSS:
            others = [w for w in asked.where if _same_list(root, w[0], column)]
            lists = [reach_together(shop, root, row, w[0]) for w in others]
            if not any(all(fits(v[i], w[1], w[2]) for i, w in enumerate(others)) for v in _zipped(lists)):
                return []
        elif not fits(found[0], op, value):
            return []
    if many is None:
        return [{c: reach(shop, root, row, c)[0] for c in asked.by}]
    columns = list(dict.fromkeys((*asked.by, *(w[0] for w in asked.where if (root, w[0]) in MANY))))
    lists = [reach_together(shop, root, row, c) if (root, c) in MANY else None for c in columns]
    length = len(next(one for one in lists if one is not None))
    conditions = [w for w in asked.where if (root, w[0]) in MANY]
    made = []
    for i in range(max(length, 1)):
        if length == 0:
            if conditions:
                return []
            values = {c: None if lists[j] is not None else reach(shop, root, row, c)[0] for j, c in enumerate(columns)}
        else:
            values = {
                c: lists[j][i] if lists[j] is not None else reach(shop, root, row, c)[0]  # type: ignore[index]
                for j, c in enumerate(columns)
            }
            if not all(fits(values[w[0]], w[1], w[2]) for w in conditions):
                continue
        made.append(values)
    return made


def _shown(value: Any) -> Any:
    return None if value is ABSENT else value


def _same_list(root: str, one: str, other: str) -> bool:
    first = MANY.get((root, one)) or ACROSS.get((root, one))
    return first is not None and first == (MANY.get((root, other)) or ACROSS.get((root, other)))


def _zipped(lists: list[list[Any]]) -> list[tuple[Any, ...]]:
    return list(zip(*lists, strict=True))


def fits(value: Any, op: str, against: Any) -> bool:
    """The comparison with the contract's NULL rules; nothing holds of a row that is not there."""
    if value is ABSENT:
        return False
    if op == "is_null":
        return value is None
    if op == "not_equals":
        return value is None or value != against
    if value is None:
        return False
    return {"equals": value == against, "gt": value > against if op == "gt" else False}.get(op, False) or (
        op == "in" and value in against
    )


def reach(shop: Shop, root: str, row: Row, column: str) -> list[Any]:
    """The values of a column as seen from a row."""
    return TO_ONE[root, column](shop, row) if (root, column) in TO_ONE else reach_together(shop, root, row, column)


def reach_together(shop: Shop, root: str, row: Row, column: str) -> list[Any]:
    """The values of a many-side column, one for each many-side row, in the rows' order."""
    return TO_MANY[root, column](shop, row)


def _one(shop: Shop, table: str, key: str, value: Any) -> Row | None:
    return next((r for r in shop[table] if value is not None and r[key] == value), None)


def _of(row: Row | None, column: str) -> Any:
    return None if row is None else row[column]


def _of_item(row: Row | None, column: str) -> Any:
    return ABSENT if row is None else row[column]


def _order(shop: Shop, row: Row) -> Row | None:
    return _one(shop, "orders", "order_id", row["order_id"])


def _customer(shop: Shop, order: Row | None) -> Row | None:
    return _one(shop, "customers", "customer_id", _of(order, "customer_id"))


def _orders_of(shop: Shop, customer: Row) -> list[Row]:
    return [o for o in shop["orders"] if o["customer_id"] == customer["customer_id"]]


def _items_of(shop: Shop, order: Row) -> list[Row]:
    return [i for i in shop["items"] if i["order_id"] == order["order_id"]]


def _left(rows: list[Row], column: str) -> list[Any]:
    return [r[column] for r in rows]


def _customer_items(shop: Shop, customer: Row) -> list[tuple[Row, Row | None]]:
    made: list[tuple[Row, Row | None]] = []
    for order in _orders_of(shop, customer):
        found = _items_of(shop, order)
        made += [(order, item) for item in found] or [(order, None)]
    return made


def _month(day: date | None) -> date | None:
    return None if day is None else day.replace(day=1)


Reach = Callable[[Shop, Row], list[Any]]

TO_ONE: dict[tuple[str, str], Reach] = {
    ("customers", "region"): lambda _, r: [r["region"]],
    ("orders", "region"): lambda s, r: [_of(_customer(s, r), "region")],
    ("items", "region"): lambda s, r: [_of(_customer(s, _order(s, r)), "region")],
    ("payments", "region"): lambda s, r: [_of(_customer(s, _order(s, r)), "region")],
    ("orders", "status"): lambda _, r: [r["status"]],
    ("items", "status"): lambda s, r: [_of(_order(s, r), "status")],
    ("payments", "status"): lambda s, r: [_of(_order(s, r), "status")],
    ("orders", "time"): lambda _, r: [r["order_date"]],
    ("items", "time"): lambda s, r: [_of(_order(s, r), "order_date")],
    ("payments", "time"): lambda s, r: [_of(_order(s, r), "order_date")],
    ("items", "product"): lambda _, r: [r["product"]],
    ("items", "qty"): lambda _, r: [r["qty"]],
    ("orders", "order_count"): lambda s, r: [
        None if r["customer_id"] is None else len([o for o in s["orders"] if o["customer_id"] == r["customer_id"]])
    ],
}
TO_MANY: dict[tuple[str, str], Reach] = {
    ("orders", "product"): lambda s, r: _left(_items_of(s, r), "product"),
    ("orders", "qty"): lambda s, r: _left(_items_of(s, r), "qty"),
    ("customers", "status"): lambda s, r: [o["status"] for o, _ in _customer_items(s, r)],
    ("customers", "product"): lambda s, r: [_of_item(i, "product") for _, i in _customer_items(s, r)],
    ("customers", "qty"): lambda s, r: [_of_item(i, "qty") for _, i in _customer_items(s, r)],
    ("payments", "product"): lambda s, r: _left(_items_of(s, o), "product") if (o := _order(s, r)) else [],
    ("payments", "qty"): lambda s, r: _left(_items_of(s, o), "qty") if (o := _order(s, r)) else [],
}
MANY: dict[tuple[str, str], str] = {
    ("orders", "product"): "items",
    ("orders", "qty"): "items",
    ("customers", "status"): "orders",
    ("customers", "product"): "orders",
    ("customers", "qty"): "orders",
}
ACROSS: dict[tuple[str, str], str] = {("payments", "product"): "items", ("payments", "qty"): "items"}


def _total(values: list[Any]) -> Any:
    known = [v for v in values if v is not None]
    return sum(known, start=Decimal(0)) if known else None


def _mean(values: list[Any]) -> Any:
    known = [v for v in values if v is not None]
    return float(sum(known)) / len(known) if known else None


def _repeat(shop: Shop, rows: list[Row]) -> int:
    return len({r["customer_id"] for r in rows if (TO_ONE["orders", "order_count"](shop, r)[0] or 0) > 1})


METRICS: dict[str, tuple[str, Callable[[Shop, list[Row]], Any]]] = {
    "customers": ("customers", lambda _, rows: len(rows)),
    "mean_age": ("customers", lambda _, rows: _mean([r["age"] for r in rows])),
    "orders": ("orders", lambda _, rows: len(rows)),
    "revenue": ("orders", lambda _, rows: _total([r["total"] for r in rows])),
    "delivered": ("orders", lambda _, rows: len([r for r in rows if r["status"] == "delivered"])),
    "buyers": ("orders", lambda _, rows: len({r["customer_id"] for r in rows} - {None})),
    "repeat_customers": ("orders", _repeat),
    "lines": ("items", lambda _, rows: len(rows)),
    "units": ("items", lambda _, rows: _total([r["qty"] for r in rows])),
    "payments": ("payments", lambda _, rows: len(rows)),
    "paid": ("payments", lambda _, rows: _total([r["amount"] for r in rows])),
}
