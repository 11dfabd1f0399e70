"""The values of metrics over the columns of their leaves: formulas, ranks, comparisons, and conditions on them."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from sqlglot import exp

from verity.exceptions import QueryInvalid
from verity.semantic import types
from verity.semantic.conditions import comparison
from verity.semantic.fragments import all_of, any_of
from verity.semantic.frames.plan import dimensions_of, under
from verity.semantic.kinds.offset import shown
from verity.semantic.metrics import Metric, step_of
from verity.semantic.variants import PLAIN, Variant
from verity.semantic.work import Asked, Both, Either, Leaf, Named, Node, Output, Work

Use = tuple[str, Variant]
Columns = Mapping[Use, exp.Expr]


@dataclass(frozen=True, slots=True)
class Values:
    """Fresh expressions of metrics. `columns` hold the leaves, `dimensions` what the rows are grouped by."""

    work: Work
    columns: Columns
    dimensions: Sequence[exp.Expr]

    def output(self, output: Output) -> exp.Expr:
        """A column of the result."""
        metric = output.metric
        if output.part == "value":
            return self.final(metric, PLAIN)
        if output.part == "previous":
            return self.final(metric, self.work.earlier)
        now, then = self.final(metric, PLAIN), self.final(metric, self.work.earlier)
        return shown(now, then, metric.type, output.part)[0]

    def final(self, metric: Metric, variant: Variant = PLAIN) -> exp.Expr:
        """A metric in its own type, for engines differ in what arithmetic over decimals returns; in gaps as it says."""
        node = self.of(metric, variant)
        if metric.formula is not None and types.family(metric.type) in ("decimal", "bigint"):
            node = types.cast(node, metric.type or "double")
        if self.work.query.fill and metric.entry.fill == "zero" and types.family(metric.type) in types.NUMERIC:
            zero = types.cast(exp.Literal.number(0), metric.type or "double")
            node = exp.Coalesce(this=node, expressions=[zero])
        return node

    def of(self, metric: Metric, variant: Variant) -> exp.Expr:
        """A metric under a variant."""
        if metric.is_leaf:
            return self.columns[metric.member, variant].copy()
        if metric.rank is not None:
            return self._ranked(metric)
        assert metric.formula is not None  # noqa: S101 - no leaf and no rank
        made = metric.formula.copy()
        for column in [c for c in made.find_all(exp.Column) if step_of(c) is not None]:
            step = step_of(column) or 0
            taken = under(self.work, variant, metric.steps[step - 1], metric.member) if step else variant
            value = self.of(self.work.model.metric(column.name), taken)
            if not isinstance(value, exp.Cast | exp.Func | exp.Column | exp.Paren | exp.Filter | exp.Case):
                value = exp.Paren(this=value)
            if column is made:
                return value
            column.replace(value)
        return made

    def _ranked(self, metric: Metric) -> exp.Expr:
        """Its place; a row without a value has none."""
        assert metric.rank is not None  # noqa: S101 - the caller looked
        part = self.work.model.metric(metric.parts[0])
        within = dimensions_of(self.work, metric.rank.within)
        order = exp.Ordered(this=self.final(part), desc=metric.rank.desc, nulls_first=False)
        place = exp.Window(
            this=exp.Rank(),
            partition_by=[self.dimensions[i].copy() for i in sorted(within)],
            order=exp.Order(expressions=[order]),
        )
        known = exp.Not(this=exp.Is(this=self.final(part), expression=exp.Null()))
        return exp.Case(ifs=[exp.If(this=known, true=types.cast(place, "bigint"))])


def has_rank(work: Work, metric: Metric) -> bool:
    """True where the metric, or what it is made of, is a rank."""
    return metric.rank is not None or any(has_rank(work, work.model.metric(part)) for part in metric.parts)


def conditions(work: Work, dimensions: Sequence[exp.Expr], value: Callable[[Output], exp.Expr]) -> list[exp.Expr]:
    """The conditions on metrics and on compared columns."""
    return [_condition(work, node, dimensions, value) for node in work.having]


def _condition(work: Work, node: Node, dimensions: Sequence[exp.Expr], value: Callable[[Output], exp.Expr]) -> exp.Expr:
    if isinstance(node, Both):
        return all_of([_condition(work, part, dimensions, value) for part in node.parts])
    if isinstance(node, Either):
        return exp.Paren(this=any_of([_condition(work, part, dimensions, value) for part in node.parts]))
    if isinstance(node, Leaf) and isinstance(node.on, Metric | Output):
        on = Output(node.on) if isinstance(node.on, Metric) else node.on
        of = "double" if on.part == "growth" else on.metric.type
        return comparison(lambda: value(on), of, node.op, node.values, work.bind, on.member)
    return _group_condition(work, node, dimensions)


def _group_condition(work: Work, node: Leaf | Named, dimensions: Sequence[exp.Expr]) -> exp.Expr:
    """A dimension beside a metric in one OR: it must be one that the rows are grouped by."""
    on = node.on if isinstance(node, Leaf) else None
    index = next((i for i, asked in enumerate(work.dimensions) if asked == on), None)
    if index is None or not isinstance(node, Leaf):
        name = on.member if isinstance(on, Asked) else "a segment"
        raise QueryInvalid(
            f"'{name}' stands in one condition with a metric, and the groups do not have it",
            remedy=f"Ask by '{name}' too, or put it in a condition of its own joined by AND.",
        )
    of = work.types[index]
    return comparison(dimensions[index].copy, of, node.op, node.values, work.bind, work.dimensions[index].member)
