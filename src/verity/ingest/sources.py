"""Read and write `sources/*.yml`: what to ingest, with secrets by reference to the environment only."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import yaml
from pydantic import ValidationError

from verity.contracts.dataset import SourceDocument, SourceTable
from verity.data.draft_words import snake_case
from verity.data.yaml_reader import Document, read_yaml
from verity.exceptions import DictionarySyntax, SourceDocumentInvalid, TableNameClash, did_you_mean
from verity.ingest.databases import FILE_SCHEMES, is_database_url
from verity.ingest.origin import FileTable, Origin
from verity.ingest.variables import VARIABLE, fill_variables

FOLDER = "sources"
_MOST_UP = 4
"""Levels above the project beyond which a relative path says less than an absolute one."""


@dataclass(frozen=True)
class WrittenSource:
    """The file written, and what the person must do before the first sync (empty: nothing)."""

    path: Path
    instructions: str = ""


def load_sources(project: Path) -> tuple[SourceDocument, ...]:
    """Every source of the project, by file name.

    Raises `SourceDocumentInvalid` (with file and line) and `TableNameClash` for a table that two sources fill.
    """
    files = sorted([*(project / FOLDER).glob("*.yml"), *(project / FOLDER).glob("*.yaml")])
    documents: list[SourceDocument] = []
    seen: dict[str, Path] = {}
    named: dict[str, Path] = {}
    for file in files:
        document = read_source(file)
        if document.source in named:
            raise SourceDocumentInvalid(
                f"{_short(file)}: the source '{document.source}' is in {_short(named[document.source])} too",
                remedy="Give each source a name of its own.",
            )
        named[document.source] = file
        for table in document.tables:
            other = seen.setdefault(table.casefold(), file)
            if other != file:
                raise TableNameClash(
                    f"the table '{table}' is filled by two sources: {_short(other)} and {_short(file)}",
                    remedy="Rename it in one of them, or remove one.",
                )
        documents.append(document)
    return tuple(documents)


def read_source(file: Path) -> SourceDocument:
    """One source. Raises `SourceDocumentInvalid`."""
    try:
        text = file.read_text(encoding="utf-8")
        document = read_yaml(text, _short(file))
    except DictionarySyntax as fault:
        raise SourceDocumentInvalid(fault.message, remedy=fault.remedy) from None
    except UnicodeDecodeError:
        raise SourceDocumentInvalid(f"{_short(file)}: not UTF-8 text", remedy="Save it as UTF-8.") from None
    except OSError as fault:
        raise SourceDocumentInvalid(
            f"{_short(file)}: {fault.strerror}", remedy="Give this account the right to read it."
        ) from None
    try:
        source = SourceDocument.model_validate(_plain(document.value))
    except ValidationError as fault:
        raise _invalid(file, document, fault) from None
    _check(file, document, source)
    return source


def resolve_url(source: SourceDocument, environment: Mapping[str, str] | None = None) -> str:
    """The source's URL with its `${NAME}` references filled in. Raises `SecretMissing`, which names the variable."""
    known = os.environ if environment is None else environment
    return fill_variables(source.url or "", known, f"the source '{source.source}'")


def write_source(
    project: Path, origin: Origin, *, types: Mapping[str, Mapping[str, str]] | None = None, url: str | None = None,
    home: Path | None = None,
) -> WrittenSource:  # fmt: skip
    """Write `sources/<origin>.yml`. `types`: column types of CSV files, by table; `url`: what the person typed,
    one that holds a password is written as a reference to an environment variable, never itself. `home` is where the
    project will lie, if not where it is written: relative paths count from there."""
    home = home or project
    folder = project / FOLDER
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{origin.name}.yml"
    instructions = ""
    if origin.database is None:
        body: dict[str, Any] = {"source": origin.name, "kind": "files"}
        body["tables"] = {t.name: _file_entry(home, t, (types or {}).get(t.name, {})) for t in origin.files}
    else:
        reference, instructions = _reference(home, origin, url or "")
        body = {"source": origin.name, "kind": "database", "url": reference}
        body["tables"] = {t.name: {"query_table": t.query_table} for t in origin.database_tables}
    text = _HEADER + yaml.safe_dump(body, sort_keys=False, allow_unicode=True, width=120, default_flow_style=None)
    path.write_text(text, encoding="utf-8")
    return WrittenSource(path, instructions)


