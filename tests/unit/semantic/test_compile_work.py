"""What a compilation does not do twice, or at all: with 10,000 metrics it would be most of its time."""

from __future__ import annotations

import pytest
from tests.small_orders import COLUMNS, dictionary_of, schema_of, tables

from verity import exceptions
from verity.contracts.identity import OWNER
from verity.contracts.metric import MetricQuery
from verity.data.access import access_for
from verity.data.catalog import build_catalog
from verity.semantic.compiler import compile_query
from verity.semantic.model import Model, load_model

DICTIONARY = dictionary_of(tables())
ACCESSES = access_for(DICTIONARY, OWNER, "deny")


@pytest.fixture
def model() -> Model:
    return load_model(build_catalog(DICTIONARY, schema_of(COLUMNS)))


def compiled(model: Model, document: dict[str, object]) -> str:
    query = MetricQuery.model_validate(document)
    return compile_query(model, query, accesses=ACCESSES, dialect="duckdb").sql


def test_no_near_name_is_searched_for_a_condition_on_a_dimension(model, monkeypatch):
    monkeypatch.setattr(exceptions, "did_you_mean", lambda *_: pytest.fail("searched for a name to suggest"))
    condition = {"member": "status", "op": "equals", "values": ["new"]}
    assert "WHERE" in compiled(model, {"metrics": ["orders.revenue"], "filters": [condition]})


def test_a_segment_is_read_once_and_its_condition_stays_as_it_was(model):
    query = {"metrics": ["orders.revenue"], "segments": ["delivered"]}
    first = compiled(model, query)
    bound = model.segment("orders", "delivered", "orders", ())
    assert compiled(model, query) == first
    assert model.segment("orders", "delivered", "orders", ()) is bound
