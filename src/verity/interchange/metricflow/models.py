"""Semantic models of dbt as tables: entities become keys and joins, dimensions columns.

Either form of dbt's YAML is first read into `SemanticModel`s that hold `Part`s (`standalone.py`, `embedded.py`); what
they mean is decided here, once.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Any

from sqlglot import exp

from verity.contracts.metric import GRAINS
from verity.exceptions import ForeignReference
from verity.interchange import sql
from verity.interchange.cursor import Cursor
from verity.interchange.drafting import TableDraft

_NAME = re.compile(r"^[A-Za-z_]\w*$")
TARGETS = ("primary", "unique")
"""Kinds of entities that one row has; the first is joined to before the second."""


@dataclass(frozen=True)
class Part:
    """An entity or a dimension as it is declared."""

    name: str
    kind: str
    cursor: Cursor
    expr: str | None = None
    """Its SQL over the physical columns, where it is not the column of its name."""
    shown: dict[str, Any] = field(default_factory=dict)
    """Description, other words and meta."""
    grain: str | None = None


@dataclass(frozen=True)
class Entity:
    """A key of a semantic model, and the column that holds it."""

    name: str
    kind: str
    column: str


@dataclass
class SemanticModel:
    """One semantic model and what joins and measures need to know of it."""

    draft: TableDraft
    cursor: Cursor
    entity_parts: list[Part] = field(default_factory=list)
    dimension_parts: list[Part] = field(default_factory=list)
    entities: dict[str, Entity] = field(default_factory=dict)
    times: dict[str, str] = field(default_factory=dict)
    """Time dimensions and the grain that each declares."""
    time: str | None = None
    timed: Cursor | None = None
    """Where `time` is declared."""
    primary: str | None = None
    ways: dict[str, list[tuple[str, str]]] = field(default_factory=dict)
    """For each entity the joins by it, and where each leads."""


def build_tables(models: dict[str, SemanticModel]) -> None:
    """Give every model's draft its keys, joins and columns."""
    for model in models.values():
        _once(model, "entities", model.entity_parts)
        _once(model, "dimensions", model.dimension_parts)
        model.draft.derived |= {part.name for part in model.dimension_parts if _is_derived(part)}
    for model in models.values():
        for part in model.entity_parts:
            _entity(model, part)
    for model in models.values():
        for part in model.entity_parts:
            _joins(models, model, part)
    for model in models.values():
        for part in model.dimension_parts:
            _dimension(model, part)
        _default_time(model)


def _once(model: SemanticModel, kind: str, parts: list[Part]) -> None:
    seen: set[str] = set()
    for part in parts:
        if part.name in seen:
            raise ForeignReference(
                f"'{model.draft.name}' has two {kind} called '{part.name}'",
                place=part.cursor.place,
                remedy="Rename one of them.",
            )
        seen.add(part.name)


def _is_derived(part: Part) -> bool:
    return part.expr is not None and part.expr.strip() != part.name


def _entity(model: SemanticModel, part: Part) -> None:
    draft, text = model.draft, (part.expr or "").strip()
    column = text if _NAME.match(text) else part.name
    entry: dict[str, Any] = {"kind": "id", **part.shown}
    if text and column == part.name != text:
        try:
            draft.derived.add(part.name)
            entry["sql"] = sql.row(raw_rows(model, text))
        except sql.Untranslatable as reason:
            draft.derived.discard(part.name)
            part.cursor.lost(str(reason), "Declare the key column by hand.")
            return
    if part.name != column:
        entry["aliases"] = list(dict.fromkeys([*(entry.get("aliases") or ()), part.name.replace("_", " ")]))
    model.entities[part.name] = Entity(part.name, part.kind, column)
    draft.used.add(column)
    if column not in draft.columns:
        draft.add("columns", column, entry, part.cursor)
    if part.kind == "primary":
        draft.entry["primary_key"] = [column]
        model.primary = model.primary or part.name


