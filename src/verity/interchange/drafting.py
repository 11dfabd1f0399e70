"""The tables that an import drafts: plain documents of the dictionary's form, and where each entry came from.

Readers fill `TableDraft`s; `soundness.py` takes out what Verity could not use.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from sqlglot import exp

from verity.data.forms import RESERVED, read_table
from verity.data.members import is_query
from verity.data.model import TableEntry, written
from verity.data.yaml_events import Document, Path
from verity.exceptions import DictionaryError, ForeignForm, ForeignReference, ImportInvalid
from verity.interchange import sql
from verity.interchange.cursor import Cursor
from verity.interchange.ledger import ImportReport, Ledger
from verity.interchange.patches import KINDS, as_drafted, patched

Json = dict[str, Any]
LAYERS = ("gold", "silver", "bronze")
UNUSABLE = frozenset('.:{}"`')
RAW = "__raw"
"""Ends the name of a physical column whose own name a derived column has taken."""


@dataclass
class TableDraft:
    """One table as it grows."""

    name: str
    cursor: Cursor
    entry: Json = field(default_factory=dict)
    columns: dict[str, Json] = field(default_factory=dict)
    joins: dict[str, Json] = field(default_factory=dict)
    segments: dict[str, Json] = field(default_factory=dict)
    metrics: dict[str, Json] = field(default_factory=dict)
    origins: dict[tuple[str, str], Cursor] = field(default_factory=dict)
    derived: set[str] = field(default_factory=set)
    """Names of columns that are not the physical column of their name; known before any SQL is read."""
    used: set[str] = field(default_factory=set)
    """Physical columns that expressions read."""
    lost: set[str] = field(default_factory=set)
    """Names of columns that could not be read; what is made of them is lost too."""
    shadowed: set[str] = field(default_factory=set)
    patch: Json = field(default_factory=dict)
    """What an export of Verity kept beside the foreign form, laid over the entry at the end."""

    def raw(self, name: str) -> str:
        """How expressions name the physical column `name`."""
        self.used.add(name)
        if name not in self.derived:
            return name
        self.shadowed.add(name)
        return name + RAW

    def lose(self, name: str, origin: Cursor, reason: str) -> None:
        """Give up a column that has no form here."""
        self.lost.add(name)
        self.derived.add(name)
        origin.lost(reason, "Define it by hand as a column with `sql`.")

    def add(self, kind: str, name: str, entry: Json, origin: Cursor) -> None:
        """Keep a member; one whose name could not be asked for is lost. Raises `ForeignReference` where it is taken."""
        members: dict[str, Json] = getattr(self, kind)
        if kind != "columns" and not usable(name):
            origin.lost(f"'{name[:60]}' is no name that could be asked for in Verity", "Rename it in the source.")
            return
        if name in members:
            raise ForeignReference(
                f"'{self.name}' has two {kind} called '{name}'", place=origin.place, remedy="Rename one of them."
            )
        members[name] = {key: value for key, value in entry.items() if value not in (None, "", (), [], {})}
        self.origins[kind, name] = origin

    def forget(self, kind: str, name: str) -> None:
        """Take a member out of what else names it: keys, times, hierarchies, rollups."""
        entry = self.entry
        if kind == "columns":
            self.derived.discard(name)
            if name in entry.get("primary_key", ()):
                del entry["primary_key"]
            if entry.get("time_column") == name:
                del entry["time_column"]
            entry["hierarchies"] = {k: v for k, v in entry.get("hierarchies", {}).items() if name not in v}
        for rollup, held in list(entry.get("rollups", {}).items()):
            dimensions = [dimension.partition(":")[0] for dimension in held.get("dimensions", ())]
            if name in held.get("metrics", ()) or name in dimensions:
                del entry["rollups"][rollup]
        self.entry = {key: value for key, value in entry.items() if value != {} or key == "access"}

    def free(self, name: str) -> str:
        """The name, or with a number behind it the first that no metric or column of the table has."""
        taken = {*self.metrics, *self.columns}
        return next(made for made in numbered(name) if made not in taken)

    def lines(self) -> dict[Path, int]:
        """Where the table and its members stand in the source, for what is wrong with them."""
        found: dict[Path, Cursor] = {(): self.cursor}
        found.update({(kind, name): cursor for (kind, name), cursor in self.origins.items()})
        lines = {path: cursor.file.document.line(cursor.path) for path, cursor in found.items()}
        return {path: line for path, line in lines.items() if line is not None}

    def note(self, text: str) -> None:
        """A business note."""
        self.entry.setdefault("business_notes", []).append(" ".join(text.split()))

    def document(self, layer: str) -> Json:
        """The table in the dictionary's form."""
        entry = {"table": self.name, **self.entry}
        self._reach_physical(entry, layer)
        for kind in KINDS:
            members = getattr(self, kind)
            if members:
                entry[kind] = members
        return as_drafted(entry)

    def _reach_physical(self, entry: Json, layer: str) -> None:
        relation = str(entry.get("relation") or self.name)
        if self.shadowed:
            source = f"({relation}) AS base" if is_query(relation) else _layered(relation, layer)
            names = ", ".join(f"{_quoted(name)} AS {_quoted(name + RAW)}" for name in sorted(self.shadowed))
            entry["relation"] = relation = f"SELECT *, {names} FROM {source}"  # noqa: S608 - quoted names
        if is_query(relation):
            for name in sorted({*self.used - self.derived, *(name + RAW for name in self.shadowed)}):
                self.columns.setdefault(name, {"hidden": True})


