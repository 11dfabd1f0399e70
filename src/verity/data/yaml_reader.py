"""Read the text of a YAML or JSON file into a document that knows its lines, or say what is wrong and where."""

from __future__ import annotations

import yaml

from verity.data.json_reader import read_json
from verity.data.yaml_events import Document, Path, WrittenFloat, read_events
from verity.exceptions import DictionarySyntax

__all__ = ["Document", "Path", "WrittenFloat", "read_json", "read_yaml"]


def read_yaml(text: str, name: str) -> Document:
    """Read one YAML document; `name` stands in errors. Raises `DictionarySyntax` with `name:line`."""
    try:
        return read_events(text, name)
    except yaml.reader.ReaderError as error:
        line = text.encode().count(b"\n", 0, error.position) + 1
        character = error.character if isinstance(error.character, int) else ord(str(error.character)[:1] or "?")
        raise DictionarySyntax(
            f"the character U+{character:04X} is not allowed in YAML",
            place=f"{name}:{line}",
            remedy="Remove it; save the file as plain UTF-8 text.",
        ) from None
    except yaml.MarkedYAMLError as error:
        raise _syntax_error(error, text, name) from None


def _syntax_error(error: yaml.MarkedYAMLError, text: str, name: str) -> DictionarySyntax:
    mark = error.problem_mark or error.context_mark
    place = f"{name}:{mark.line + 1}" if mark else name
    problem = error.problem or "not valid YAML"
    if mark and "\t" in _line(text, mark.line)[: mark.column + 1]:
        return DictionarySyntax("a tab stands where spaces must", place=place, remedy="Indent with spaces only.")
    context = f" ({error.context}, line {error.context_mark.line + 1})" if error.context and error.context_mark else ""
    remedy = _REMEDIES.get(problem, "Correct the line named; quote text that holds : # { [ or begins with * & ! %.")
    return DictionarySyntax(f"not valid YAML: {problem}{context}", place=place, remedy=remedy)


_REMEDIES = {
    "mapping values are not allowed in this context": "Put text that holds ': ' in quotes, or mend the indentation.",
    "found unexpected end of stream": "Close the quote or bracket that is open.",
}


def _line(text: str, number: int) -> str:
    return next((line for index, line in enumerate(text.split("\n")) if index == number), "")
