"""Read Apache Ossie documents (0.1 to 0.2.0.dev0, flat or with `semantic_model`) into table drafts."""

from __future__ import annotations

from typing import Any

from verity.exceptions import ForeignForm, NothingToImport
from verity.interchange import sql
from verity.interchange.cursor import Cursor
from verity.interchange.drafting import Drafts, TableDraft
from verity.interchange.ossie.context import context, foreign, keep
from verity.interchange.ossie.expressions import chosen, is_plain, plain_column
from verity.interchange.ossie.metrics import read_metric

TYPES = {
    "String": "text", "Integer": "bigint", "Float": "double", "Boolean": "boolean", "Date": "date",
    "DateTime": "timestamp", "DateTimeTz": "timestamptz", "Decimal": None, "Time": None, "Opaque": None,
}  # fmt: skip
"""Decimal says nothing of its digits, so the warehouse's type stays."""
TEMPORAL = frozenset({"Date", "DateTime", "DateTimeTz"})


def read_ossie(documents: list[Cursor], drafts: Drafts) -> None:
    """Every model of the documents. Raises `NothingToImport`, `ForeignForm`, `ForeignReference`."""
    models = [model for document in documents for model in _models(document)]
    if not models:
        raise NothingToImport("no model with 'datasets:' in what was read", remedy="Name an Ossie document.")
    datasets = [(model, dataset) for model in models for dataset in model.blocks("datasets")]
    for _, dataset in datasets:
        _find_derived(drafts, dataset)
    keys = {dataset.required("name"): _keys(dataset) for _, dataset in datasets}
    for model in models:
        for relationship in model.blocks("relationships"):
            _relationship(drafts, relationship, keys)
    for _, dataset in datasets:
        _dataset(drafts, dataset)
    for model in models:
        _model(drafts, model)
        metrics = {str(metric.peek("name")) for metric in model.blocks("metrics")}
        for metric in model.blocks("metrics"):
            read_metric(drafts, metric, metrics)


def _models(document: Cursor) -> list[Cursor]:
    document.text("version")
    for key in ("dialects", "vendors"):
        document.names(key)
    found = document.at("semantic_model")
    if found is None:
        return [document] if "datasets" in document else []
    return [found] if isinstance(found.value, dict) else list(document.blocks("semantic_model"))


def _model(drafts: Drafts, model: Cursor) -> None:
    """What is said of the whole model is kept with its first table."""
    if not model.blocks("datasets"):
        raise ForeignForm("the model has no datasets", place=model.place, remedy="Give it one.")
    first = drafts.tables[model.blocks("datasets")[0].required("name")]
    kept: dict[str, Any] = {"name": model.text("name")}
    for key in ("description", "ai_context"):
        found = model.at(key)
        if found is not None:
            kept[key] = found.value
            found.approximated("said of the whole model; kept with its first table")
    extensions = foreign(model, None)
    if extensions:
        kept["custom_extensions"] = extensions
    keep(first.entry, "model", kept)


def _find_derived(drafts: Drafts, dataset: Cursor) -> None:
    draft = drafts.table(dataset.required("name"), dataset)
    for field in dataset.blocks("fields"):
        name = field.required("name")
        expression = field.block("expression")
        picked = chosen(expression) if expression is not None else None
        if picked is not None and not is_plain(draft.name, name, picked[1]):
            draft.derived.add(name)


def _keys(dataset: Cursor) -> list[frozenset[str]]:
    """The declared keys of a dataset, by the names of their columns and of the fields that are those columns."""
    found = dataset.peek("unique_keys")
    declared = [key for key in (dataset.peek("primary_key"), *(found if isinstance(found, list) else ())) if key]
    names = {name: field.required("name") for field in dataset.blocks("fields") if (name := plain_column(field))}
    keys = [[str(part) for part in key] if isinstance(key, list) else [str(key)] for key in declared]
    return [frozenset(made) for key in keys for made in (key, [names.get(part, part) for part in key])]


