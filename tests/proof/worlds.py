"""Random models: chains, stars, snowflakes, a table in two roles, self joins, several ways, keys of two columns.

What a model declares holds in its rows (a key is unique, `many_to_one` finds at most one row); the rest of the data is
as bad as it comes.
"""

from __future__ import annotations

import random

from tests.proof.aggregates import Agg
from tests.proof.expressions import Col, Expr, IsNull, Lit, Op
from tests.proof.phrases import KINDS, Phrases, usable
from tests.proof.rows import fill
from tests.proof.world import Entity, Join, Metric, Table, World

NAMES = ("countries", "customers", "orders", "items", "payments", "visits", "shops", "returns")
PLAIN = {
    "kind": "text",
    "note": "text",
    "flag": "boolean",
    "day": "date",
    "at": "timestamp",
    "instant": "timestamptz",
    "amount": "decimal(12,2)",
    "price": "double",
    "qty": "bigint",
}


def make_world(seed: int) -> World:
    """A model and its rows."""
    rng = random.Random(seed)  # noqa: S311 - a seed must repeat
    names = rng.sample(NAMES, rng.choice([2, 3, 3, 4, 4, 5, 6]))
    world = World({})
    for name in names:
        world.tables[name] = _table(rng, world, name)
    for table in world.tables.values():
        _describe(rng, world, table)
    for table in world.tables.values():
        _measure(rng, world, table)
    _combine(rng, world)
    fill(rng, world)
    return world


def _table(rng: random.Random, world: World, name: str) -> Table:
    columns = {"code": "text"} if rng.random() < 0.12 else {"id": "bigint"}
    key = tuple(columns)
    columns |= {c: t for c, t in PLAIN.items() if rng.random() < 0.6}
    columns.setdefault("kind", "text")
    table = Table(name, columns, key)
    parents = rng.sample(list(world.tables), min(len(world.tables), rng.choice([0, 1, 1, 1, 1, 2, 2])))
    if not parents and world.tables and rng.random() < 0.8:
        parents = [rng.choice(list(world.tables))]
    for parent in parents:
        roles = [_singular(parent)] if rng.random() < 0.8 else rng.sample(["first", "second", "ship", "bill"], 2)
        for role in roles:
            if any(name.startswith(f"{role}_") for name in columns):
                continue  # one column would have to hold the keys of two tables
            _join(rng, world, table, parent, role)
    if table.joins and rng.random() < 0.12:
        _compose_key(rng, table)
    table.unique = table.key
    if "id" in columns and rng.random() < 0.15:
        columns["boss_id"] = "bigint"
        table.joins["boss"] = Join(name, (("boss_id", "id"),))
    return table


def _join(rng: random.Random, world: World, table: Table, parent: str, role: str) -> None:
    target = world.tables[parent]
    pairs = []
    for part in target.key:
        own = f"{role}_{part}"
        as_text = target.columns[part] == "bigint" and len(target.key) == 1 and rng.random() < 0.05
        table.columns[own] = "text" if as_text else target.columns[part]
        pairs.append((own, part))
    kind = "one_to_one" if rng.random() < 0.06 and len(pairs) == 1 else "many_to_one"
    chance = rng.random()
    join = Join(parent, tuple(pairs), kind)
    if chance < 0.12:  # declared from the other side alone
        name = table.name if table.name not in target.joins else f"{table.name}_as_{role}"
        back = "one_to_one" if kind == "one_to_one" else "one_to_many"
        target.joins[name] = Join(table.name, tuple((theirs, own) for own, theirs in pairs), back)
        return
    if chance < 0.2:  # declared on both sides
        name = table.name if table.name not in target.joins else f"{table.name}_as_{role}"
        back = "one_to_one" if kind == "one_to_one" else "one_to_many"
        target.joins[name] = Join(table.name, tuple((theirs, own) for own, theirs in pairs), back)
    elif chance < 0.26 and join.type == "many_to_one":
        join.extra = rng.choice([Op("<>", Col("kind"), Lit("x")), IsNull(Col("kind"))])
    table.joins[role] = join


