"""Small tables as CSV text, drafted the way `verity init --from` does it."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import Path

from verity.data.drafts import Draft, draft
from verity.data.model import TableEntry
from verity.ingest.origin import open_origin
from verity.ingest.profile import profile


def drafted(folder: Path, files: dict[str, str]) -> Draft:
    """The draft of CSV files given as text by name."""
    folder.mkdir(exist_ok=True)
    for name, text in files.items():
        (folder / f"{name}.csv").write_text(text, encoding="utf-8")
    profiled = profile(open_origin(str(folder), Path.cwd()))
    return draft(profiled.tables, profiled.inclusions, profiled.notes)


def rows(header: str, count: int, row: Callable[[int], Iterable[object]]) -> str:
    """A CSV of `count` rows made by number, from 1."""
    lines = [",".join("" if cell is None else str(cell) for cell in row(number)) for number in range(1, count + 1)]
    return "\n".join([header, *lines]) + "\n"


def table(made: Draft, name: str) -> TableEntry:
    """One table of a draft."""
    return next(entry for entry in made.tables if entry.table == name)


def joins(entry: TableEntry) -> dict[str, tuple[str, object]]:
    """A table's joins: name to target and condition."""
    return {name: (join.table, join.on) for name, join in entry.joins.items()}


def doubts(made: Draft, kind: str, name: str = "") -> list[str]:
    """What the report says of one kind, of one table."""
    return [
        doubt.text for doubt in made.report.doubts if doubt.kind == kind and doubt.table in (name, name or doubt.table)
    ]
