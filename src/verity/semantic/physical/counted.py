"""A condition that all aggregates share, before the grouping: rows that none of them counts are not read."""

from __future__ import annotations

from sqlglot import exp

from verity.semantic.fragments import REFILLED, all_of
from verity.semantic.physical.tables import Reading, Statement, bare, form, grouped_by, is_aggregate


def filters_before_groups(statement: Statement, reading: Reading) -> bool:
    """Rewrite the SELECTs that have one group at all, or whose groups without such rows are filled again."""
    found = [_rewrite(select) for select in statement.selects if reading.is_large(select)]
    return any(found)


def _rewrite(select: exp.Select) -> bool:
    keys = grouped_by(select)
    if keys is None or (keys and not select.args.get(REFILLED)) or select.args.get("having"):
        return False
    measured = [bare(node) for node in select.expressions[len(keys) :]]
    calls = [part for node in measured for part in node.walk(prune=is_aggregate) if is_aggregate(part)]
    loose = any(
        isinstance(part, exp.Column | exp.Window)
        for node in measured
        for part in node.walk(prune=is_aggregate)
        if not is_aggregate(part)
    )
    if not calls or loose or not all(isinstance(call, exp.Filter) for call in calls):
        return False
    if len({form(call.expression) for call in calls}) > 1:
        return False
    condition, held = calls[0].expression.this.copy(), select.args.get("where")
    for call in calls:
        call.replace(call.this)
    select.set("where", exp.Where(this=all_of([*([held.this] if held else []), condition])))
    return True