def _compose_key(rng: random.Random, table: Table) -> None:
    """The key is a parent's key and a line number."""
    join = rng.choice(list(table.joins.values()))
    if join.type != "many_to_one":
        return
    for part in table.key:
        del table.columns[part]
    table.columns["line"] = "bigint"
    table.key = (*(own for own, _ in join.on), "line")


def _describe(rng: random.Random, world: World, table: Table) -> None:
    """Derived and entity-level columns, segments, time."""
    phrases = Phrases(rng, world, table)
    derived: dict[str, tuple[str, Expr]] = {}
    if rng.random() < 0.4:
        derived[f"label_{table.name}"] = ("text", phrases.text())
    if rng.random() < 0.3:
        derived[f"good_{table.name}"] = ("boolean", phrases.truth())
    if rng.random() < 0.4:
        _entity(rng, world, table)
    table.derived = derived
    table.segments = {f"s{i}_{table.name}": Phrases(rng, world, table).truth() for i in range(rng.choice([0, 0, 1, 2]))}
    times = [n for n, t in usable(table) if t in ("date", "timestamp", "timestamptz")]
    behind = [
        f"{name}.{column}"
        for name, join in table.joins.items()
        if join.type != "one_to_many"
        for column, kind in world.tables[join.table].columns.items()
        if kind in ("date", "timestamp", "timestamptz")
    ]
    if times and rng.random() < 0.8:
        table.time = rng.choice(times)
    elif behind:
        table.time = rng.choice(behind)


def _entity(rng: random.Random, world: World, table: Table) -> None:
    keys = [((), own) for join in table.joins.values() for own, _ in join.on] + [((), "kind")]
    for name, join in table.joins.items():
        if join.type != "one_to_many":
            keys += [((name,), column) for column in world.tables[join.table].columns if column != "price"]
    value = rng.choice([Agg("COUNT"), Agg("COUNT"), Agg("MAX", Lit(1)), Agg("COUNT", Col("kind"), distinct=True)])
    if "qty" in table.columns and rng.random() < 0.3:
        value = Agg("SUM", Col("qty"))
    table.entities[f"per_{table.name}"] = Entity(
        tuple(rng.sample(keys, rng.choice([1, 1, 1, min(2, len(keys))]))), value
    )


def _measure(rng: random.Random, world: World, table: Table) -> None:
    table.metrics["count"] = Metric(value=Agg("COUNT"))
    phrases = Phrases(rng, world, table)
    for i in range(rng.choice([1, 2, 3, 4])):
        made = Metric(value=phrases.aggregate())
        if rng.random() < 0.2:
            made.filter = phrases.truth()
        times = [n for n, t in table.columns.items() if t in ("date", "timestamp")]
        if times and rng.random() < 0.15:
            made.time = rng.choice(times)
        table.metrics[f"m{i}_{table.name}"] = made
    if rng.random() < 0.1:
        table.key = ()


def _combine(rng: random.Random, world: World) -> None:
    """Ratios and derived metrics, of one table or of several."""
    numbers = [f"{t}.{n}" for t, n, m in world.metrics() if m.value is not None and _is_number(m)]
    for i in range(rng.choice([1, 2, 3])):
        table = world.tables[rng.choice(list(world.tables))]
        one, other = rng.choice(numbers), rng.choice(numbers)
        if rng.random() < 0.5:
            table.metrics[f"r{i}_{table.name}"] = Metric("ratio", parts=(one, other))
        else:
            formula: Expr = Op(rng.choice(["+", "-", "*", "/"]), Col(one), Col(other))
            table.metrics[f"d{i}_{table.name}"] = Metric("derived", parts=(one, other), formula=formula)
        numbers.append(f"{table.name}.{list(table.metrics)[-1]}")


def _is_number(metric: Metric) -> bool:
    value = metric.value
    return isinstance(value, Agg) and value.name in ("COUNT", "SUM", "AVG", "MEDIAN")


def _singular(name: str) -> str:
    return {"countries": "country"}.get(name, name.removesuffix("s"))


__all__ = ["KINDS", "make_world"]
