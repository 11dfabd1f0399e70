"""The JSON Schema of a table's file, made from the models, for editors and for anyone who writes dictionaries.

python -m verity.data.schema      writes schemas/table.schema.json anew
"""

from __future__ import annotations

import inspect
import json
from functools import cache
from pathlib import Path
from typing import Any

from pydantic import BaseModel

from verity.data.metric_entry import MetricEntry
from verity.data.model import (
    AccessEntry,
    ChangeEntry,
    ColumnEntry,
    JoinEntry,
    RowRule,
    SegmentEntry,
    TableEntry,
    ValueEntry,
)

SCHEMA_FILE = Path(__file__).parent / "schemas" / "table.schema.json"
DIALECT = "https://json-schema.org/draft/2020-12/schema"


def table_schema() -> dict[str, Any]:
    """The schema as a JSON document (2020-12)."""
    schema = TableEntry.model_json_schema(mode="validation")
    schema["properties"] = {
        "$schema": {"type": "string", "description": "Where an editor finds this schema; ignored otherwise."},
        **schema["properties"],
    }
    return {"$schema": DIALECT, **schema, "title": "A table of the Verity data dictionary"}


def schema_text() -> str:
    """The schema as its file holds it."""
    return json.dumps(table_schema(), indent=2, ensure_ascii=False) + "\n"


def form_page() -> str:
    """The dictionary's form as a Markdown page: every key of every entry with its meaning."""
    lines = [
        "# The dictionary's form",
        "",
        "One table a file in `dictionary/`, as YAML (read as YAML 1.2: `on`, `no` and `NO` stay text) or JSON.",
        "Editors complete it from `table.schema.json`: put",
        "`# yaml-language-server: $schema=table.schema.json` in the first line, or `$schema` in JSON.",
    ]
    for title, entry in ENTRIES.items():
        lines += ["", f"## {title}", "", _first_words(entry), "", "| key | meaning |", "|---|---|"]
        for key, field in entry.model_fields.items():
            needed = " (required)" if field.is_required() else ""
            meaning = " ".join((field.description or "").split()).replace("|", "\\|")
            lines.append(f"| `{key}`{needed} | {meaning} |")
    return "\n".join(lines) + "\n"


ENTRIES: dict[str, type[BaseModel]] = {
    "A table": TableEntry,
    "A column": ColumnEntry,
    "A value of a column": ValueEntry,
    "A metric": MetricEntry,
    "A join": JoinEntry,
    "A segment": SegmentEntry,
    "Access of a role": AccessEntry,
    "A row rule": RowRule,
    "A line of the changelog": ChangeEntry,
}
"""The entries in the order that the page tells them."""


def _first_words(entry: type[BaseModel]) -> str:
    return inspect.cleandoc(entry.__doc__ or "")


@cache
def published_schema() -> dict[str, Any]:
    """The schema that this version ships."""
    loaded: dict[str, Any] = json.loads(SCHEMA_FILE.read_text(encoding="utf-8"))
    return loaded


if __name__ == "__main__":
    SCHEMA_FILE.parent.mkdir(exist_ok=True)
    SCHEMA_FILE.write_text(schema_text(), encoding="utf-8")
