"""Cube views: lists of members under one name. Verity asks for members by path, so a view leaves words and paths."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

from verity.interchange import sql
from verity.interchange.cube.names import Names
from verity.interchange.cursor import Cursor
from verity.interchange.drafting import TableDraft

REASON = "a view lists members; in Verity each is asked for by its path, such as orders.customers.city"


def read_view(names: Names, view: Cursor) -> None:
    """One view: its paths are checked, its own names for members become other words for them."""
    view.approximated(REASON)
    view.text("name")
    for key in ("title", "description"):
        view.text(key)
    root: TableDraft | None = None
    for part in view.blocks("cubes"):
        try:
            target = _target(names, part.required("join_path"))
        except sql.Untranslatable as reason:
            part.lost(str(reason), "Declare the joins, or correct the path.")
            continue
        root = root or target
        _words(target, part)
        if "excludes" in part:
            part.names("excludes")
            part.lost("members left out of a view can still be asked for", "Hide them: `hidden: true`.", key="excludes")
        for key in ("prefix", "alias", "split"):
            if key in part:
                part.approximated("members keep their own names", key=key)
    if root is not None and isinstance(view.peek("title"), str):
        words = root.entry.setdefault("aliases", [])
        words += [view.peek("title")] * (view.peek("title") not in words)
    for key, why in (
        ("folders", "Verity has no folders"),
        ("access_policy", "policies of a view hold for the view alone; in Verity a table has them"),
        ("default_filters", "a view's own filters; write segments, or `requires_filters` on metrics"),
        ("extends", "a view that extends another"),
    ):
        if key in view:
            view.lost(why, key=key)


def _target(names: Names, path: str) -> TableDraft:
    steps = path.strip("{}").split(".")
    for before, after in pairwise(steps):
        if before not in names.drafts.tables or after not in names.drafts.tables:
            raise sql.Untranslatable(f"'{path}' names a cube that was not imported")
        _joined(names, before, after)
    if steps[-1] not in names.drafts.tables:
        raise sql.Untranslatable(f"'{steps[-1]}' is no cube of the model")
    return names.drafts.tables[steps[-1]]


def _joined(names: Names, before: str, after: str) -> None:
    """Either side may declare the join: the other way round it leads to many."""
    try:
        names.drafts.path(before, after)
    except sql.Untranslatable:
        names.drafts.path(after, before)


def _words(target: TableDraft, part: Cursor) -> None:
    includes = part.at("includes")
    if includes is None or not isinstance(includes.value, list):
        return
    for entry in includes.value:
        if isinstance(entry, dict) and isinstance(entry.get("name"), str):
            member: dict[str, Any] | None = target.columns.get(entry["name"]) or target.metrics.get(entry["name"])
            said = [entry[key] for key in ("alias", "title") if isinstance(entry.get(key), str)]
            if member is not None and said:
                words = member.get("aliases") or []
                member["aliases"] = [*words, *(word for word in said if word not in words)]
