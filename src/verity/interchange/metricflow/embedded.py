"""Semantic models that are written into dbt's models, under `models:` (dbt Core 1.12, Fusion).

A model with `semantic_model` has entities and dimensions on its columns or under `derived_semantics`, and metrics
beside its columns. What of the model is not about meaning (tests, contracts, ...) stays in dbt.
"""

from __future__ import annotations

from collections.abc import Iterator

from verity.interchange.cursor import Cursor
from verity.interchange.drafting import Drafts
from verity.interchange.metricflow.models import Part, SemanticModel, dimension_kind, entity_kind, timed
from verity.interchange.metricflow.shown import OFF, OWN, config, described, is_off, is_on, shown, unsaid

SEMANTIC = ("semantic_model", "metrics", "derived_semantics", "agg_time_dimension", "primary_entity")
MODELS_OWN = (
    "meta", "tags", "docs", "access", "group", "constraints", "tests", "data_tests", "deprecation_date",
    "quote_columns", "time_spine", "data_type", "quote", "policy_tags", "defined_in",
)  # fmt: skip
UNREAD = "the model has no `semantic_model`, so dbt reads no meaning from it"
PLAIN = "it is no entity and no dimension, and stays in the dbt project; metrics may use it"


def embedded_models(drafts: Drafts, documents: list[Cursor]) -> list[SemanticModel]:
    """Every model with a semantic model that is switched on."""
    return [made for document in documents for made in _of(drafts, document)]


def _of(drafts: Drafts, document: Cursor) -> Iterator[SemanticModel]:
    found = document.at("models")
    if found is None:
        return
    if not isinstance(found.value, list) or not any(_is_annotated(model) for model in found.children()):
        document.approximated(OWN, key="models")
        return
    for model in found.children():
        if not _is_annotated(model):
            model.approximated(OWN)
        elif _is_on(model):
            yield _declared(drafts, model)


def _is_annotated(model: Cursor) -> bool:
    columns = model.peek("columns")
    marked = isinstance(columns, list) and any(
        isinstance(column, dict) and (column.get("entity") or column.get("dimension")) for column in columns
    )
    return marked or any(key in model for key in SEMANTIC)


def _is_on(model: Cursor) -> bool:
    if is_off(model):
        return False
    switch = model.at("semantic_model")
    if switch is None:
        for key in (*SEMANTIC, "columns"):
            if key in model:
                model.lost(UNREAD, "Add `semantic_model: true`.", key=key)
        model.approximated(OWN)
        return False
    on = is_on(switch, "enabled") if isinstance(switch.value, dict) else is_on(model, "semantic_model")
    if not on:
        model.approximated(OFF)
    return on


def _declared(drafts: Drafts, cursor: Cursor) -> SemanticModel:
    named = cursor.required("name")
    switch = cursor.block("semantic_model") if isinstance(cursor.peek("semantic_model"), dict) else None
    unsaid(cursor, "semantic_model")
    draft = drafts.table((switch.text("name") if switch is not None else None) or named, cursor)
    version = _latest(cursor)
    relation = _physical(cursor, version, named)
    if relation != draft.name:
        draft.entry["relation"] = relation
    draft.entry["description"] = described(cursor) or ""
    kept = config(switch) if switch is not None else None
    if kept:
        draft.entry["meta"] = kept
    if switch is not None and "group" in switch:
        switch.approximated("Verity has no groups of tables", key="group")
    model = SemanticModel(draft, cursor, timed=cursor, primary=cursor.text("primary_entity"))
    model.time = cursor.text("agg_time_dimension")
    for column in _columns(cursor, version):
        _column(model, column)
    _derived(model, cursor.block("derived_semantics"))
    for holder in (cursor, version):
        if holder is not None:
            _left(holder, MODELS_OWN)
            _left(holder.block("config"), None)
    return model


def _left(holder: Cursor | None, keys: tuple[str, ...] | None) -> None:
    """Mark what stays in dbt: these keys, or all that nothing was made of."""
    for key in holder.named() if holder is not None else ():
        if holder is not None and (key in keys if keys is not None else key not in ("alias", "enabled")):
            holder.approximated(OWN, key=key)


