"""Read the cubes and views of Cube's YAML into table drafts."""

from __future__ import annotations

import re

from verity.exceptions import NothingToImport
from verity.interchange.cube.access import read_access
from verity.interchange.cube.dimensions import find_derived, read_dimensions, read_hierarchies, read_segments
from verity.interchange.cube.joins import read_joins
from verity.interchange.cube.measures import read_measures
from verity.interchange.cube.names import Cube, Names, draft_of, read_cubes
from verity.interchange.cube.rollups import read_freshness, read_rollups
from verity.interchange.cube.views import read_view
from verity.interchange.cursor import Cursor
from verity.interchange.drafting import Drafts, aliases, unwritten

STAGES = (read_joins, read_dimensions, read_segments, read_hierarchies, read_freshness)
_ALL_OF = re.compile(r"^\s*SELECT\s+\*\s+FROM\s+([\w.\"`]+)\s*;?\s*$", re.IGNORECASE)
_SQL_OF = re.compile(r"\{\s*(\w+)\.sql\(\)\s*\}")
MOST_INLINED = 20


def read_cube(documents: list[Cursor], drafts: Drafts) -> None:
    """Every cube and view of the documents. Raises `NothingToImport`, `ForeignForm`, `ForeignReference`."""
    cubes = read_cubes([cube for document in documents for cube in document.blocks("cubes")])
    views = [view for document in documents for view in document.blocks("views")]
    if not cubes and not views:
        raise NothingToImport("no 'cubes:' or 'views:' in what was read", remedy="Name the folder of the data model.")
    names = Names(cubes, drafts)
    for cube in cubes.values():
        _table(names, cube)
    for stage in STAGES:
        for cube in cubes.values():
            stage(names, cube)
    for cube in cubes.values():
        _choose_time(names, cube)
    for cube in cubes.values():
        read_measures(names, cube)
    for cube in cubes.values():
        read_access(names, cube)
        read_rollups(names, cube)
        patch = draft_of(drafts, cube).patch
        _own_extension(cube, patch)
    for view in views:
        read_view(names, view)


def _table(names: Names, cube: Cube) -> None:
    draft = names.drafts.table(cube.name, cube.cursor)
    find_derived(cube, draft)
    for cursor in cube.chain:
        cursor.imported("name")
    described = cube.nearest("description")
    if described is not None:
        draft.entry["description"] = described.text("description")
    words = aliases(cube.cursor.text("title"))
    if words:
        draft.entry["aliases"] = words
    if any(cube.cursor.flag(key) is False for key in ("public", "shown")):
        draft.entry["hidden"] = True
    _relation(names, cube)
    meta = cube.cursor.block("meta")
    if meta is not None:
        meta.imported()
        kept = {key: value for key, value in meta.value.items() if key != "verity"}
        if kept:
            draft.entry["meta"] = {"cube": kept}
    for key, reason, remedy in _UNKEPT:
        holder = cube.nearest(key)
        if holder is not None:
            holder.lost(reason, remedy, key=key)
    source = cube.cursor.text("data_source")
    if source not in (None, "default"):
        cube.cursor.lost("Verity has one warehouse; load the table into it", key="data_source")


def _relation(names: Names, cube: Cube) -> None:
    draft = draft_of(names.drafts, cube)
    holder = cube.nearest("sql_table", "sqlTable", "sql")
    if holder is None:
        return
    key = next(key for key in ("sql_table", "sqlTable", "sql") if key in holder)
    text = (holder.text(key) or "").strip().rstrip(";")
    found = holder.at(key)
    assert found is not None  # noqa: S101 - nearest() found it
    for _ in range(MOST_INLINED):
        text = _SQL_OF.sub(lambda match: _select_of(names.cubes, match.group(1)), text)
    plain = _ALL_OF.match(text)
    if plain or key != "sql":
        names.drafts.relation(draft, plain.group(1) if plain else text, found)
    elif "{" in text:
        found.lost("the SELECT holds templates, which are only known when a query runs", "Write `relation` by hand.")
        draft.entry["relation"] = unwritten(draft.name)
    else:
        draft.entry["relation"] = " ".join(text.split())
        found.approximated("the tables inside the SELECT are taken as they are named", "Write layer.table inside it.")


def _select_of(cubes: dict[str, Cube], name: str) -> str:
    if name not in cubes:
        return "{unknown}"
    holder = cubes[name].nearest("sql_table", "sql")
    if holder is None:
        return f"(SELECT * FROM {name})"  # noqa: S608 - the model's own text; it is only ever read as a `relation`
    if "sql_table" in holder:
        return f"(SELECT * FROM {holder.peek('sql_table')})"  # noqa: S608 - as above
    return f"({holder.peek('sql')})"


def _choose_time(names: Names, cube: Cube) -> None:
    """Cube's questions name their time dimension; Verity's metrics have one: what its rollups use, else the first."""
    draft = draft_of(names.drafts, cube)
    times = [name for name, column in draft.columns.items() if column.get("kind") == "time"]
    if not times:
        return
    used = [
        str(rollup.peek("time_dimension")).rpartition(".")[2]
        for rollup in cube.section("pre_aggregations").values()
        if "time_dimension" in rollup
    ]
    chosen = next((name for name in used if name in times), None)
    chosen = chosen or next((name for name in times if not draft.columns[name].get("hidden")), times[0])
    draft.entry["time_column"] = chosen
    if len(times) > 1:
        others = ", ".join(name for name in times if name != chosen)
        names.drafts.notes.append(f"{cube.name}: metrics are counted by {chosen}; it also has {others}")


def _own_extension(cube: Cube, patch: dict[str, object]) -> None:
    """What an export of Verity kept in `meta`."""
    meta = cube.cursor.peek("meta")
    if isinstance(meta, dict) and isinstance(meta.get("verity"), dict):
        patch.update(meta["verity"])


_UNKEPT = (
    ("sql_alias", "it names a table inside Cube's SQL", ""),
    ("calendar", "a calendar cube is a table with `periods` in Verity", "Write `periods` on this table."),
    ("context_members", "they depend on the request", ""),
)
