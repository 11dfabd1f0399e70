"""Build a document from the events of libyaml, with the scalars of YAML 1.2 and the line of every entry.

Nothing is constructed that a file asks for by tag, no depth recurses, and the work that aliases can ask for is bounded.
`on`, `no`, `NO` and `yes` stay text; so does `007`, whose zeros are data.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import yaml
from yaml._yaml import CParser

from verity.exceptions import DictionarySyntax

Path = tuple[str | int, ...]
"""Where an entry stands in a document: `("columns", "status", "values", 0)`."""

DEEPEST = 64
"""Levels of nesting; the dictionary's own form needs nine."""
MOST_ALIASED = 100_000
"""Entries that a document's aliases may repeat in all."""

_INT = re.compile(r"[-+]?(?:0|[1-9][0-9]{0,30})\Z|0o[0-7]{1,30}\Z|0x[0-9a-fA-F]{1,30}\Z")
_FLOAT = re.compile(r"[-+]?(?:\.[0-9]+|[0-9]+\.[0-9]*(?:[eE][-+]?[0-9]+)?|(?:0|[1-9][0-9]*)[eE][-+]?[0-9]+)\Z")
_WORDS: dict[str, object] = {
    **dict.fromkeys(("", "~", "null", "Null", "NULL"), None),
    **dict.fromkeys(("true", "True", "TRUE"), True),
    **dict.fromkeys(("false", "False", "FALSE"), False),
}
_MAYBE_NUMBER = frozenset("0123456789+-.")


class WrittenFloat(float):
    """A number with a fraction that remembers how it was written: version 2.10 is not 2.1."""

    text: str

    def __new__(cls, text: str) -> WrittenFloat:
        """Read the text as a float and keep it."""
        number = super().__new__(cls, text)
        number.text = text
        return number


class LaterLines(Mapping[Path, int]):
    """The lines of a text that was read without them: looked for when the first is asked."""

    def __init__(self, read: Callable[[], Mapping[Path, int]]) -> None:
        self._read = read
        self._known: Mapping[Path, int] | None = None

    def __getitem__(self, path: Path) -> int:
        return self._lines()[path]

    def __iter__(self) -> Iterator[Path]:
        return iter(self._lines())

    def __len__(self) -> int:
        return len(self._lines())

    def _lines(self) -> Mapping[Path, int]:
        if self._known is None:
            self._known = self._read()
        return self._known


@dataclass
class Document:
    """What a file says, and the line (from 1) of each of its entries."""

    value: Any
    lines: Mapping[Path, int] = field(default_factory=dict)

    def line(self, path: Path) -> int | None:
        """The line of the entry at `path`, or of the nearest entry around it."""
        while path and path not in self.lines:
            path = path[:-1]
        return self.lines.get(path)


def read_events(text: str, name: str) -> Document:
    """Read one document. Raises `DictionarySyntax` for what may not stand in it, and `yaml.YAMLError` for no YAML."""
    try:
        value = _plain(text)
    except (_NotPlain, yaml.YAMLError):
        return _read_fully(text, name)
    return Document(value, LaterLines(lambda: _read_fully(text, name).lines))


def _read_fully(text: str, name: str) -> Document:
    """Every entry with its line; what is wrong is said with its place."""
    reader = _Reader(name)
    for event in _events(text):
        reader.take(event)
    return Document(reader.value, reader.lines)


class _NotPlain(Exception):
    """The text holds what only the full reader judges."""


def _plain(text: str) -> Any:
    """The value of plain YAML, which nearly all files are, without lines: half the time of the full reader.

    Raises `_NotPlain` for a tag, an anchor, an alias, a key that stands twice, a second document or deep nesting.
    """
    value: Any = None
    current: Any = None
    key: str | None = None
    around: list[tuple[Any, str | None]] = []
    documents = 0
    event: Any  # told apart by its type, which is faster than isinstance
    for event in _events(text):
        kind = type(event)
        if kind is yaml.ScalarEvent:
            if event.tag is not None or event.anchor is not None:
                raise _NotPlain
            if current.__class__ is dict:
                if key is None:
                    key = event.value
                    if key in current:
                        raise _NotPlain
                else:
                    current[key] = _scalar(event)
                    key = None
            elif current is None:
                value = _scalar(event)
            else:
                current.append(_scalar(event))
        elif kind is yaml.MappingStartEvent or kind is yaml.SequenceStartEvent:
            if event.tag is not None or event.anchor is not None or len(around) >= DEEPEST:
                raise _NotPlain
            made: Any = {} if kind is yaml.MappingStartEvent else []
            if current is None:
                value = made
            elif current.__class__ is list:
                current.append(made)
            elif key is None:
                raise _NotPlain
            else:
                current[key] = made
            around.append((current, None))
            current, key = made, None
        elif kind is yaml.MappingEndEvent or kind is yaml.SequenceEndEvent:
            current, key = around.pop()
        elif kind is yaml.DocumentStartEvent:
            documents += 1
            if documents > 1:
                raise _NotPlain
        elif kind is yaml.AliasEvent:
            raise _NotPlain
    return value


def _events(text: str) -> Iterator[yaml.Event]:
    parser = CParser(text)
    try:
        while (event := parser.get_event()) is not None:
            yield event
    finally:
        parser.dispose()