# --- versions of a model


def _latest(model: Cursor) -> Cursor | None:
    """The version that `ref` of the model means: the latest."""
    versions = model.blocks("versions")
    if not versions:
        return None
    named = {version.required("v"): version for version in versions}
    latest = model.text("latest_version")
    if latest not in named:
        latest = max(named, key=_place)
    for name, version in named.items():
        if name != latest:
            version.approximated(f"only the latest version ({latest}) is read")
    return named[latest]


def _place(version: str) -> tuple[bool, float, str]:
    try:
        return (True, float(version), version)
    except ValueError:
        return (False, 0.0, version)


def _physical(model: Cursor, version: Cursor | None, named: str) -> str:
    """The table that dbt makes of the model: its alias, or its name, with the version behind it."""
    for holder in (version, model):
        block = holder.block("config") if holder is not None else None
        if block is not None and "alias" in block:
            return block.required("alias")
    return f"{named}_v{version.required('v').replace('.', '_')}" if version is not None else named


def _columns(model: Cursor, version: Cursor | None) -> Iterator[Cursor]:
    """The columns of the model, or of its version: those of the model that it includes, and its own."""
    base = model.blocks("columns")
    if version is None or "columns" not in version:
        yield from base
        return
    own = version.blocks("columns")
    choice = next((entry for entry in own if "include" in entry or "exclude" in entry), None)
    left_out = choice.names("exclude") if choice is not None else ()
    taken = choice.names("include") if choice is not None else ("*",)
    replaced = {column.peek("name") for column in own if column is not choice}
    for column in base:
        name = str(column.peek("name"))
        if name in replaced or name in left_out or not ({"*", "all", name} & set(taken)):
            column.approximated("the latest version of the model replaces it or leaves it out")
        else:
            yield column
    yield from (column for column in own if column is not choice)


# --- columns and what is derived of them


def _column(model: SemanticModel, column: Cursor) -> None:
    name = column.required("name")
    if "entity" not in column and "dimension" not in column:
        column.approximated(PLAIN)
        return
    if "entity" in column:
        model.entity_parts.append(_column_entity(column, name))
    if "dimension" in column:
        model.dimension_parts.append(_column_dimension(column, name))
    elif "granularity" in column:
        column.approximated("only dimensions have a grain in Verity", key="granularity")
    _left(column, tuple(key for key in MODELS_OWN if key != "meta") if _shorthand(column) else (*MODELS_OWN, "config"))


def _shorthand(column: Cursor) -> bool:
    """Whether what the column says of itself is said of its entity or dimension."""
    return any(not isinstance(column.peek(key), dict | None) for key in ("entity", "dimension"))


def _column_entity(column: Cursor, name: str) -> Part:
    block = column.block("entity") if isinstance(column.peek("entity"), dict) else None
    if block is None:
        return Part(name, entity_kind(column, "entity"), column, name, shown(column))
    return Part(block.text("name") or name, entity_kind(block), block, name, shown(block, column))


def _column_dimension(column: Cursor, name: str) -> Part:
    block = column.block("dimension") if isinstance(column.peek("dimension"), dict) else None
    if block is None:
        grain = timed(column, "granularity", column)
        return Part(name, dimension_kind(column, "dimension"), column, name, shown(column), grain)
    grain = timed(block, "granularity", block if "granularity" in block else column)
    return Part(block.text("name") or name, dimension_kind(block), block, name, shown(block, column), grain)


def _derived(model: SemanticModel, block: Cursor | None) -> None:
    if block is None:
        return
    for cursor in block.blocks("entities"):
        name, expr = cursor.required("name"), cursor.required("expr")
        model.entity_parts.append(Part(name, entity_kind(cursor), cursor, expr, shown(cursor)))
    for cursor in block.blocks("dimensions"):
        name, expr, grain = cursor.required("name"), cursor.required("expr"), timed(cursor, "granularity", cursor)
        model.dimension_parts.append(Part(name, dimension_kind(cursor), cursor, expr, shown(cursor), grain))
