"""The drafts of two real data sets, exactly; and that their dictionaries are valid as written.

The data is not in the repository: it is read from the folder in VERITY_SHARED_DATA, or ../shared/data beside the
checkout; a test without it skips and says so.
"""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from verity.data.catalog import build_catalog
from verity.data.check import check_dictionary
from verity.data.dictionary import load_dictionary
from verity.data.drafts import Draft, draft, to_yaml
from verity.data.model import TableEntry
from verity.ingest.origin import open_origin
from verity.ingest.profile import profile

SHARED = Path(os.environ.get("VERITY_SHARED_DATA") or Path(__file__).parents[3] / "shared" / "data")


def drafted(name: str) -> Draft:
    folder = SHARED / name
    if not folder.is_dir():
        pytest.skip(f"no {folder}: set VERITY_SHARED_DATA to the folder of the data sets")
    profiled = profile(open_origin(str(folder), Path.cwd()))
    return draft(profiled.tables, profiled.inclusions, profiled.notes)


@pytest.fixture(scope="module")
def olist() -> dict[str, TableEntry]:
    return {short(entry.table): entry for entry in drafted("olist").tables}


@pytest.fixture(scope="module")
def retail() -> dict[str, TableEntry]:
    return {entry.table: entry for entry in drafted("online_retail").tables}


COUNTED_OR_WEIGHED = {"payment_installments", "product_photos_qty", "product_weight_g"}


def short(table: str) -> str:
    return table.removeprefix("olist_").removesuffix("_dataset")


def test_the_keys_of_olist_are_found_exactly(olist: dict[str, TableEntry]) -> None:
    assert {name: entry.primary_key for name, entry in olist.items()} == {
        "orders": ("order_id",),
        "customers": ("customer_id",),
        "products": ("product_id",),
        "sellers": ("seller_id",),
        "product_category_name_translation": ("product_category_name",),
        "order_items": ("order_id", "order_item_id"),
        "order_payments": ("order_id", "payment_sequential"),
        "order_reviews": ("review_id", "order_id"),
        "geolocation": (),
    }


def test_the_joins_of_olist_are_found_exactly(olist: dict[str, TableEntry]) -> None:
    found = {
        (name, short(join.table), join.on, join.matched)
        for name, entry in olist.items()
        for join in entry.joins.values()
    }
    assert found == {
        ("orders", "customers", "customer_id", 1.0),
        ("order_items", "orders", "order_id", 1.0),
        ("order_items", "products", "product_id", 1.0),
        ("order_items", "sellers", "seller_id", 1.0),
        ("order_payments", "orders", "order_id", 0.2371),
        ("order_reviews", "orders", "order_id", 1.0),
        ("products", "product_category_name_translation", "product_category_name", 0.9996),
    }


def test_the_weak_join_of_olist_is_reported_and_not_hidden() -> None:
    report = drafted("olist").report
    assert any("24%" in doubt.text for doubt in report.doubts if doubt.kind == "join")
    assert "24% of rows match" in report.to_markdown()


def test_the_times_of_olist_are_when_things_happened(olist: dict[str, TableEntry]) -> None:
    assert {name: entry.time_column for name, entry in olist.items() if entry.time_column} == {
        "orders": "order_purchase_timestamp",
        "order_items": "orders.order_purchase_timestamp",
        "order_reviews": "review_creation_date",
    }, "payments have no time of their own, and three in four have no order here"


def test_olist_is_summed_where_a_sum_has_a_meaning(olist: dict[str, TableEntry]) -> None:
    sums = {
        (metric.sql or "").removeprefix("SUM(").removesuffix(")")
        for entry in olist.values()
        for metric in entry.metrics.values()
        if (metric.sql or "").startswith("SUM(")
    }
    assert {"price", "freight_value", "payment_value"} <= sums
    assert sums - {"price", "freight_value", "payment_value"} <= COUNTED_OR_WEIGHED
    assert "average_review_score" in olist["order_reviews"].metrics


def test_the_misspelt_columns_of_olist_answer_to_their_right_names(olist: dict[str, TableEntry]) -> None:
    assert "product name length" in olist["products"].columns["product_name_lenght"].aliases["en"]


def test_online_retail_has_no_key_and_no_join(retail: dict[str, TableEntry]) -> None:
    assert len(retail) == 2
    assert {entry.primary_key for entry in retail.values()} == {()}
    assert [entry.joins for entry in retail.values()] == [{}, {}]


def test_online_retail_is_typed_and_measured_as_it_must_be(retail: dict[str, TableEntry]) -> None:
    for entry in retail.values():
        assert entry.time_column == "InvoiceDate"
        assert entry.columns["UnitPrice"].type == "decimal(18,3)", "sub-penny prices are kept"
        assert "average_unit_price" in entry.metrics
        assert "total_unit_price" not in entry.metrics
        assert entry.columns["CustomerID"].kind == "id"
        assert entry.metrics["number_of_customers"].sql == 'COUNT(DISTINCT "CustomerID")'


@pytest.mark.parametrize("name", ["olist", "online_retail"])
def test_a_drafted_dictionary_is_valid_as_it_is_written(name: str, tmp_path: Path) -> None:
    for entry in drafted(name).tables:
        (tmp_path / f"{entry.table}.yml").write_text(to_yaml(entry), encoding="utf-8")
    catalog = build_catalog(load_dictionary(tmp_path), None)
    errors = [f for f in (*catalog.findings, *check_dictionary(catalog)) if f.level == "error"]
    assert errors == []
