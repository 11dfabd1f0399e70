"""A principal comes from a file of three keys; what is wrong with it is said in words, and nothing makes an owner."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from verity.cli.common import read_principal
from verity.exceptions import UsageError

WRONG: list[tuple[Any, str]] = [
    ([], "a principal has id, roles and attributes and nothing else"),
    ({"roles": ["viewer"]}, "'id' is missing"),
    ({"id": ""}, "'id' must be a text of one character or more"),
    ({"id": "v", "roles": "viewer"}, "'roles' must be a list of names"),
    ({"id": "v", "attributes": {"region": None}}, "'attributes' must be a mapping of names to texts"),
    ({"id": "v", "attributes": ["region"]}, "'attributes' must be a mapping"),
    ({"id": "v", "kind": "owner"}, "and nothing else"),
]


@pytest.mark.parametrize(("document", "words"), WRONG)
def test_what_is_wrong_with_a_principal_is_said_without_a_library_s_words(document: Any, words: str, tmp_path: Path):
    (tmp_path / "p.json").write_text(json.dumps(document), encoding="utf-8")
    with pytest.raises(UsageError) as raised:
        read_principal(tmp_path / "p.json")
    assert words in raised.value.message
    assert raised.value.remedy.startswith("Write {")
    assert not any(word in raised.value.message for word in ("type=", "input_value", "pydantic"))


def test_a_principal_is_never_an_owner(tmp_path: Path):
    (tmp_path / "p.json").write_text('{"id": "v", "roles": ["viewer"], "attributes": {"n": [1, 2]}}', encoding="utf-8")
    made = read_principal(tmp_path / "p.json")
    assert (made.kind, made.attributes["n"]) == ("user", (1, 2))
