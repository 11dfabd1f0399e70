"""The last look at a statement before an engine sees it: one read-only SELECT over named tables, nothing else.

The compiler can make no other, and the engines refuse every other; this says it a third time, by the AST itself.
"""

from __future__ import annotations

from collections.abc import Collection

from sqlglot import exp

from verity.exceptions import StatementRefused

_FORBIDDEN = (
    exp.Insert, exp.Update, exp.Delete, exp.Merge, exp.Create, exp.Drop, exp.Alter, exp.Command, exp.Into, exp.Lock,
    exp.Anonymous, exp.AnonymousAggFunc, exp.Placeholder, exp.Pragma, exp.Set, exp.Use, exp.Attach, exp.Detach,
    exp.Copy, exp.Transaction,
)  # fmt: skip


def check_statement(statement: exp.Expr | None, parameters: int, functions: Collection[str] = ()) -> None:
    """Raise `StatementRefused` unless the statement is one SELECT whose parameters are all given.

    `functions` are those that it may call by a name that only the engine knows."""
    if type(statement) is not exp.Select:
        raise _refused("is not one SELECT")
    for node in statement.walk():
        if isinstance(node, _FORBIDDEN) and not (type(node) is exp.Anonymous and node.name in functions):
            raise _refused(f"holds {node.key.upper()}")
        if isinstance(node, exp.Parameter) and not 1 <= int(node.name) <= parameters:
            raise _refused("has a parameter without a value")
        if isinstance(node, exp.Table) and not isinstance(node.this, exp.Identifier | exp.GenerateSeries):
            raise _refused("reads from a function")


def _refused(what: str) -> StatementRefused:
    return StatementRefused(f"the statement {what}", remedy="This is a defect of Verity; please report the query.")
