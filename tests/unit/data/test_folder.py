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
