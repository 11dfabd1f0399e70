"""Policies for a world, and the world that is left for one principal: the oracle's own reading of `access`.

What a principal may not see is taken away before anything is asked: the rows of each table, the columns, and all that
is made of them. `policy on = the same query on filtered base tables` is then how the expected rows are computed.
"""

from __future__ import annotations

import copy
import random
from collections.abc import Iterable

from tests.proof.expressions import Cell
from tests.proof.oracle_compare import fits
from tests.proof.oracle_rows import Rows
from tests.proof.world import Access, Join, Metric, Row, Rule, Table, World
from verity.contracts.identity import Principal

ROLES = ("reader", "seller", "clerk")
NEGATIVE = {"not_equals": "equals", "not_in": "in"}


def add_policies(rng: random.Random, world: World) -> None:
    """`access` for every table: denied, open, by rules; a secret column in each, and a mark in each row."""
    for table in world.tables.values():
        table.columns |= {f"secret_{table.name}": "text", f"mark_{table.name}": "text"}
        for i, row in enumerate(table.rows):
            row[f"secret_{table.name}"] = f"sealed-{table.name}-{i % 3}"
            row[f"mark_{table.name}"] = f"mark-{table.name}-{i}"
    for table in world.tables.values():
        if rng.random() < 0.1:
            continue
        table.access = {role: _access(rng, table) for role in ROLES if rng.random() < 0.75}


def make_principal(rng: random.Random, number: int) -> Principal:
    """Some roles, attributes that may be missing, many, or of another kind than the column."""
    attributes: dict[str, object] = {}
    if rng.random() < 0.7:
        attributes["kinds"] = rng.choice(["x", ("x", "y"), ("é",), (), "x' OR 1=1 --"])
    if rng.random() < 0.7:
        attributes["limit"] = rng.choice([2, 5, (1, 2), "5", "abc", True])
    roles = tuple(rng.sample([*ROLES, "nobody"], rng.choice([1, 1, 1, 2, 3])))
    return Principal.model_validate({"id": f"p{number}", "roles": roles, "attributes": attributes})


def _access(rng: random.Random, table: Table) -> Access:
    hidden: list[str] = []
    if rng.random() < 0.7:
        hidden.append(f"secret_{table.name}")
    if rng.random() < 0.25:
        hidden.append(rng.choice(list(table.columns)))
    if rng.random() < 0.1 and table.derived:
        hidden.append(rng.choice(list(table.derived)))
    if rng.random() < 0.3:
        return Access(None, tuple(dict.fromkeys(hidden)))
    rules = tuple(_rule(rng, table) for _ in range(rng.choice([1, 1, 2])))
    return Access(rules, tuple(dict.fromkeys(hidden)))


def _rule(rng: random.Random, table: Table) -> Rule:
    name = table.name
    choices = [
        Rule("kind", rng.choice(["equals", "not_equals"]), (rng.choice(["x", "y", "é"]),)),
        Rule("kind", rng.choice(["in", "not_in", "equals"]), ("x", "y", "EU")),
        Rule("kind", rng.choice(["equals", "in", "not_in"]), attribute="kinds"),
        Rule(f"secret_{name}", "not_equals", (f"sealed-{name}-1",)),
        Rule(f"secret_{name}", "in", (f"sealed-{name}-0", f"sealed-{name}-2")),
    ]
    if "qty" in table.columns:
        choices.append(Rule("qty", rng.choice(["gt", "gte", "lt", "lte"]), (rng.choice([0, 1, 2]),)))
        choices.append(Rule("qty", rng.choice(["lt", "gte", "in"]), attribute="limit"))
    if "day" in table.columns:
        choices.append(Rule("day", rng.choice(["gte", "lt"]), ("2024-02-29",)))
    if "flag" in table.columns:
        choices.append(Rule("flag", rng.choice(["equals", "not_equals"]), (True,)))
    return rng.choice(choices)


# --- what is left


def left_for(world: World, principal: Principal) -> World:
    """The world of one principal: allowed tables, their visible rows, and what mentions nothing hidden."""
    grants = {name: _granted(table, principal) for name, table in world.tables.items()}
    rows = Rows(world)
    made = copy.deepcopy(world)
    hidden = {name: _hidden(granted) for name, granted in grants.items()}
    for name, granted in grants.items():
        made.tables[name].rows = [
            copy.copy(row) for row in world.tables[name].rows if _sees(rows, name, row, granted, principal)
        ]
        if not granted:
            del made.tables[name]
    _remove(made, hidden)
    return made


def hidden_names(world: World, left: World) -> set[str]:
    """Names that this principal must never be told: of tables, columns, metrics, segments that are gone, if unique."""
    return _names(world) - _names(left)


def withheld_marks(world: World, left: World) -> set[str]:
    """The marks of rows that this principal must never be shown."""
    gone = set()
    for name, table in world.tables.items():
        kept = {row[f"mark_{name}"] for row in left.tables[name].rows} if name in left.tables else set()
        gone |= {row[f"mark_{name}"] for row in table.rows} - kept
    return gone


