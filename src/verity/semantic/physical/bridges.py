"""Over a bridge, rows are made distinct by keys, and what hangs on a key is joined after.

    SELECT name, COUNT(*), SUM(price) FROM (SELECT DISTINCT nation.name, part.key, part.price FROM part JOIN bridge
        JOIN supplier JOIN nation) GROUP BY name                                           -- as the plan says it
    SELECT name, c, s FROM (SELECT nation_key, COUNT(*) c, SUM(price) s FROM (SELECT DISTINCT nation_key, bridge.key
        FROM bridge JOIN supplier) JOIN part GROUP BY 1) JOIN nation

It is the same where the key of the root is unique and each name belongs to one key, both seen in the data at hand, and
where the joins are INNER, which was seen too. Measured on TPC-H SF1: 1.0 times the fastest hand-written SQL
instead of 2.2.
"""

from __future__ import annotations

from dataclasses import dataclass

from sqlglot import exp

from verity.semantic.expressions import quoted
from verity.semantic.physical.tables import (
    MOST_JOINED_LATER,
    Reading,
    Statement,
    bare,
    columns_of,
    grouped_by,
    joins_of,
    named,
    subquery,
)  # fmt: skip

_PAIRS, _GROUPS = "pairs", "by keys"


@dataclass(frozen=True, slots=True)
class _Later:
    """A dimension that is a name: its join is made after grouping by the key that leads to it."""

    join: exp.Join
    key: exp.Column
    """The column, of a table before it, that the join is made on."""
    name: exp.Column
    """The name that it brings."""


def keys_before_names(statement: Statement, reading: Reading) -> bool:
    """Rewrite the SELECTs over distinct rows of a large table and a bridge."""
    changed = False
    for outer in statement.selects:
        source = outer.args.get("from_")
        if source is None or not isinstance(source.this, exp.Subquery) or reading.has_approximate:
            continue
        rows = source.this.this
        if isinstance(rows, exp.Select) and rows.args.get("distinct") and reading.is_large(rows):
            changed |= _rewrite(outer, rows, source.this.alias, reading)
    return changed


def _rewrite(outer: exp.Select, rows: exp.Select, name: str, reading: Reading) -> bool:
    keys = grouped_by(outer)
    if keys is None or joins_of(outer) or outer.args.get("where") or outer.args.get("having"):
        return False
    if not all(isinstance(key, exp.Column) and key.table == name for key in keys) or not _is_inner(rows):
        return False
    made = {node.alias: node.this for node in rows.expressions if isinstance(node, exp.Alias)}
    if len(made) < len(rows.expressions):
        return False
    labels = [key.name for key in keys]
    later = {label: found for label in labels if (found := _name_joined_later(rows, made[label], reading))}
    if any(found.join is joins_of(rows)[0] for found in later.values()):
        return False  # the names hang on the root itself: there is no bridge between them
    root = _root_joined_later(rows, made, labels, reading)
    if not later and root is None:
        return False
    for label, found in later.items():
        made[label] = found.key.copy()
        joins_of(rows).remove(found.join)
    _write(outer, rows, name, made, labels, later, root)
    return True


def _is_inner(rows: exp.Select) -> bool:
    return bool(joins_of(rows)) and all(join.kind == "INNER" and not join.side for join in joins_of(rows))


def _name_joined_later(rows: exp.Select, node: exp.Expr, reading: Reading) -> _Later | None:
    """How a name is joined after, where it tells its key, and nothing else reads its small table."""
    if not isinstance(node, exp.Column):
        return None
    join = next((join for join in joins_of(rows) if join.alias_or_name == node.table), None)
    table = reading.table(join.this) if join is not None else None
    if join is None or table is None or not 0 < reading.rows(join.this) <= MOST_JOINED_LATER:
        return None
    pair = _pair(join)
    used = [column for column in columns_of(rows, node.table) if column.find_ancestor(exp.Join) is not join]
    if pair is None or len(used) > 1 or not reading.is_unique(table, (node.name,)):
        return None
    return _Later(join, pair[0], quoted(node.name, node.table))


