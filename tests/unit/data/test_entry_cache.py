"""Entries read before are not read as YAML again, and what is kept can neither harm nor lie."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from verity.data import files
from verity.data.entry_cache import EntryCache, Kept, digest_of
from verity.data.folder import DictionaryFolder
from verity.exceptions import DictionaryInvalid

TABLE = 'table: a\nversion: 2.10\ncolumns:\n  x: {values: [1, "1", true, 2.50]}\nmetrics:\n  m: {sql: COUNT(*)}\n'


@pytest.fixture
def place(tmp_path: Path) -> Path:
    (tmp_path / "dictionary").mkdir()
    (tmp_path / "dictionary" / "a.yml").write_text(TABLE)
    return tmp_path


def folder_of(place: Path) -> DictionaryFolder:
    return DictionaryFolder(place / "dictionary", cache_of(place))


def cache_of(place: Path) -> Path:
    return place / "state" / "dictionary.jsonl"


@pytest.fixture
def nothing_parsed(monkeypatch):
    def refuse(*_):
        raise AssertionError("the file was parsed")

    return lambda: monkeypatch.setattr(files, "_parsed", refuse)


def test_a_second_process_reads_no_yaml_and_has_the_same_dictionary(place, nothing_parsed):
    first = folder_of(place)()
    nothing_parsed()
    second = folder_of(place)()
    assert second == first
    assert second.tables["a"].version == "2.10"
    assert [type(v.value) for v in second.tables["a"].columns["x"].values] == [int, str, bool, str]


def test_lines_are_known_from_the_cache_too(place, nothing_parsed):
    folder_of(place)()
    nothing_parsed()
    assert folder_of(place)().place("a", "metrics", "m") == "dictionary/a.yml:6"


def test_a_changed_file_is_read_anew_and_kept_beside_the_others(place, nothing_parsed):
    (place / "dictionary" / "b.yml").write_text("table: b\n")
    folder = folder_of(place)
    folder()
    (place / "dictionary" / "b.yml").write_text("table: b\ndescription: changed\n")
    assert folder().tables["b"].description == "changed"
    nothing_parsed()
    assert folder_of(place)().tables["b"].description == "changed"


def test_a_damaged_line_is_not_used(place):
    whole = folder_of(place)()
    text = cache_of(place).read_bytes()
    cache_of(place).write_bytes(text.replace(b"COUNT(*)", b"COUNT(y)"))
    assert folder_of(place)() == whole


def test_a_torn_line_loses_itself_alone(place):
    (place / "dictionary" / "b.yml").write_text("table: b\n")
    whole = folder_of(place)()
    cache_of(place).write_bytes(cache_of(place).read_bytes()[:-9])
    assert len(EntryCache(cache_of(place)).read()) == 1
    assert folder_of(place)() == whole


def test_entries_of_another_version_are_not_used(place):
    folder_of(place)()
    text = cache_of(place).read_text()
    cache_of(place).write_text("verity dictionary entries 0\n" + text.partition("\n")[2])
    assert EntryCache(cache_of(place)).read() == {}


def test_a_file_that_others_may_write_is_not_read(place):
    folder_of(place)()
    assert cache_of(place).stat().st_mode & 0o777 == 0o600
    assert EntryCache(cache_of(place)).read()
    cache_of(place).chmod(0o666)
    assert EntryCache(cache_of(place)).read() == {}


def test_faulty_files_are_not_kept(place):
    (place / "dictionary" / "b.yml").write_text("tabel: b\n")
    for _ in range(2):
        with pytest.raises(DictionaryInvalid):
            folder_of(place)()
    assert len(EntryCache(cache_of(place)).read()) == 1


def test_the_same_bytes_mean_one_thing_as_json_and_another_as_yaml():
    assert digest_of(".json", b"{}") != digest_of(".yml", b"{}")


def test_lines_of_files_that_are_no_more_are_dropped(place):
    cache = EntryCache(cache_of(place))
    for n in range(20):
        cache.keep({f"{n:064}": Kept("m", b"{}")}, [f"{n:064}"])
    assert len(cache_of(place).read_bytes().splitlines()) <= 6
    assert set(cache.read()) >= {f"{19:064}"}


@pytest.mark.skipif(sys.platform == "win32", reason="permissions")
def test_a_cache_that_cannot_be_written_is_done_without(place):
    (place / "state").write_text("a file stands where the folder should")
    assert set(folder_of(place)().tables) == {"a"}


def test_half_a_surrogate_pair_is_read_and_not_kept(place):
    (place / "dictionary" / "b.json").write_text('{"table": "b", "description": "\\ud800"}')
    for _ in range(2):
        assert folder_of(place)().tables["b"].description == "\ud800"