class _Reader:
    """Builds the value from events with a stack of its own."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.value: Any = None
        self.lines: dict[Path, int] = {}
        self._open: list[_Open] = []
        self._anchors: dict[str, tuple[Any, int]] = {}
        self._documents = 0
        self._aliased = 0

    def take(self, event: yaml.Event) -> None:
        if isinstance(event, yaml.ScalarEvent):
            if event.tag is not None:
                self._check_tag(event)
            container = self._open[-1] if self._open else None
            if container is not None and container.awaits_key:
                self._key(container, event)
            else:
                self._put(_scalar(event), event, 1)
        elif isinstance(event, yaml.MappingStartEvent | yaml.SequenceStartEvent):
            self._check_tag(event)
            self._start(event)
        elif isinstance(event, yaml.MappingEndEvent | yaml.SequenceEndEvent):
            closed = self._open.pop()
            if closed.anchor is not None:
                self._anchors[closed.anchor] = (closed.value, closed.size)
            if self._open:
                self._open[-1].size += closed.size
        elif isinstance(event, yaml.AliasEvent):
            self._alias(event)
        elif isinstance(event, yaml.DocumentStartEvent):
            self._documents += 1
            if self._documents > 1:
                raise self._error(event, "a second document begins ('---')", "Write one table in each file.")

    def _start(self, event: yaml.MappingStartEvent | yaml.SequenceStartEvent) -> None:
        if len(self._open) >= DEEPEST:
            raise too_deep(f"{self.name}:{_line_of(event)}")
        if self._open and self._open[-1].awaits_key:
            raise self._error(event, "a key must be plain text", "Put the key in quotes if it holds brackets.")
        value: Any = {} if isinstance(event, yaml.MappingStartEvent) else []
        path = self._put(value, event, 0)
        self._open.append(_Open(value, path, event.anchor))

    def _key(self, container: _Open, event: yaml.ScalarEvent) -> None:
        key = event.value
        if key in container.value:
            first = self.lines.get((*container.path, key))
            raise written_twice(key, f"{self.name}:{_line_of(event)}", first)
        container.key = key
        container.awaits_key = False
        self.lines[(*container.path, key)] = _line_of(event)

    def _put(self, value: Any, event: yaml.NodeEvent, size: int) -> Path:
        """Hang a value where the document stands now; returns its path."""
        path: Path = ()
        if not self._open:
            self.value = value
            self.lines[()] = _line_of(event)
        else:
            container = self._open[-1]
            container.size += size
            if isinstance(container.value, dict):
                path = (*container.path, container.key)
                container.value[container.key] = value
                container.awaits_key = True
            else:
                path = (*container.path, len(container.value))
                self.lines[path] = _line_of(event)
                container.value.append(value)
        if event.anchor is not None and size and not isinstance(event, yaml.AliasEvent):
            self._anchors[event.anchor] = (value, size)
        return path

    def _alias(self, event: yaml.AliasEvent) -> None:
        if self._open and self._open[-1].awaits_key:
            raise self._error(event, "an alias stands as a key", "Write the key out.")
        if event.anchor not in self._anchors:
            raise self._error(
                event, f"the alias '*{event.anchor}' names nothing above it", "Define &name before *name uses it."
            )
        value, size = self._anchors[event.anchor]
        self._aliased += size
        if self._aliased > MOST_ALIASED:
            raise self._error(
                event, f"aliases repeat more than {MOST_ALIASED:,} entries", "Write the repeated parts out, or split."
            )
        self._put(value, event, size)

    def _check_tag(self, event: yaml.NodeEvent) -> None:
        tag = getattr(event, "tag", None)
        if tag not in (None, "!", "tag:yaml.org,2002:str", "tag:yaml.org,2002:map", "tag:yaml.org,2002:seq"):
            raise self._error(
                event, f"the tag '{_short(str(tag))}' is not read here", "Remove it: values are plain YAML."
            )

    def _error(self, event: yaml.Event, message: str, remedy: str) -> DictionarySyntax:
        return DictionarySyntax(message, place=f"{self.name}:{_line_of(event)}", remedy=remedy)


class _Open:
    """A mapping or list that is not closed yet. `size` counts its scalars, aliased ones as often as they repeat."""

    __slots__ = ("anchor", "awaits_key", "key", "path", "size", "value")

    def __init__(self, value: Any, path: Path, anchor: str | None) -> None:
        self.value, self.path, self.anchor = value, path, anchor
        self.key = ""
        self.awaits_key = isinstance(value, dict)
        self.size = 1


def _scalar(event: yaml.ScalarEvent) -> object:
    """The value of a scalar by YAML 1.2: quoted is text; plain may be null, a boolean or a number."""
    text: str = event.value
    if not event.implicit[0]:
        return text
    if text in _WORDS:
        return _WORDS[text]
    if text[0] in _MAYBE_NUMBER:
        if _INT.match(text):
            return int(text, 0) if text[:2] in ("0o", "0x") else int(text)
        if _FLOAT.match(text):
            return WrittenFloat(text)
    return text


def _line_of(event: yaml.Event) -> int:
    return event.start_mark.line + 1 if event.start_mark else 1


def written_twice(key: str, place: str, first: int | None = None) -> DictionarySyntax:
    """The error for a key with two entries."""
    return DictionarySyntax(
        f"the key '{_short(key)}' is written twice" + (f" (first on line {first})" if first else ""),
        place=place,
        remedy="Keep one of them: only one could count.",
    )


def too_deep(place: str) -> DictionarySyntax:
    """The error for more levels than any table needs."""
    return DictionarySyntax(
        f"nested more than {DEEPEST} levels deep", place=place, remedy="A table's entry needs no more than nine."
    )


def _short(text: str, most: int = 60) -> str:
    return text if len(text) <= most else f"{text[:most]}…"
