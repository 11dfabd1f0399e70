"""Write the dbt project of `verity init --from`: one silver model a table, typed columns, no row lost.

The SQL is the same on DuckDB and PostgreSQL. Names come from other people's files: a column is quoted for SQL and,
where it holds a brace, for Jinja; a table whose name is no plain word is made by a model of a plain name.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping, Sequence
from importlib import resources
from pathlib import Path

import yaml

from verity.contracts.base import Json
from verity.contracts.dataset import PhysicalTable, TableProfile
from verity.contracts.table import LogicalType
from verity.exceptions import ModelsExist
from verity.transform.project import DBT_FILE

Types = Mapping[str, Mapping[str, LogicalType]]
"""Logical types by table and column, where they differ from what was found in the source."""

_NATIVE = {"double": "double precision", "binary": "bytea"}
_KNOWN = re.compile(r"(boolean|bigint|double|text|date|timestamp|timestamptz|time|json|binary|decimal\(\d+,\s*\d+\))")
_INDENT = "    "
_LONGEST_FILE = 150
"""Bytes of a model's name at most: it becomes a file name, here and in dbt's own folders."""


def write_models(
    project: Path, tables: Sequence[TableProfile | PhysicalTable], *, types: Types | None = None, folder: str = "models"
) -> None:
    """Write the dbt project into `project/folder`. `types` (a draft's, say) win over the tables' own; a column of an
    `other(...)` type passes as it is. Raises `ModelsExist` where a dbt project stands already."""
    root = project / folder
    if (root / DBT_FILE).exists():
        raise ModelsExist(f"{root} already holds a dbt project", remedy="Remove it first, or name another folder.")
    silver = root / "silver"
    silver.mkdir(parents=True, exist_ok=True)
    _copy_project_files(root)
    names = model_names([table.name for table in tables])
    for table in tables:
        sql = model_sql(table, names[table.name], (types or {}).get(table.name, {}))
        (silver / f"{names[table.name]}.sql").write_text(sql, encoding="utf-8")
    (silver / "sources.yml").write_text(_yaml(sources_document(names)), encoding="utf-8")
    (silver / "schema.yml").write_text(_yaml(schema_document(names)), encoding="utf-8")


def model_sql(table: TableProfile | PhysicalTable, model: str, types: Mapping[str, LogicalType]) -> str:
    """The silver model of one table: every column under its own name, cast to its type, every row."""
    columns = f",\n{_INDENT}".join(_column(c.name, types.get(c.name, c.type)) for c in table.columns)
    return (
        f"{{{{ config(schema='silver') }}}}\n\nselect\n{_INDENT}{columns}\nfrom {{{{ source('bronze', '{model}') }}}}\n"
    )


def model_names(tables: Sequence[str]) -> dict[str, str]:
    """A dbt model name for each table: the table's own where it is a plain word, else one made of it, each once."""
    names: dict[str, str] = {}
    taken: set[str] = set()
    for table in sorted(tables, key=lambda name: (_plain(name) != name, name)):
        name, count = _plain(table), 1
        while name.casefold() in taken:
            count += 1
            name = f"{_plain(table)}_{count}"
        taken.add(name.casefold())
        names[table] = name
    return names


def sources_document(names: Mapping[str, str]) -> Json:
    """`sources.yml`: the bronze tables, wherever the engine attaches them."""
    source: Json = {
        "name": "bronze",
        "description": "What 'verity sync' landed, with load id, source, load time and row hash.",
        "database": "{{ var('verity_bronze_database', target.database) }}",
        "schema": "{{ var('verity_bronze_schema', 'bronze') }}",
        "tables": [
            {"name": model, **({"identifier": _jinja(table)} if model != table else {})}
            for table, model in names.items()
        ],
    }
    return {"version": 2, "sources": [source]}


def schema_document(names: Mapping[str, str]) -> Json:
    """`schema.yml`: the table that each model makes, and the test that it holds as many rows as its bronze table."""
    models = [
        {
            "name": model,
            **({"config": {"alias": _jinja(table)}} if model != table else {}),
            "data_tests": [{"keeps_every_row": {"arguments": {"bronze": f"source('bronze', '{model}')"}}}],
        }
        for table, model in names.items()
    ]
    return {"version": 2, "models": models}


def _column(name: str, type_: LogicalType) -> str:
    quoted = _identifier(name)
    if not _KNOWN.fullmatch(type_):
        return quoted
    return f"cast({quoted} as {_NATIVE.get(type_, type_)}) as {quoted}"


def _identifier(name: str) -> str:
    return _jinja('"' + name.replace('"', '""') + '"')


def _jinja(text: str) -> str:
    """Text that Jinja gives back unchanged: a brace in a name is no template."""
    return text.replace("{", "{{ '{' }}")


def _plain(name: str) -> str:
    word = re.sub(r"\W+", "_", name).strip("_") or "table"
    word = f"_{word}" if word[0].isdigit() else word
    if len(word.encode()) <= _LONGEST_FILE:
        return word
    return f"{word[:30]}_{hashlib.sha256(name.encode()).hexdigest()[:8]}"


def _copy_project_files(root: Path) -> None:
    shipped = resources.files("verity.transform") / "passthrough_files"
    for name in (DBT_FILE, "macros/generate_schema_name.sql", "macros/keeps_every_row.sql"):
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes((shipped / name).read_bytes())


def _yaml(document: Json) -> str:
    return yaml.safe_dump(document, allow_unicode=True, sort_keys=False, width=120)
