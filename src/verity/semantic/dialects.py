"""Print a statement in an engine's dialect. The one place where dialects differ."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from decimal import Decimal
from functools import cache
from importlib import import_module

from sqlglot import exp
from sqlglot.dialects.dialect import Dialect

from verity.exceptions import NotSupported
from verity.semantic.fragments import CODE_POINT
from verity.semantic.printing.rules import Writing, apply
from verity.semantic.rewrites import rewrite
from verity.semantic.work import Value

NATIVE = ("duckdb", "postgres")
"""Dialects that the plan is printed in nearly as it stands: `rewrites.py` says where not."""
DIALECTS = (*NATIVE, "clickhouse", "spark", "bigquery", "snowflake", "trino", "doris")
_COLLATIONS: dict[str, str] = {"postgres": CODE_POINT}
"""How text is compared by code point, where that is not the engine's default."""


def collation_of(dialect: str) -> str | None:
    """The collation that text is grouped and ordered by, or None where none need be named."""
    if dialect not in DIALECTS:
        raise NotSupported(f"no SQL is written for '{dialect}'", remedy=f"Use one of {', '.join(DIALECTS)}.")
    return _COLLATIONS.get(dialect)


def printed(statement: exp.Expr, dialect: str, *, pretty: bool = False) -> str:
    """The SQL text with its parameters as the engine binds them. Changes `statement` for the native dialects only."""
    if dialect in NATIVE:
        rewrite(statement, dialect)
        return _printer(dialect).generate(statement, copy=False, pretty=pretty, comments=False)
    made = apply(statement.copy(), _writing(dialect))
    return _printer(dialect).generate(made, copy=False, pretty=pretty)


def bound_in_order(statement: exp.Expr, parameters: Sequence[Value]) -> tuple[Value, ...]:
    """The values as they stand in the text, for dialects that bind by place (Trino, Doris)."""
    return tuple(parameters[int(node.name) - 1] for node in statement.find_all(exp.Parameter, bfs=False))


WITHHELD = "withheld"
"""Marks the condition of an access rule whose column the principal is not shown."""


def shown(statement: exp.Expr, parameters: Sequence[Value], dialect: str) -> str:
    """The SQL for people, indented, its parameters written as literals; rules over columns not shown are withheld."""
    made = statement.copy()
    for node in [node for node in made.walk() if WITHHELD in node.meta]:
        node.replace(exp.Column(this=exp.Identifier(this="(withheld by the access policy)", quoted=True)))
    for node in list(made.find_all(exp.Parameter)):
        value = parameters[int(node.name) - 1]
        parent = node.parent
        if isinstance(parent, exp.Cast) and _needs_no_cast(value, parent, dialect):
            parent.replace(_literal(value))
        else:
            node.replace(_literal(value))
    if dialect not in NATIVE:
        made = apply(made, _writing(dialect))
    return _printer(dialect).generate(made, copy=False, pretty=True)


def _needs_no_cast(value: Value, cast: exp.Cast, dialect: str) -> bool:
    if dialect not in NATIVE and isinstance(value, str):
        return bool(cast.args["to"].this == exp.DType.TEXT)
    return isinstance(value, str | bool | int | Decimal)


@cache
def _printer(dialect: str) -> Dialect:
    return Dialect.get_or_raise(dialect)


@cache
def _writing(dialect: str) -> Writing:
    """Its module, loaded when first needed."""
    writing: Writing = import_module(f"verity.semantic.printing.{dialect}").WRITING
    return writing


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
