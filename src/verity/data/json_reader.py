"""Read JSON strictly, keeping the line of every entry and the way that numbers were written."""

from __future__ import annotations

import json
from collections import Counter
from typing import Any, NoReturn

import yaml

from verity.data.yaml_events import Document, WrittenFloat, read_events, too_deep, written_twice
from verity.exceptions import DictionarySyntax


def read_json(text: str, name: str) -> Document:
    """Read one JSON document; `name` stands in errors. Raises `DictionarySyntax` with `name:line`.

    Lines are known where the text is YAML too, as nearly all JSON is.
    """
    twice: list[str] = []

    def constant(word: str) -> NoReturn:
        raise DictionarySyntax(f"{word} is not JSON", place=name, remedy="Write a number, or null.")

    def pairs(entries: list[tuple[str, Any]]) -> dict[str, Any]:
        mapping = dict(entries)
        if len(mapping) < len(entries):
            twice.extend(key for key, count in Counter(key for key, _ in entries).items() if count > 1)
        return mapping

    try:
        value = json.loads(text, parse_float=WrittenFloat, parse_constant=constant, object_pairs_hook=pairs)
    except json.JSONDecodeError as error:
        raise _syntax_error(error, text, name) from None
    except RecursionError:
        raise too_deep(name) from None
    except ValueError:
        raise DictionarySyntax("a number is too long to read", place=name, remedy="Put it in quotes.") from None
    try:
        return Document(value, read_events(text, name).lines)
    except yaml.YAMLError:  # right all the same, but without lines: two \\u escapes that make one character
        if twice:
            raise written_twice(twice[0], name) from None
        return Document(value)


def _syntax_error(error: json.JSONDecodeError, text: str, name: str) -> DictionarySyntax:
    line, message = error.lineno, error.msg[:1].lower() + error.msg[1:]
    before = text[: error.pos].rstrip()
    if text[error.pos : error.pos + 1] in ("}", "]") and before.endswith(","):
        line, message = before.count("\n") + 1, "a comma stands before the closing bracket"
    return DictionarySyntax(f"not valid JSON: {message}", place=f"{name}:{line}", remedy="Correct the line named.")
