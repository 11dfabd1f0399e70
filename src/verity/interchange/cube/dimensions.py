"""Cube dimensions, segments and hierarchies as columns, segments and hierarchies of the dictionary."""

from __future__ import annotations

from typing import Any

from sqlglot import exp

from verity.data.members import is_query
from verity.interchange import sql
from verity.interchange.cube.names import Cube, Named, Names, draft_of, is_own_column
from verity.interchange.cursor import Cursor
from verity.interchange.drafting import TableDraft, aliases

KINDS = {"string": "dimension", "number": "dimension", "boolean": "dimension", "time": "time", "switch": "dimension"}
TYPES = {"string": "text", "number": "double", "boolean": "boolean", "time": "timestamp", "switch": "text"}
"""Types of columns of a SELECT, which no warehouse can tell."""


def find_derived(cube: Cube, draft: TableDraft) -> None:
    """Which dimensions are more than the physical column of their name: known before any SQL is read."""
    for name, cursor in cube.section("dimensions").items():
        kind, text = cursor.peek("type"), cursor.peek("sql")
        if "case" in cursor or (kind not in ("geo",) and isinstance(text, str) and not is_own_column(name, text)):
            draft.derived.add(name)


def read_dimensions(names: Names, cube: Cube) -> None:
    """Every dimension of a cube."""
    draft = draft_of(names.drafts, cube)
    for name, cursor in cube.section("dimensions").items():
        try:
            _dimension(names, cube, draft, name, cursor)
        except sql.Untranslatable as reason:
            draft.lose(name, cursor, str(reason))
    keys = [name for name, cursor in cube.section("dimensions").items() if cursor.flag("primary_key")]
    if keys and all(key in draft.columns for key in keys):
        draft.entry["primary_key"] = keys


def read_segments(names: Names, cube: Cube) -> None:
    """Every segment of a cube."""
    draft = draft_of(names.drafts, cube)
    for name, cursor in cube.section("segments").items():
        entry: dict[str, Any] = {
            "description": cursor.text("description"),
            "aliases": aliases(cursor.text("title")),
            "meta": _meta(cursor),
        }
        if _hidden(cursor):
            cursor.approximated("a segment cannot be hidden; it is offered", "Leave it out.", key=_public_key(cursor))
        try:
            entry["sql"] = sql.row(names.rows(cube.name, cursor.required("sql")))
        except sql.Untranslatable as reason:
            cursor.lost(str(reason), "Define it by hand as a segment.")
            continue
        draft.add("segments", name, entry, cursor)


def read_hierarchies(names: Names, cube: Cube) -> None:
    """Every hierarchy of a cube: levels of other cubes lie behind their joins."""
    draft = draft_of(names.drafts, cube)
    for name, cursor in cube.section("hierarchies").items():
        cursor.imported("name")
        levels: list[str] = []
        for level in cursor.names("levels"):
            try:
                named = meant(names, cube, level)
            except sql.Untranslatable as reason:
                cursor.approximated(f"the level '{level}' is left out: {reason}", key="levels")
                continue
            levels.append(".".join((*named.path, named.name)))
        if len(levels) < 2:
            cursor.lost("a hierarchy needs two levels", "Add a level.")
            continue
        draft.entry.setdefault("hierarchies", {})[name] = levels
        if "title" in cursor:
            cursor.lost("a hierarchy has no title in Verity", "Name it as people call it.", key="title")
        if _hidden(cursor):
            cursor.approximated("a hierarchy cannot be hidden", key=_public_key(cursor))


def _dimension(names: Names, cube: Cube, draft: TableDraft, name: str, cursor: Cursor) -> None:
    kind = cursor.text("type") or "string"
    if cursor.flag("sub_query"):
        raise sql.Untranslatable("it is a measure of another cube for each row (sub_query)")
    if kind == "geo":
        _place(names, cube, draft, name, cursor)
        return
    if kind not in KINDS:
        raise sql.Untranslatable(f"the type '{kind}' is none that Verity knows")
    cursor.imported("name")
    entry: dict[str, Any] = {
        "description": cursor.text("description"),
        "kind": "id" if cursor.peek("primary_key") else KINDS[kind],
        "aliases": aliases(cursor.text("title")),
        "format": _format(cursor),
        "unit": cursor.text("currency"),
        "hidden": _hidden(cursor) or None,
        "meta": _meta(cursor),
        "sql": _sql(names, cube, draft, name, cursor),
    }
    if "values" in cursor:
        entry["values"] = list(cursor.names("values"))
    if is_query(str(draft.entry.get("relation") or "")) and not entry["sql"]:
        entry["type"] = TYPES[kind] if kind != "number" else _number_type(cursor)
    for key, reason, remedy in _UNKEPT:
        if key in cursor:
            cursor.lost(reason, remedy, key=key)
    draft.add("columns", name, entry, cursor)


