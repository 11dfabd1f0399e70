"""Random typed expressions over a table: numbers, texts, truths, aggregates."""

from __future__ import annotations

import random
from collections.abc import Callable
from decimal import Decimal

from tests.proof.aggregates import Agg, AggOp, Aggregate
from tests.proof.expressions import Call, Case, Col, Expr, Extract, In, IsNull, Lit, Not, Op
from tests.proof.world import Table, World

KINDS = ("x", "y", "Z", "é", "ñandú", "100%", "a_b", "it's", "", "日本", "EU", "eu")
NUMERIC = ("bigint", "decimal", "double")
TEMPORAL = ("date", "timestamp", "timestamptz")


class Phrases:
    """Expressions over the columns that a table's own SQL may name: its own, and those behind joins to one row."""

    def __init__(self, rng: random.Random, world: World, table: Table) -> None:
        self._rng = rng
        self._columns = [(Col(name), kind) for name, kind in usable(table)]
        for name, join in table.joins.items():
            if join.type != "one_to_many" and join.table in world.tables:
                self._columns += [(Col(c, (name,)), kind) for c, kind in usable(world.tables[join.table])]

    def column(self, fits: Callable[[str], bool]) -> Col | None:
        """A column of a fitting type; own ones more often."""
        own = [col for col, kind in self._columns if fits(kind) and not col.joins]
        found = own if own and self._rng.random() < 0.7 else [col for col, kind in self._columns if fits(kind)]
        return self._rng.choice(found) if found else None

    def number(self, depth: int = 1) -> Expr:
        """A number of each row."""
        rng = self._rng
        column = self.column(lambda kind: kind.partition("(")[0] in NUMERIC)
        plain = column or Lit(rng.choice([1, 2, Decimal("0.5")]))
        if depth == 0 or rng.random() < 0.45:
            return plain
        inner = lambda: self.number(depth - 1)  # noqa: E731
        return rng.choice(
            [
                lambda: Op(rng.choice("+-*"), plain, inner()),
                lambda: Op("*", plain, Lit(rng.choice([2, Decimal("1.5"), -1]))),
                lambda: Call("COALESCE", (plain, Lit(0))),
                lambda: Call("ABS", (plain,)),
                lambda: Case(self.truth(depth - 1), inner(), rng.choice([None, inner()])),
                lambda: Call("NULLIF", (plain, Lit(rng.choice([0, 1])))),
                lambda: Call(rng.choice(["GREATEST", "LEAST"]), (plain, Lit(1))),
                self._part_of_time,
            ]
        )()

    def text(self, depth: int = 1) -> Expr:
        """A text of each row."""
        rng = self._rng
        column = self.column(lambda kind: kind == "text")
        plain: Expr = column or Lit(rng.choice(KINDS))
        if depth == 0 or rng.random() < 0.4:
            return plain
        return rng.choice(
            [
                lambda: Call("COALESCE", (plain, Lit("?"))),
                lambda: Op("||", plain, Lit("-")),
                lambda: Case(self.truth(0), Lit("big"), rng.choice([None, Lit("small")])),
            ]
        )()

    def truth(self, depth: int = 1) -> Expr:
        """A condition on each row."""
        rng = self._rng
        if depth and rng.random() < 0.35:
            left, right = self.truth(depth - 1), self.truth(depth - 1)
            return rng.choice([Op("AND", left, right), Op("OR", left, right), Not(left)])
        made: list[Expr] = []
        if (text := self.column(lambda kind: kind == "text")) is not None:
            made += [
                Op(rng.choice(["=", "<>", "<", ">="]), text, Lit(rng.choice(KINDS))),
                In(text, tuple(rng.sample(KINDS, 3))),
            ]
        if (number := self.column(lambda kind: kind.partition("(")[0] in NUMERIC)) is not None:
            made.append(Op(rng.choice(["=", "<>", "<", "<=", ">", ">="]), number, Lit(rng.choice([0, 1, 2, 5]))))
        if (flag := self.column(lambda kind: kind == "boolean")) is not None:
            made.append(flag)
        if (column := self.column(lambda _: True)) is not None:
            made.append(IsNull(column))
        return rng.choice(made)

    def aggregate(self, *, arithmetic: bool = True) -> Aggregate:
        """A number of each group."""
        rng = self._rng
        if arithmetic and rng.random() < 0.12:
            left, right = self.aggregate(arithmetic=False), self.aggregate(arithmetic=False)
            if _counts(left) and _counts(right):
                return AggOp(rng.choice(["+", "-", "/"]), left, right)
        where = self.truth() if rng.random() < 0.2 else None
        name = rng.choice(["COUNT", "COUNT", "SUM", "SUM", "AVG", "MIN", "MAX", "DISTINCT", "BOOL", "MEDIAN"])
        if name == "COUNT" and rng.random() < 0.5:
            return Agg("COUNT", None, where=where)
        if name == "DISTINCT":
            column = self.column(lambda kind: not kind.startswith("double"))
            return Agg("COUNT", column or self.text(), distinct=True, where=where)
        if name == "BOOL":
            return Agg(rng.choice(["BOOL_OR", "BOOL_AND"]), self.truth(), where=where)
        if name in ("MIN", "MAX") and rng.random() < 0.4:
            return Agg(name, self.column(lambda k: k in ("text", "date", "timestamp")) or self.number(), where=where)
        return Agg(name, self.number(), where=where)

    def _part_of_time(self) -> Expr:
        column = self.column(lambda kind: kind in TEMPORAL)
        return Extract(self._rng.choice(["year", "month", "day"]), column) if column else Lit(3)


def usable(table: Table) -> list[tuple[str, str]]:
    """The columns of a table with their types; entity-level ones as numbers."""
    made = [*table.columns.items(), *((name, kind) for name, (kind, _) in table.derived.items())]
    return [*made, *((name, "bigint") for name in table.entities)]


def _counts(aggregate: Aggregate) -> bool:
    return isinstance(aggregate, Agg) and aggregate.name in ("COUNT", "SUM", "AVG", "MEDIAN")
