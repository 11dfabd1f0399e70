"""derived: arithmetic over metrics in braces, `{revenue} - {orders.cost}`."""

from __future__ import annotations

import re

from verity.exceptions import ExpressionInvalid
from verity.semantic.aggregate_typing import Typer
from verity.semantic.fragments import Typed
from verity.semantic.kinds.definition import Definition
from verity.semantic.metrics import Metric, reference
from verity.semantic.sql_reader import read_expression

_BRACES = re.compile(r"\{([^{}]*)\}")


def read_derived(of: Definition) -> Metric:
    """`sql` over metrics of any tables."""
    of.refuse("filter", "time_column")
    parts: dict[str, Metric] = {}

    def replace(match: re.Match[str]) -> str:
        part = of.part(match.group(1).strip())
        key = next((key for key, known in parts.items() if known is part), f"m{len(parts)}")
        parts[key] = part
        return f'"{key}"'

    text = _BRACES.sub(replace, of.sql())
    if not parts:
        raise ExpressionInvalid("a derived metric names no metric", remedy="Write {metric} in braces.")

    def resolve(names: tuple[str, ...]) -> Typed:
        if len(names) != 1 or names[0] not in parts:
            raise ExpressionInvalid(
                f"'{'.'.join(names)}' is a column, and a derived metric is made of metrics", remedy="Use {metric}."
            )
        part = parts[names[0]]
        return reference(part.member), part.type

    node, type_ = Typer(resolve).row(read_expression(text))
    members = tuple(part.member for part in parts.values())
    return Metric(of.table, of.name, of.entry, type_, formula=node, parts=members)
