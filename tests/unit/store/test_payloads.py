"""Payloads: kept once, capped, erasable; the chain keeps their hashes."""

from __future__ import annotations

import pytest
from tests.record_stores import NOON, Place, step

from verity.core.hashing import payload_hash
from verity.exceptions import ConversationNotFound
from verity.store.checkpoints import SqlCheckpointStorage


def test_a_payload_over_the_cap_leaves_its_hash_and_is_marked_absent(database_place: Place):
    capped = SqlCheckpointStorage(database_place.open()._database, payload_cap=200)
    large = {"text": "x" * 300}
    saved = capped.save(step(1, output=large))
    kept = capped.query("c1")[0]
    assert saved.output == large, "the caller has its result"
    assert kept.output == {}
    assert kept.absent == ("output",)
    assert kept.output_hash == payload_hash(large)
    assert kept.input == step(1).input
    assert capped.verify() == ()


def test_erasing_a_conversation_leaves_its_chain_and_other_conversations_whole(database_place: Place):
    storage = database_place.open()
    shared = {"the same": "everywhere"}
    storage.save(step(1, "mine", input=shared, output={"of": "mine"}))
    storage.save(step(1, "yours", input=shared, output={"of": "yours"}))
    erased = storage.erase("mine", NOON)
    assert erased == 1
    mine, yours = storage.query("mine")[0], storage.query("yours")[0]
    assert mine.absent == ("output",)
    assert mine.output == {}
    assert (yours.input, yours.output, yours.absent) == (shared, {"of": "yours"}, ())
    assert storage.verify() == ()
    assert storage.erase("mine", NOON) == 0


def test_erasing_an_unknown_conversation_is_told(database_place: Place):
    with pytest.raises(ConversationNotFound):
        database_place.open().erase("nowhere", NOON)


def test_equal_payloads_are_kept_once(database_place: Place):
    storage = database_place.open()
    for number in range(5):
        storage.save(step(number, input={"same": 1}, output={"same": 1}, trace={"same": 1}))
    with storage._database.read() as connection:
        assert connection.exec_driver_sql("SELECT count(*) FROM payloads").scalar() == 1
    assert storage.verify() == ()