def _joins(models: dict[str, SemanticModel], model: SemanticModel, part: Part) -> None:
    """An entity joins to every other model of which a row has one: the first by its name, others by theirs too."""
    entity = model.entities.get(part.name)
    if entity is None or entity.kind == "natural":
        return
    targets = sorted(
        (TARGETS.index(other.entities[entity.name].kind), name)
        for name, other in models.items()
        if other is not model and entity.name in other.entities and other.entities[entity.name].kind in TARGETS
    )
    for place, (_, name) in enumerate(targets):
        theirs = models[name].entities[entity.name].column
        on: Any = entity.column if entity.column == theirs else {entity.column: theirs}
        kind = "many_to_one" if entity.kind == "foreign" else "one_to_one"
        first = place == 0 and entity.kind != "primary"
        join = entity.name if first else f"{entity.name}_{name}"
        model.draft.add("joins", join, {"table": models[name].draft.name, "type": kind, "on": on}, part.cursor)
        model.ways.setdefault(entity.name, []).append((join, name))


def _dimension(model: SemanticModel, part: Part) -> None:
    draft = model.draft
    entry: dict[str, Any] = {"kind": "time" if part.kind == "time" else "dimension", **part.shown}
    try:
        if part.expr is not None and part.name in draft.derived:
            entry["sql"] = sql.row(raw_rows(model, part.expr))
        else:
            draft.used.add(part.name)
    except sql.Untranslatable as reason:
        draft.derived.discard(part.name)
        part.cursor.lost(str(reason), "Define it by hand as a column with `sql`.")
        return
    if part.kind == "time":
        model.times[part.name] = part.grain or "day"
    known = draft.columns.pop(part.name, None)
    if known is not None:  # an entity and a dimension of one column
        entry = {**known, **{key: value for key, value in entry.items() if value}}
    draft.add("columns", part.name, entry, part.cursor)


def _default_time(model: SemanticModel) -> None:
    if model.time is None or model.timed is None:
        return
    if model.time in model.draft.columns:
        model.draft.entry["time_column"] = model.time
    else:
        model.timed.lost(
            f"'{model.time}' is no time dimension of the model", "Name one, or declare it.", key="agg_time_dimension"
        )


def entity_kind(cursor: Cursor, key: str = "type") -> str:
    """`primary`, `unique`, `foreign` or `natural`."""
    kind = _one_of(cursor, key, ("foreign", "primary", "unique", "natural"))
    if kind == "natural":
        cursor.approximated("a natural key tells versions of a row apart; no join is made of it", key=key)
    return kind


def dimension_kind(cursor: Cursor, key: str = "type") -> str:
    """`categorical` or `time`."""
    return _one_of(cursor, key, ("categorical", "time"))


def _one_of(cursor: Cursor, key: str, known: tuple[str, ...]) -> str:
    kind = (cursor.text(key) or known[0]).lower()
    if kind in known:
        return kind
    cursor.lost(f"'{kind[:60]}' is none of {', '.join(known)}: taken as {known[0]}", "Correct it.", key=key)
    return known[0]


def raw_rows(model: SemanticModel, text: str) -> exp.Expr:
    """SQL over the physical columns of a model. Raises `Untranslatable`."""
    return sql.parse(text).resolved(lambda found: sql.column(model.draft.raw(found.names[-1])))


def timed(cursor: Cursor, grain_key: str, holder: Cursor) -> str | None:
    """The grain of a time dimension, and what is said of it and has no form here. `holder` has the grain's key."""
    grain = holder.text(grain_key)
    if grain is not None and grain not in GRAINS:
        holder.approximated(f"'{grain}' is no grain of Verity", key=grain_key)
    if cursor.flag("is_partition"):
        cursor.lost("Verity joins by keys, not by partitions of time", key="is_partition")
    for block in (cursor, cursor.block("type_params")):
        if block is not None and "validity_params" in block:
            block.lost(
                "versions of a row by validity (a slowly changing dimension)",
                "Join by hand with a condition on both dates.",
                key="validity_params",
            )
    return grain
