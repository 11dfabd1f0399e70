"""Read the views and explores of LookML into table drafts."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Any

from verity.exceptions import NothingToImport
from verity.interchange.cursor import Cursor
from verity.interchange.drafting import Drafts, aliases, unwritten
from verity.interchange.lookml.dimensions import find_derived, read_dimensions
from verity.interchange.lookml.explores import Explore
from verity.interchange.lookml.measures import read_measures
from verity.interchange.lookml.names import Names, View, read_views

_ALL_OF = re.compile(r"^\s*SELECT\s+\*\s+FROM\s+([\w.\"`]+)\s*;?\s*$", re.IGNORECASE)
_MODEL = {
    "connection": "Verity has one warehouse",
    "datagroup": "Verity's cache follows the data version",
    "persist_with": "Verity's cache follows the data version",
    "persist_for": "Verity's cache follows the data version",
    "case_sensitive": "Verity compares text exactly",
    "fiscal_month_offset": "fiscal periods come from a calendar table in Verity",
    "named_value_format": "formats are Verity's own",
    "map_layer": "Verity draws no maps",
    "access_grant": "access is by role in Verity",
    "test": "write a check or a test of the model",
    "label": "a model has no label in Verity",
    "project_name": "it names the project in Looker",
    "local_dependency": "the files of another project are read only where its folder is imported too",
    "remote_dependency": "the files of another project are read only where its folder is imported too",
    "localization_settings": "Verity has its own words for each language (`aliases`)",
    "new_lookml_runtime": "it is a setting of Looker",
    "application": "an application inside Looker",
    "visualization": "a picture inside Looker",
}
_CONSTANT = re.compile(r"@\{(\w+)\}")


def read_lookml_model(documents: list[Cursor], drafts: Drafts) -> None:
    """Every view and explore. Raises `NothingToImport`, `ForeignForm`, `ForeignReference`."""
    documents = _with_constants(documents)
    views = read_views([view for document in documents for view in document.blocks("view")])
    if not views:
        raise NothingToImport("no 'view:' in what was read", remedy="Name the folder of the LookML project.")
    names = Names(views, drafts)
    for view in views.values():
        _table(names, view)
    explores = [Explore(names, cursor) for document in documents for cursor in document.blocks("explore")]
    for explore in explores:
        explore.read_joins()
    for view in views.values():
        read_dimensions(names, view)
    for view in views.values():
        read_measures(names, view)
    for explore in explores:
        explore.read_rest()
    for document in documents:
        _model(document, drafts)


def _with_constants(documents: list[Cursor]) -> list[Cursor]:
    """The documents with the constants of the project in the places that name them."""
    constants: dict[str, str] = {}
    for document in documents:
        for constant in document.blocks("constant"):
            constants[constant.required("name")] = constant.text("value") or ""
            constant.imported("export")
    if not constants:
        return documents
    return [replace(document, value=_filled(document.value, constants)) for document in documents]


def _filled(value: Any, constants: dict[str, str]) -> Any:
    if isinstance(value, dict):
        return {key: _filled(part, constants) for key, part in value.items()}
    if isinstance(value, list):
        return [_filled(part, constants) for part in value]
    if not isinstance(value, str):
        return value
    return _CONSTANT.sub(lambda match: constants.get(match.group(1), match.group()), value)


def _table(names: Names, view: View) -> None:
    draft = names.drafts.table(view.name, view.chain[0])
    find_derived(view, draft)
    for cursor in view.chain:
        cursor.imported("name")
        for key in ("extension", "view_label", "fields_hidden_by_default", "suggestions", "set", "drill_fields"):
            if key in cursor:
                cursor.approximated("it says how Looker lists the fields of the view", key=key)
        for key in ("parameter", "filter"):
            for field in cursor.blocks(key):
                field.lost("each question sets it anew; here a question has conditions", "Ask with --where.")
        if "required_access_grants" in cursor:
            draft.entry["access"] = {}
            cursor.lost(
                "grants by user attribute; the table is closed", "Write `access`.", key="required_access_grants"
            )
    words = aliases(view.chain[0].text("label"))
    if words:
        draft.entry["aliases"] = words
    if any(cursor.peek("extension") == "required" for cursor in view.chain[:1]):
        draft.entry["hidden"] = True
    holder = view.nearest("sql_table_name")
    if holder is not None:
        found = holder.at("sql_table_name")
        assert found is not None  # noqa: S101 - nearest() found it
        names.drafts.relation(draft, str(found.value), found)
    holder = view.nearest("derived_table")
    block = holder.block("derived_table") if holder is not None else None
    if block is not None:
        _derived_table(names, view, block)


def _derived_table(names: Names, view: View, block: Cursor) -> None:
    draft = names.drafts.tables[view.name]
    text = block.text("sql")
    if text is None:
        block.lost("a table derived from an explore", "Write `relation` as a SELECT, or build a model in dbt.")
        draft.entry |= {"hidden": True, "relation": unwritten(draft.name)}
        return
    found = block.at("sql")
    assert found is not None  # noqa: S101 - text() found it
    for key in block.named():
        if key != "sql":
            block.lost("it says how Looker stores the table", key=key)
    if "{" in text:
        found.lost("the SELECT holds templates, which are only known when a query runs", "Write `relation` by hand.")
        draft.entry["relation"] = unwritten(draft.name)
        return
    plain = _ALL_OF.match(text)
    if plain:
        names.drafts.relation(draft, plain.group(1), found)
    else:
        draft.entry["relation"] = " ".join(text.split())
        found.approximated("the tables inside the SELECT are taken as they are named", "Write layer.table inside it.")


def _model(document: Cursor, drafts: Drafts) -> None:
    if "include" in document:
        document.imported("include")  # the files of the folder are read together
    start = document.text("week_start_day")
    if start is not None:
        for draft in drafts.tables.values():
            draft.entry["week_start"] = start.lower()
    for key, reason in _MODEL.items():
        if key in document:
            document.lost(reason, key=key)
