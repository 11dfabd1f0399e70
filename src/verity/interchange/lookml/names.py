"""The views of a LookML model and what `${TABLE}.x`, `${x}`, `${created_month}` and `${customers.city}` name."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from sqlglot import exp

from verity.exceptions import ForeignReference
from verity.interchange import sql
from verity.interchange.cursor import Cursor
from verity.interchange.drafting import Drafts

TEMPLATES = re.compile(r"\$\{([^{}]+)\}")
GRAINS = {
    "time": "second", "second": "second", "minute": "minute", "hour": "hour", "date": "day", "week": "week",
    "month": "month", "quarter": "quarter", "year": "year",
}  # fmt: skip
"""Timeframes that are grains of Verity; `raw` is the column itself."""
PARTS = {
    "hour_of_day": "HOUR", "month_num": "MONTH", "day_of_month": "DAY", "day_of_year": "DOY", "week_of_year": "WEEK",
}  # fmt: skip
"""Timeframes that are parts of a moment; each becomes a column of its own."""
FIELDS = ("dimension", "dimension_group", "measure", "filter", "parameter")


@dataclass
class View:
    """One view with what it extends and refines: its fields by kind and name, the last definition first."""

    name: str
    chain: list[Cursor]
    fields: dict[str, dict[str, Cursor]] = field(default_factory=dict)

    def nearest(self, key: str) -> Cursor | None:
        """The cursor of the chain that says this key."""
        return next((cursor for cursor in self.chain if key in cursor), None)

    def of(self, kind: str) -> dict[str, Cursor]:
        """The fields of a kind."""
        return self.fields.get(kind, {})


@dataclass(frozen=True)
class Named:
    """A field: its view, the joins to it, its name; for a group of time its timeframe."""

    view: str
    path: tuple[str, ...]
    name: str
    raw: bool = False
    frame: str | None = None


def read_views(cursors: list[Cursor]) -> dict[str, View]:
    """Every view, its refinements (`+name`) and extensions laid over each other."""
    found: dict[str, list[Cursor]] = {}
    for cursor in cursors:
        name = cursor.required("name").lstrip("+")
        refines = str(cursor.peek("name")).startswith("+")
        if name in found and not refines:
            raise ForeignReference(
                f"the view '{name}' is already defined in {found[name][-1].place}",
                place=cursor.place,
                remedy="Rename one of the two.",
            )
        found.setdefault(name, []).insert(0, cursor)
    return {name: _view(name, found) for name in found}


def _view(name: str, found: dict[str, list[Cursor]]) -> View:
    chain: list[Cursor] = []
    _extend(name, found, chain, ())
    view = View(name, chain)
    for kind in FIELDS:
        entries: dict[str, Cursor] = {}
        for cursor in chain:
            here: set[str] = set()
            for entry in cursor.blocks(kind):
                named = entry.required("name")
                if named in here:
                    raise ForeignReference(f"the {kind} '{named}' stands twice", place=entry.place, remedy="Rename it.")
                here.add(named)
                entries.setdefault(named, entry)
        view.fields[kind] = entries
    return view


def _extend(name: str, found: dict[str, list[Cursor]], chain: list[Cursor], above: tuple[str, ...]) -> None:
    if name in above:
        circle = " -> ".join((*above, name))
        raise ForeignReference(
            f"these views extend each other: {circle}", place=found[name][0].place, remedy="Break the circle."
        )
    chain.extend(found[name])
    for cursor in found[name]:
        for key in ("extends", "extends__all"):
            for base in _names(cursor, key):
                if base not in found:
                    raise ForeignReference(
                        f"'{name}' extends '{base}', which is no view of the model",
                        place=cursor.place,
                        remedy="Import its file too, or correct the name.",
                    )
                _extend(base, found, chain, (*above, name))


def _names(cursor: Cursor, key: str) -> tuple[str, ...]:
    found = cursor.at(key)
    if found is None:
        return ()
    found.imported()
    values = found.value if isinstance(found.value, list) else [found.value]
    return tuple(str(n) for value in values for n in (value if isinstance(value, list) else [value]))


@dataclass
class Names:
    """Finds what references mean, in one model."""

    views: dict[str, View]
    drafts: Drafts

    def rows(self, view: str, text: str) -> exp.Expr:
        """A row expression of a view. Raises `Untranslatable`."""
        return self.read(text).resolved(lambda found: self.column(self.meaning(view, found)))

    def read(self, text: str) -> sql.Parsed:
        """An expression of LookML. Raises `Untranslatable` for Liquid."""
        return sql.parse(text, templates=TEMPLATES)

    def meaning(self, view: str, found: sql.Reference) -> Named:
        """What a reference in an expression of `view` means. Raises `Untranslatable`."""
        if found.template is None or found.template == "TABLE":
            if not found.names:
                raise sql.Untranslatable("it names a whole table where a column is needed")
            if len(found.names) > 1:
                raise sql.Untranslatable(f"'{'.'.join(found.names)}' names a table of the database")
            return Named(view, (), found.names[0], raw=True)
        if found.names:
            raise sql.Untranslatable(f"'${{{found.template}}}.{found.names[0]}' names a table of the database")
        *alias, name = found.template.split(".")
        if not alias:
            return self.field(view, (), name)
        if alias[-1] in self.views and name in self.views[alias[-1]].of("measure"):
            return Named(alias[-1], (), name)  # measures are put together after they are counted
        target, path = self.target(view, alias[-1])
        return self.field(target, path, name)

    def target(self, view: str, alias: str) -> tuple[str, tuple[str, ...]]:
        """The view that an alias of an explore means, and the joins to it. Raises `Untranslatable`."""
        if alias == view:
            return view, ()
        seen, ways = {view}, [(view, list[str]())]
        while ways:
            here, path = ways.pop(0)
            for name, join in self.drafts.tables[here].joins.items():
                if join["type"] not in ("many_to_one", "one_to_one"):
                    continue
                if name == alias:
                    return str(join["table"]), (*path, name)
                if join["table"] not in seen:
                    seen.add(str(join["table"]))
                    ways.append((str(join["table"]), [*path, name]))
        if alias not in self.views:
            raise sql.Untranslatable(f"'{alias}' is no view of the model")
        return alias, self.drafts.path(view, alias)

    def field(self, view: str, path: tuple[str, ...], name: str) -> Named:
        """A field by its name, `created_month` as the month of the group `created`. Raises `Untranslatable`."""
        known = self.views[view]
        if name in known.of("dimension") or name in known.of("measure"):
            return Named(view, path, name)
        for group in known.of("dimension_group"):
            if name.startswith(f"{group}_"):
                return Named(view, path, group, frame=name.removeprefix(f"{group}_"))
            if name == group:
                return Named(view, path, group)
        raise sql.Untranslatable(f"'{name}' is no field of the view '{view}'")

    def is_measure(self, named: Named) -> bool:
        """Whether a measure is meant."""
        return not named.raw and named.name in self.views[named.view].of("measure")

    def column(self, named: Named) -> exp.Expr:
        """The column that is meant, at its timeframe. Raises `Untranslatable`."""
        draft = self.drafts.tables[named.view]
        if named.raw:
            return sql.column(*named.path, draft.raw(named.name))
        if self.is_measure(named):
            raise sql.Untranslatable(f"'{named.name}' is a measure, and a column is needed")
        made = sql.column(*named.path, named.name)
        if named.frame in (None, "raw", "time"):
            return made
        if named.frame == "date":
            return exp.Cast(this=made, to=exp.DataType.build("DATE"))
        if named.frame in PARTS:
            return sql.column(*named.path, f"{named.name}_{named.frame}")
        if named.frame not in GRAINS:
            raise sql.Untranslatable(f"the timeframe '{named.frame}' is no grain of Verity")
        return exp.TimestampTrunc(this=made, unit=exp.Literal.string(GRAINS[str(named.frame)].upper()))

    def member(self, view: str, text: str) -> str:
        """A dimension as a rollup names it: `status`, `customers.city`, `created:month`. Raises `Untranslatable`."""
        named = self.meaning(view, sql.Reference(text, ()))
        name = ".".join((*named.path, named.name))
        if named.frame is None or named.frame == "raw":
            return name
        if named.frame not in GRAINS:
            raise sql.Untranslatable(f"the timeframe '{named.frame}' is no grain of Verity")
        return f"{name}:{GRAINS[named.frame]}"
