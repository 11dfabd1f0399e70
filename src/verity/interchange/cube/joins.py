"""Cube joins as joins of the dictionary, each on the side of the many rows, once."""

from __future__ import annotations

from typing import Any

from sqlglot import exp

from verity.interchange import sql
from verity.interchange.cube.names import OWN, Cube, Names
from verity.interchange.cursor import Cursor

TYPES = {
    "many_to_one": "many_to_one", "belongs_to": "many_to_one", "belongsTo": "many_to_one",
    "one_to_many": "one_to_many", "has_many": "one_to_many", "hasMany": "one_to_many",
    "one_to_one": "one_to_one", "has_one": "one_to_one", "hasOne": "one_to_one",
}  # fmt: skip


def read_joins(names: Names, cube: Cube) -> None:
    """Every join of a cube. One to many is declared by the other cube, as many to one."""
    for target, cursor in cube.section("joins").items():
        cursor.imported("name")
        kind = TYPES.get(cursor.text("relationship") or "many_to_one")
        if kind is None:
            cursor.lost(f"'{cursor.peek('relationship')}' is no relationship that Verity knows")
            continue
        if target not in names.cubes:
            cursor.lost(f"'{target}' is no cube of the model", "Import its file too.")
            continue
        try:
            pairs, condition = _condition(names, cube, target, cursor)
            sql.written(condition)
        except sql.Untranslatable as reason:
            cursor.lost(str(reason), "Define the join by hand.")
            continue
        if kind == "one_to_many":
            _declare(names, target, cube.name, "many_to_one", [(b, a) for a, b in pairs], condition, cursor, flip=True)
        else:
            _declare(names, cube.name, target, kind, pairs, condition, cursor)


def _declare(
    names: Names,
    source: str,
    target: str,
    kind: str,
    pairs: list[tuple[str, str]],
    condition: exp.Expr | None,
    cursor: Cursor,
    *,
    flip: bool = False,
) -> None:
    draft = names.drafts.tables[source]
    entry: dict[str, Any] = {"table": target, "type": kind}
    if pairs:
        entry["on"] = pairs[0][0] if len(pairs) == 1 and pairs[0][0] == pairs[0][1] else dict(pairs)
    elif flip:
        entry["sql"] = _swapped(condition, target)
    else:
        assert condition is not None  # noqa: S101 - one of the two is there
        entry["sql"] = sql.written(_named(condition, target))
    known = draft.joins.get(target)
    if known is not None:
        if {key: known.get(key) for key in ("table", "on", "sql")} != {
            key: entry.get(key) for key in ("table", "on", "sql")
        }:
            cursor.lost(f"'{source}' already joins '{target}' in another way", "Give one of them another name.")
        return
    draft.add("joins", target, entry, cursor)


def _condition(names: Names, cube: Cube, target: str, cursor: Cursor) -> tuple[list[tuple[str, str]], exp.Expr]:
    """The pairs of equal columns, or the condition with own columns bare and the target's under `__theirs__`."""

    def column(reference: sql.Reference) -> exp.Expr:
        steps = (reference.template or "").split(".") if reference.template else []
        parts = [step.strip() for step in steps] + list(reference.names)
        raw = bool(reference.names)
        side = cube.name
        if len(parts) > 1:
            side = cube.name if parts[0] in OWN or parts[0] == cube.name else parts[0]
        if side not in (cube.name, target):
            raise sql.Untranslatable(f"the condition names a third cube, '{side}'")
        name = parts[-1]
        draft = names.drafts.tables[side]
        if raw:
            name = draft.raw(name)
        elif name not in names.cubes[side].section("dimensions"):
            raise sql.Untranslatable(f"'{name}' is no dimension of '{side}'")
        return sql.column(name) if side == cube.name else sql.column("__theirs__", name)

    tree = names.read(cursor.required("sql")).resolved(column)
    conditions = list(tree.flatten()) if isinstance(tree, exp.And) else [tree]
    pairs = [_pair(part.unnest()) for part in conditions]
    if all(pair is not None for pair in pairs):
        return [pair for pair in pairs if pair is not None], tree
    return [], tree


def _pair(node: exp.Expr) -> tuple[str, str] | None:
    if not isinstance(node, exp.EQ):
        return None
    sides = [side for side in (node.this, node.expression) if isinstance(side, exp.Column)]
    own = [side.name for side in sides if side.table != "__theirs__"]
    theirs = [side.name for side in sides if side.table == "__theirs__"]
    return (own[0], theirs[0]) if len(own) == len(theirs) == 1 else None


def _named(condition: exp.Expr, join: str) -> exp.Expr:
    made = condition.copy()
    for node in made.find_all(exp.Column):
        if node.table == "__theirs__":
            node.replace(sql.column(join, node.name))
    return made


def _swapped(condition: exp.Expr | None, join: str) -> str:
    """The same condition seen from the other side."""
    assert condition is not None  # noqa: S101 - without pairs there is a condition
    made = condition.copy()
    for node in list(made.find_all(exp.Column)):
        node.replace(sql.column(node.name) if node.table == "__theirs__" else sql.column(join, node.name))
    return sql.written(made)
