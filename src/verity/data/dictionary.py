"""Load `dictionary/*.yml`, `*.yaml` and `*.json`: whole, or not at all with every fault named."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

from verity.data.forms import read_table
from verity.data.json_reader import read_json
from verity.data.model import Dictionary, Places, TableEntry
from verity.data.yaml_reader import read_yaml
from verity.exceptions import (
    DictionaryError,
    DictionaryInvalid,
    DictionaryUnreadable,
    TableDefinedTwice,
)

SUFFIXES = (".yml", ".yaml", ".json")


def load_dictionary(directory: Path) -> Dictionary:
    """Every table of the folder, one a file, in order of file name. Hidden files (`.name`) are left out.

    Raises `DictionaryInvalid` with every fault found (`errors`), each with its place and remedy, and
    `DictionaryUnreadable` where the folder itself cannot be read. An empty folder is an empty dictionary.
    """
    errors: list[DictionaryError] = []
    tables: dict[str, TableEntry] = {}
    places: dict[str, Places] = {}
    for path in _files(directory):
        name = f"{directory.name}/{path.name}"
        try:
            text = _text(path, name)
            document = read_json(text, name) if path.suffix.lower() == ".json" else read_yaml(text, name)
        except DictionaryError as error:
            errors.append(error)
            continue
        entry, faults = read_table(document, name)
        errors.extend(faults)
        if entry is None:
            continue
        if entry.table in tables:
            errors.append(_defined_twice(entry.table, places[entry.table], Places(name, document.lines)))
            continue
        tables[entry.table] = entry
        places[entry.table] = Places(name, document.lines)
    if errors:
        raise DictionaryInvalid(errors)
    return make_dictionary(tables, places)


def make_dictionary(tables: dict[str, TableEntry], places: dict[str, Places] | None = None) -> Dictionary:
    """A dictionary of entries at hand, with its content hash."""
    return Dictionary(tables=tables, content_hash=content_hash(tables)).with_places(places or {})


def content_hash(tables: dict[str, TableEntry]) -> str:
    """SHA-256 hex of the entries as canonical JSON: the order of tables, files and comments does not count."""
    document = {name: entry.model_dump(mode="json", exclude_defaults=True) for name, entry in tables.items()}
    canonical = json.dumps(document, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(canonical.encode()).hexdigest()


def _files(directory: Path) -> list[Path]:
    try:
        found = [path for path in directory.iterdir() if path.suffix.lower() in SUFFIXES]
    except FileNotFoundError:
        raise DictionaryUnreadable(
            f"the folder {directory.name} does not exist",
            place=str(directory),
            remedy="Make it, or draft one with 'verity init DIR --from PATH'.",
        ) from None
    except OSError as error:
        raise DictionaryUnreadable(
            f"the folder cannot be read: {error.strerror}", place=str(directory), remedy="Check its permissions."
        ) from None
    return sorted((path for path in found if not path.name.startswith(".")), key=lambda path: path.name)


def _text(path: Path, name: str) -> str:
    try:
        content = path.read_bytes()
    except OSError as error:
        raise DictionaryUnreadable(
            f"cannot be read: {error.strerror}", place=name, remedy="Check that it is a file and may be read."
        ) from None
    if content[:2] in (b"\xff\xfe", b"\xfe\xff"):
        raise DictionaryUnreadable("is UTF-16 text", place=name, remedy="Save the file as UTF-8.")
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        raise DictionaryUnreadable(
            f"is not UTF-8 text: byte 0x{content[error.start]:02x}",
            place=f"{name}:{line}",
            remedy="Save the file as UTF-8 (it may be Latin-1 or Windows-1252 now).",
        ) from None


def _defined_twice(table: str, first: Places, second: Places) -> DictionaryError:
    return TableDefinedTwice(
        f"the table '{table}' is already defined in {first.place(('table',))}",
        place=second.place(("table",)),
        remedy="Rename one of the two, or merge them into one file.",
    )
