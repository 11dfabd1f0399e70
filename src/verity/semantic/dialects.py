"""Print a statement in an engine's dialect. The one place where dialects differ."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from decimal import Decimal

from sqlglot import exp
from sqlglot.dialects.dialect import Dialect
from sqlglot.dialects.duckdb import DuckDB
from sqlglot.dialects.postgres import Postgres

from verity.exceptions import NotSupported
from verity.semantic.fragments import CODE_POINT
from verity.semantic.rewrites import rewrite
from verity.semantic.work import Value

_DIALECTS: dict[str, Dialect] = {"duckdb": DuckDB(), "postgres": Postgres()}
_COLLATIONS: dict[str, str | None] = {"duckdb": None, "postgres": CODE_POINT}
"""How text is compared by code point, where that is not the engine's default."""


def collation_of(dialect: str) -> str | None:
    """The collation that text is grouped and ordered by, or None where none need be named."""
    if dialect not in _DIALECTS:
        raise NotSupported(f"no SQL is written for '{dialect}'", remedy=f"Use one of {', '.join(_DIALECTS)}.")
    return _COLLATIONS[dialect]


def printed(statement: exp.Expr, dialect: str, *, pretty: bool = False) -> str:
    """The SQL text."""
    rewrite(statement, dialect)
    return _DIALECTS[dialect].generate(statement, copy=False, pretty=pretty)


def shown(statement: exp.Expr, parameters: Sequence[Value], dialect: str) -> str:
    """The SQL for people, indented, its parameters written as literals."""
    made = statement.copy()
    for node in list(made.find_all(exp.Parameter)):
        value = parameters[int(node.name) - 1]
        parent = node.parent
        if isinstance(parent, exp.Cast) and isinstance(value, str | bool | int | Decimal):
            parent.replace(_literal(value))
        else:
            node.replace(_literal(value))
    return _DIALECTS[dialect].generate(made, copy=False, pretty=True)


def _literal(value: Value) -> exp.Expr:
    if value is None:
        return exp.Null()
    if isinstance(value, bool):
        return exp.Boolean(this=value)
    if isinstance(value, int | float | Decimal):
        text = format(value, "f") if isinstance(value, Decimal) else str(value)
        return exp.Neg(this=exp.Literal.number(text[1:])) if text.startswith("-") else exp.Literal.number(text)
    if isinstance(value, date | datetime):
        return exp.Literal.string(value.isoformat(sep=" ") if isinstance(value, datetime) else value.isoformat())
    return exp.Literal.string(value)
