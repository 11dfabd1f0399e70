"""Semantic models of dbt: entities become keys and joins, dimensions columns; measures wait for their metrics."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Any

from sqlglot import exp

from verity.contracts.metric import GRAINS
from verity.exceptions import ForeignReference
from verity.interchange import sql
from verity.interchange.cursor import Cursor
from verity.interchange.drafting import Drafts, TableDraft, aliases

_REF = re.compile(r"^\s*(?:\{\{\s*)?(?:ref|source)\s*\(\s*(.*?)\s*\)\s*(?:\}\})?\s*$")
_NAME = re.compile(r"^[A-Za-z_]\w*$")
TARGETS = ("primary", "unique")


@dataclass
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
    entities: dict[str, Entity] = field(default_factory=dict)
    times: dict[str, str] = field(default_factory=dict)
    """Time dimensions and the grain that each declares."""
    time: str | None = None
    primary: str | None = None


@dataclass
class Measure:
    """An aggregate that metrics name: its definition in Verity, or why it has none."""

    model: SemanticModel
    cursor: Cursor
    entry: dict[str, Any] = field(default_factory=dict)
    problem: str | None = None
    used: bool = False


def read_models(drafts: Drafts, cursors: list[Cursor]) -> dict[str, SemanticModel]:
    """Every semantic model as a table draft, joined by their entities."""
    models = {cursor.required("name"): _declare(drafts, cursor) for cursor in cursors}
    for model in models.values():
        _entities(model)
    for model in models.values():
        _joins(models, model)
    for model in models.values():
        _dimensions(model)
    return models


def read_measures(models: dict[str, SemanticModel]) -> dict[str, Measure]:
    """Every measure by name. Raises `ForeignReference` where two have one name."""
    found: dict[str, Measure] = {}
    for model in models.values():
        for cursor in model.cursor.blocks("measures"):
            name = cursor.required("name")
            if name in found:
                raise ForeignReference(
                    f"the measure '{name}' is already defined in {found[name].cursor.place}",
                    place=cursor.place,
                    remedy="Rename one of the two.",
                )
            found[name] = _measure(model, cursor, name)
    return found


def _declare(drafts: Drafts, cursor: Cursor) -> SemanticModel:
    draft = drafts.table(cursor.required("name"), cursor)
    _relation(draft, cursor)
    draft.entry["description"] = cursor.text("description") or ""
    words = aliases(cursor.text("label"))
    if words:
        draft.entry["aliases"] = words
    defaults = cursor.block("defaults")
    model = SemanticModel(draft, cursor)
    model.time = defaults.text("agg_time_dimension") if defaults is not None else None
    model.primary = cursor.text("primary_entity")
    kept = config(cursor)
    if kept:
        draft.entry["meta"] = kept
    for dimension in cursor.blocks("dimensions"):
        name, text = dimension.required("name"), dimension.peek("expr")
        if text is not None and str(text).strip() != name:
            draft.derived.add(name)
    return model


def _relation(draft: TableDraft, cursor: Cursor) -> None:
    node = cursor.block("node_relation")
    if node is not None:
        name = node.text("alias") or draft.name
        node.imported("alias", "schema_name", "database", "relation_name")
        cursor.imported("model")
    else:
        text = cursor.text("model") or draft.name
        match = _REF.match(text)
        parts = re.findall(r"['\"]([^'\"]+)['\"]", match.group(1)) if match else [text]
        name = parts[-1] if parts else draft.name
    if name != draft.name:
        draft.entry["relation"] = name


def _entities(model: SemanticModel) -> None:
    draft = model.draft
    for cursor in model.cursor.blocks("entities"):
        name, kind = cursor.required("name"), cursor.text("type") or "foreign"
        text = cursor.text("expr")
        column = text.strip() if text and _NAME.match(text.strip()) else name
        entry: dict[str, Any] = {
            "description": cursor.text("description"),
            "kind": "id",
            "aliases": aliases(cursor.text("label"), name.replace("_", " ") if name != column else None),
            "meta": config(cursor),
        }
        if text and column == name != text.strip():
            try:
                draft.derived.add(name)
                entry["sql"] = sql.row(raw_rows(model, text))
            except sql.Untranslatable as reason:
                cursor.lost(str(reason), "Declare the key column by hand.")
                continue
        if "role" in cursor:
            cursor.lost("roles of entities are deprecated in dbt", key="role")
        if kind == "natural":
            cursor.approximated("a natural key tells versions of a row apart; no join is made of it", key="type")
        model.entities[name] = Entity(name, kind, column)
        draft.used.add(column)
        if column not in draft.columns:
            draft.add("columns", column, entry, cursor)
        if kind == "primary":
            draft.entry["primary_key"] = [column]
            model.primary = model.primary or name


def _joins(models: dict[str, SemanticModel], model: SemanticModel) -> None:
    """A foreign entity joins to the model whose primary or unique entity it is."""
    for entity in model.entities.values():
        if entity.kind in ("primary", "natural"):
            continue
        targets = [
            (TARGETS.index(other.entities[entity.name].kind), name)
            for name, other in models.items()
            if other is not model and entity.name in other.entities and other.entities[entity.name].kind in TARGETS
        ]
        if not targets:
            continue
        target = models[min(targets)[1]]
        theirs = target.entities[entity.name].column
        on: Any = entity.column if entity.column == theirs else {entity.column: theirs}
        cursor = next(c for c in model.cursor.blocks("entities") if c.peek("name") == entity.name)
        kind = "one_to_one" if entity.kind == "unique" else "many_to_one"
        model.draft.add("joins", entity.name, {"table": target.draft.name, "type": kind, "on": on}, cursor)


def _dimensions(model: SemanticModel) -> None:
    draft = model.draft
    for cursor in model.cursor.blocks("dimensions"):
        name, kind = cursor.required("name"), cursor.text("type") or "categorical"
        entry: dict[str, Any] = {
            "description": cursor.text("description"),
            "kind": "time" if kind == "time" else "dimension",
            "aliases": aliases(cursor.text("label")),
            "meta": config(cursor),
        }
        text = cursor.text("expr")
        try:
            if text is not None and name in draft.derived:
                entry["sql"] = sql.row(raw_rows(model, text))
            else:
                draft.used.add(name)
        except sql.Untranslatable as reason:
            draft.derived.discard(name)
            cursor.lost(str(reason), "Define it by hand as a column with `sql`.")
            continue
        if kind == "time":
            _time(model, name, cursor)
        if cursor.flag("is_partition"):
            cursor.lost("Verity joins by keys, not by partitions of time", key="is_partition")
        known = draft.columns.pop(name, None)
        if known is not None:  # an entity and a dimension of one column
            entry = {**known, **{key: value for key, value in entry.items() if value}}
        draft.add("columns", name, entry, cursor)
    if model.time is not None and model.time in draft.columns:
        draft.entry["time_column"] = model.time


def _time(model: SemanticModel, name: str, cursor: Cursor) -> None:
    parameters = cursor.block("type_params")
    grain = parameters.text("time_granularity") if parameters is not None else None
    if grain is not None and grain not in GRAINS and parameters is not None:
        parameters.approximated(f"'{grain}' is no grain of Verity", key="time_granularity")
    model.times[name] = grain or "day"
    if parameters is not None and "validity_params" in parameters:
        parameters.lost(
            "versions of a row by validity (a slowly changing dimension)",
            "Join by hand with a condition on both dates.",
            key="validity_params",
        )


def _measure(model: SemanticModel, cursor: Cursor, name: str) -> Measure:
    made = Measure(model, cursor)
    made.entry = {
        "description": cursor.text("description"),
        "aliases": aliases(cursor.text("label")),
        "meta": config(cursor),
    }
    try:
        made.entry |= _aggregate(model, cursor, name)
    except sql.Untranslatable as reason:
        made.problem = str(reason)
        cursor.lost(str(reason), "Define it by hand as a metric.")
        return made
    time = cursor.text("agg_time_dimension") or model.time
    if "agg_time_dimension" in cursor and time not in model.draft.columns:
        cursor.lost(f"'{time}' is no time dimension of the model", "Correct it.", key="agg_time_dimension")
    if time is not None and time != model.draft.entry.get("time_column") and time in model.draft.columns:
        made.entry["time_column"] = time
    grain = model.times.get(time or "")
    if grain in GRAINS and GRAINS.index(grain) > GRAINS.index("day"):
        made.entry["smallest_grain"] = grain
    return made


def _aggregate(model: SemanticModel, cursor: Cursor, name: str) -> dict[str, Any]:
    kind = cursor.required("agg").lower()
    text = cursor.text("expr") or name
    if kind == "count" and text.strip() in ("1", "*"):
        return _additive(model, cursor, exp.Count(this=exp.Star()))
    column = raw_rows(model, text)
    parameters = cursor.block("agg_params")
    if kind == "percentile":
        if parameters is None or "percentile" not in parameters:
            raise sql.Untranslatable("a percentile needs agg_params.percentile")
        share = parameters.number("percentile")
        made: dict[str, Any] = {"type": "percentile", "sql": sql.row(column), "percentile": share}
        if parameters.flag("use_discrete_percentile"):
            made["method"] = "discrete"
        if parameters.flag("use_approximate_percentile"):
            parameters.approximated("computed exactly", key="use_approximate_percentile")
        return made
    calls: dict[str, type[exp.Expr]] = {
        "sum": exp.Sum, "max": exp.Max, "min": exp.Min, "average": exp.Avg, "avg": exp.Avg, "median": exp.Median,
        "count": exp.Count,
    }  # fmt: skip
    if kind == "count_distinct":
        return _additive(model, cursor, exp.Count(this=exp.Distinct(expressions=[column])))
    if kind == "sum_boolean":
        counted = exp.Case(ifs=[exp.If(this=column, true=exp.Literal.number(1))], default=exp.Literal.number(0))
        return _additive(model, cursor, exp.Sum(this=counted))
    if kind not in calls:
        raise sql.Untranslatable(f"the aggregation '{kind}' is none that Verity knows")
    return _additive(model, cursor, calls[kind](this=column))


def _additive(model: SemanticModel, cursor: Cursor, call: exp.Expr) -> dict[str, Any]:
    """The aggregate, at one instant of each period where it may not be summed over time."""
    made: dict[str, Any] = {"sql": sql.aggregate(call)}
    block = cursor.block("non_additive_dimension")
    if block is None:
        return made
    over = block.required("name")
    if over not in model.times:
        raise sql.Untranslatable(f"'{over}' is no time dimension of the model")
    made |= {"type": "semi_additive", "take": "first" if block.text("window_choice") == "min" else "last"}
    if over != (cursor.peek("agg_time_dimension") or model.time):
        made["over"] = over
    groupings = block.names("window_groupings")
    if unknown := [name for name in groupings if name not in model.entities]:
        raise sql.Untranslatable(f"'{unknown[0]}' is no entity of the model")
    if groupings:
        made["per"] = [model.entities[name].column for name in groupings]
    return made


def raw_rows(model: SemanticModel, text: str) -> exp.Expr:
    """SQL over the physical columns of a model. Raises `Untranslatable`."""
    return sql.parse(text).resolved(lambda found: sql.column(model.draft.raw(found.names[-1])))


def config(cursor: Cursor) -> dict[str, Any] | None:
    """What dbt keeps beside: `config.meta` and the rest of it."""
    kept: dict[str, Any] = {}
    block = cursor.block("config")
    if block is not None:
        for key in block.named():
            if key == "meta":
                kept |= _meta(block)
            elif key != "enabled":
                kept[key] = block.peek(key)
                block.approximated("kept under meta", key=key)
            else:
                block.imported("enabled")
    kept |= _meta(cursor)
    return {"dbt": kept} if kept else None


def _meta(cursor: Cursor) -> dict[str, Any]:
    """What people keep under `meta`: whatever they write."""
    found = cursor.block("meta")
    if found is None:
        return {}
    found.imported()
    return dict(found.value)
