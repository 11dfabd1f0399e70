"""The pure audit: a record made by the rules is clean, and any change to its rows is found, whatever it is."""

from __future__ import annotations

import copy
from dataclasses import dataclass, field

from hypothesis import given
from hypothesis import strategies as st
from tests.record_stores import NOON, step

from verity.contracts.run import ChainFault
from verity.core.hashing import GENESIS
from verity.core.sealing import Row, open_conversation, seal
from verity.store.audit import CONVERSATIONS_CHAIN, Anchor, PayloadState, audit, conversation_chain


@dataclass
class Record:
    """A record in memory, as a storage would hand it to the audit."""

    conversations: list[Row] = field(default_factory=list)
    checkpoints: list[Row] = field(default_factory=list)
    anchors: dict[str, Anchor] = field(default_factory=lambda: {CONVERSATIONS_CHAIN: Anchor(0, GENESIS)})
    payloads: dict[str, PayloadState] = field(default_factory=dict)

    def save(self, conversation: str) -> None:
        chain = conversation_chain(conversation)
        if chain not in self.anchors:
            everything = self.anchors[CONVERSATIONS_CHAIN]
            row = open_conversation(conversation, everything.length + 1, NOON, everything.head)
            self.conversations.append(row)
            self.anchors[CONVERSATIONS_CHAIN] = Anchor(everything.length + 1, str(row["chain_hash"]))
            self.anchors[chain] = Anchor(0, GENESIS)
        before = self.anchors[chain]
        sealed = seal(step(before.length + 1, conversation), before.length + 1, before.head)
        self.checkpoints.append(sealed.row)
        self.payloads.update(dict.fromkeys(sealed.payloads, PayloadState.WHOLE))
        self.anchors[chain] = Anchor(before.length + 1, str(sealed.row["chain_hash"]))

    def faults(self) -> tuple[ChainFault, ...]:
        return audit(
            conversations=sorted(self.conversations, key=lambda row: int(row["ordinal"] or 0)),
            checkpoints=sorted(self.checkpoints, key=lambda row: (str(row["conversation_id"]), int(row["seq"] or 0))),
            anchors=self.anchors,
            payloads=self.payloads,
        )


RECORDS = st.lists(st.sampled_from("abcd"), min_size=2, max_size=10)


def recorded(saves: list[str]) -> Record:
    record = Record()
    for conversation in saves:
        record.save(conversation)
    return record


@given(RECORDS)
def test_a_record_made_by_the_rules_is_clean(saves: list[str]):
    assert recorded(saves).faults() == ()


@given(RECORDS, st.data())
def test_any_deletion_of_rows_is_found(saves: list[str], data: st.DataObject):
    record = recorded(saves)
    gone = data.draw(st.sets(st.integers(0, len(record.checkpoints) - 1), min_size=1))
    whole = data.draw(st.booleans(), label="delete emptied conversations and their anchors too")
    record.checkpoints = [row for place, row in enumerate(record.checkpoints) if place not in gone]
    if whole:
        left = {row["conversation_id"] for row in record.checkpoints}
        record.conversations = [row for row in record.conversations if row["conversation_id"] in left]
        kept = {CONVERSATIONS_CHAIN, *(conversation_chain(str(name)) for name in left)}
        record.anchors = {chain: anchor for chain, anchor in record.anchors.items() if chain in kept}
    assert record.faults()


@given(RECORDS, st.data())
def test_any_edit_of_any_column_is_found(saves: list[str], data: st.DataObject):
    record = recorded(saves)
    rows = data.draw(st.sampled_from([record.checkpoints, record.conversations]))
    place = data.draw(st.integers(0, len(rows) - 1))
    column = data.draw(st.sampled_from(sorted(rows[place])))
    old = rows[place][column]
    new = data.draw(st.integers(0, 99) if isinstance(old, int) else st.text(max_size=5) | st.none())
    rows[place] = {**rows[place], column: new}
    assert record.faults() or new == old


@given(RECORDS, st.data())
def test_any_exchange_of_the_contents_of_two_rows_is_found(saves: list[str], data: st.DataObject):
    record = recorded(saves)
    one, other = (data.draw(st.integers(0, len(record.checkpoints) - 1)) for _ in range(2))
    columns = data.draw(st.sets(st.sampled_from(sorted(record.checkpoints[0])), min_size=1))
    before = copy.deepcopy(record.checkpoints)
    for column in columns:
        rows = record.checkpoints
        rows[one][column], rows[other][column] = rows[other][column], rows[one][column]
    same = {str(row) for row in before} == {str(row) for row in record.checkpoints}
    assert same or record.faults()


@given(RECORDS, st.data())
def test_any_row_that_no_save_wrote_is_found(saves: list[str], data: st.DataObject):
    record = recorded(saves)
    conversation = data.draw(st.sampled_from([*saves, "stranger"]))
    mine = [row for row in record.checkpoints if row["conversation_id"] == conversation]
    head = str(mine[-1]["chain_hash"]) if mine else GENESIS
    record.checkpoints.append(seal(step(77, conversation), len(mine) + 1, head).row)
    assert record.faults()


@given(RECORDS, st.data())
def test_any_rewrite_that_forgets_the_anchor_is_found(saves: list[str], data: st.DataObject):
    """The tail of a conversation written anew, well hashed and well chained, over the old one."""
    record = recorded(saves)
    conversation = data.draw(st.sampled_from(saves))
    mine = [row for row in record.checkpoints if row["conversation_id"] == conversation]
    start = data.draw(st.integers(0, len(mine) - 1))
    head = str(mine[start - 1]["chain_hash"]) if start else GENESIS
    rewritten = mine[:start]
    for seq in range(start + 1, len(mine) + 1):
        rewritten.append(seal(step(seq, conversation, agent="someone else"), seq, head).row)
        head = str(rewritten[-1]["chain_hash"])
    record.checkpoints = [row for row in record.checkpoints if row["conversation_id"] != conversation] + rewritten
    assert record.faults()


@given(RECORDS, st.data())
def test_a_row_written_anew_in_the_middle_no_longer_leads_to_the_next(saves: list[str], data: st.DataObject):
    record = recorded([*saves, "a", "a", "a"])
    mine = [row for row in record.checkpoints if row["conversation_id"] == "a"]
    old = mine[data.draw(st.integers(0, len(mine) - 2))]
    forged = seal(
        step(int(old["seq"] or 0), "a", agent="someone else"), int(old["seq"] or 0), str(old["previous_hash"])
    )
    record.checkpoints[record.checkpoints.index(old)] = forged.row
    assert ("edited", "a") in [(fault.kind, fault.conversation_id) for fault in record.faults()]


@given(RECORDS, st.data())
def test_a_conversation_written_anew_no_longer_leads_to_the_next(saves: list[str], data: st.DataObject):
    record = recorded(["x", *saves, "y"])
    place = data.draw(st.integers(0, len(record.conversations) - 2))
    old = record.conversations[place]
    name, ordinal = str(old["conversation_id"]), int(old["ordinal"] or 0)
    record.conversations[place] = open_conversation(name, ordinal, step(9).timestamp, str(old["previous_hash"]))
    assert "edited" in [fault.kind for fault in record.faults()]
