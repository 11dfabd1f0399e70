"""Read the files of another tool: one file, or every file of a folder that has the tool's endings."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from verity.data.yaml_events import Document
from verity.data.yaml_events import Path as Place
from verity.data.yaml_reader import read_json, read_yaml
from verity.exceptions import DictionarySyntax, ForeignSyntax, ForeignUnreadable, NothingToImport
from verity.interchange.ledger import SourceFile
from verity.interchange.lookml.parser import read_lookml

LARGEST = 5_000_000
"""Bytes of one file; a hand-written model is a thousandth of it."""
LARGEST_JSON = 50_000_000
"""Bytes of one JSON file: a dbt manifest is long."""
MOST_FILES = 5_000
NOT_READ = frozenset({"node_modules", "venv", "dbt_packages", "dbt_modules", "target"})
"""Folders of what tools install or make, beside hidden ones."""
ENDINGS: dict[str, tuple[str, ...]] = {
    "cube": (".yml", ".yaml"),
    "metricflow": (".yml", ".yaml"),
    "lookml": (".lkml", ".lookml"),
    "ossie": (".yml", ".yaml", ".json"),
}


UNREAD: dict[str, dict[str, tuple[str, str]]] = {
    "cube": dict.fromkeys(
        (".js", ".ts"), ("models in JavaScript are programs, which are not run", "Write its cubes in YAML.")
    ),
    "lookml": dict.fromkeys(
        (".dashboard.lookml", ".dashboard.lkml"), ("dashboards of Looker are not read", "Make it anew in Verity.")
    ),
}
"""Files that belong to a model and are not read: how their names end, why, and what to do."""


def read_sources(tool: str, path: Path) -> list[SourceFile]:
    """Every file of `path` in order of name; those of `UNREAD` are told and hold nothing.

    Raises `ForeignUnreadable`, `ForeignSyntax`, `NothingToImport`.
    """
    endings = (*ENDINGS[tool], *UNREAD.get(tool, ()))
    files = [path] if path.is_file() else list(_inside(path, endings))
    if not files:
        raise NothingToImport(
            f"{path} holds no {' or '.join(ENDINGS[tool])} file", remedy="Name the file or the folder of the model."
        )
    if len(files) > MOST_FILES:
        raise ForeignUnreadable(f"{path} holds more than {MOST_FILES:,} files", remedy="Name the folder of the model.")
    named = [(file, file.name if path.is_file() else str(file.relative_to(path))) for file in files]
    return [_unread(tool, name) or _read(file, name) for file, name in named]


def _unread(tool: str, name: str) -> SourceFile | None:
    told = next((told for ending, told in UNREAD.get(tool, {}).items() if name.lower().endswith(ending)), None)
    return SourceFile(name, Document(name, {(): 1}), unread=told) if told is not None else None


def _inside(folder: Path, endings: tuple[str, ...]) -> Iterator[Path]:
    if not folder.is_dir():
        raise ForeignUnreadable(f"{folder} does not exist", remedy="Name a file or a folder.")
    for path in sorted(folder.rglob("*")):
        inside = path.relative_to(folder).parts
        if path.name.lower().endswith(endings) and path.is_file() and not any(map(_is_foreign, inside)):
            yield path


def _is_foreign(name: str) -> bool:
    return name.startswith(".") or name in NOT_READ


def _read(path: Path, name: str) -> SourceFile:
    text = _text(path, name)
    if path.suffix.lower() in (".lkml", ".lookml"):
        return SourceFile(name, read_lookml(text, name))
    try:
        document = read_json(text, name) if path.suffix.lower() == ".json" else read_yaml(text, name)
    except DictionarySyntax as error:
        remedy = error.remedy
        if "{%" in text or "{{" in text:
            remedy = f"{remedy} Templates ({{% ... %}}) are not run: import the rendered model.".strip()
        raise ForeignSyntax(error.message.removeprefix(f"{error.place}: "), place=error.place, remedy=remedy) from None
    return SourceFile(name, merged(document))


def _text(path: Path, name: str) -> str:
    largest = LARGEST_JSON if path.suffix.lower() == ".json" else LARGEST
    try:
        size = path.stat().st_size
        if size > largest:
            raise ForeignUnreadable(
                f"is {size / 1e6:.1f} MB long", place=f"{name}:1", remedy=f"Split it: at most {largest / 1e6:.0f} MB."
            )
        content = path.read_bytes()
    except OSError as error:
        raise ForeignUnreadable(
            f"cannot be read: {error.strerror}", place=name, remedy="Check that it is a file and may be read."
        ) from None
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        raise ForeignUnreadable("is not UTF-8 text", place=f"{name}:{line}", remedy="Save it as UTF-8.") from None


def merged(document: Document) -> Document:
    """The document with YAML's merge keys (`<<: *base`) carried out: what stands beside them wins."""
    lines = dict(document.lines)
    return Document(_merge(document.value, (), lines), lines)


def _merge(value: Any, path: Place, lines: dict[Place, int]) -> Any:
    if isinstance(value, list):
        return [_merge(part, (*path, index), lines) for index, part in enumerate(value)]
    if not isinstance(value, dict):
        return value
    own = {key: _merge(part, (*path, key), lines) for key, part in value.items() if key != "<<"}
    if "<<" not in value:
        return own
    bases = value["<<"] if isinstance(value["<<"], list) else [value["<<"]]
    line = lines.get((*path, "<<"))
    for base in bases:
        for key, part in (_merge(base, path, lines) if isinstance(base, dict) else {}).items():
            if key not in own:
                own[key] = part
                lines.setdefault((*path, key), line or 1)
    return own