def _dataset(drafts: Drafts, dataset: Cursor) -> None:
    draft = drafts.tables[dataset.required("name")]
    source = dataset.required("source")
    found = dataset.at("source")
    assert found is not None  # noqa: S101 - required() found it
    if source.lstrip()[:6].upper() in ("SELECT", "WITH "):
        draft.entry["relation"] = source
    else:
        drafts.relation(draft, source, found)
    keys = dataset.names("primary_key")
    if keys:
        draft.entry["primary_key"] = list(keys)
    if "unique_keys" in dataset:
        dataset.approximated("Verity declares one key of a table; the others tell joins to one row", key="unique_keys")
    draft.entry["description"] = dataset.text("description") or ""
    words, notes = context(dataset)
    if words:
        draft.entry["aliases"] = words
    for note in notes:
        draft.note(note)
    for field in dataset.blocks("fields"):
        _field(draft, field)
    for name in keys:
        draft.used.add(name)
    times = [name for name, column in draft.columns.items() if column.get("kind") == "time"]
    if times:
        draft.entry["time_column"] = times[0]
    if len(times) > 1:
        drafts.notes.append(f"{draft.name}: metrics are counted by {times[0]}; it also has {', '.join(times[1:])}")
    extensions = foreign(dataset, draft.patch)
    if extensions:
        keep(draft.entry, "custom_extensions", extensions)


def _field(draft: TableDraft, field: Cursor) -> None:
    name = field.required("name")
    entry: dict[str, Any] = {"description": field.text("description")}
    words, notes = context(field)
    entry["aliases"] = words
    if notes:
        entry["description"] = " ".join(filter(None, (entry["description"], *notes)))
    datatype = field.text("datatype")
    if datatype is not None:
        if datatype not in TYPES:
            field.approximated(f"'{datatype}' is no datatype of Ossie", key="datatype")
        entry["type"] = TYPES.get(datatype)
    dimension = field.block("dimension")
    is_time = dimension.flag("is_time") if dimension is not None else None
    if dimension is not None and not dimension.value:
        dimension.imported()
    temporal = is_time if is_time is not None else datatype in TEMPORAL
    entry["kind"] = "time" if temporal else "dimension" if dimension is not None else None
    if "label" in field:
        keep(entry, "label", field.text("label"))
        field.approximated("a label for categories is kept under meta", key="label")
    expression = field.block("expression")
    if expression is None:
        raise ForeignForm("the key 'expression' is missing", place=field.place, remedy="Add it.")
    try:
        picked = chosen(expression)
        if picked is None:
            raise sql.Untranslatable("no dialect of its expression is one that Verity reads")
        dialect, text = picked
        if name in draft.derived:
            tree = sql.parse(text, dialect=dialect)
            entry["sql"] = sql.row(tree.resolved(lambda reference: _own(draft, name, reference)))
        else:
            draft.used.add(name)
    except sql.Untranslatable as reason:
        draft.lose(name, field, str(reason))
        return
    extensions = foreign(field, None)
    if extensions:
        keep(entry, "custom_extensions", extensions)
    draft.add("columns", name, entry, field)


def _own(draft: TableDraft, name: str, reference: sql.Reference) -> Any:
    """A column in a field's expression: another field of the dataset, else the physical column."""
    if len(reference.names) > 1 and reference.names[0] != draft.name:
        raise sql.Untranslatable(f"it names '{'.'.join(reference.names)}', and a field reads its own dataset")
    column = reference.names[-1]
    return sql.column(draft.raw(column) if column == name else column)


def _relationship(drafts: Drafts, found: Cursor, keys: dict[str, list[frozenset[str]]]) -> None:
    name, source, target = (found.required(key) for key in ("name", "from", "to"))
    own, theirs = found.names("from_columns"), found.names("to_columns")
    if source not in drafts.tables or target not in drafts.tables:
        found.lost(f"'{source if source not in drafts.tables else target}' is no dataset of the model")
        return
    if len(own) != len(theirs) or not own:
        raise ForeignForm(
            f"{len(own)} from_columns stand beside {len(theirs)} to_columns", place=found.place, remedy="Pair them."
        )
    words, notes = context(found)
    one = not keys[target] or any(key <= set(theirs) for key in keys[target])
    if not one:
        reason = f"{', '.join(theirs)} is no declared key of '{target}', so several rows of it may belong to one"
        found.approximated(f"{reason}: a join to many", "Declare it under unique_keys.", key="to_columns")
    shared = len(own) == 1 and own == theirs
    entry: dict[str, Any] = {
        "table": target,
        "type": "many_to_one" if one else "one_to_many",
        "on": own[0] if shared else dict(zip(own, theirs, strict=True)),
        "aliases": words,
        "description": " ".join(notes),
    }
    drafts.tables[source].used.update(own)
    drafts.tables[target].used.update(theirs)
    extensions = foreign(found, None)
    if extensions:
        keep(entry, "custom_extensions", extensions)
    drafts.tables[source].add("joins", name, entry, found)
