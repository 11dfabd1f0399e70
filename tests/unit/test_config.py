"""Settings come from verity.toml and the environment, and every mistake is named."""

from __future__ import annotations

import pytest

from verity.config import find_project, load_settings, masked
from verity.exceptions import ConfigInvalid, ProjectNotFound


def project(tmp_path, text=""):
    (tmp_path / "verity.toml").write_text(text, encoding="utf-8")
    return tmp_path


def test_an_empty_file_gives_every_default(tmp_path):
    loaded = load_settings(project(tmp_path), {})
    assert loaded.settings.warehouse.engine == "duckdb"
    assert {s.origin for s in loaded.in_force()} == {"default"}
    assert all(s.description for s in loaded.in_force())


def test_the_environment_wins_over_the_file_and_the_origin_says_so(tmp_path):
    folder = project(tmp_path, '[warehouse]\nengine = "duckdb"\nrow_cap = 5\n')
    loaded = load_settings(folder, {"VERITY_WAREHOUSE_ROW_CAP": "7"})
    assert loaded.settings.warehouse.row_cap == 7
    origins = {s.name: s.origin for s in loaded.in_force()}
    assert origins["warehouse.row_cap"] == "VERITY_WAREHOUSE_ROW_CAP"
    assert origins["warehouse.engine"] == "verity.toml"


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("[warehose]\n", "warehouse"),
        ("[warehouse]\nengin = 'duckdb'\n", "'engine'"),
        ("[warehouse]\nengine = 'oracle'\n", "warehouse.engine"),
        ("[warehouse\n", "not valid TOML"),
        ("warehouse = 3\n", "[warehouse]"),
        ("[warehouse]\nrow_cap = 0\n", "row_cap"),
        ("[warehouse]\nurl = '${NOT_SET_HERE}'\n", "NOT_SET_HERE"),
    ],
)
def test_a_mistake_in_the_file_is_named_with_a_remedy(tmp_path, text, words):
    with pytest.raises(ConfigInvalid) as caught:
        load_settings(project(tmp_path, text), {})
    assert words in str(caught.value)
    assert caught.value.remedy


def test_a_file_that_is_not_utf8_is_named(tmp_path):
    (tmp_path / "verity.toml").write_bytes(b"# caf\xe9\n")
    with pytest.raises(ConfigInvalid, match="UTF-8"):
        load_settings(tmp_path, {})


def test_a_secret_is_taken_from_the_environment_and_never_shown(tmp_path):
    folder = project(tmp_path, '[warehouse]\nurl = "postgresql://u:${PW}@h:5432/d"\n')
    loaded = load_settings(folder, {"PW": "s3cret"})
    assert loaded.settings.warehouse.url == "postgresql://u:s3cret@h:5432/d"
    shown = {s.name: s.value for s in loaded.in_force()}["warehouse.url"]
    assert shown == "postgresql://u:***@h:5432/d"


def test_a_text_without_a_password_is_shown_as_it_is():
    assert masked("postgresql://h/d") == "postgresql://h/d"
    assert masked(None) == ""


def test_the_project_is_the_nearest_folder_above(tmp_path):
    inner = project(tmp_path) / "a" / "b"
    inner.mkdir(parents=True)
    assert find_project(inner) == tmp_path.resolve()


def test_no_project_anywhere_is_said_with_a_remedy(tmp_path):
    with pytest.raises(ProjectNotFound, match="verity init"):
        find_project(tmp_path)
