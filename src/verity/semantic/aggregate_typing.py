"""The types of metric expressions: aggregates over typed rows, made to repeat to the last digit on every engine."""

from __future__ import annotations

from sqlglot import exp

from verity.exceptions import ExpressionInvalid
from verity.semantic import types
from verity.semantic.fragments import Typed, about_count, distinctly, filtered, ratio
from verity.semantic.row_typing import RowTyper
from verity.semantic.sql_reader import AGGREGATES
from verity.semantic.types import Type, cast

_LOOSE = (exp.Stddev, exp.StddevSamp, exp.StddevPop, exp.Variance, exp.VariancePop)
_MOST_DIGITS = 6
"""Decimal digits of values whose squares are still summed exactly."""


class Typer(RowTyper):
    """Types one expression. `condition`, when set, is a predicate that every aggregate is filtered by."""

    def aggregate(self, tree: exp.Expr) -> Typed:
        """A value of each group: every column inside an aggregate, and at least one aggregate."""
        self._aggregating = True
        typed = self._type(tree)
        if not self._aggregates:
            raise ExpressionInvalid("the SQL holds no aggregate", remedy="Write SUM(...), COUNT(*), AVG(...) or alike.")
        return typed

    def _aggregate(self, node: exp.Expr) -> Typed:
        if not self._aggregating:
            raise ExpressionInvalid(
                f"'{node.sql()}' is an aggregate, and this is about single rows", remedy="Use `per`."
            )
        if self._inside:
            raise ExpressionInvalid(f"'{node.sql()}' stands inside another aggregate", remedy="Use a `per` column.")
        self._aggregates += 1
        self._inside = True
        call, where = (node.this, node.expression.this) if isinstance(node, exp.Filter) else (node, None)
        if type(call) not in AGGREGATES:
            raise ExpressionInvalid("FILTER belongs to an aggregate", remedy="Write SUM(x) FILTER (WHERE ...).")
        conditions = [c for c in (self.condition, self._truth(where) if where is not None else None) if c is not None]
        made = self._called(call, conditions)
        self._inside = False
        return made

    def _called(self, call: exp.Expr, conditions: list[exp.Expr]) -> Typed:
        kind = type(call)
        if kind is exp.Count:
            return filtered(self._counted(call), conditions), "bigint"
        if kind is exp.CountIf:
            return filtered(exp.Count(this=exp.Star()), [*conditions, self._truth(call.this)]), "bigint"
        if call.this is None or isinstance(call.this, exp.Star):
            raise ExpressionInvalid(f"{AGGREGATES[kind]} needs a column", remedy="Name one.")
        distinct = isinstance(call.this, exp.Distinct)
        inner, of = self._type(call.this.expressions[0] if distinct else call.this)
        if kind in (exp.Min, exp.Max):
            return self._extreme(kind, inner, of, conditions)
        if kind in (exp.LogicalAnd, exp.LogicalOr):
            return filtered(kind(this=inner), conditions), "boolean"
        if kind is exp.ApproxDistinct:
            return self._about(inner, of, conditions)
        if kind is exp.PercentileDisc:
            return self._occurring(call, inner, of, conditions)
        if types.family(of) == "boolean":
            inner, of = types.cast_integer(inner), "bigint"
        self._numeric(call, of)
        if kind is exp.Sum:
            return self._sum(inner, of, conditions, distinct=distinct)
        if kind is exp.Avg:
            return self._mean(inner, of, conditions, distinct=distinct)
        if kind is exp.PercentileCont:
            share = call.expression.copy()
            return filtered(exp.PercentileCont(this=cast(inner, "double", of), expression=share), conditions), "double"
        return self._spread(kind, inner, of, conditions)

    def _counted(self, call: exp.Expr) -> exp.Expr:
        if isinstance(call.this, exp.Star):
            return exp.Count(this=exp.Star(), big_int=True)
        if isinstance(call.this, exp.Distinct):
            inner = self._type(call.this.expressions[0])[0]
            return exp.Count(this=exp.Distinct(expressions=[inner]), big_int=True)
        return exp.Count(this=self._type(call.this)[0], big_int=True)

    def _extreme(self, kind: type[exp.Expr], inner: exp.Expr, of: Type, conditions: list[exp.Expr]) -> Typed:
        if types.family(of) == "boolean":
            kind = exp.LogicalAnd if kind is exp.Min else exp.LogicalOr
        elif types.family(of) == "text":
            inner = self._by_code_point(inner)
        return filtered(kind(this=inner), conditions), of

    def _sum(self, inner: exp.Expr, of: Type, conditions: list[exp.Expr], *, distinct: bool) -> Typed:
        if types.family(of) == "double" and self.approximate:
            return filtered(distinctly(exp.Sum, inner, distinct), conditions), "double"
        exact, made = self._exact(inner, of, types.SUM_SCALE)
        total = filtered(_summed(exact, of, distinct), conditions)
        return (cast(total, made) if types.family(of) == "bigint" else total), made  # engines widen integers unlike

    def _mean(self, inner: exp.Expr, of: Type, conditions: list[exp.Expr], *, distinct: bool) -> Typed:
        if self.approximate:
            return filtered(distinctly(exp.Avg, cast(inner, "double"), distinct), conditions), "double"
        exact, _ = self._exact(inner, of, types.MEAN_SCALE)
        total = filtered(_summed(exact, of, distinct), conditions)
        count = filtered(distinctly(exp.Count, inner.copy(), distinct), conditions)
        return ratio(total, count), "double"

    def _exact(self, inner: exp.Expr, of: Type, default_scale: int) -> tuple[exp.Expr, str]:
        """The operand of a sum that repeats exactly: integers and decimals as they are, doubles as decimals."""
        if types.family(of) in ("bigint", "decimal"):
            return inner, types.decimal(types.scale(of))
        made = types.decimal(self.scale if self.scale is not None else default_scale)
        return cast(inner, made, of), made

    def _about(self, inner: exp.Expr, of: Type, conditions: list[exp.Expr]) -> Typed:
        if not self.declared_approximate:
            raise ExpressionInvalid(
                "APPROX_COUNT_DISTINCT does not say how many there are, but about how many",
                remedy="Write COUNT(DISTINCT ...), or declare the metric `approximate: true`.",
            )
        return cast(filtered(about_count(inner, of), conditions), "bigint"), "bigint"

    def _occurring(self, call: exp.Expr, inner: exp.Expr, of: Type, conditions: list[exp.Expr]) -> Typed:
        """A percentile that is one of the values: of numbers, times and text by code point."""
        if types.family(of) == "boolean":
            raise ExpressionInvalid("PERCENTILE_DISC of true and false says nothing", remedy="Count them.")
        if types.family(of) == "text":
            inner = self._by_code_point(inner)
        return filtered(exp.PercentileDisc(this=inner, expression=call.expression.copy()), conditions), of

    def _spread(self, kind: type[exp.Expr], inner: exp.Expr, of: Type, conditions: list[exp.Expr]) -> Typed:
        if kind in _LOOSE and not self.approximate:
            if types.family(of) in ("bigint", "decimal") and types.scale(of) <= _MOST_DIGITS:
                return self._exact_spread(kind, inner, of, conditions), "double"
            raise ExpressionInvalid(
                f"{AGGREGATES[kind]} of floating numbers does not repeat to the last digit",
                remedy="Declare the metric `approximate: true`, or cast the column to DECIMAL.",
            )
        return filtered(kind(this=cast(inner, "double", of)), conditions), "double"

    def _exact_spread(self, kind: type[exp.Expr], inner: exp.Expr, of: Type, conditions: list[exp.Expr]) -> exp.Expr:
        """(n * sum of squares - square of the sum) / n(n - 1), or / n * n: exact in decimals up to the one division."""
        value = cast(inner, types.decimal(0, 19), of) if types.family(of) == "bigint" else inner
        squares = filtered(exp.Sum(this=exp.Mul(this=value, expression=value.copy())), conditions)
        total = filtered(exp.Sum(this=value.copy()), conditions)
        count = filtered(exp.Count(this=inner.copy(), big_int=True), conditions)
        above = exp.Sub(
            this=exp.Mul(this=count, expression=squares), expression=exp.Mul(this=total, expression=total.copy())
        )
        of_sample = kind not in (exp.StddevPop, exp.VariancePop)
        less = exp.Sub(this=count.copy(), expression=exp.Literal.number(1))
        below = exp.Mul(
            this=cast(count.copy(), "double"), expression=cast(less if of_sample else count.copy(), "double")
        )
        made = ratio(exp.Paren(this=above), exp.Paren(this=below))
        return made if kind in (exp.Variance, exp.VariancePop) else exp.Sqrt(this=made)


def _summed(exact: exp.Expr, of: Type, distinct: bool) -> exp.Expr:
    total = distinctly(exp.Sum, exact, distinct)
    return types.whole(total) if types.family(of) == "bigint" else total