def _names(world: World) -> set[str]:
    found = set(world.tables)
    for table in world.tables.values():
        for names in (table.columns, table.derived, table.entities, table.segments, table.metrics):
            found |= {name for name in names if name.endswith(f"_{table.name}")}
    return found


def _granted(table: Table, principal: Principal) -> list[Access]:
    return [table.access[role] for role in dict.fromkeys(principal.roles) if table.access and role in table.access]


def _hidden(granted: list[Access]) -> set[str]:
    """A column is shown where every granting role shows it, or one that grants every row does."""
    whole = [set(access.hidden) for access in granted if access.rules is None]
    if whole:
        return set.intersection(*whole)
    return set().union(*(access.hidden for access in granted))


def _sees(rows: Rows, table: str, row: Row, granted: list[Access], principal: Principal) -> bool:
    return any(
        access.rules is None or all(_fulfilled(rows, table, row, rule, principal) for rule in access.rules)
        for access in granted
    )


def _fulfilled(rows: Rows, table: str, row: Row, rule: Rule, principal: Principal) -> bool:
    """NULL fulfils nothing; an attribute that is missing, empty or of too many values fulfils nothing."""
    values: tuple[Cell, ...] = rule.values
    if rule.attribute is not None:
        given = principal.attributes.get(rule.attribute)
        values = tuple(given) if isinstance(given, tuple | list) else () if given is None else (given,)
    if not values or (rule.op in ("gt", "gte", "lt", "lte") and len(values) != 1):
        return False
    cell = rows.cell(table, row, rule.column)
    kind = rows.type_of(table, rule.column)
    if cell is None or not all(_is_of(kind, value) for value in values):
        return False
    positive = NEGATIVE.get(rule.op, rule.op)
    if positive in ("equals", "in"):
        held = fits(cell, rows.type_of(table, rule.column), "in", values)
        return held == (positive == rule.op)
    return fits(cell, rows.type_of(table, rule.column), rule.op, values)


def _is_of(kind: str, value: Cell) -> bool:
    """Whether a column of a kind could hold the value: an attribute of another kind matches no row."""
    if kind != "bigint":
        return True
    return not isinstance(value, bool) and str(value).lstrip("-").isdigit()


def _remove(world: World, hidden: dict[str, set[str]]) -> None:
    """Take away what is hidden, and whatever mentions it, until nothing more follows."""
    for table in world.tables.values():
        gone = hidden[table.name]
        if gone & set(table.key):
            table.key = ()
        table.columns = {name: kind for name, kind in table.columns.items() if name not in gone}
    while _prune(world, hidden):
        pass
    for table in world.tables.values():
        table.segments = {n: s for n, s in table.segments.items() if _open(world, table, s.columns())}
        table.metrics = {n: m for n, m in table.metrics.items() if _metric_open(world, table, m)}
        if table.time and not _open(world, table, [_reference(table.time)]):
            table.time = None
    while closed := [(t, n) for t, n, m in world.metrics() if any(not _exists(world, part) for part in m.parts)]:
        for name, metric in closed:
            del world.tables[name].metrics[metric]


def _prune(world: World, hidden: dict[str, set[str]]) -> bool:
    """One round of taking away joins, derived and entity-level columns. True where something went."""
    before = _size(world)
    for table in world.tables.values():
        gone = hidden[table.name]
        table.joins = {
            name: join
            for name, join in table.joins.items()
            if join.table in world.tables
            and all(_has(table, own) and _has(world.tables[join.table], theirs) for own, theirs in join.on)
            and not (join.extra and _named(join) & (gone | hidden[join.table]))
        }
        table.derived = {
            n: (t, e) for n, (t, e) in table.derived.items() if n not in gone and _open(world, table, e.columns())
        }
        table.entities = {
            n: e
            for n, e in table.entities.items()
            if n not in gone and _open(world, table, [*e.per, *e.value.columns()])
        }
    return _size(world) != before


def _named(join: Join) -> set[str]:
    """The columns that a join's SQL names: one that is hidden on either side closes it."""
    return {name for pair in join.on for name in pair} | {
        name for _, name in (join.extra.columns() if join.extra else ())
    }


def _size(world: World) -> int:
    return sum(len(t.joins) + len(t.derived) + len(t.entities) for t in world.tables.values())


def _open(world: World, table: Table, columns: Iterable[tuple[tuple[str, ...], str]]) -> bool:
    for joins, name in columns:
        here = table
        for join in joins:
            if join not in here.joins:
                return False
            here = world.tables[here.joins[join].table]
        if not _has(here, name):
            return False
    return True


def _has(table: Table, name: str) -> bool:
    return name in table.columns or name in table.derived or name in table.entities


def _metric_open(world: World, table: Table, metric: Metric) -> bool:
    columns = list(metric.value.columns()) if metric.value else []
    columns += list(metric.filter.columns()) if metric.filter else []
    columns += [_reference(metric.time)] if metric.time else []
    return _open(world, table, columns)


def _reference(text: str) -> tuple[tuple[str, ...], str]:
    *joins, column = text.split(".")
    return tuple(joins), column


def _exists(world: World, metric: str) -> bool:
    table, _, name = metric.partition(".")
    return table in world.tables and name in world.tables[table].metrics
