"""Write the dictionary in another tool's form: its own words where it has them, the rest kept as Verity's extension.

The extension is what is missing after the foreign form alone is read back, so an export can be imported without loss.
What only the extension says, no other tool sees: the report names it.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from sqlglot import exp

from verity.contracts.base import Contract
from verity.data.metric_entry import MetricEntry
from verity.data.model import JoinEntry, TableEntry
from verity.interchange import sql
from verity.interchange.drafting import numbered
from verity.semantic.sql_reader import AGGREGATES

Json = dict[str, Any]
_BRACES = re.compile(r"\{([^{}]*)\}")
DEEPEST = 20
"""Metrics made of metrics made of metrics."""


class Inexpressible(Exception):
    """Why something of the dictionary has no form in the other tool, in plain words."""


class ExportLoss(Contract):
    """One thing that the other tool does not see."""

    member: str
    reason: str
    kept: bool = False
    """True: an import by Verity brings it back."""


class ExportReport(Contract):
    """What was written, and what the other tool does not see of it."""

    tool: str
    tables: int
    metrics: int
    expressed: int
    """Metrics that stand in the other tool's own form."""
    losses: tuple[ExportLoss, ...] = ()

    def document(self) -> Json:
        """As JSON."""
        return self.model_dump(mode="json")

    def text(self) -> str:
        """As the terminal shows it."""
        head = f"{self.tool}: {self.tables} tables; {self.expressed} of {self.metrics} metrics in its own form"
        lines = [f"  {'kept for Verity' if loss.kept else 'lost'} {loss.member}: {loss.reason}" for loss in self.losses]
        return "\n".join([head, *lines])


@dataclass
class Losses:
    """The losses of one export as they are met."""

    kept: bool
    """Whether the form has a place for Verity's extension."""
    found: dict[str, ExportLoss] = field(default_factory=dict)

    def add(self, member: str, reason: str) -> None:
        """Note one; the first reason of a member counts."""
        self.found.setdefault(f"{member}\0{reason}", ExportLoss(member=member, reason=reason, kept=self.kept))