@dataclass
class Imported:
    """A sound dictionary's tables, and what became of every field."""

    tables: dict[str, TableEntry]
    report: ImportReport


@dataclass
class Drafts:
    """Every table of one import."""

    tool: str
    ledger: Ledger
    layer: str = "silver"
    tables: dict[str, TableDraft] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)
    """Decisions that the import made where the source says nothing."""

    def table(self, name: str, cursor: Cursor) -> TableDraft:
        """A new table. Raises `ForeignReference` where the name is taken, `ForeignForm` where no table may have it."""
        if set(name) & UNUSABLE:
            raise ForeignForm(
                f"the table name '{name[:60]}' holds one of {' '.join(sorted(UNUSABLE))} (they separate names)",
                place=cursor.place,
                remedy="Rename it in the source.",
            )
        if name in self.tables:
            first = self.tables[name].cursor.place
            raise ForeignReference(
                f"'{name}' is already defined in {first}", place=cursor.place, remedy="Rename one of the two."
            )
        self.tables[name] = TableDraft(name, cursor)
        return self.tables[name]

    def relation(self, draft: TableDraft, named: str, cursor: Cursor) -> None:
        """The physical table: its schema is kept where it is a layer of Verity's, else left to the look-up."""
        parts = [part.strip('`"[]') for part in named.strip().split(".")]
        kept = [*parts[-2:-1], parts[-1]] if len(parts) > 1 and parts[-2] in LAYERS else parts[-1:]
        if len(kept) < len(parts):
            cursor.approximated(
                f"the table is looked up as '{'.'.join(kept)}' in gold, silver, then bronze, not in "
                f"'{'.'.join(parts[:-1])}'",
                "Load it under that name, or write `relation: layer.name`.",
            )
        else:
            cursor.imported()
        if ".".join(kept) != draft.name:
            draft.entry["relation"] = ".".join(kept)

    def path(self, start: str, target: str) -> tuple[str, ...]:
        """The joins to one row that lead from a table to another, fewest first. Raises `Untranslatable`."""
        seen = {start}
        ways: list[tuple[str, tuple[str, ...]]] = [(start, ())]
        found: list[tuple[str, ...]] = []
        while ways and not found:
            longer: list[tuple[str, tuple[str, ...]]] = []
            for table, way in ways:
                for name, join in self.tables[table].joins.items():
                    if join.get("type", "many_to_one") not in ("many_to_one", "one_to_one"):
                        continue
                    if join["table"] == target:
                        found.append((*way, name))
                    elif join["table"] in self.tables and join["table"] not in seen:
                        longer.append((join["table"], (*way, name)))
            seen.update(table for table, _ in longer)
            ways = longer
        if not found:
            raise sql.Untranslatable(f"no join to one row leads from '{start}' to '{target}'")
        if len(found) > 1:
            raise sql.Untranslatable(f"several joins lead from '{start}' to '{target}': {found[0]} and {found[1]}")
        return found[0]

    def entries(self, *, patches: bool = True) -> dict[str, TableEntry]:
        """The tables as they stand, not yet held against each other; `patches` lays Verity's own extension over them.

        Raises `ImportInvalid`.
        """
        made: dict[str, TableEntry] = {}
        errors: list[DictionaryError] = []
        for name, draft in self.tables.items():
            file, lines = draft.cursor.file.name, draft.lines()
            entry, faults = read_table(Document(draft.document(self.layer), lines), file)
            if entry is not None and patches and draft.patch:
                patch = as_drafted(patched(written(entry), draft.patch))
                entry, faults = read_table(Document(patch, lines), file)
            errors += faults
            if entry is not None:
                made[name] = entry
        if errors:
            told = "\n".join(f"  {error.message}" for error in errors[:20])
            raise ImportInvalid(
                f"the import would make a dictionary with {len(errors)} errors; nothing was written\n{told}",
                remedy="Correct the source at the places named.",
            )
        return made


def usable(name: str) -> bool:
    """Whether a metric, join, segment or table may have this name."""
    return (
        bool(name.strip())
        and name == name.strip()
        and name.isprintable()
        and (name.casefold() not in RESERVED and not set(name) & UNUSABLE)
    )


def unwritten(table: str) -> str:
    """The relation of a table whose SELECT was lost: none that a warehouse has, so that no other table answers."""
    return f"write_the_relation_of_{table}"


def aliases(*words: str | None) -> list[str] | None:
    """Titles and labels as other words, each once."""
    kept = list(dict.fromkeys(" ".join(word.split()) for word in words if word and word.strip()))
    return kept or None


def _layered(relation: str, layer: str) -> str:
    parts = relation.split(".")
    return ".".join(_quoted(part) for part in (parts if len(parts) > 1 else [layer, *parts]))


def _quoted(name: str) -> str:
    return str(exp.to_identifier(name, quoted=True).sql(sql.DIALECT))


def numbered(name: str) -> Iterable[str]:
    """The name, then with a number behind it: 2, 3, ..."""
    yield name
    number = 2
    while True:
        yield f"{name}_{number}"
        number += 1
