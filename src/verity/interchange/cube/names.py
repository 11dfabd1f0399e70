"""The cubes of a model and what their templates name: `{CUBE}.x`, `{CUBE.x}`, `{x}`, `{customers.city}`."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from sqlglot import exp

from verity.contracts.metric import GRAINS
from verity.exceptions import ForeignReference
from verity.interchange import sql
from verity.interchange.cursor import Cursor
from verity.interchange.drafting import Drafts, TableDraft

TEMPLATES = re.compile(r"(?<![{\\])\$?\{([^{}]+)\}(?!\})")
OWN = frozenset({"CUBE", "TABLE"})
SECTIONS = ("dimensions", "measures", "joins", "segments", "hierarchies", "pre_aggregations")


@dataclass
class Cube:
    """One cube with what it extends: its entries by section and name, the nearest definition first."""

    name: str
    cursor: Cursor
    chain: tuple[Cursor, ...]
    """The cube itself, then what it extends."""
    sections: dict[str, dict[str, Cursor]] = field(default_factory=dict)

    def nearest(self, *keys: str) -> Cursor | None:
        """The cube of the chain that says one of these keys."""
        return next((cursor for cursor in self.chain if any(key in cursor for key in keys)), None)

    def section(self, name: str) -> dict[str, Cursor]:
        """The entries of a section by name."""
        return self.sections.get(name, {})


def read_cubes(cursors: list[Cursor]) -> dict[str, Cube]:
    """Every cube with what it extends. Raises `ForeignReference` for circles and names given twice."""
    found: dict[str, Cursor] = {}
    for cursor in cursors:
        name = cursor.required("name")
        if name in found:
            raise ForeignReference(
                f"the cube '{name}' is already defined in {found[name].place}",
                place=cursor.place,
                remedy="Rename one of the two.",
            )
        found[name] = cursor
    return {name: _cube(name, found) for name in found}


def _cube(name: str, found: dict[str, Cursor]) -> Cube:
    chain: list[Cursor] = []
    seen: list[str] = []
    current: str | None = name
    while current is not None:
        if current in seen:
            raise ForeignReference(
                f"these cubes extend each other: {' -> '.join((*seen, current))}",
                place=found[name].place,
                remedy="Break the circle.",
            )
        if current not in found:
            raise ForeignReference(
                f"'{seen[-1]}' extends '{current}', which is no cube of the model",
                place=chain[-1].place,
                remedy="Import its file too, or correct the name.",
            )
        seen.append(current)
        chain.append(found[current])
        above = found[current].text("extends")
        current = above.strip("{} ").removesuffix(".sql()") if above else None
    cube = Cube(name, found[name], tuple(chain))
    for section in SECTIONS:
        cube.sections[section] = _section(chain, section)
    return cube


def _section(chain: list[Cursor], section: str) -> dict[str, Cursor]:
    entries: dict[str, Cursor] = {}
    for depth, cursor in enumerate(chain):
        here: set[str] = set()
        for entry in cursor.blocks(section):
            name = entry.required("name")
            if name in here:
                raise ForeignReference(
                    f"'{name}' stands twice in {section}", place=entry.place, remedy="Rename one of the two."
                )
            here.add(name)
            if depth == 0 or name not in entries:
                entries.setdefault(name, entry)
    return entries


@dataclass(frozen=True)
class Named:
    """What a template means: the cube, the joins to it from where the expression stands, and the name in it."""

    cube: str
    path: tuple[str, ...]
    name: str
    raw: bool
    grain: str | None = None


@dataclass
class Names:
    """Finds what references mean, in one model."""

    cubes: dict[str, Cube]
    drafts: Drafts

    def read(self, text: str) -> sql.Parsed:
        """An expression of Cube. Raises `Untranslatable`."""
        if re.search(r"FILTER_PARAMS|SECURITY_CONTEXT|SQL_UTILS|COMPILE_CONTEXT|FILTER_GROUP|security_context", text):
            raise sql.Untranslatable("it depends on the request (FILTER_PARAMS, SECURITY_CONTEXT and the like)")
        return sql.parse(text, templates=TEMPLATES)

    def rows(self, cube: str, text: str) -> exp.Expr:
        """A row expression of a cube, bound to its table. Raises `Untranslatable`."""
        return self.read(text).resolved(lambda reference: self.column(self.meaning(cube, reference)))

    def meaning(self, cube: str, reference: sql.Reference) -> Named:
        """What a reference in an expression of `cube` means. Raises `Untranslatable`."""
        inside = [part.strip() for part in (reference.template or "").split(".")] if reference.template else []
        names = list(reference.names)
        if not inside:
            if len(names) == 1:
                return Named(cube, (), names[0], raw=True)
            return self._behind(cube, names[:-1], names[-1], raw=True)
        if names:  # {CUBE}.x or {customers}.x
            return self._behind(cube, inside, names[-1], raw=True)
        if len(inside) == 1:
            return Named(cube, (), inside[0], raw=False)
        return self._behind(cube, inside[:-1], inside[-1], raw=False)

    def column(self, named: Named) -> exp.Expr:
        """A column of what is meant. Raises `Untranslatable` where it is a measure or nothing."""
        target = self.drafts.tables[named.cube]
        if named.raw:
            return sql.column(*named.path, target.raw(named.name))
        dimensions = self.cubes[named.cube].section("dimensions")
        if named.name not in dimensions:
            kind = "a measure" if named.name in self.cubes[named.cube].section("measures") else "no member"
            raise sql.Untranslatable(f"'{named.name}' is {kind} of '{named.cube}', and a column is needed")
        made = sql.column(*named.path, named.name)
        if named.grain:
            return exp.TimestampTrunc(this=made, unit=exp.Literal.string(named.grain.upper()))
        return made

    def is_measure(self, named: Named) -> bool:
        """Whether a measure is meant."""
        return not named.raw and named.name in self.cubes[named.cube].section("measures")

    def _behind(self, cube: str, steps: list[str], name: str, *, raw: bool) -> Named:
        if name in GRAINS and not raw and steps:  # {created_at.month}, {orders.created_at.month}
            inner = Named(cube, (), steps[0], raw=False) if len(steps) == 1 else None
            if inner is None and steps[-2] in {*OWN, *self.cubes}:
                inner = self._behind(cube, steps[:-1], steps[-1], raw=False)
            if inner is not None and inner.name in self.cubes[inner.cube].section("dimensions"):
                return Named(inner.cube, inner.path, inner.name, raw=False, grain=name)
        last = cube if steps[-1] in OWN else steps[-1]
        if not raw and last in self.cubes and name in self.cubes[last].section("measures"):
            return Named(last, (), name, raw=False)  # measures are put together after they are counted
        path: tuple[str, ...] = ()
        here = cube
        for step in steps:
            if step in OWN or step == here:
                continue
            if step not in self.cubes:
                raise sql.Untranslatable(f"'{step}' is no cube of the model")
            path += self.drafts.path(here, step)
            here = step
        return Named(here, path, name, raw=raw)


def dimensions_of(cube: Cube) -> Iterator[tuple[str, Cursor]]:
    """The dimensions of a cube."""
    yield from cube.section("dimensions").items()


def is_own_column(name: str, text: str | None) -> bool:
    """Whether a dimension is just the physical column of its name."""
    if text is None:
        return True
    plain = re.sub(r"^\s*(\$?\{(CUBE|TABLE)\}|\w+)\s*\.\s*", "", text) if "." in text else text
    return plain.strip().strip('"`') == name


def draft_of(drafts: Drafts, cube: Cube) -> TableDraft:
    """The table of a cube."""
    return drafts.tables[cube.name]
