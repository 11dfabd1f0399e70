"""The spine (every period of a range, one row each) for engines that make a series in another way."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

import sqlglot
from sqlglot import exp

START, END = "__start", "__end"
"""Stand in a template for the first and the last period."""


@dataclass(frozen=True)
class Series:
    """`UNNEST(series from start to end by count units) AS name(column)`."""

    start: exp.Expr
    end: exp.Expr
    unit: str
    count: int
    alias: exp.TableAlias

    @property
    def column(self) -> str:
        """What the one column is called."""
        return str(self.alias.args["columns"][0].name)


def series(node: exp.Expr) -> Series | None:
    """The series that an UNNEST is over; None for another one."""
    made = node.expressions[0] if node.expressions else None
    if not isinstance(made, exp.GenerateDateArray | exp.GenerateTimestampArray):
        return None
    step = made.args["step"]
    return Series(
        made.args["start"], made.args["end"], step.args["unit"].name.upper(), int(step.this.name), node.args["alias"]
    )


def from_template(found: Series, dialect: str, text: str) -> exp.Expr:
    """A derived table of the template's SELECT, which names the ends `__start` and `__end` and its column `t`."""
    select = _parsed(text, dialect).copy()
    for column in list(select.find_all(exp.Column)):
        if column.name in (START, END):
            column.replace((found.start if column.name == START else found.end).copy())
    last = select.expressions[0]
    last.set("alias", exp.Identifier(this=found.column, quoted=True))
    name = exp.TableAlias(this=exp.Identifier(this=found.alias.name, quoted=True))
    return exp.Subquery(this=select, alias=name)


@cache
def _parsed(text: str, dialect: str) -> exp.Expr:
    return sqlglot.parse_one(text, read=dialect)
