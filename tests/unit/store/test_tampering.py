"""Whatever is done to the record behind Verity's back is found, on all three storages."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from tests.record_stores import Place, step

from verity.contracts.run import ChainFault
from verity.exceptions import StateUnreadable, VerityError
from verity.store.state import open_store
from verity.store.tables import anchors, checkpoints, conversations, payloads

ROWS = {"checkpoints": checkpoints, "conversations": conversations, "anchors": anchors, "payloads": payloads}
COLUMNS = [(table, column.name) for table, known in ROWS.items() for column in known.columns]


ALLOWED = {"ok": "error", "whole": "over_cap"}


class Burglar:
    """Someone with full rights on the database, who first takes the triggers away."""

    def __init__(self, place: Place) -> None:
        self.run: Callable[..., Any]
        if place.kind == "sqlite":
            connection = sqlite3.connect(place.location, isolation_level=None)
            for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'").fetchall():
                connection.execute(f"DROP TRIGGER {name}")
            self.run = lambda sql, *values: connection.execute(sql, values).fetchall()
        else:
            import psycopg

            def run(sql: str, *values: object) -> list[Any]:
                with psycopg.connect(place.location, options="-csearch_path=verity_state") as server:
                    server.execute("SET session_replication_role = replica")  # no triggers, no foreign keys
                    cursor = server.execute(sql.replace("?", "%s"), values)
                    return cursor.fetchall() if cursor.description else []

            self.run = run


def filled(place: Place) -> tuple[ChainFault, ...]:
    storage = place.open()
    for conversation in ("c1", "c2", "c3"):
        for number in range(1, 4):
            storage.save(step(number, conversation, output={"from": conversation, "n": number}))
    return storage.verify()


def faults(place: Place) -> list[str]:
    """Kinds of fault, as a store that is opened after the break-in sees them."""
    return [fault.kind for fault in place.open().verify()]


@pytest.fixture
def database(database_place: Place) -> Place:
    assert filled(database_place) == ()
    return database_place


@pytest.fixture
def lines(file_place: Place) -> Path:
    assert filled(file_place) == ()
    return Path(file_place.location)


def edited(value: object) -> object:
    """The value with one byte of it changed."""
    if isinstance(value, int):
        return value + 8
    if value in ALLOWED:  # columns that hold one of a few words: another of them
        return ALLOWED[value]
    if value is None:
        return "x"
    text = str(value)
    middle = len(text) // 2
    return text[:middle] + ("x" if text[middle] != "x" else "y") + text[middle + 1 :]


@pytest.mark.parametrize(("table", "column"), COLUMNS)
def test_one_edited_byte_in_any_column_is_found(database: Place, table: str, column: str):
    thief = Burglar(database)
    key = next(iter(ROWS[table].primary_key)).name
    picked, value = thief.run(f"SELECT {key}, {column} FROM {table} ORDER BY {key} LIMIT 1 OFFSET 1")[0]
    thief.run(f"UPDATE {table} SET {column} = ? WHERE {key} = ?", edited(value), picked)
    assert faults(database)


def test_a_deleted_last_checkpoint_is_found(database: Place):
    Burglar(database).run("DELETE FROM checkpoints WHERE conversation_id = 'c2' AND seq = 3")
    (fault,) = database.open().verify()
    assert (fault.kind, fault.conversation_id) == ("missing_checkpoint", "c2")
    assert "conversation 'c2': 1 checkpoint was deleted at the end" in fault.message


def test_a_deleted_middle_checkpoint_is_found(database: Place):
    Burglar(database).run("DELETE FROM checkpoints WHERE conversation_id = 'c2' AND seq = 2")
    assert "missing_checkpoint" in faults(database)


@pytest.mark.parametrize("conversation", ["c1", "c2", "c3"])
@pytest.mark.parametrize("thoroughly", [False, True])
def test_a_deleted_conversation_is_found_be_it_first_middle_or_last(database: Place, conversation: str, thoroughly):
    thief = Burglar(database)
    thief.run("DELETE FROM checkpoints WHERE conversation_id = ?", conversation)
    thief.run("DELETE FROM conversations WHERE conversation_id = ?", conversation)
    if thoroughly:
        thief.run("DELETE FROM anchors WHERE chain = ?", f"conversation:{conversation}")
    assert "missing_conversation" in faults(database)


def test_all_checkpoints_of_a_conversation_deleted_are_found(database: Place):
    Burglar(database).run("DELETE FROM checkpoints WHERE conversation_id = 'c1'")
    assert "missing_checkpoint" in faults(database)


def test_swapped_rows_are_found(database: Place):
    thief = Burglar(database)
    thief.run("UPDATE checkpoints SET seq = 9 WHERE conversation_id = 'c1' AND seq = 1")
    thief.run("UPDATE checkpoints SET seq = 1 WHERE conversation_id = 'c1' AND seq = 2")
    thief.run("UPDATE checkpoints SET seq = 2 WHERE conversation_id = 'c1' AND seq = 9")
    assert "edited" in faults(database)


def test_swapped_payloads_are_found(database: Place):
    thief = Burglar(database)
    one, other = (row[0] for row in thief.run("SELECT output_hash FROM checkpoints WHERE seq = 1 LIMIT 2"))
    thief.run("UPDATE payloads SET content = (SELECT content FROM payloads WHERE hash = ?) WHERE hash = ?", one, other)
    assert "edited" in faults(database)


def test_an_inserted_foreign_row_is_found_even_if_it_is_well_chained(database: Place, tmp_path: Path):
    from verity.core.sealing import seal

    thief = Burglar(database)
    head = thief.run("SELECT chain_hash FROM checkpoints WHERE conversation_id = 'c1' AND seq = 3")[0][0]
    sealed = seal(step(4, "c1"), 4, head)
    for digest, content in sealed.payloads.items():
        thief.run("INSERT INTO payloads VALUES (?, 'whole', ?, NULL)", digest, content)
    names = ", ".join(sealed.row)
    marks = ", ".join("?" * len(sealed.row))
    thief.run(f"INSERT INTO checkpoints ({names}) VALUES ({marks})", *sealed.row.values())
    assert "foreign_row" in faults(database)


def test_a_checkpoint_of_a_conversation_that_never_was_is_found(database: Place):
    from verity.core.hashing import GENESIS
    from verity.core.sealing import seal

    thief = Burglar(database)
    sealed = seal(step(1, "ghost", output={"from": "c1", "n": 1}, trace=step(1).trace), 1, GENESIS)
    names = ", ".join(sealed.row)
    thief.run(f"INSERT INTO checkpoints ({names}) VALUES ({', '.join('?' * len(sealed.row))})", *sealed.row.values())
    assert "foreign_row" in faults(database)


def test_a_deleted_payload_is_found(database: Place):
    thief = Burglar(database)
    digest = thief.run("SELECT output_hash FROM checkpoints LIMIT 1")[0][0]
    thief.run("DELETE FROM payloads WHERE hash = ?", digest)
    assert "missing_payload" in faults(database)


def test_payload_content_that_was_emptied_without_an_erasure_is_found(database: Place):
    thief = Burglar(database)
    digest = thief.run("SELECT output_hash FROM checkpoints LIMIT 1")[0][0]
    thief.run("UPDATE payloads SET content = NULL WHERE hash = ?", digest)
    assert "edited" in faults(database)


def test_one_edited_byte_anywhere_in_the_file_is_found(file_place: Place, lines: Path):
    whole = lines.read_bytes()
    for position in range(0, len(whole), 97):
        changed = bytes([whole[position] ^ 1])
        lines.write_bytes(whole[:position] + changed + whole[position + 1 :])
        assert file_place.open().verify(), f"byte {position} of the record"
    lines.write_bytes(whole)
    assert file_place.open().verify() == ()


@pytest.mark.parametrize("which", [-1, 1, 5, 0])
def test_a_deleted_line_is_found(file_place: Place, lines: Path, which: int):
    kept = lines.read_bytes().splitlines(keepends=True)
    del kept[which]
    lines.write_bytes(b"".join(kept))
    assert faults(file_place)


def test_a_whole_conversation_cut_out_of_the_file_is_found(file_place: Place, lines: Path):
    for gone in ("c1", "c2", "c3"):
        whole = lines.read_bytes()
        kept = [raw for raw in whole.splitlines(keepends=True) if f'"conversation_id":"{gone}"'.encode() not in raw]
        lines.write_bytes(b"".join(kept))
        assert "missing_conversation" in faults(file_place)
        lines.write_bytes(whole)


def test_swapped_lines_are_found(file_place: Place, lines: Path):
    whole = lines.read_bytes().splitlines(keepends=True)
    for one, other in ((1, 2), (3, 5), (0, 4)):
        swapped = list(whole)
        swapped[one], swapped[other] = swapped[other], swapped[one]
        lines.write_bytes(b"".join(swapped))
        assert faults(file_place), f"lines {one} and {other}"


def test_an_appended_foreign_line_is_found_even_if_it_is_well_chained(file_place: Place, lines: Path):
    from verity.core.hashing import canonical_json
    from verity.core.sealing import seal

    last = file_place.open().query("c3")[-1]
    foreign = step(4, "c3")
    line = {"checkpoint": seal(foreign, 4, last.chain_hash).row, "input": foreign.input, "output": foreign.output}
    with lines.open("a") as file:
        file.write(canonical_json({**line, "trace": foreign.trace}) + "\n")
    assert "foreign_row" in faults(file_place)


@pytest.mark.parametrize(
    "line",
    [
        "",
        "null",
        "[]",
        "{}",
        '{"checkpoint":1}',
        '{"checkpoint":{}}',
        '{"conversation":null}',
        '{"checkpoint":{"seq":"x"}}',
        '{"conversation":{"conversation_id":[],"ordinal":{}}}',
        '{"checkpoint":{},"input":NaN,"output":1,"trace":[]}',
        "[" * 100_000,
        "\x00",
        "\xff",
    ],
)
def test_any_strange_line_is_found_and_breaks_nothing(file_place: Place, lines: Path, line: str):
    whole = lines.read_bytes()
    for strange in (whole + f"{line}\n".encode("latin-1"), f"{line}\n".encode("latin-1") + whole):
        lines.write_bytes(strange)
        assert faults(file_place)


@pytest.mark.parametrize(
    "line",
    [
        '{"kept":1}',
        '{"kept":[1]}',
        '{"kept":[{"chain":"x"}]}',
        '{"intended":[],"offset":"x"}',
        '{"intended":[],"offset":-5}',
        '{"intended":[],"offset":99999999}',
        '{"intended":null,"offset":0}',
    ],
)
def test_a_strange_anchor_is_told_and_the_record_is_left_as_it_is(file_place: Place, lines: Path, line: str):
    whole = lines.read_bytes()
    with lines.with_suffix(".anchors.jsonl").open("a") as file:
        file.write(f"{line}\n")
    with pytest.raises(StateUnreadable):
        file_place.open().verify()
    assert lines.read_bytes() == whole


def test_an_edited_anchor_is_found(file_place: Place, lines: Path):
    anchors_file = lines.with_suffix(".anchors.jsonl")
    kept = [json.loads(raw) for raw in anchors_file.read_text().splitlines()]
    kept[-1]["kept"][0]["length"] += 1
    anchors_file.write_text("".join(json.dumps(line) + "\n" for line in kept))
    assert "missing_checkpoint" in faults(file_place)


@pytest.mark.parametrize("value", ["CAST(x'ff00fe' AS TEXT)", "x'ff00'", "'abc'", "1.5", "NULL"])
@pytest.mark.parametrize(
    ("table", "column"), [("checkpoints", "agent"), ("checkpoints", "seq"), ("conversations", "ordinal"),
                          ("payloads", "content"), ("checkpoints", "principal"), ("anchors", "length")],
)  # fmt: skip
def test_a_value_that_is_no_text_or_number_is_found_and_breaks_nothing(tmp_path, table: str, column: str, value: str):
    place = Place("sqlite", str(tmp_path / "state.db"), lambda: open_store(tmp_path / "state.db").checkpoints)
    filled(place)
    thief = Burglar(place)
    try:
        thief.run(f"UPDATE {table} SET {column} = {value} WHERE rowid = 2")
    except sqlite3.IntegrityError:
        return  # the column takes no NULL
    assert faults(place)


def test_one_edited_byte_anywhere_in_the_database_file_is_found_or_changes_nothing(tmp_path: Path):
    path = tmp_path / "state.db"
    store = open_store(path)
    for number in range(1, 41):
        store.checkpoints.save(step(number))
    before = store.checkpoints.query("c1")
    store.close()
    whole = path.read_bytes()
    found = 0
    for position in range(100, len(whole), 1709):
        for leftover in tmp_path.glob("state.db*"):
            leftover.unlink()
        path.write_bytes(whole[:position] + bytes([whole[position] ^ 0x41]) + whole[position + 1 :])
        try:
            store = open_store(path)
        except VerityError:
            found += 1
            continue
        try:
            told = bool(store.checkpoints.verify())
            assert told or store.checkpoints.query("c1") == before, f"byte {position}"
            found += told
        except VerityError:
            found += 1
        finally:
            store.close()
    assert found > 10