def _root_joined_later(
    rows: exp.Select, made: dict[str, exp.Expr], labels: list[str], reading: Reading
) -> tuple[exp.Expr, exp.Column, exp.Column] | None:
    """The root with its key and the bridge's, where only its key and what hangs on it are read before the grouping."""
    root, first = rows.args["from_"].this, joins_of(rows)[0]
    table, pair = reading.table(root), _pair(first)
    if table is None or pair is None or pair[0].table != root.alias_or_name or table.primary_key != (pair[0].name,):
        return None
    own, theirs = pair
    wanted = [node for label, node in made.items() if label not in labels]
    if not all(isinstance(node, exp.Column) and node.table == own.table for node in wanted):
        return None
    listed = {id(node) for node in wanted}
    others = [column for column in columns_of(rows, own.table) if id(column) not in listed]
    if len(others) > 1 or not reading.is_unique(table, (own.name,)):  # one is that of the join itself
        return None
    return root, own.copy(), theirs.copy()


def _pair(join: exp.Join) -> tuple[exp.Column, exp.Column] | None:
    """The two columns of a join by one pair: of a table before, and of its own."""
    on = join.args.get("on")
    if not isinstance(on, exp.EQ) or not isinstance(on.this, exp.Column) or not isinstance(on.expression, exp.Column):
        return None
    sides = (on.this, on.expression)
    own = [side for side in sides if side.table == join.alias_or_name]
    return None if len(own) != 1 else (next(side for side in sides if side is not own[0]), own[0])


def _write(
    outer: exp.Select,
    rows: exp.Select,
    name: str,
    made: dict[str, exp.Expr],
    labels: list[str],
    later: dict[str, _Later],
    root: tuple[exp.Expr, exp.Column, exp.Column] | None,
) -> None:
    measured = outer.expressions[len(labels) :]
    joins: list[exp.Join] = []
    if root is not None:
        table, own, theirs = root
        before = {label: node for label, node in made.items() if label not in labels}
        for node in measured:
            for column in list(node.find_all(exp.Column)):
                column.replace(before[column.name].copy())
        made = {label: made[label] for label in labels} | {"key": theirs}
        bridge, *rest = joins_of(rows)
        rows.set("from_", exp.From(this=bridge.this))
        rows.set("joins", rest)
        on = exp.EQ(this=own, expression=quoted("key", name))
        joins = [exp.Join(this=table, kind="INNER", on=on)]
    rows.set("expressions", [named(node, label) for label, node in made.items()])
    if not later:
        outer.set("joins", joins)
        return
    values = [bare(node) for node in measured]
    inner = exp.Select(
        expressions=[
            *(named(quoted(label, name), f"d{i}") for i, label in enumerate(labels)),
            *(named(node.copy(), f"v{i}") for i, node in enumerate(values)),
        ],
        from_=exp.From(this=subquery(rows, name)),
        joins=joins,
        group=exp.Group(expressions=[exp.Literal.number(i + 1) for i in range(len(labels))]),
    )
    _write_names(outer, inner, labels, later)


def _write_names(outer: exp.Select, inner: exp.Select, labels: list[str], later: dict[str, _Later]) -> None:
    """Names beside the groups: as many rows as there are groups, for each key has one name and each name one key."""
    joins: list[exp.Join] = []
    shown: list[exp.Expr] = []
    for i, label in enumerate(labels):
        found = later.get(label)
        shown.append(quoted(f"d{i}", _GROUPS) if found is None else found.name)
        if found is not None:
            own = _pair(found.join)
            assert own is not None  # noqa: S101 - it was looked at before
            on = exp.EQ(this=quoted(f"d{i}", _GROUPS), expression=own[1].copy())
            joins.append(exp.Join(this=found.join.this, kind="INNER", on=on))
    count = len(outer.expressions) - len(labels)
    shown += [quoted(f"v{i}", _GROUPS) for i in range(count)]
    aliases = [node.args.get("alias") if isinstance(node, exp.Alias) else None for node in outer.expressions]
    outer.set("expressions", [
        node if alias is None else exp.Alias(this=node, alias=alias)
        for node, alias in zip(shown, aliases, strict=True)
    ])  # fmt: skip
    outer.set("from_", exp.From(this=subquery(inner, _GROUPS)))
    outer.set("joins", joins)
    outer.set("group", None)
