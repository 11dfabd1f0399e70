"""Load `dictionary/*.yml`, `*.yaml` and `*.json`: whole, or not at all with every fault named."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from pathlib import Path

from verity.data.files import SUFFIXES, DictionaryFiles, FileRead, meaning_of
from verity.data.model import Dictionary, Places, TableEntry
from verity.exceptions import DictionaryError, DictionaryInvalid, TableDefinedTwice

__all__ = ["SUFFIXES", "assemble", "content_hash", "load_dictionary", "make_dictionary"]


def load_dictionary(directory: Path) -> Dictionary:
    """Every table of the folder, one a file, in order of file name. Hidden files (`.name`) are left out.

    Raises `DictionaryInvalid` with every fault found (`errors`), each with its place and remedy, and
    `DictionaryUnreadable` where the folder itself cannot be read. An empty folder is an empty dictionary.
    """
    files = DictionaryFiles(directory)
    return assemble(files.read(files.stamps()))


def assemble(files: Iterable[FileRead]) -> Dictionary:
    """The dictionary of the files. Raises `DictionaryInvalid`."""
    errors: list[DictionaryError] = []
    tables: dict[str, TableEntry] = {}
    places: dict[str, Places] = {}
    meanings: dict[str, str] = {}
    for file in files:
        errors.extend(file.errors)
        if file.entry is None:
            continue
        name = file.entry.table
        if name in tables:
            errors.append(_defined_twice(name, places[name], file.places))
            continue
        tables[name], places[name], meanings[name] = file.entry, file.places, file.meaning
    if errors:
        raise DictionaryInvalid(errors)
    return Dictionary(tables=tables, content_hash=_hash_of(meanings)).with_places(places)


def make_dictionary(tables: dict[str, TableEntry], places: dict[str, Places] | None = None) -> Dictionary:
    """A dictionary of entries at hand, with its content hash."""
    return Dictionary(tables=tables, content_hash=content_hash(tables)).with_places(places or {})


def content_hash(tables: Mapping[str, TableEntry]) -> str:
    """SHA-256 hex of what the entries mean: the order of tables, files and comments does not count."""
    return _hash_of({name: meaning_of(entry) for name, entry in tables.items()})


def _hash_of(meanings: Mapping[str, str]) -> str:
    lines = "".join(f"{meaning} {name}\n" for name, meaning in sorted(meanings.items()))
    return hashlib.sha256(lines.encode("utf-8", "surrogatepass")).hexdigest()


def _defined_twice(table: str, first: Places, second: Places) -> DictionaryError:
    return TableDefinedTwice(
        f"the table '{table}' is already defined in {first.place(('table',))}",
        place=second.place(("table",)),
        remedy="Rename one of the two, or merge them into one file.",
    )
