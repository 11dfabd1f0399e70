"""What `--from` names, opened: files of known formats, or the tables of a database.

A folder: each file directly in it is a table named after its stem in snake_case (`Order Items.csv` is order_items);
each direct subfolder whose files share one format is one table of part files, named after the folder. A glob: each
match is a table. A workbook: each sheet with cells is a table. A database URL: each table and view of its schemas.
"""

from __future__ import annotations

import glob
import os
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

from verity.data.draft_words import snake_case
from verity.exceptions import SourceEmpty, SourceFormatUnknown, SourceNotFound, SourceUnreadable, TableNameClash
from verity.ingest.database import Database, DatabaseTable
from verity.ingest.databases import is_database_url, open_database
from verity.ingest.part_files import header_of
from verity.ingest.variables import fill_variables
from verity.ingest.workbook import sheets_of

Format = Literal["csv", "parquet", "json", "excel"]

_FORMATS: dict[str, Format] = {
    ".csv": "csv", ".tsv": "csv", ".parquet": "parquet", ".pq": "parquet", ".json": "json", ".jsonl": "json",
    ".ndjson": "json", ".xlsx": "excel", ".xlsm": "excel", ".xls": "excel", ".ods": "excel",
}  # fmt: skip
_PACKED = (".gz", ".zst")
_REMEDY = "Name a folder, a file or a glob of CSV, Parquet, JSON(L) or Excel files, or a database URL."


@dataclass(frozen=True)
class FileTable:
    """A table made of files. `pattern` is the path or glob that finds them again, absolute."""

    name: str
    paths: tuple[Path, ...]
    format: Format
    pattern: str
    sheet: str | None = None
    is_folder: bool = False
    """Part files of a folder: more may come, so the glob is what names them."""


@dataclass(frozen=True)
class Origin:
    """An opened source: either files or a database. `notes` say what was left out and why."""

    name: str
    files: tuple[FileTable, ...] = ()
    database: Database | None = None
    database_tables: tuple[DatabaseTable, ...] = ()
    notes: tuple[str, ...] = ()

    @property
    def table_names(self) -> tuple[str, ...]:
        """Names of the tables, sorted."""
        return tuple(sorted([*(table.name for table in self.files), *(table.name for table in self.database_tables)]))


def open_origin(text: str, base: Path) -> Origin:
    """Open what the text names; a relative path counts from `base`.

    Raises `SourceNotFound`, `SourceEmpty`, `SourceUnreadable`, `SourceFormatUnknown`, `TableNameClash`,
    `SourceUnreachable` (the message never holds a password), `MissingExtra`.
    """
    text = fill_variables(text, os.environ, f"the {text.split('://', 1)[0]} URL" if "://" in text else f"'{text}'")
    if is_database_url(text):
        return _open_database(text, base)
    if "://" in text:
        scheme = text.split("://", 1)[0]
        raise SourceFormatUnknown(
            f"'{scheme}://' is no source that Verity reads",
            remedy="Database URLs begin with postgresql://, mysql://, mariadb://, sqlite:/// or duckdb:///.",
        )
    path = Path(text).expanduser()
    path = path if path.is_absolute() else base / path
    if _exists(path):
        return _open_folder(path) if path.is_dir() else _open_files(path.stem, [path], strict=True)
    if glob.has_magic(text):
        return _open_glob(path)
    raise SourceNotFound(f"{path}: no such file or folder", remedy=_REMEDY)


def find_paths(pattern: str) -> tuple[Path, ...]:
    """The files that a path or a glob names, sorted by name; none where nothing matches."""
    if Path(pattern).exists():
        return (Path(pattern),)
    return tuple(sorted(Path(found) for found in _matches(pattern) if Path(found).is_file()))


def _matches(pattern: str) -> list[str]:
    return glob.glob(pattern, recursive=True)  # noqa: PTH207  # Path.glob takes no absolute pattern before 3.13


def format_of(path: Path) -> Format | None:
    """The format that a file's ending says, seen through `.gz` and `.zst`."""
    suffixes = [suffix.lower() for suffix in path.suffixes]
    if suffixes and suffixes[-1] in _PACKED:
        found = _FORMATS.get(suffixes[-2]) if len(suffixes) > 1 else None
        return found if found in ("csv", "json") else None
    return _FORMATS.get(suffixes[-1]) if suffixes else None


def stem_of(path: Path) -> str:
    """The file's name without its endings: `orders.csv.gz` -> orders."""
    name = path.name
    for _ in range(2):
        ending = Path(name).suffix.lower()
        if ending in _PACKED or ending in _FORMATS:
            name = name[: -len(ending)]
    return name


@dataclass
class _Found:
    tables: list[FileTable] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)


def _open_folder(folder: Path) -> Origin:
    entries = _entries(folder)
    files = [entry for entry in entries if entry.is_file() and format_of(entry)]
    others = [entry.name for entry in entries if entry.is_file() and not format_of(entry)]
    broken = [entry.name for entry in entries if entry.is_symlink() and not entry.exists()]
    found = _file_tables(files)
    for entry in entries:
        if entry.is_dir():
            _add_part_files(entry, found)
    if broken:
        found.notes.append(f"not read, the link leads nowhere: {', '.join(broken)}")
    if others:
        found.notes.append(f"not read, no table format: {', '.join(others)}")
    if not found.tables:
        why = "".join(f"; {note}" for note in found.notes)
        raise SourceEmpty(f"{folder}: no file in it can be a table{why}", remedy=_REMEDY)
    return _origin(folder.resolve().name, found)


