"""Write the dictionary as Cube YAML; what Cube cannot say lies under each cube's `meta.verity`, and is reported."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import yaml

from verity.data.members import is_query
from verity.data.model import ColumnEntry, RowRule, TableEntry, written
from verity.data.yaml_events import Document
from verity.interchange.cube.reader import read_cube
from verity.interchange.cube.written import Written
from verity.interchange.cube.written_measures import measures_of
from verity.interchange.cursor import Cursor
from verity.interchange.drafting import Drafts
from verity.interchange.exporting import ExportReport, Inexpressible, Json, Losses, Model, words_of
from verity.interchange.ledger import Ledger, SourceFile
from verity.interchange.patches import difference, undrafted

NUMERIC = ("decimal", "bigint", "double", "integer", "float", "smallint", "numeric", "real")
NOBODY = "verity_owner_only"
"""The role of a policy that opens a cube to nobody: a cube without any policy is open to everybody."""
OPERATORS = {
    "equals": "equals", "in": "equals", "not_equals": "notEquals", "not_in": "notEquals",
    "gt": "gt", "gte": "gte", "lt": "lt", "lte": "lte",
}  # fmt: skip


def write_cube(tables: Mapping[str, TableEntry]) -> tuple[dict[str, Json], ExportReport]:
    """One document a cube, by table, and what Cube does not see of the dictionary."""
    model, losses = Model(tables), Losses(kept=True)
    written_to = Written(model, losses)
    documents: dict[str, Json] = {}
    expressed = 0
    for table in tables:
        documents[table] = _cube(written_to, table)
        expressed += sum(1 for one in documents[table].get("measures", ()) if one["name"] in tables[table].metrics)
    _extend(documents, tables)
    report = ExportReport(
        tool="cube",
        tables=len(tables),
        metrics=sum(len(entry.metrics) for entry in tables.values()),
        expressed=expressed,
        losses=tuple(losses.found.values()),
    )
    return {table: {"cubes": [cube]} for table, cube in documents.items()}, report


def as_yaml(document: Json) -> str:
    """A document as Cube's YAML."""
    return yaml.safe_dump(document, sort_keys=False, allow_unicode=True, width=120)


def _cube(made: Written, table: str) -> Json:
    entry = made.model.tables[table]
    relation = entry.relation or table
    cube: Json = {"name": table, "sql" if is_query(relation) else "sql_table": relation}
    words = words_of(entry)
    if words:
        cube["title"] = words[0]
    if entry.description:
        cube["description"] = entry.description
    if entry.hidden:
        cube["public"] = False
    _freshness(entry, cube)
    sections = {
        "joins": made.joins(table),
        "dimensions": _dimensions(made, table),
        "segments": _segments(made, table),
        "hierarchies": _hierarchies(made, table),
        "measures": measures_of(made, table),
        "pre_aggregations": _rollups(made, table),
    }
    cube |= {key: value for key, value in sections.items() if value}
    cube["access_policy"] = _policies(made, table)
    if entry.meta.get("cube"):
        cube["meta"] = dict(entry.meta["cube"])
    for key, reason in (("calendar", "Cube has calendar cubes"), ("periods", "Cube has calendar cubes")):
        if getattr(entry, key):
            made.losses.add(f"{table}.{key}", reason)
    return cube


def _dimensions(made: Written, table: str) -> list[Json]:
    entry = made.model.tables[table]
    found = [one for name in entry.columns if (one := _dimension(made, table, name)) is not None]
    known = {one["name"] for one in found}
    for name in (*entry.primary_key, *made.keys(table)):
        if name not in known:
            known.add(name)
            key: Json = {"name": name, "sql": f"{{CUBE}}.{name}", "type": "number", "public": False}
            found.append({**key, "primary_key": True} if name in entry.primary_key else key)
    return found


def _dimension(made: Written, table: str, name: str) -> Json | None:
    entry = made.model.tables[table]
    column = entry.columns[name]
    try:
        if column.per:
            raise Inexpressible("an aggregate for each key has no form in Cube")
        text = made.row(table, column.sql) if column.sql else f"{{CUBE}}.{name}"
    except Inexpressible as reason:
        made.losses.add(f"{table}.{name}", str(reason))
        return None
    one: Json = {"name": name, "sql": text, "type": _type(column, is_time=name == entry.time_column)}
    if column.description:
        one["description"] = column.description
    words = words_of(column)
    if words:
        one["title"] = words[0]
    if name in entry.primary_key:
        one["primary_key"] = True
    if column.hidden:
        one["public"] = False
    if column.format:
        one["format"] = column.format
    if column.meta.get("cube"):
        one["meta"] = dict(column.meta["cube"])
    return one


