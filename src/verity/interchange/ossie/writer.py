"""Write the dictionary as an Apache Ossie document (0.2.0.dev0, flat), Verity's own semantics in custom_extensions."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from sqlglot import exp

from verity.data.members import is_query
from verity.data.model import ColumnEntry, TableEntry, written
from verity.data.yaml_events import Document
from verity.interchange import sql
from verity.interchange.cursor import Cursor
from verity.interchange.drafting import Drafts
from verity.interchange.exporting import ExportReport, Inexpressible, Json, Losses, Model, pairs_of, words_of
from verity.interchange.ledger import Ledger, SourceFile
from verity.interchange.ossie.context import VENDOR
from verity.interchange.ossie.reader import read_ossie
from verity.interchange.patches import difference, undrafted

VERSION = "0.2.0.dev0"
DATATYPES = {
    "text": "String", "varchar": "String", "bigint": "Integer", "integer": "Integer", "smallint": "Integer",
    "double": "Float", "float": "Float", "boolean": "Boolean", "date": "Date", "timestamp": "DateTime",
    "timestamptz": "DateTimeTz",
}  # fmt: skip


def write_ossie(tables: Mapping[str, TableEntry], name: str) -> tuple[Json, ExportReport]:
    """The document, and what other tools do not see of it; an import by Verity brings all of it back."""
    model, losses = Model(tables), Losses(kept=True)
    document: Json = {"version": VERSION, **_about(tables, name)}
    document["datasets"] = [_dataset(model, table, losses) for table in tables]
    relationships = [found for table in tables for found in _relationships(model, table, losses)]
    if relationships:
        document["relationships"] = relationships
    metrics = _metrics(model, losses)
    if metrics:
        document["metrics"] = metrics
    _extend(document, tables)
    report = ExportReport(
        tool="ossie",
        tables=len(tables),
        metrics=sum(len(entry.metrics) for entry in tables.values()),
        expressed=len(metrics),
        losses=tuple(losses.found.values()),
    )
    return document, report


def _about(tables: Mapping[str, TableEntry], name: str) -> Json:
    """What an import kept of the model as a whole, else its name."""
    kept: Json = next((found for entry in tables.values() if (found := entry.meta.get("ossie", {}).get("model"))), {})
    return {"name": name, **kept}


def _dataset(model: Model, table: str, losses: Losses) -> Json:
    entry = model.tables[table]
    made: Json = {"name": table, "source": entry.relation or table}
    if entry.primary_key:
        made["primary_key"] = list(entry.primary_key)
    if entry.description:
        made["description"] = entry.description
    context: Json = {}
    if words_of(entry):
        context["synonyms"] = words_of(entry)
    if entry.business_notes:
        context["instructions"] = " ".join(entry.business_notes)
    if context:
        made["ai_context"] = context
    fields = [found for name in entry.columns if (found := _field(model, table, name, losses)) is not None]
    if fields:
        made["fields"] = fields
    foreign = entry.meta.get("ossie", {}).get("custom_extensions", [])
    if foreign:
        made["custom_extensions"] = list(foreign)
    _table_losses(table, entry, losses)
    return made


def _field(model: Model, table: str, name: str, losses: Losses) -> Json | None:
    column = model.tables[table].columns[name]
    member = f"{table}.{name}"
    if column.per:
        losses.add(member, "an aggregate for each key has no form in Ossie")
        return None
    try:
        text = _own(model, table, column.sql) if column.sql else sql.written(sql.column(name))
    except Inexpressible as reason:
        losses.add(member, str(reason))
        return None
    made: Json = {"name": name, "expression": _expression(text)}
    if column.kind == "time" or column.kind == "dimension":
        made["dimension"] = {"is_time": column.kind == "time"}
    if column.description:
        made["description"] = column.description
    datatype = _datatype(column)
    if datatype:
        made["datatype"] = datatype
    kept = column.meta.get("ossie", {})
    if kept.get("label"):
        made["label"] = kept["label"]
    if words_of(column):
        made["ai_context"] = {"synonyms": words_of(column)}
    if kept.get("custom_extensions"):
        made["custom_extensions"] = list(kept["custom_extensions"])
    if column.hidden:
        losses.add(member, "Ossie has no hidden fields: other tools show it")
    return made


def _own(model: Model, table: str, text: str) -> str:
    """A field's expression over its own dataset."""
    tree = model.row(table, text)
    for node in list(tree.find_all(exp.Column)):
        if node.table != table:
            raise Inexpressible(f"it reads '{node.table}', and a field of Ossie reads its own dataset")
    holder = exp.Paren(this=tree)
    for node in list(holder.find_all(exp.Column)):
        node.replace(sql.column(node.name))
    return _ansi(holder.this)


