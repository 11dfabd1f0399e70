"""Logical types: one vocabulary for every engine, and what arithmetic makes of them.

A type is the text of `contracts.table.LogicalType`, or None where it is not known (a column that no engine described).
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import lru_cache
from typing import Literal

from sqlglot import exp

from verity.contracts.table import LogicalType

Type = LogicalType | None
Family = Literal["boolean", "bigint", "decimal", "double", "text", "date", "timestamp", "timestamptz", "other"]

SUM_SCALE = 6
"""Decimal digits that a DOUBLE measure is summed with, unless its column or metric declares a `scale`."""
MEAN_SCALE = 12
"""Digits kept of each value of a DOUBLE average: the sum must repeat exactly on any number of threads."""
WIDTH = 38
TEMPORAL = frozenset({"date", "timestamp", "timestamptz"})
NUMERIC = frozenset({"bigint", "decimal", "double"})

_SYNONYMS: dict[str, Family] = {
    "boolean": "boolean", "bool": "boolean",
    "bigint": "bigint", "integer": "bigint", "int": "bigint", "smallint": "bigint", "tinyint": "bigint",
    "decimal": "decimal", "numeric": "decimal", "money": "decimal",
    "double": "double", "float": "double", "real": "double", "double precision": "double", "number": "double",
    "text": "text", "varchar": "text", "string": "text", "char": "text",
    "date": "date", "timestamp": "timestamp", "datetime": "timestamp", "timestamptz": "timestamptz",
}  # fmt: skip
_SHAPE = re.compile(r"^([a-z ]+?)\s*(?:\(\s*(\d+)\s*(?:,\s*(\d+)\s*)?\))?$")


@lru_cache(maxsize=10_000)
def logical(text: str | None) -> Type:
    """The logical type that a dictionary's type text means, or None where it means none of ours."""
    if text is None:
        return None
    match = _SHAPE.match(text.strip().lower())
    family = _SYNONYMS.get(match.group(1)) if match else None
    if match is None or family is None:
        return None
    if family != "decimal":
        return family
    precision = int(match.group(2) or WIDTH)
    return decimal(int(match.group(3) or (0 if match.group(2) else SUM_SCALE)), min(precision, WIDTH))


def decimal(scale: int, precision: int = WIDTH) -> LogicalType:
    """`decimal(p,s)`."""
    return f"decimal({precision},{min(scale, precision)})"


def family(of: Type) -> Family:
    """The kind of type, without its precision; `other` for what cannot be computed with, and for the unknown."""
    if of is None:
        return "other"
    return _SYNONYMS.get(of.split("(", 1)[0], "other")


def scale(of: Type) -> int:
    """Decimal digits of a decimal type; 0 for the rest."""
    return int(of.rstrip(")").rsplit(",", 1)[1]) if of and family(of) == "decimal" and "," in of else 0


def precision(of: Type) -> int:
    """Digits of a decimal type, 19 for an integer."""
    return int(of.split("(")[1].split(",")[0]) if of and family(of) == "decimal" and "(" in of else 19


def merged(types: Iterable[Type]) -> Type:
    """The type of a value that is one of these (CASE, COALESCE, two time columns)."""
    known = [t for t in types if t is not None]
    if not known:
        return None
    families = {family(t) for t in known}
    if len(families) == 1:
        return known[0] if families != {"decimal"} else decimal(max(map(scale, known)))
    if families <= NUMERIC:
        return "double" if "double" in families else decimal(max(map(scale, known)))
    if families <= TEMPORAL:
        return "timestamp" if "timestamptz" not in families else "timestamptz"
    return None


def of_sum(left: Type, right: Type) -> Type:
    """The type of `left + right` and `left - right` over numbers."""
    return merged((left, right))


def of_product(left: Type, right: Type) -> Type:
    """The type of `left * right` over numbers."""
    families = {family(left), family(right)}
    if not families <= NUMERIC:
        return None
    if "double" in families:
        return "double"
    return decimal(scale(left) + scale(right)) if "decimal" in families else "bigint"


def sql_type(of: LogicalType) -> exp.DataType:
    """The type as a node that prints in any dialect."""
    kind = family(of)
    if kind == "decimal":
        return exp.DataType(
            this=exp.DType.DECIMAL,
            expressions=[exp.DataTypeParam(this=exp.Literal.number(n)) for n in (precision(of), scale(of))],
        )
    return exp.DataType(this=_NODES.get(kind, exp.DType.TEXT))


SOURCE = "source"
"""The mark of a cast: the family of what is cast, where it is known. Engines differ in what they round and cut."""
WHOLE = "whole"
"""The mark of integer arithmetic and of sums of integers, which some engines let overflow in silence."""


def cast(node: exp.Expr, to: LogicalType, of: Type = None) -> exp.Cast:
    """CAST(node AS to); `of` is the type of `node`, where it is known."""
    made = exp.Cast(this=node, to=sql_type(to))
    if of is not None:
        made.set(SOURCE, family(of))
    return made


def whole(node: exp.Expr) -> exp.Expr:
    """The node, marked as integer arithmetic."""
    node.set(WHOLE, True)
    return node


_NODES: dict[str, exp.DType] = {
    "boolean": exp.DType.BOOLEAN,
    "bigint": exp.DType.BIGINT,
    "double": exp.DType.DOUBLE,
    "text": exp.DType.TEXT,
    "date": exp.DType.DATE,
    "timestamp": exp.DType.TIMESTAMP,
    "timestamptz": exp.DType.TIMESTAMPTZ,
}


def cast_integer(node: exp.Expr) -> exp.Cast:
    """CAST(node AS INT): what a date can be moved by, and what a boolean can be summed as."""
    return exp.Cast(this=node, to=exp.DataType(this=exp.DType.INT))
