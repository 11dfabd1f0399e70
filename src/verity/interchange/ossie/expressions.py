"""The expressions of Ossie: one of several dialects, columns written as `dataset.field`."""

from __future__ import annotations

import re

from verity.interchange.cursor import Cursor

DIALECTS = {
    "OSSIE_SQL_2026": "duckdb", "ANSI_SQL": "duckdb", "SNOWFLAKE": "snowflake", "DATABRICKS": "databricks",
    "BIGQUERY": "bigquery",
}  # fmt: skip
"""What Verity reads, the nearest to its own first, and how it is parsed."""

_COLUMN = re.compile(r'^(?:"?\w+"?\.)?"?(\w+)"?$')


def chosen(expression: Cursor) -> tuple[str, str] | None:
    """The parser's dialect and the text of the expression that is read; None where no dialect is known.

    The other dialects say the same in other words, so they count as imported.
    """
    for one in expression.blocks("dialects"):
        one.imported("dialect", "expression")
    known = {str(one.peek("dialect")): one.peek("expression") for one in expression.blocks("dialects")}
    for name, parser in DIALECTS.items():
        if isinstance(known.get(name), str) and known[name].strip():
            return parser, known[name].strip()
    return None


def is_plain(dataset: str, name: str, text: str) -> bool:
    """Whether a field is just the physical column of its name."""
    return text.strip().strip('"') in (name, f"{dataset}.{name}")


def plain_column(field: Cursor) -> str | None:
    """The physical column that a field is; None where it is more than that."""
    expression = field.block("expression")
    picked = chosen(expression) if expression is not None else None
    found = _COLUMN.match(picked[1]) if picked is not None else None
    return found.group(1) if found is not None else None
