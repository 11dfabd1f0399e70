"""Labels stand beside values, never instead of them."""

from __future__ import annotations

from typing import Any

from tests.small_orders import COLUMNS, dictionary_of, schema_of, tables

from verity.contracts.identity import Principal
from verity.contracts.table import Column, Table
from verity.data.access import access_for
from verity.data.catalog import Catalog, build_catalog
from verity.query.value_labels import with_labels

VALUES = [
    {"value": "new", "label": "New", "labels": {"es": "Nuevo"}},
    {"value": "delivered", "label": "Delivered"},
    "odd",
]


def catalog_of(**access: Any) -> Catalog:
    described = tables()
    described["orders"]["columns"] |= {
        "status": {"values": VALUES},
        "paid": {"values": [{"value": True, "label": "Yes"}, {"value": False, "label": "No"}]},
    }
    described["orders"]["access"] = {"staff": access}
    dictionary = dictionary_of(described)
    catalog = build_catalog(dictionary, schema_of(COLUMNS))
    return catalog.narrowed_to(access_for(dictionary, Principal(id="s", roles=("staff",))))


def table_of(*rows: tuple[Any, ...]) -> Table:
    return Table(
        table_id="t",
        columns=(
            Column(name="status", type="text", role="dimension", member="orders.status"),
            Column(name="paid", type="boolean", role="dimension", member="orders.paid"),
            Column(name="orders", type="bigint", role="metric", member="orders.orders"),
        ),
        rows=rows,
        row_count=len(rows),
    )


def test_each_value_has_its_label_beside_it() -> None:
    shown = with_labels(table_of(("new", True, 1), ("odd", False, 2), (None, None, 3)), catalog_of())
    assert [column.name for column in shown.columns] == ["status", "status_label", "paid", "paid_label", "orders"]
    assert shown.rows == (("new", "New", True, "Yes", 1), ("odd", "odd", False, "No", 2), (None, None, None, None, 3))


def test_labels_are_those_of_the_language_first() -> None:
    shown = with_labels(table_of(("new", True, 1), ("delivered", True, 2)), catalog_of(), "es")
    assert [row[1] for row in shown.rows] == ["Nuevo", "Delivered"]


def test_a_masked_column_and_a_table_without_labels_stay_as_they_are() -> None:
    hidden = catalog_of(columns_masked={"status": "redact", "paid": "null"})
    asked = table_of(("***", None, 1))
    assert with_labels(asked, hidden) is asked