_HEADER = "# What `verity sync` lands in bronze. Paths are relative to the project; secrets stand in the environment.\n"


def _file_entry(project: Path, table: FileTable, types: Mapping[str, str]) -> dict[str, Any]:
    literal = len(table.paths) == 1 and not table.is_folder
    entry: dict[str, Any] = {
        "path": _relative(project, str(table.paths[0]) if literal else table.pattern),
        "format": table.format,
    }
    if table.sheet is not None:
        entry["sheet"] = table.sheet
    if types:
        entry["types"] = dict(types)
    return entry


def _relative(project: Path, path: str) -> str:
    relative = os.path.relpath(path, project.resolve())
    return path if relative.count("..") > _MOST_UP else Path(relative).as_posix()


def _reference(project: Path, origin: Origin, url: str) -> tuple[str, str]:
    """The URL as the file may hold it, and what the person must set."""
    if VARIABLE.search(url):
        return url, ""
    scheme, _, rest = url.partition("://")
    if scheme.lower() in FILE_SCHEMES:
        database = origin.database
        path = database.shown.split("://", 1)[1][1:] if database is not None else rest
        return f"{scheme}:///{_relative(project, path)}", ""
    if urlsplit(url).password is None and "password" not in url.lower():
        return url, ""
    name = f"VERITY_SOURCE_{re.sub(r'[^A-Z0-9]+', '_', snake_case(origin.name).upper())}_URL"
    return (
        f"${{{name}}}",
        f"The URL holds a password, so it was not written down. Before you sync: export {name}='<the same URL>'",
    )


def _check(file: Path, document: Document, source: SourceDocument) -> None:
    url = source.url or ""
    if source.kind == "database" and not url:
        raise _at(file, document, ("kind",), "a database source needs a url", "url: ${NAME_OF_A_VARIABLE}")
    if source.kind == "database" and not VARIABLE.search(url):
        if not is_database_url(url):
            raise _at(
                file,
                document,
                ("url",),
                "the url's scheme is no database",
                "postgresql, mysql, mariadb, sqlite, duckdb",
            )
        if "@" in url and ":" in url.split("://", 1)[1].rsplit("@", 1)[0]:
            remedy = "Write url: ${NAME} and set that environment variable; change the password, it has been in a file."
            raise _at(file, document, ("url",), "a password stands in the file", remedy)
    if not source.tables:
        raise _at(file, document, ("tables",), "no table", "List at least one under tables:.")
    for name, table in source.tables.items():
        if name != snake_case(name):
            raise _at(file, document, ("tables", name), f"'{name}' is no table name", f"Write {snake_case(name)}.")
        if source.kind == "files" and not table.path:
            raise _at(file, document, ("tables", name), f"the table '{name}' has no path", "path: data/orders.csv")


def _invalid(file: Path, document: Document, fault: ValidationError) -> SourceDocumentInvalid:
    first = fault.errors(include_input=False, include_url=False)[0]
    place = tuple(part for part in first["loc"])
    if first["type"] == "extra_forbidden":
        known = SourceTable.model_fields if "tables" in place else SourceDocument.model_fields
        guess = did_you_mean(str(place[-1]), known)
        message = f"'{place[-1]}' is not known here." + (f" Did you mean {guess}?" if guess else "")
        return _at(file, document, place, message, f"Known: {', '.join(known)}.")
    where = ".".join(str(part) for part in place) or "the file"
    return _at(file, document, place, f"{where}: {first['msg']}", "See a file that 'verity init --from' writes.")


def _at(
    file: Path, document: Document, place: tuple[str | int, ...], message: str, remedy: str
) -> SourceDocumentInvalid:
    line = document.line(place)
    return SourceDocumentInvalid(f"{_short(file)}{f':{line}' if line else ''}: {message}", remedy=remedy)


def _plain(value: Any) -> Any:
    """`null: NA` is an option's name, not nothing."""
    if isinstance(value, dict):
        return {("null" if key is None else key): _plain(entry) for key, entry in value.items()}
    return value


def _short(file: Path) -> str:
    return f"{file.parent.name}/{file.name}"
