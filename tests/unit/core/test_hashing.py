"""Canonical JSON has one text for one value, and the hashes of a checkpoint are pinned here byte by byte."""

from __future__ import annotations

import json
import math
from datetime import UTC, date, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from verity.contracts.run import Step
from verity.core.hashing import (
    CONTENT_FIELDS,
    GENESIS,
    canonical_json,
    chain_hash,
    content_hash,
    payload_hash,
    plain_json,
    sha256,
)
from verity.core.sealing import instant, open_conversation, seal, unseal
from verity.exceptions import NotJson

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=20,
)
STEP = Step(
    checkpoint_id="k1",
    conversation_id="c123",
    tool="run_table_query@1.1",
    input={"query": {"metrics": ["orders.revenue"]}},
    output={"rows": [["2025-01-01", "12.50"]], "row_count": 1},
    status="ok",
    timestamp=datetime(2025, 12, 20, 10, 30, tzinfo=UTC),
    agent="data_analyst",
    principal={"id": "ana", "roles": ["viewer"], "attributes": {}, "kind": "user"},
    policy_hash="p1",
    dictionary_hash="d1",
    data_version="v1",
    today=date(2025, 12, 20),
    trace={"elapsed_ms": 3.5},
)


def test_canonical_json_is_sorted_dense_and_ascii():
    assert canonical_json({"b": [1, 2.0, None, True], "a": "ñ\u2028"}) == r'{"a":"\u00f1\u2028","b":[1,2.0,null,true]}'


def test_the_order_of_keys_does_not_matter_and_that_of_lists_does():
    assert payload_hash({"a": 1, "b": 2}) == payload_hash({"b": 2, "a": 1})
    assert payload_hash({"a": [1, 2]}) != payload_hash({"a": [2, 1]})


@pytest.mark.parametrize(
    ("one", "other"), [(1, 1.0), (1, True), (0, False), ("1", 1), (None, "null"), ("é", "e\u0301")]
)
def test_values_that_differ_in_kind_or_spelling_have_different_hashes(one: object, other: object):
    assert payload_hash({"x": one}) != payload_hash({"x": other})


def test_zero_has_no_sign_at_any_depth():
    assert canonical_json({"x": [-0.0, {"y": -0.0}], "z": -0.05}) == '{"x":[0.0,{"y":0.0}],"z":-0.05}'


@pytest.mark.parametrize("value", [math.nan, math.inf, {1, 2}, b"x", date(2025, 1, 1), {1: "a", "b": 2}])
def test_what_json_cannot_say_is_refused(value: object):
    with pytest.raises(NotJson):
        canonical_json({"x": value})


@given(JSON)
def test_a_value_read_back_has_the_same_canonical_text(value: object):
    text = canonical_json({"x": value})
    assert canonical_json(json.loads(text)) == text
    assert plain_json({"x": value}) == json.loads(text)


def test_a_payload_is_an_object():
    with pytest.raises(NotJson):
        plain_json([1])  # type: ignore[arg-type]


def test_the_hashes_of_a_checkpoint_are_these():
    row = seal(STEP, 1, GENESIS).row
    assert row["input_hash"] == sha256('{"query":{"metrics":["orders.revenue"]}}')
    assert row["content_hash"] == sha256(
        '{"data_version":"v1","dictionary_hash":"d1",'
        f'"input_hash":"{row["input_hash"]}","output_hash":"{row["output_hash"]}","policy_hash":"p1",'
        r'"principal":"{\"attributes\":{},\"id\":\"ana\",\"kind\":\"user\",\"roles\":[\"viewer\"]}",'
        '"status":"ok","today":"2025-12-20","tool":"run_table_query@1.1"}'
    )
    assert row["content_hash"] == "8e504f3a25b3d8d7019e6cdec3d2621a2808d41217d0771ee315df9a28d59499"
    assert row["chain_hash"] == "5fd1cd571ec27f8b5b54431ffb34ead3ce787f4d27659bd0be3bc7baffcffb9c"


def test_the_content_hash_covers_what_the_design_lists_and_nothing_else():
    row = seal(STEP, 1, GENESIS).row
    for name in row:
        changed = content_hash({**row, name: "other"})
        assert (changed != row["content_hash"]) == (name in CONTENT_FIELDS), name


def test_the_chain_hash_covers_every_column_and_the_previous_hash():
    row = seal(STEP, 1, GENESIS).row
    for name in row.keys() - {"chain_hash", "previous_hash"}:
        assert chain_hash({**row, name: "other"}, GENESIS) != row["chain_hash"], name
    assert chain_hash(row, "1" * 64) != row["chain_hash"]
    assert chain_hash(row, GENESIS) == row["chain_hash"]


def test_a_sealed_step_reads_back_whole():
    sealed = seal(STEP, 3, "f" * 64)
    kept = unseal(sealed.row, sealed.payloads)
    assert Step.model_validate({name: getattr(kept, name) for name in Step.model_fields}) == STEP
    assert (kept.seq, kept.previous_hash, kept.absent) == (3, "f" * 64, ())


def test_one_instant_has_one_text_in_any_zone():
    manila = timezone(timedelta(hours=8))
    assert instant(datetime(2025, 1, 1, 8, tzinfo=manila)) == instant(datetime(2025, 1, 1, 0, tzinfo=UTC))
    assert instant(datetime(2025, 1, 1)) == "2025-01-01T00:00:00.000000+00:00"


def test_conversations_form_a_chain_of_their_own():
    first = open_conversation("a", 1, STEP.timestamp, GENESIS)
    second = open_conversation("b", 2, STEP.timestamp, str(first["chain_hash"]))
    assert second["previous_hash"] == first["chain_hash"]
    assert second["chain_hash"] == chain_hash(second, str(first["chain_hash"]))
