"""Semantic models that stand for themselves, under `semantic_models:` or in a semantic manifest."""

from __future__ import annotations

import re

from verity.interchange.cursor import Cursor
from verity.interchange.drafting import Drafts, TableDraft, aliases
from verity.interchange.metricflow.models import Part, SemanticModel, dimension_kind, entity_kind, timed
from verity.interchange.metricflow.shown import config, described, is_off, shown, unsaid

_REF = re.compile(r"^\s*(?:\{\{\s*)?(?:ref|source)\s*\(\s*(.*?)\s*\)\s*(?:\}\})?\s*$")
_VERSION = re.compile(r"\b(?:v|version)\s*=\s*['\"]?([\w.]+)")
_TEXT = re.compile(r"['\"]([^'\"]+)['\"]")


def standalone_models(drafts: Drafts, documents: list[Cursor]) -> list[SemanticModel]:
    """Every semantic model that is switched on."""
    found = [cursor for document in documents for cursor in document.blocks("semantic_models")]
    return [_declared(drafts, cursor) for cursor in found if not is_off(cursor)]


def _declared(drafts: Drafts, cursor: Cursor) -> SemanticModel:
    draft = drafts.table(cursor.required("name"), cursor)
    _relation(draft, cursor)
    draft.entry["description"] = described(cursor) or ""
    words, kept = aliases(cursor.text("label")), config(cursor)
    draft.entry |= {key: value for key, value in (("aliases", words), ("meta", kept)) if value}
    model = SemanticModel(draft, cursor, timed=cursor.block("defaults"), primary=cursor.text("primary_entity"))
    model.time = model.timed.text("agg_time_dimension") if model.timed is not None else None
    unsaid(cursor, "measures", "entities", "dimensions")
    model.entity_parts += [_entity(part) for part in cursor.blocks("entities")]
    model.dimension_parts += [_dimension(part) for part in cursor.blocks("dimensions")]
    return model


def _relation(draft: TableDraft, cursor: Cursor) -> None:
    node = cursor.block("node_relation")
    if node is not None:
        name = node.text("alias") or draft.name
        node.imported("alias", "schema_name", "database", "relation_name")
        cursor.imported("model")
    else:
        name = _referenced(cursor.text("model") or draft.name) or draft.name
    if name != draft.name:
        draft.entry["relation"] = name


def _referenced(text: str) -> str | None:
    """The table that `ref('orders', v=2)` or `source('shop', 'orders')` means."""
    match = _REF.match(text)
    if match is None:
        return text
    version = _VERSION.search(match.group(1))
    parts = _TEXT.findall(match.group(1)[: version.start()] if version else match.group(1))
    if not parts:
        return None
    return f"{parts[-1]}_v{version.group(1).replace('.', '_')}" if version else str(parts[-1])


def _entity(cursor: Cursor) -> Part:
    if "role" in cursor:
        cursor.lost("roles of entities are deprecated in dbt", key="role")
    return Part(cursor.required("name"), entity_kind(cursor), cursor, cursor.text("expr"), shown(cursor))


def _dimension(cursor: Cursor) -> Part:
    grain = timed(cursor, "time_granularity", cursor.block("type_params") or cursor)
    name, kind = cursor.required("name"), dimension_kind(cursor)
    return Part(name, kind, cursor, cursor.text("expr"), shown(cursor), grain)