@dataclass(frozen=True)
class Model:
    """The tables that are exported, and their expressions with every column as `table.column`."""

    tables: Mapping[str, TableEntry]

    @cached_property
    def flat(self) -> dict[tuple[str, str, str], str]:
        """The name of every metric and join (`("metrics", "orders", "count")`) among those of all tables: its own where
        no other table has it, else with its table before it."""
        members = [
            (kind, table, name)
            for kind in ("metrics", "joins")
            for table, entry in self.tables.items()
            for name in getattr(entry, kind)
        ]
        known = Counter((kind, name) for kind, _, name in members)
        made = {member: member[2] for member in members if known[member[0], member[2]] == 1}
        taken = {(kind, name) for (kind, _, _), name in made.items()}
        for kind, table, name in members:
            if (kind, table, name) not in made:
                flat = next(one for one in numbered(f"{table}_{name}") if (kind, one) not in taken)
                made[kind, table, name] = flat
                taken.add((kind, flat))
        return made

    def row(self, table: str, text: str) -> exp.Expr:
        """A row expression. Raises `Inexpressible`."""
        holder = exp.Paren(this=sql.fragment(text))
        for node in list(holder.find_all(exp.Column)):
            if isinstance(node.this, exp.Star) or isinstance(node.parent, exp.Dot):
                continue
            names = [part.name for part in node.parts]
            target, _ = self.target(table, names[:-1])
            column = self.tables[target].columns.get(names[-1])
            if column is not None and column.per:
                raise Inexpressible(f"'{target}.{names[-1]}' is an aggregate for each key")
            node.replace(sql.column(target, names[-1]))
        made_tree: exp.Expr = holder.this
        return made_tree

    def target(self, table: str, steps: list[str]) -> tuple[str, tuple[str, ...]]:
        """The table at the end of joins, and the joins. Raises `Inexpressible` where another way leads there too."""
        if steps and steps[0] not in self.tables[table].joins and steps[0] in ("this", table):
            steps = steps[1:]
        here = table
        for step in steps:
            join = self.tables[here].joins.get(step)
            if join is None:
                raise Inexpressible(f"'{step}' is no join of '{here}'")
            here = join.table
        if steps and len(self.ways(table, here)) != 1:
            raise Inexpressible(f"'{'.'.join(steps)}' is one of several ways from '{table}' to '{here}'")
        return here, tuple(steps)

    def ways(self, start: str, target: str) -> list[tuple[str, ...]]:
        """The shortest ways over joins to one row, as an import would find them."""
        seen = {start}
        ways: list[tuple[str, tuple[str, ...]]] = [(start, ())]
        found: list[tuple[str, ...]] = []
        while ways and not found:
            longer: list[tuple[str, tuple[str, ...]]] = []
            for table, way in ways:
                for name, join in self.tables[table].joins.items():
                    if join.type not in ("many_to_one", "one_to_one") or join.table not in self.tables:
                        continue
                    if join.table == target:
                        found.append((*way, name))
                    elif join.table not in seen:
                        longer.append((join.table, (*way, name)))
            seen.update(table for table, _ in longer)
            ways = longer
        return found

    def metric(self, table: str, name: str, depth: int = 0) -> exp.Expr:
        """A metric as one expression over aggregates. Raises `Inexpressible`."""
        entry = self.tables[table].metrics[name]
        if depth > DEEPEST:
            raise Inexpressible("it is made of itself")
        if entry.benchmark is not None:
            raise Inexpressible("it reads rows that the asker may not see (benchmark)")
        if entry.type == "simple":
            return self._counted(table, self.filtered(table, self.row(table, entry.sql or ""), entry.filter))
        if entry.type == "percentile":
            return self._percentile(table, entry)
        if entry.type == "ratio":
            above, below = (self.part(table, part, depth) for part in (entry.numerator, entry.denominator))
            zero = exp.Nullif(this=below, expression=exp.Literal.number(0))
            return exp.Div(this=exp.Paren(this=above), expression=zero)
        if entry.type == "derived":
            return self._derived(table, entry, depth)
        raise Inexpressible(f"{entry.type}: more than one expression over the rows of a group")

    def part(self, table: str, name: str | None, depth: int = 0) -> exp.Expr:
        """A metric that another is made of."""
        holder, metric = self.find(table, name or "")
        return self.metric(holder, metric, depth + 1)

    def find(self, table: str, name: str) -> tuple[str, str]:
        """The table and name of a metric that one of `table` is made of. Raises `Inexpressible`."""
        if name in self.tables[table].metrics:
            return table, name
        first, _, rest = name.partition(".")
        if first in self.tables and rest in self.tables[first].metrics:
            return first, rest
        holders = [other for other, entry in self.tables.items() if name in entry.metrics]
        if len(holders) != 1:
            raise Inexpressible(f"'{name}' is not one metric of the dictionary")
        return holders[0], name

    def filtered(self, table: str, tree: exp.Expr, condition: str | None) -> exp.Expr:
        """The aggregates of a tree over the rows that meet its conditions: CASE inside, which every tool can say."""
        common = self.row(table, condition) if condition else None
        holder = exp.Paren(this=tree)
        for call in sql.aggregates(tree):
            inner = call.this if isinstance(call, exp.Filter) else call
            parts = [common.copy()] if common is not None else []
            parts += [call.expression.this] if isinstance(call, exp.Filter) else []
            if parts:
                call.replace(_conditional(inner, exp.and_(*parts, wrap=len(parts) > 1)))
        made: exp.Expr = holder.this
        return made

    def _counted(self, table: str, tree: exp.Expr) -> exp.Expr:
        """COUNT(*) names no table, and beside others it could count any: the key is counted, which is never empty."""
        holder = exp.Paren(this=tree)
        for call in [node for node in holder.find_all(exp.Count) if isinstance(node.this, exp.Star)]:
            key = self.tables[table].primary_key
            if key:
                call.set("this", sql.column(table, key[0]))
            elif len(self.tables) > 1:
                raise Inexpressible(f"COUNT(*) of '{table}', which declares no key to count")
        made: exp.Expr = holder.this
        return made

    def _percentile(self, table: str, entry: MetricEntry) -> exp.Expr:
        value = self.row(table, entry.sql or "")
        if entry.filter:
            value = exp.Case(ifs=[exp.If(this=self.row(table, entry.filter), true=value)])
        kind = exp.PercentileDisc if entry.method == "discrete" else exp.PercentileCont
        return exp.WithinGroup(
            this=kind(this=exp.Literal.number(entry.percentile)),
            expression=exp.Order(expressions=[exp.Ordered(this=value, nulls_first=False)]),
        )

    def _derived(self, table: str, entry: MetricEntry, depth: int) -> exp.Expr:
        parts: list[exp.Expr] = []

        def place(match: re.Match[str]) -> str:
            parts.append(exp.Paren(this=self.part(table, match.group(1).strip(), depth)))
            return f"__part_{len(parts) - 1}__"

        text = _BRACES.sub(place, entry.sql or "")
        holder = exp.Paren(this=sql.fragment(text))
        for node in list(holder.find_all(exp.Column)):
            if node.name.startswith("__part_"):
                node.replace(parts[int(node.name.strip("_").removeprefix("part_"))])
        made: exp.Expr = holder.this
        return made


def _conditional(call: exp.Expr, condition: exp.Expr) -> exp.Expr:
    made = call.copy()
    if type(made) not in AGGREGATES:
        raise Inexpressible("its aggregate has no filter that other tools can say")
    value = made.this
    distinct = isinstance(value, exp.Distinct)
    inner = value.expressions[0] if distinct else value
    shown = exp.Literal.number(1) if inner is None or isinstance(inner, exp.Star) else inner.copy()
    case = exp.Case(ifs=[exp.If(this=condition, true=shown)])
    if isinstance(made, exp.CountIf):
        return exp.Count(this=exp.Case(ifs=[exp.If(this=exp.and_(condition, made.this), true=exp.Literal.number(1))]))
    made.set("this", exp.Distinct(expressions=[case]) if distinct else case)
    made.set("big_int", None)
    return made


def pairs_of(join: JoinEntry) -> list[tuple[str, str]]:
    """(own column, target's column) of a join on equal columns; none where it has a condition."""
    if join.on is None:
        return []
    return [(join.on, join.on)] if isinstance(join.on, str) else list(join.on.items())


def words_of(entry: Any) -> list[str]:
    """Every other word for an entry, in any language."""
    return [word for words in entry.aliases.values() for word in words]
