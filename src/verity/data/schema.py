"""The JSON Schema of a table's file, made from the models, for editors and for anyone who writes dictionaries.

python -m verity.data.schema      writes schemas/table.schema.json anew
"""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from typing import Any

from verity.data.model import TableEntry

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


@cache
def published_schema() -> dict[str, Any]:
    """The schema that this version ships."""
    loaded: dict[str, Any] = json.loads(SCHEMA_FILE.read_text(encoding="utf-8"))
    return loaded


if __name__ == "__main__":
    SCHEMA_FILE.parent.mkdir(exist_ok=True)
    SCHEMA_FILE.write_text(schema_text(), encoding="utf-8")
