"""The published JSON Schema is the models' own, and says what the loader says."""

import json
from pathlib import Path

import jsonschema_rs
import pytest

from verity.data.dictionary import load_dictionary
from verity.data.schema import SCHEMA_FILE, form_page, published_schema, schema_text, table_schema
from verity.exceptions import DictionaryInvalid

FORM_PAGE = Path(__file__).parents[3] / "docs" / "reference" / "dictionary.md"


def test_the_published_schema_is_fresh():
    remedy = "run: python -m verity.data.schema"
    assert SCHEMA_FILE.read_text(encoding="utf-8") == schema_text(), remedy


def test_the_page_of_the_form_is_fresh():
    assert FORM_PAGE.read_text(encoding="utf-8") == form_page()


def test_every_key_is_described_for_editors():
    schema = table_schema()
    for entry in (schema, *schema["$defs"].values()):
        assert entry["description"]
        undescribed = [key for key, part in entry.get("properties", {}).items() if not part.get("description")]
        assert undescribed == [], entry["title"]


GOOD = (
    {"table": "a"},
    {"table": "a", "$schema": "x", "version": 2.1, "primary_key": "id", "columns": {"id": "Id", "b": {"unit": "g"}}},
    {"table": "a", "columns": {"s": {"values": ["x", 1, {"value": "y", "aliases": ["z"]}], "aliases": {"es": ["q"]}}}},
    {"table": "a", "columns": {"s": {"values": {"x": "X", "y": {"label": "Y", "aliases": "why"}}}}},
    {"table": "a", "metrics": {"m": {"sql": "COUNT(*)", "aliases": "n", "requires": "x"}}},
    {"table": "a", "joins": {"b": {"table": "b", "on": "id"}, "c": {"table": "c", "on": {"x": "y"}}}},
    {"table": "a", "access": {"v": {"rows": "all"}, "w": {"rows": [{"column": "c", "values": "x"}]}}},
    {"table": "a", "entity": {"en": "order", "es": "pedido"}},
    {"table": "a", "changelog": [{"version": 1, "date": "2025-01-01", "change": "x"}]},
)  # fmt: skip
BAD = (
    {},
    [],
    {"table": ""},
    {"table": "a", "tabel": 1},
    {"table": "a", "metrics": {"m": {"typ": "ratio"}}},
    {"table": "a", "metrics": {"m": {"type": "average"}}},
    {"table": "a", "columns": ["x"]},
    {"table": "a", "columns": {"x": {"aliases": {"fr": ["y"]}}}},
    {"table": "a", "joins": {"b": {"on": "id"}}},
    {"table": "a", "access": {"v": {"rows": "some"}}},
    {"table": "a", "hidden": "x"},
)


@pytest.mark.parametrize("document", GOOD)
def test_what_the_schema_accepts_loads(folder, document):
    assert jsonschema_rs.Draft202012Validator(published_schema()).is_valid(document)
    assert load_dictionary(folder({"a.json": json.dumps(document)})).tables


@pytest.mark.parametrize("document", BAD)
def test_what_the_schema_refuses_does_not_load(folder, document):
    assert not jsonschema_rs.Draft202012Validator(published_schema()).is_valid(document)
    with pytest.raises(DictionaryInvalid):
        load_dictionary(folder({"a.json": json.dumps(document)}))