def _type(column: ColumnEntry, *, is_time: bool) -> str:
    kind = (column.type or "").lower()
    if kind == "boolean":
        return "boolean"
    if column.kind == "time" or is_time or kind.startswith(("date", "timestamp")):
        return "time"
    return "number" if kind.startswith(NUMERIC) or (not kind and column.kind in ("measure", "id")) else "string"


def _segments(made: Written, table: str) -> list[Json]:
    found: list[Json] = []
    for name, segment in made.model.tables[table].segments.items():
        try:
            one: Json = {"name": name, "sql": made.row(table, segment.sql)}
        except Inexpressible as reason:
            made.losses.add(f"{table}.{name}", str(reason))
            continue
        if segment.description:
            one["description"] = segment.description
        found.append(one)
    return found


def _hierarchies(made: Written, table: str) -> list[Json]:
    found: list[Json] = []
    for name, levels in made.model.tables[table].hierarchies.items():
        try:
            found.append({"name": name, "levels": [made.member(table, level) for level in levels]})
        except Inexpressible as reason:
            made.losses.add(f"{table}.{name}", str(reason))
    return found


def _rollups(made: Written, table: str) -> list[Json]:
    found: list[Json] = []
    for name, rollup in made.model.tables[table].rollups.items():
        try:
            times = [dimension for dimension in rollup.dimensions if ":" in dimension]
            plain = [made.member(table, dimension) for dimension in rollup.dimensions if ":" not in dimension]
            one: Json = {"name": name, "type": "rollup", "measures": [f"CUBE.{m}" for m in rollup.metrics]}
            if plain:
                one["dimensions"] = plain
            if times:
                column, _, grain = times[0].rpartition(":")
                one |= {"time_dimension": made.member(table, column), "granularity": grain}
            if rollup.partition:
                one["partition_granularity"] = rollup.partition.rpartition(":")[2]
            found.append(one)
        except Inexpressible as reason:
            made.losses.add(f"{table}.{name}", str(reason))
    return found


def _freshness(entry: TableEntry, cube: Json) -> None:
    units = {"s": "second", "m": "minute", "h": "hour", "d": "day"}
    freshness = entry.freshness
    if freshness is None:
        return
    key: Json = {}
    if freshness.ttl and freshness.ttl[-1] in units and freshness.ttl[:-1].isdigit():
        key["every"] = f"{freshness.ttl[:-1]} {units[freshness.ttl[-1]]}"
    if freshness.probe:
        key["sql"] = freshness.probe
    if key:
        cube["refresh_key"] = key


def _policies(made: Written, table: str) -> list[Json]:
    """The access of each role. What Cube cannot say closes the role: an export never widens."""
    entry = made.model.tables[table]
    found: list[Json] = []
    for role, access in (entry.access or {}).items():
        if access.columns_masked:
            made.losses.add(f"{table}.access.{role}", "masks by column have no form in Cube: the role is left out")
            continue
        policy: Json = {"role": role}
        policy["row_level"] = (
            {"allow_all": True} if access.rows == "all" else {"filters": [_rule(rule) for rule in access.rows]}
        )
        if access.columns_hidden:
            hidden = set(access.columns_hidden)
            policy["member_level"] = {"excludes": [*access.columns_hidden, *made.using(table, hidden)]}
        found.append(policy)
    return found or [{"role": NOBODY, "row_level": {"allow_all": False}}]


def _rule(rule: RowRule) -> Json:
    values: list[Any] = [f"{{ securityContext.{rule.attribute} }}"] if rule.attribute else list(rule.values)
    return {"member": rule.column, "operator": OPERATORS[rule.op], "values": values}


def _extend(documents: dict[str, Json], tables: Mapping[str, TableEntry]) -> None:
    """Put what the cubes alone do not say under their `meta.verity`."""
    plain = plain_tables(list(documents.values()))
    for table, cube in documents.items():
        patch = difference(undrafted(written(plain[table])), undrafted(written(tables[table])))
        if patch:
            cube["meta"] = {**cube.get("meta", {}), "verity": patch}


def plain_tables(cubes: list[Json]) -> dict[str, TableEntry]:
    """What cubes say by their own words, as an import reads them before anything is taken out."""
    document = {"cubes": cubes}
    file = SourceFile("export", Document(document))
    drafts = Drafts("cube", Ledger())
    read_cube([Cursor(drafts.ledger, file, (), document)], drafts)
    return drafts.entries(patches=False)
