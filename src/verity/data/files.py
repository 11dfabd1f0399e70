"""The files of a dictionary, each read once as long as it does not change."""

from __future__ import annotations

import gc
import hashlib
import json
import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

from pydantic import ValidationError
from pydantic_core import PydanticSerializationError

from verity.data.entry_cache import EntryCache, Kept, digest_of
from verity.data.forms import read_table
from verity.data.json_reader import read_json
from verity.data.model import Places, TableEntry
from verity.data.yaml_events import Document, LaterLines
from verity.data.yaml_reader import read_yaml
from verity.exceptions import DictionaryError, DictionaryUnreadable

SUFFIXES = (".yml", ".yaml", ".json")
_MANY = 50
"""Files from which on the collector of garbage rests while they are read."""

Stamp = tuple[int, int, int]
"""Inode, time of change and size: an editor's rename or a write within one tick shows."""


@dataclass(frozen=True, slots=True)
class FileRead:
    """One file as it was read: its entry and where its lines are, or every fault in it."""

    stamp: Stamp
    digest: str
    places: Places
    entry: TableEntry | None = None
    meaning: str = ""
    """SHA-256 hex of what the entry means."""
    errors: tuple[DictionaryError, ...] = ()


class DictionaryFiles:
    """Reads a folder, and again what was touched. Not thread-safe."""

    def __init__(self, directory: Path, cache: EntryCache | None = None) -> None:
        self._directory = directory
        self._cache = cache
        self._known: dict[str, FileRead] = {}

    def stamps(self) -> dict[str, Stamp]:
        """The files as they stand now, by name, in order of name. Raises `DictionaryUnreadable`."""
        try:
            with os.scandir(self._directory) as found:
                stamps = {entry.name: _stamp(entry) for entry in found if _is_dictionary(entry.name)}
        except FileNotFoundError:
            raise DictionaryUnreadable(
                f"the folder {self._directory.name} does not exist",
                place=str(self._directory),
                remedy="Make it, or draft one with 'verity init DIR --from PATH'.",
            ) from None
        except OSError as error:
            raise DictionaryUnreadable(
                f"the folder cannot be read: {error.strerror}",
                place=str(self._directory),
                remedy="Check its permissions.",
            ) from None
        return dict(sorted(stamps.items()))

    def read(self, stamps: Mapping[str, Stamp]) -> list[FileRead]:
        """Every file of `stamps`; those that were read before and have the same stamp are not read again."""
        changed = {
            name for name, stamp in stamps.items() if name not in self._known or self._known[name].stamp != stamp
        }
        if changed:
            with _collector_resting(len(changed)):
                self._known = self._read(stamps, changed)
        elif len(stamps) < len(self._known):
            self._known = {name: self._known[name] for name in stamps}
        return list(self._known.values())

    def _read(self, stamps: Mapping[str, Stamp], changed: set[str]) -> dict[str, FileRead]:
        kept = self._cache.read() if self._cache is not None and not self._known else {}
        fresh: dict[str, Kept] = {}
        read = {
            name: self._file(name, stamp, kept, fresh) if name in changed else self._known[name]
            for name, stamp in stamps.items()
        }
        if self._cache is not None and fresh:
            self._cache.keep(fresh, {file.digest for file in read.values()})
        return read

    def _file(self, name: str, stamp: Stamp, kept: Mapping[str, Kept], fresh: dict[str, Kept]) -> FileRead:
        path = self._directory / name
        shown = f"{self._directory.name}/{name}"
        try:
            content = path.read_bytes()
        except OSError as error:
            unreadable = DictionaryUnreadable(
                f"cannot be read: {error.strerror}", place=shown, remedy="Check that it is a file and may be read."
            )
            return FileRead(stamp, "", Places(shown), errors=(unreadable,))
        digest = digest_of(path.suffix, content)
        if name in self._known and self._known[name].digest == digest:
            return replace(self._known[name], stamp=stamp)
        entry = _entry_of(kept.get(digest))
        if entry is not None:
            places = Places(shown, LaterLines(lambda: _document(content, shown).lines))
            return FileRead(stamp, digest, places, entry, kept[digest].meaning)
        file = _parsed(content, shown, stamp, digest)
        if file.entry is not None and (written := _kept(file.entry, file.meaning)) is not None:
            fresh[digest] = written
        return file


def meaning_of(entry: TableEntry) -> str:
    """SHA-256 hex of an entry as canonical JSON: the order of keys, the form and comments of its file do not count."""
    document = entry.model_dump(mode="json", exclude_defaults=True)
    canonical = json.dumps(document, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(canonical.encode("utf-8", "surrogatepass")).hexdigest()


def _parsed(content: bytes, shown: str, stamp: Stamp, digest: str) -> FileRead:
    try:
        document = _document(content, shown)
    except DictionaryError as error:
        return FileRead(stamp, digest, Places(shown), errors=(error,))
    entry, faults = read_table(document, shown)
    meaning = meaning_of(entry) if entry is not None else ""
    return FileRead(stamp, digest, Places(shown, document.lines), entry, meaning, tuple(faults))


def _document(content: bytes, shown: str) -> Document:
    text = _text(content, shown)
    return read_json(text, shown) if shown.lower().endswith(".json") else read_yaml(text, shown)


def _text(content: bytes, shown: str) -> str:
    if content[:2] in (b"\xff\xfe", b"\xfe\xff"):
        raise DictionaryUnreadable("is UTF-16 text", place=shown, remedy="Save the file as UTF-8.")
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        raise DictionaryUnreadable(
            f"is not UTF-8 text: byte 0x{content[error.start]:02x}",
            place=f"{shown}:{line}",
            remedy="Save the file as UTF-8 (it may be Latin-1 or Windows-1252 now).",
        ) from None


def _entry_of(kept: Kept | None) -> TableEntry | None:
    if kept is None:
        return None
    try:
        return TableEntry.model_validate_json(kept.json)
    except ValidationError:
        return None  # not an entry of this version: the file itself is read


def _kept(entry: TableEntry, meaning: str) -> Kept | None:
    try:
        return Kept(meaning, entry.model_dump_json(exclude_defaults=True).encode())
    except (PydanticSerializationError, UnicodeEncodeError):
        return None  # half a surrogate pair, which JSON files may hold and UTF-8 may not


def _is_dictionary(name: str) -> bool:
    return name.lower().endswith(SUFFIXES) and not name.startswith(".")


def _stamp(entry: os.DirEntry[str]) -> Stamp:
    try:
        found = entry.stat()
    except OSError:  # a link to nowhere: reading it says so
        found = entry.stat(follow_symlinks=False)
    return found.st_ino, found.st_mtime_ns, found.st_size


@contextmanager
def _collector_resting(files: int) -> Iterator[None]:
    """Many entries are a million objects that all stay, none of them in a circle: they are made without being walked,
    and put out of the collector's sight, which else would stop a query for 0.1 s now and then."""
    if files < _MANY or not gc.isenabled():
        yield
        return
    gc.disable()
    try:
        yield
        gc.freeze()
    finally:
        gc.enable()