def _datatype(column: ColumnEntry) -> str | None:
    if column.type is None:
        return None
    return "Decimal" if column.type.startswith("decimal") else DATATYPES.get(column.type)


def _relationships(model: Model, table: str, losses: Losses) -> list[Json]:
    made: list[Json] = []
    for name, join in model.tables[table].joins.items():
        member, pairs = f"{table}.{name}", pairs_of(join)
        if not pairs or join.type not in ("many_to_one", "one_to_one") or join.table not in model.tables:
            what = "a condition" if not pairs and join.type != "many_to_many" else join.type
            losses.add(member, f"a join by {what} has no form in Ossie")
            continue
        own, theirs = (list(side) for side in zip(*pairs, strict=True))
        entry: Json = {
            "name": model.flat["joins", table, name],
            "from": table,
            "to": join.table,
            "from_columns": own,
            "to_columns": theirs,
        }
        context: Json = {}
        if words_of(join):
            context["synonyms"] = words_of(join)
        if join.description:
            context["instructions"] = join.description
        if context:
            entry["ai_context"] = context
        kept = join.meta.get("ossie", {}).get("custom_extensions")
        if kept:
            entry["custom_extensions"] = list(kept)
        made.append(entry)
    return made


def _metrics(model: Model, losses: Losses) -> list[Json]:
    made: list[Json] = []
    for table, entry in model.tables.items():
        for name, metric in entry.metrics.items():
            if metric.hidden:
                losses.add(f"{table}.{name}", "a hidden metric is not offered to other tools")
                continue
            try:
                tree = model.metric(table, name)
                one: Json = {"name": model.flat["metrics", table, name], "expression": _expression(_ansi(tree))}
            except Inexpressible as reason:
                losses.add(f"{table}.{name}", str(reason))
                continue
            if metric.description:
                one["description"] = metric.description
            if words_of(metric):
                one["ai_context"] = {"synonyms": words_of(metric)}
            kept = metric.meta.get("ossie", {}).get("custom_extensions")
            if kept:
                one["custom_extensions"] = list(kept)
            made.append(one)
    return made


def _expression(text: str) -> Json:
    return {"dialects": [{"dialect": "ANSI_SQL", "expression": text}]}


def _ansi(tree: exp.Expr) -> str:
    while isinstance(tree, exp.Paren):
        tree = tree.this
    return str(tree.sql(dialect="postgres", comments=False))


def _table_losses(table: str, entry: TableEntry, losses: Losses) -> None:
    for key, reason in (
        ("access", "Ossie has no access rules: other tools do not enforce them"),
        ("segments", "Ossie has no segments"),
        ("hierarchies", "Ossie has no hierarchies"),
        ("rollups", "Ossie has no rollups"),
        ("freshness", "Ossie has no freshness"),
        ("calendar", "Ossie has no calendars"),
        ("periods", "Ossie has no calendars"),
    ):
        if getattr(entry, key):
            losses.add(f"{table}.{key}", reason)
    if is_query(entry.relation or ""):
        losses.add(f"{table}.relation", "it is a SELECT, in DuckDB's dialect")


def _extend(document: Json, tables: Mapping[str, TableEntry]) -> None:
    """Put what the document alone does not say into each dataset's extension."""
    plain = plain_tables(document)
    for dataset in document["datasets"]:
        table = dataset["name"]
        patch = difference(undrafted(written(plain[table])), undrafted(written(tables[table])))
        if patch:
            data = json.dumps(patch, ensure_ascii=False, separators=(",", ":"))
            dataset.setdefault("custom_extensions", []).append({"vendor_name": VENDOR, "data": data})


def plain_tables(document: Json) -> dict[str, TableEntry]:
    """What the document says by its own words, as an import reads it before anything is taken out."""
    ledger = Ledger()
    file = SourceFile("export", Document(document))
    drafts = Drafts("ossie", ledger)
    read_ossie([Cursor(ledger, file, (), document)], drafts)
    return drafts.entries(patches=False)


def as_json(value: Any) -> str:
    """The document as JSON text."""
    return json.dumps(value, ensure_ascii=False, indent=2) + "\n"
