"""What a tool's author is given: definitions, and schemas that fit what contracts read and write."""

from __future__ import annotations

import jsonschema_rs
import pytest
from pydantic import BaseModel
from tests.core_stand_ins import RESOLVED, TABLE

from verity.contracts.metric import MetricQuery
from verity.contracts.question import Answer, Chart, Resolution
from verity.contracts.run import Verdict
from verity.contracts.table import Table
from verity.tools.base import define, schema_of, to_json


@pytest.mark.parametrize("contract", [MetricQuery, Resolution, Chart, Table, Verdict, Answer])
@pytest.mark.parametrize("side", ["input", "output"])
def test_every_contract_of_the_flow_has_a_schema_that_compiles(contract: type[BaseModel], side: str):
    jsonschema_rs.validator_for(schema_of(contract, side))  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "value",
    [
        Resolution.model_validate(RESOLVED),
        Table.model_validate({key: value for key, value in TABLE.items() if key != "evidence"}),
        MetricQuery.model_validate(
            {"metrics": ["a.b"], "filters": [{"or": [{"member": "x", "op": "in", "values": [1, "a", True, 1.5]}]}]}
        ),
    ],
)
def test_what_a_contract_writes_fits_its_output_schema_and_reads_back(value: BaseModel):
    written = to_json(value)
    jsonschema_rs.validator_for(schema_of(type(value), "output")).validate(written)
    jsonschema_rs.validator_for(schema_of(type(value))).validate(written)
    assert type(value).model_validate(written) == value


def test_a_field_with_a_default_may_be_left_out_of_an_input_and_a_stranger_may_not_come():
    validator = jsonschema_rs.validator_for(schema_of(MetricQuery))
    assert validator.is_valid({"metrics": ["a.b"]})
    assert not validator.is_valid({"metrics": ["a.b"], "sql": "DROP TABLE x"})


def test_a_definition_takes_contracts_or_schemas():
    definition = define("double", "1.0", takes=MetricQuery, gives={"type": "object"}, timeout_ms=5)
    assert definition.key == "double@1.0"
    assert definition.input_schema == schema_of(MetricQuery)
    assert definition.output_schema == {"type": "object"}
