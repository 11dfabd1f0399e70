"""The reference's dictionary (section 15) loads as it stands."""

import json
import shutil
from pathlib import Path

import jsonschema_rs
import pytest

from verity.contracts.dataset import PhysicalColumn, PhysicalSchema, PhysicalTable
from verity.data.catalog import build_catalog
from verity.data.check import check_dictionary
from verity.data.dictionary import load_dictionary
from verity.data.schema import published_schema

REFERENCE = Path(__file__).parent / "dictionary_orders.json"


@pytest.fixture
def dictionary(tmp_path):
    (tmp_path / "dictionary").mkdir()
    shutil.copy(REFERENCE, tmp_path / "dictionary" / "orders.json")
    return load_dictionary(tmp_path / "dictionary")


def test_it_loads_unchanged_with_every_word_of_it(dictionary):
    document = json.loads(REFERENCE.read_text(encoding="utf-8"))
    orders = dictionary.tables["orders"]
    assert jsonschema_rs.Draft202012Validator(published_schema()).is_valid(document)
    for key in ("version", "deprecated", "description", "grain", "time_column"):
        assert getattr(orders, key) == document[key]
    assert orders.primary_key == ("order_id",)
    assert {name: column.description for name, column in orders.columns.items()} == document["columns"]
    assert list(orders.business_notes) == document["business_notes"]
    assert [{"version": c.version, "date": str(c.date), "change": c.change} for c in orders.changelog] == document[
        "changelog"
    ]
    for name, metric in document["metrics"].items():
        read = orders.metrics[name]
        assert (read.description, read.sql) == (metric["description"], metric["sql"])
        assert (list(read.requires), list(read.aliases["any"])) == (metric["requires"], metric["aliases"])


def test_its_undeclared_time_column_is_a_warning_and_no_error(dictionary):
    findings = check_dictionary(build_catalog(dictionary))
    assert [(f.code, f.level, f.place) for f in findings] == [("VRT-210", "warning", "dictionary/orders.json:8")]
    assert "'order_date'" in findings[0].message


def test_introspection_finds_the_undeclared_column(dictionary):
    types = {"order_id": "bigint", "customer_id": "bigint", "order_status": "text", "order_total": "decimal(12,2)",
             "order_date": "date"}  # fmt: skip
    columns = tuple(PhysicalColumn(name=name, type=type_) for name, type_ in types.items())
    catalog = build_catalog(
        dictionary, PhysicalSchema(tables=(PhysicalTable(schema_name="gold", name="orders", columns=columns),))
    )
    found = catalog.dimension("order_date").column
    assert (found.declared, found.physical, found.type, found.kind) == (False, True, "date", "time")
    assert [f.level for f in catalog.findings] == ["warning"]
