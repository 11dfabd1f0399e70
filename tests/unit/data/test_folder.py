"""The dictionary is read once, and again when a file was touched."""

from __future__ import annotations

import pytest

from verity.data.folder import DictionaryFolder
from verity.exceptions import DictionaryInvalid


def test_files_that_did_not_change_are_not_read_again(tmp_path):
    (tmp_path / "a.yml").write_text("table: a\n")
    folder = DictionaryFolder(tmp_path)
    assert folder() is folder()


def test_a_changed_a_new_and_a_removed_file_are_seen(tmp_path):
    (tmp_path / "a.yml").write_text("table: a\n")
    folder = DictionaryFolder(tmp_path)
    first = folder()
    (tmp_path / "a.yml").write_text("table: a\ndescription: changed\n")
    assert folder().tables["a"].description == "changed"
    (tmp_path / "b.yml").write_text("table: b\n")
    assert set(folder().tables) == {"a", "b"}
    (tmp_path / "a.yml").unlink()
    assert set(folder().tables) == {"b"}
    assert set(first.tables) == {"a"}


def test_a_fault_is_raised_until_it_is_mended(tmp_path):
    (tmp_path / "a.yml").write_text("tabel: a\n")
    folder = DictionaryFolder(tmp_path)
    for _ in range(2):
        with pytest.raises(DictionaryInvalid):
            folder()
    (tmp_path / "a.yml").write_text("table: a\n")
    assert set(folder().tables) == {"a"}


def test_while_files_are_broken_the_last_good_dictionary_serves_and_the_fault_is_logged_once(tmp_path, caplog):
    (tmp_path / "a.yml").write_text("table: a\n")
    folder = DictionaryFolder(tmp_path)
    good = folder()
    (tmp_path / "a.yml").write_text("table: a\nmetrics: [\n")
    (tmp_path / "b.yml").write_text("table: b\n")
    assert folder() is good
    assert folder() is good
    assert "a.yml:" in str(folder.fault)
    assert len(caplog.records) == 1
    with pytest.raises(DictionaryInvalid):
        folder.current()
    (tmp_path / "a.yml").write_text("table: a\ndescription: mended\n")
    assert set(folder().tables) == {"a", "b"}
    assert folder.fault is None


def test_a_folder_that_disappears_leaves_the_last_good_dictionary(tmp_path):
    place = tmp_path / "dictionary"
    place.mkdir()
    (place / "a.yml").write_text("table: a\n")
    folder = DictionaryFolder(place)
    good = folder()
    (place / "a.yml").unlink()
    place.rmdir()
    assert folder() is good
    assert folder.fault is not None
