"""What every storage promises: order, durability of what was acknowledged, and the same hashes everywhere."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from itertools import pairwise
from pathlib import Path

import pytest
from tests.record_stores import Place, step

from verity.core.hashing import GENESIS
from verity.exceptions import ConversationIdInvalid, NotJson, RecordError


def test_a_conversation_reads_back_in_order_as_it_was_written(place: Place):
    storage = place.open()
    saved = [storage.save(step(number)) for number in range(1, 4)]
    storage.save(step(1, "c2"))
    assert storage.query(conversation_id="c1") == tuple(saved)
    assert [each.seq for each in saved] == [1, 2, 3]
    assert saved[0].input == step(1).input
    assert saved[0].output == step(1).output
    assert saved[0].trace == step(1).trace
    assert storage.get("c1-2") == saved[1]
    assert storage.get("none") is None
    assert storage.query("none") == ()
    assert storage.conversations() == ("c1", "c2")


def test_each_step_is_chained_to_the_one_before_it(place: Place):
    storage = place.open()
    first, second = storage.save(step(1)), storage.save(step(2))
    assert first.previous_hash == GENESIS
    assert second.previous_hash == first.chain_hash


def test_a_storage_opened_again_goes_on_with_the_chain(place: Place):
    before = place.open().save(step(1))
    again = place.open()
    assert again.save(step(2)).previous_hash == before.chain_hash
    assert again.verify() == ()
    assert len(again.query("c1")) == 2


def test_an_untouched_record_verifies_clean(place: Place):
    storage = place.open()
    assert storage.verify() == ()
    for number in range(12):
        storage.save(step(number, f"c{number % 3}"))
    assert storage.verify() == ()


def test_concurrent_saves_to_one_conversation_take_their_turn(place: Place):
    storage, other = place.open(), place.open()
    with ThreadPoolExecutor(8) as threads:
        list(threads.map(lambda n: (storage if n % 2 else other).save(step(n, "shared")), range(24)))
    kept = storage.query("shared")
    assert [each.seq for each in kept] == list(range(1, 25))
    assert all(later.previous_hash == sooner.chain_hash for sooner, later in pairwise(kept))
    assert storage.verify() == ()


def test_new_conversations_started_at_once_each_get_their_place(place: Place):
    storage, other = place.open(), place.open()
    with ThreadPoolExecutor(8) as threads:
        list(threads.map(lambda n: (storage if n % 2 else other).save(step(n, f"c{n // 2}")), range(24)))
    assert len(storage.conversations()) == 12
    assert storage.verify() == ()


def test_a_second_step_of_one_id_is_refused_and_leaves_nothing(database_place: Place):
    storage = database_place.open()
    storage.save(step(1))
    with pytest.raises(RecordError):
        storage.save(step(1, "c2", checkpoint_id="c1-1"))
    assert storage.conversations() == ("c1",)
    assert storage.verify() == ()


def test_hard_text_is_kept_as_it_is(place: Place):
    storage = place.open()
    hard = {"nul": "a\x00b", "lone surrogate": "\udcff", "emoji": "👩🏽‍💻", "lines": "a\r\nb\u2028c", "big": 10**30}
    saved = storage.save(step(1, input=hard, output=hard, trace=hard))
    assert storage.query("c1") == (saved,)
    assert saved.input == hard
    assert storage.verify() == ()


@pytest.mark.parametrize("name", ["", "x" * 201, "a\nb", "\udcff", "a\x00"])
def test_an_id_that_cannot_be_kept_is_refused_before_anything_is_written(place: Place, name: str):
    storage = place.open()
    with pytest.raises(ConversationIdInvalid):
        storage.save(step(1, name))
    assert storage.conversations() == ()


def test_a_value_without_a_json_form_is_refused(place: Place):
    storage = place.open()
    with pytest.raises(NotJson):
        storage.save(step(1, output={"x": float("nan")}))
    assert storage.query("c1") == ()


def test_the_same_steps_have_the_same_hashes_in_every_storage(place: Place, tmp_path: Path):
    from verity.store.jsonl import JsonlCheckpointStorage

    here, there = place.open(), JsonlCheckpointStorage(tmp_path / "beside" / "checkpoints.jsonl")
    for number in range(3):
        assert here.save(step(number)) == there.save(step(number))


def test_equal_work_at_another_time_has_the_same_content_hash_and_another_link(place: Place):
    storage = place.open()
    one = storage.save(step(1, "a"))
    other = storage.save(step(1, "b", timestamp=step(9).timestamp, trace={"elapsed_ms": 77}))
    assert one.content_hash == other.content_hash
    assert one.chain_hash != other.chain_hash
