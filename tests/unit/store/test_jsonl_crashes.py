"""A crash after any byte of a save leaves either the whole save or none of it, and a record that verifies."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.record_stores import step

from verity.store.jsonl import JsonlCheckpointStorage


@pytest.mark.parametrize("conversation", ["c1", "new"])
def test_a_crash_after_any_byte_of_a_save(tmp_path: Path, conversation: str):
    path = tmp_path / "c.jsonl"
    anchors = tmp_path / "c.anchors.jsonl"
    storage = JsonlCheckpointStorage(path)
    storage.save(step(1))
    record_before, anchors_before = path.read_bytes(), anchors.read_bytes()
    storage.save(step(2, conversation))
    record_after, anchors_after = path.read_bytes(), anchors.read_bytes()
    intended, kept = anchors_after[len(anchors_before) :].splitlines(keepends=True)
    written = record_after[len(record_before) :]
    assert len(kept) > 1
    whole = intended + written + kept
    edges = {len(intended), len(intended) + len(written), len(whole)}
    near = {edge + offset for edge in edges for offset in (-2, -1, 0, 1)} & set(range(len(whole) + 1))
    for cut in sorted(near | set(range(0, len(whole), 41))):
        done = whole[:cut]
        intent, rest = done[: len(intended)], done[len(intended) :]
        anchors.write_bytes(anchors_before + intent + rest[len(written) :])
        path.write_bytes(record_before + rest[: len(written)])
        opened = JsonlCheckpointStorage(path)
        assert opened.verify() == (), f"cut after {cut} bytes"
        is_kept = opened.get(f"{conversation}-2") is not None
        assert is_kept == (cut >= len(intended) + len(written)), f"cut after {cut} bytes"
        opened.save(step(3, conversation))
        assert opened.verify() == (), f"saved after a cut of {cut} bytes"


def test_a_torn_line_of_a_stranger_stays_to_be_seen(tmp_path: Path):
    path = tmp_path / "c.jsonl"
    JsonlCheckpointStorage(path).save(step(1))
    with path.open("ab") as file:
        file.write(b'{"checkpoint":{"half')
    opened = JsonlCheckpointStorage(path)
    opened.save(step(2))
    assert [fault.kind for fault in opened.verify()] == ["edited"]
    assert len(opened.query("c1")) == 2
