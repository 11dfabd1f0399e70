"""Read LookML into the same kind of document as YAML: blocks as mappings, repeated ones as lists, with their lines."""

from __future__ import annotations

import re
from typing import Any

from verity.data.yaml_events import DEEPEST, Document, Path
from verity.exceptions import ForeignSyntax, MissingExtra

REPEATED = frozenset({
    "view", "explore", "join", "dimension", "dimension_group", "measure", "filter", "parameter", "set", "link",
    "action", "aggregate_table", "access_filter", "access_grant", "datagroup", "when", "allowed_value", "include",
    "named_value_format", "map_layer", "test", "derived_column", "column", "form_param", "option", "bind_filters",
    "assert", "extends", "alias", "user_attribute_param", "param", "materialization", "constant",
})  # fmt: skip
"""Keys that may stand several times in one block; each becomes a list under its own name."""


def read_lookml(text: str, name: str) -> Document:
    """A LookML file. Raises `ForeignSyntax` with `file:line`, and `MissingExtra` without the parser."""
    try:
        import lkml
    except ImportError:
        raise MissingExtra("lookml", "reading LookML") from None
    try:
        tree = lkml.parse(text)
    except SyntaxError as error:
        line = _line_of(str(error), text)
        raise ForeignSyntax("is not valid LookML", place=f"{name}:{line}", remedy=_said(error)) from None
    except KeyError as error:
        said = str(error.args[0])
        raise ForeignSyntax(said, place=f"{name}:{_second(said, text)}", remedy="Keep one of the two.") from None
    except (IndexError, AttributeError, TypeError, ValueError):
        line = text.rstrip().count("\n") + 1
        raise ForeignSyntax(
            "ends inside a quote or an expression", place=f"{name}:{line}", remedy='Close the " or write ;; behind it.'
        ) from None
    except RecursionError:
        raise ForeignSyntax(f"nested more than {DEEPEST} levels deep", place=name, remedy="Write it flatter.") from None
    reader = _Reader(name)
    value = reader.container(tree.container.items, ())
    return Document(value, reader.lines)


class _Reader:
    """Builds mappings from lkml's tree and keeps the lines."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.lines: dict[Path, int] = {(): 1}

    def container(self, items: Any, path: Path) -> dict[str, Any]:
        if len(path) > DEEPEST:
            raise ForeignSyntax(f"nested more than {DEEPEST} levels deep", place=self.name, remedy="Write it flatter.")
        made: dict[str, Any] = {}
        for item in items:
            key = str(item.type.value)
            plain = not hasattr(item, "container") and not hasattr(item, "items")
            if _repeats(item, key, plain=plain):
                entries = made.setdefault(key, [])
                self.lines.setdefault((*path, key), item.line_number)
                place = (*path, key, len(entries))
                self.lines[place] = item.line_number
                entries.append(self._value(item, place))
            else:
                self.lines[(*path, key)] = item.line_number
                made[key] = self._value(item, (*path, key))
        return made

    def _value(self, item: Any, path: Path) -> Any:
        if hasattr(item, "container"):
            inside = self.container(item.container.items, path) if item.container else {}
            return {"name": str(item.name.value), **inside} if item.name is not None else inside
        if hasattr(item, "items"):
            return self._list(item, path)
        return _text(item.value)

    def _list(self, item: Any, path: Path) -> Any:
        """`[a, b]` is a list; `[field: "value", ...]` a mapping."""
        if item.items and hasattr(item.items[0], "type"):
            pairs = [(str(pair.type.value), _text(pair.value)) for pair in item.items]
            if len(dict(pairs)) < len(pairs):  # one field twice, as blocks of `filters` have it
                return [{"field": field, "value": value} for field, value in pairs]
            for pair in item.items:
                self.lines[(*path, str(pair.type.value))] = pair.line_number or item.line_number
            return dict(pairs)
        return [_text(token) for token in item.items]


def _text(token: Any) -> str:
    """What a token says; in quotes a quote is written with a backslash."""
    text = str(token.value)
    return text.replace('\\"', '"') if type(token).__name__ == "QuotedSyntaxToken" else text


def _repeats(item: Any, key: str, *, plain: bool) -> bool:
    """Whether a key may stand several times here: `query` only where it is named, `filters` only as a block."""
    if key == "query":
        return getattr(item, "name", None) is not None
    if key == "filters":
        return hasattr(item, "container")
    return key in REPEATED and not (plain and key in ("filter", "view", "explore"))


def _said(error: SyntaxError) -> str:
    first = " ".join(str(error.msg or error).split())
    return f"The parser says: {first[:200]}"


def _second(message: str, text: str) -> int:
    """The line where a key that stands twice stands last."""
    key = message.split('"')[1] if '"' in message else ""
    lines = [number for number, line in enumerate(text.splitlines(), 1) if f"{key}:" in line]
    return lines[-1] if lines else 1


def _line_of(message: str, text: str) -> int:
    found = re.search(r"line (\d+)", message)
    return int(found.group(1)) if found else text.count("\n") + 1
