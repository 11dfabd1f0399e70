"""A sub-query that stands twice in a statement, word for word, is read once: first events of each entity."""

from __future__ import annotations

from sqlglot import exp

from verity.semantic.physical.tables import Form, Reading, Statement, add_table, form, table_named

_SHARED = "shared"


def shared_reads(statement: Statement, reading: Reading) -> bool:
    """Rewrite the grouped sub-queries over a large table that stand in more than one FROM or JOIN."""
    alike: dict[Form, list[exp.Subquery]] = {}
    for node in statement.subqueries:
        inner = node.this
        is_read = isinstance(node.parent, exp.From | exp.Join) and node.alias
        if is_read and isinstance(inner, exp.Select) and inner.args.get("group") and reading.is_large(inner):
            alike.setdefault(form(inner), []).append(node)
    repeated = [nodes for nodes in alike.values() if len(nodes) > 1 and _stands_alone(nodes[0].this)]
    for number, nodes in enumerate(repeated):
        name = f"{_SHARED} {number}"
        add_table(statement.root, name, nodes[0].this.copy())
        for node in nodes:
            node.replace(table_named(name, node.alias))
    return bool(repeated)


def _stands_alone(select: exp.Select) -> bool:
    """Whether it reads nothing of the statement around it."""
    own = {table.alias_or_name for table in select.find_all(exp.Table, exp.Subquery)}
    return all(column.table in own for column in select.find_all(exp.Column))