def _sql(names: Names, cube: Cube, draft: TableDraft, name: str, cursor: Cursor) -> str | None:
    case = cursor.block("case")
    if case is not None:
        return _case(names, cube, case)
    text = cursor.text("sql")
    if text is None or name not in draft.derived:
        draft.used.add(name)
        return None
    return sql.row(names.rows(cube.name, text))


def _case(names: Names, cube: Cube, case: Cursor) -> str:
    branches: list[exp.Expr] = []
    for when in case.blocks("when"):
        condition = names.rows(cube.name, when.required("sql"))
        branches.append(exp.If(this=condition, true=_label(names, cube, when)))
    if not branches:
        raise sql.Untranslatable("the case has no 'when'")
    otherwise = case.block("else")
    default = _label(names, cube, otherwise) if otherwise is not None else None
    return sql.row(exp.Case(ifs=branches, default=default))


def _label(names: Names, cube: Cube, cursor: Cursor) -> exp.Expr:
    label = cursor.at("label")
    if label is not None and isinstance(label.value, dict):
        return names.rows(cube.name, label.required("sql"))
    return exp.Literal.string(cursor.required("label"))


def _place(names: Names, cube: Cube, draft: TableDraft, name: str, cursor: Cursor) -> None:
    """A point becomes two columns, its latitude and its longitude."""
    for part in ("latitude", "longitude"):
        block = cursor.block(part)
        if block is None:
            raise sql.Untranslatable(f"it has no {part}")
        entry = {
            "description": f"{cursor.text('description') or name}: {part}",
            "aliases": aliases(f"{cursor.peek('title')} {part}" if "title" in cursor else None),
            "sql": sql.row(names.rows(cube.name, block.required("sql"))),
            "hidden": _hidden(cursor) or None,
        }
        if entry["sql"] != f"{name}_{part}":
            draft.derived.add(f"{name}_{part}")
        else:
            del entry["sql"]
        draft.add("columns", f"{name}_{part}", entry, cursor)
    cursor.imported("name", "title")
    cursor.approximated(f"a point is two columns: {name}_latitude and {name}_longitude", key="type")


def _number_type(cursor: Cursor) -> str | None:
    return "bigint" if cursor.peek("primary_key") or str(cursor.peek("name")).endswith("_id") else "double"


def _format(cursor: Cursor) -> str | None:
    found = cursor.at("format")
    if found is not None and isinstance(found.value, dict):
        found.approximated("a format with its own parts is kept by its type alone", key=None)
        return str(found.value.get("type") or found.value.get("label") or "") or None
    return cursor.text("format")


def _hidden(cursor: Cursor) -> bool:
    return any(cursor.flag(key) is False for key in ("public", "shown"))


def _public_key(cursor: Cursor) -> str:
    return "public" if "public" in cursor else "shown"


def _meta(cursor: Cursor) -> dict[str, Any] | None:
    found = cursor.block("meta")
    if found is None:
        return None
    found.imported()
    return {"cube": dict(found.value)}


_UNKEPT = (
    ("granularities", "Verity's own grains are calendar ones", "Declare a calendar table with its `periods`."),
    ("propagate_filters_to_sub_query", "it belongs to a sub-query", ""),
    ("time_shift", "a named shift of a calendar cube", "Use a calendar table with `periods`."),
    ("order", "Verity orders by value unless the question says otherwise", ""),
    ("mask", "masks belong to a role in Verity", "Write `columns_masked` under `access`."),
    ("links", "Verity shows no links in cells", ""),
)


def meant(names: Names, cube: Cube, text: str) -> Named:
    """What a member written as `x`, `CUBE.x`, `{CUBE}.x` or `other.x` means. Raises `Untranslatable`."""
    plain = text.replace("{", "").replace("}", "").strip()
    if not plain:
        raise sql.Untranslatable("a member's name is empty")
    return names.meaning(cube.name, sql.Reference(plain, ()))