def _add_part_files(folder: Path, found: _Found) -> None:
    """A subfolder of files of one format is one table; anything else is left out and said."""
    parts = [entry for entry in _entries(folder) if entry.is_file() and format_of(entry)]
    kinds = {format_of(part) for part in parts}
    endings = {"".join(part.suffixes[-2:]) if part.suffix in _PACKED else part.suffix for part in parts}
    if not parts:
        return
    for part in parts:
        _check_readable(part)
    if len(kinds) > 1 or len(endings) > 1 or kinds == {"excel"}:
        found.notes.append(f"not read: {folder.name}/ holds files of several kinds; name it on its own to read it")
        return
    kind = kinds.pop()
    assert kind is not None  # noqa: S101  # every part has a format
    if len({header_of(part, kind) for part in parts}) > 1:
        found.notes.append(
            f"not read: the files of {folder.name}/ have different columns; name it on its own to read it"
        )
        return
    pattern = f"{glob.escape(str(folder))}/*{endings.pop()}"
    found.tables.append(FileTable(snake_case(folder.name), tuple(parts), kind, pattern, is_folder=True))


def _open_glob(path: Path) -> Origin:
    matches = find_paths(str(path))
    if not matches:
        raise SourceNotFound(f"{path}: nothing matches", remedy=_REMEDY)
    return _open_files(path.parent.name or "files", matches, strict=True)


def _open_files(name: str, paths: Sequence[Path], *, strict: bool) -> Origin:
    unknown = [path for path in paths if format_of(path) is None]
    if strict and unknown:
        raise SourceFormatUnknown(
            f"{unknown[0]}: '{''.join(unknown[0].suffixes) or 'no ending'}' is no table format that Verity reads",
            remedy="Verity reads .csv .tsv .json .jsonl .ndjson (also .gz, .zst), .parquet .pq, .xlsx .xls .ods.",
        )
    return _origin(name, _file_tables(paths))


def _file_tables(paths: Iterable[Path]) -> _Found:
    found = _Found()
    for path in paths:
        kind = format_of(path)
        assert kind is not None  # noqa: S101  # chosen by format
        _check_readable(path)
        pattern = glob.escape(str(path))
        if kind != "excel":
            found.tables.append(FileTable(snake_case(stem_of(path)), (path,), kind, pattern))
            continue
        sheets = sheets_of(path)
        for sheet in sheets:
            name = stem_of(path) if len(sheets) == 1 else f"{stem_of(path)} {sheet}"
            found.tables.append(FileTable(snake_case(name), (path,), kind, pattern, sheet))
    return found


def _origin(name: str, found: _Found) -> Origin:
    seen: dict[str, FileTable] = {}
    for table in found.tables:
        other = seen.setdefault(table.name, table)
        if other is not table:
            raise TableNameClash(
                f"two tables would be named '{table.name}': {_said(other)} and {_said(table)}",
                remedy="Rename one of the files, or give a glob that leaves one out.",
            )
    return Origin(snake_case(name), tuple(sorted(found.tables, key=lambda t: t.name)), notes=tuple(found.notes))


def _said(table: FileTable) -> str:
    place = table.pattern if len(table.paths) > 1 else str(table.paths[0])
    return f"{place} (sheet {table.sheet})" if table.sheet else place


def _open_database(url: str, base: Path) -> Origin:
    database = open_database(url, base)
    tables = database.tables()
    if not tables:
        raise SourceEmpty(
            f"{database.shown}: no table in it that this user may read", remedy="Check database and user."
        )
    seen: dict[str, str] = {}
    for table in tables:
        other = seen.setdefault(table.name, table.query_table)
        if other != table.query_table:
            raise TableNameClash(
                f"two tables would be named '{table.name}': {other} and {table.query_table}",
                remedy="Name one of them another way in a view, and give a user that sees only one.",
            )
    return Origin(database.name, database=database, database_tables=tuple(sorted(tables, key=lambda t: t.name)))


def _exists(path: Path) -> bool:
    try:
        return path.exists()
    except PermissionError:
        raise _unreadable(path) from None
    except OSError as fault:  # a name that no file system takes
        raise SourceNotFound(f"{str(path)[:200]}: {fault.strerror}", remedy=_REMEDY) from None


def _entries(folder: Path) -> list[Path]:
    try:
        return sorted(entry for entry in folder.iterdir() if not entry.name.startswith((".", "~$")))
    except PermissionError:
        raise _unreadable(folder) from None


def _check_readable(path: Path) -> None:
    if not os.access(path, os.R_OK):
        raise _unreadable(path)


def _unreadable(path: Path) -> SourceUnreadable:
    return SourceUnreadable(f"{path}: permission denied", remedy="Give this account the right to read it.")
