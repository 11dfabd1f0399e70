"""The types of expressions, and the casts that make them the same on every engine.

`Typer` rebuilds a checked AST bottom-up. What it has no rule for was refused by `sql_reader`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable

from sqlglot import exp

from verity.exceptions import ExpressionInvalid
from verity.semantic import types
from verity.semantic.sql_reader import AGGREGATES, PARTS
from verity.semantic.types import Type, cast

Typed = tuple[exp.Expr, Type]
Resolve = Callable[[tuple[str, ...]], Typed]

_ORDERED = (exp.GT, exp.GTE, exp.LT, exp.LTE)
_EQUAL = (exp.EQ, exp.NEQ, exp.NullSafeEQ, exp.NullSafeNEQ)
_LOOSE = (exp.Stddev, exp.StddevSamp, exp.StddevPop, exp.Variance, exp.VariancePop)
CODE_POINT = "C"
"""The collation that orders text by code point."""


class Typer:
    """Types one expression. `condition`, when set, is a predicate that every aggregate is filtered by."""

    def __init__(self, resolve: Resolve, *, approximate: bool = False, scale: int | None = None) -> None:
        self._resolve = resolve
        self.approximate = approximate
        self.scale = scale
        """Digits that DOUBLE values are summed with; the columns read may raise it from None."""
        self._inside = False
        self._aggregating = False
        self._aggregates = 0
        self.condition: exp.Expr | None = None
        self.collates = False

    def row(self, tree: exp.Expr) -> Typed:
        """A value of each row. Raises `ExpressionInvalid` on an aggregate."""
        self._aggregating = False
        return self._type(tree)

    def predicate(self, tree: exp.Expr) -> exp.Expr:
        """A condition on each row."""
        node, type_ = self.row(tree)
        if type_ not in (None, "boolean"):
            raise ExpressionInvalid("a condition is needed, true or false", remedy="Compare it: column > 0.")
        return node

    def aggregate(self, tree: exp.Expr) -> Typed:
        """A value of each group: every column inside an aggregate, and at least one aggregate."""
        self._aggregating = True
        typed = self._type(tree)
        if not self._aggregates:
            raise ExpressionInvalid("the SQL holds no aggregate", remedy="Write SUM(...), COUNT(*), AVG(...) or alike.")
        return typed

    def _type(self, node: exp.Expr) -> Typed:
        kind = type(node)
        if kind in AGGREGATES or kind is exp.Filter:
            return self._aggregate(node)
        if kind in (exp.Column, exp.Dot):
            return self._column(node)
        rule = _RULES.get(kind)
        if rule is None:
            raise ExpressionInvalid(f"{node.key.upper()} cannot stand here", remedy="Write one plain expression.")
        return rule(self, node)

    # --- names and literals

    def _column(self, node: exp.Expr) -> Typed:
        if self._aggregating and not self._inside:
            raise ExpressionInvalid(
                f"'{node.sql()}' stands outside an aggregate", remedy="Aggregate it: SUM, COUNT, MIN, MAX..."
            )
        return self._resolve(_parts(node))

    def _literal(self, node: exp.Expr) -> Typed:
        text = node.name
        if node.is_string:
            return exp.Literal.string(text), "text"
        if text.isdigit():
            return exp.Literal.number(text), "bigint"
        whole, dot, digits = text.partition(".")
        if dot and (whole + digits).isdigit():
            return exp.Literal.number(text), types.decimal(len(digits), max(len(whole + digits), 1))
        return exp.Literal.number(text), "double"

    def _constant(self, node: exp.Expr) -> Typed:
        return node.copy(), "boolean" if isinstance(node, exp.Boolean) else None

    def _paren(self, node: exp.Expr) -> Typed:
        inner, type_ = self._type(node.this)
        return exp.Paren(this=inner), type_

    # --- logic

    def _logic(self, node: exp.Expr) -> Typed:
        sides = [self._truth(side) for side in (node.this, node.expression)]
        return type(node)(this=exp.Paren(this=sides[0]), expression=exp.Paren(this=sides[1])), "boolean"

    def _not(self, node: exp.Expr) -> Typed:
        return exp.Not(this=exp.Paren(this=self._truth(node.this))), "boolean"

    def _truth(self, node: exp.Expr) -> exp.Expr:
        inner, type_ = self._type(node)
        if type_ not in (None, "boolean"):
            raise ExpressionInvalid(f"'{node.sql()}' is no condition", remedy="Compare it with something.")
        return inner.this if isinstance(inner, exp.Paren) else inner

    def _compare(self, node: exp.Expr) -> Typed:
        (left, left_type), (right, right_type) = self._type(node.this), self._type(node.expression)
        self._comparable(node, left_type, right_type)
        if isinstance(node, _ORDERED) and "text" == types.family(left_type) == types.family(right_type):
            left = self._by_code_point(left)
        return type(node)(this=left, expression=right), "boolean"

    def _comparable(self, node: exp.Expr, left: Type, right: Type) -> None:
        kinds = {types.family(left), types.family(right)} - {"other"}
        literal_text = any(isinstance(side, exp.Literal) and side.is_string for side in (node.this, node.expression))
        if len(kinds) > 1 and not (
            kinds <= types.NUMERIC or kinds <= types.TEMPORAL or (literal_text and kinds & types.TEMPORAL)
        ):
            raise ExpressionInvalid(f"'{node.sql()}' compares {left} with {right}", remedy="Cast one side.")

    def _by_code_point(self, node: exp.Expr) -> exp.Expr:
        self.collates = True
        return exp.Collate(this=node, expression=exp.Identifier(this=CODE_POINT, quoted=True))

    def _is(self, node: exp.Expr) -> Typed:
        return exp.Is(this=self._type(node.this)[0], expression=node.expression.copy()), "boolean"

    def _in(self, node: exp.Expr) -> Typed:
        return exp.In(
            this=self._type(node.this)[0], expressions=[self._type(e)[0] for e in node.expressions]
        ), "boolean"

    def _between(self, node: exp.Expr) -> Typed:
        this, of = self._type(node.this)
        if types.family(of) == "text":
            this = self._by_code_point(this)
        low, high = self._type(node.args["low"])[0], self._type(node.args["high"])[0]
        return exp.Between(this=this, low=low, high=high), "boolean"

    def _like(self, node: exp.Expr) -> Typed:
        return type(node)(this=self._type(node.this)[0], expression=self._type(node.expression)[0]), "boolean"

    # --- arithmetic

    def _add(self, node: exp.Expr) -> Typed:
        (left, a), (right, b) = self._type(node.this), self._type(node.expression)
        kinds = (types.family(a), types.family(b))
        made = type(node)(this=left, expression=right)
        if kinds == ("date", "date") and isinstance(node, exp.Sub):
            return cast(made, "bigint"), "bigint"
        if kinds == ("date", "bigint"):
            return type(node)(this=left, expression=types.cast_integer(right)), "date"
        self._numeric(node, a, b)
        return made, types.of_sum(a, b) if None not in (a, b) else a or b

    def _multiply(self, node: exp.Expr) -> Typed:
        (left, a), (right, b) = self._type(node.this), self._type(node.expression)
        self._numeric(node, a, b)
        made = types.of_product(a, b) if a and b else a or b
        if made is not None and types.scale(made) > types.MEAN_SCALE:
            return exp.Mul(this=cast(left, "double"), expression=cast(right, "double")), "double"
        return exp.Mul(this=left, expression=right), made

    def _divide(self, node: exp.Expr) -> Typed:
        (left, a), (right, b) = self._type(node.this), self._type(node.expression)
        self._numeric(node, a, b)
        return ratio(left, right), "double"

    def _modulo(self, node: exp.Expr) -> Typed:
        (left, a), (right, b) = self._type(node.this), self._type(node.expression)
        self._numeric(node, a, b)
        divisor = exp.Nullif(this=right, expression=exp.Literal.number(0))
        return exp.Mod(this=_held(left), expression=divisor), types.merged((a, b))

    def _negate(self, node: exp.Expr) -> Typed:
        inner, of = self._type(node.this)
        self._numeric(node, of)
        return exp.Neg(this=_held(inner)), of

    def _numeric(self, node: exp.Expr, *of: Type) -> None:
        wrong = [t for t in of if t is not None and types.family(t) not in types.NUMERIC]
        if wrong:
            raise ExpressionInvalid(f"'{node.sql()}' computes with {wrong[0]}", remedy="Compute with numbers.")

    # --- functions

    def _case(self, node: exp.Expr) -> Typed:
        arms = [(self._truth(arm.this) if node.this is None else self._type(arm.this)[0], self._type(arm.args["true"]))
                for arm in node.args["ifs"]]  # fmt: skip
        default = self._type(node.args["default"]) if node.args.get("default") is not None else None
        made = exp.Case(
            this=self._type(node.this)[0] if node.this is not None else None,
            ifs=[exp.If(this=condition, true=value) for condition, (value, _) in arms],
            default=default[0] if default else None,
        )
        return made, types.merged([of for _, (_, of) in arms] + ([default[1]] if default else []))

    def _if(self, node: exp.Expr) -> Typed:
        value, of = self._type(node.args["true"])
        default = self._type(node.args["false"]) if node.args.get("false") is not None else None
        made = exp.Case(ifs=[exp.If(this=self._truth(node.this), true=value)], default=default[0] if default else None)
        return made, types.merged([of, default[1] if default else None])

    def _first_of(self, node: exp.Expr) -> Typed:
        first, *rest = [self._type(arg) for arg in (node.this, *node.expressions)]
        made = type(node)(this=first[0], expressions=[arg for arg, _ in rest])
        if isinstance(node, exp.Greatest | exp.Least):
            made.set("ignore_nulls", True)  # as DuckDB and PostgreSQL both do
        return made, types.merged(of for _, of in (first, *rest))

    def _nullif(self, node: exp.Expr) -> Typed:
        this, of = self._type(node.this)
        return exp.Nullif(this=this, expression=self._type(node.expression)[0]), of

    def _absolute(self, node: exp.Expr) -> Typed:
        inner, of = self._type(node.this)
        self._numeric(node, of)
        return exp.Abs(this=inner), of

    def _round(self, node: exp.Expr) -> Typed:
        inner, of = self._type(node.this)
        self._numeric(node, of)
        digits = node.args.get("decimals")
        if digits is not None and not (isinstance(digits, exp.Literal) and digits.name.isdigit()):
            raise ExpressionInvalid("ROUND takes a number of digits, 0 or more", remedy="Write ROUND(x, 2).")
        places = min(int(digits.name), types.MEAN_SCALE) if digits is not None else 0
        if types.family(of) == "bigint":
            return inner, of
        made = types.decimal(places)
        exact = inner if types.family(of) == "decimal" else cast(inner, types.decimal(types.MEAN_SCALE))
        return cast(exp.Round(this=exact, decimals=exp.Literal.number(places)), made), made

    def _whole(self, node: exp.Expr) -> Typed:
        inner, of = self._type(node.this)
        self._numeric(node, of)
        made = "double" if types.family(of) == "double" else types.decimal(0)
        return cast(type(node)(this=inner), made), made

    def _text(self, node: exp.Expr) -> Typed:
        return self._rebuilt(node), "text"

    def _length(self, node: exp.Expr) -> Typed:
        return cast(exp.Length(this=self._type(node.this)[0]), "bigint"), "bigint"

    def _part(self, node: exp.Expr) -> Typed:
        source, unit = (
            (node.expression, node.this.name) if isinstance(node, exp.Extract) else (node.this, PARTS[type(node)])
        )
        inner, of = self._type(source)
        self._temporal(node, of)
        return extract(unit, at_utc(inner, of)), "bigint"

    def _truncate(self, node: exp.Expr) -> Typed:
        inner, of = self._type(node.this)
        self._temporal(node, of)
        return truncated(inner, of, node.args["unit"].name.lower())

    def _date_diff(self, node: exp.Expr) -> Typed:
        (end, a), (start, b) = self._type(node.this), self._type(node.expression)
        self._temporal(node, a, b)
        ends, starts = at_utc(end, a), at_utc(start, b)
        unit = node.args["unit"].name.upper()
        if unit == "DAY":
            return cast(
                exp.Paren(this=exp.Sub(this=cast(ends, "date"), expression=cast(starts, "date"))), "bigint"
            ), "bigint"
        return exp.Paren(this=exp.Sub(this=_periods(unit, ends), expression=_periods(unit, starts))), "bigint"

    def _temporal(self, node: exp.Expr, *of: Type) -> None:
        wrong = [t for t in of if t is not None and types.family(t) not in types.TEMPORAL]
        if wrong:
            raise ExpressionInvalid(f"'{node.sql()}' needs a date or time, not {wrong[0]}", remedy="Cast it to a date.")

    def _cast(self, node: exp.Expr) -> Typed:
        to = types.logical(node.args["to"].sql())
        if to is None:
            raise ExpressionInvalid(
                f"'{node.sql()}' casts to an unknown type", remedy="Cast to bigint, decimal(p,s), ..."
            )
        return cast(self._type(node.this)[0], to), to

    def _rebuilt(self, node: exp.Expr) -> exp.Expr:
        made = node.copy()
        for key, value in node.args.items():
            if isinstance(value, list):
                made.set(key, [self._type(v)[0] if isinstance(v, exp.Expr) else v for v in value])
            elif isinstance(value, exp.Expr) and not isinstance(value, exp.Var):
                made.set(key, self._type(value)[0])
        return made

    # --- aggregates

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
        if types.family(of) == "boolean":
            inner, of = types.cast_integer(inner), "bigint"
        self._numeric(call, of)
        if kind is exp.Sum:
            return self._sum(inner, of, conditions, distinct=distinct)
        if kind is exp.Avg:
            return self._mean(inner, of, conditions, distinct=distinct)
        return self._spread(kind, inner, conditions)

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
            return filtered(_distinctly(exp.Sum, inner, distinct), conditions), "double"
        exact, made = self._exact(inner, of, types.SUM_SCALE)
        total = filtered(_distinctly(exp.Sum, exact, distinct), conditions)
        return (cast(total, made) if types.family(of) == "bigint" else total), made  # engines widen integers unlike

    def _mean(self, inner: exp.Expr, of: Type, conditions: list[exp.Expr], *, distinct: bool) -> Typed:
        if self.approximate:
            return filtered(_distinctly(exp.Avg, cast(inner, "double"), distinct), conditions), "double"
        exact, _ = self._exact(inner, of, types.MEAN_SCALE)
        total = filtered(_distinctly(exp.Sum, exact, distinct), conditions)
        count = filtered(_distinctly(exp.Count, inner.copy(), distinct), conditions)
        return ratio(total, count), "double"

    def _exact(self, inner: exp.Expr, of: Type, default_scale: int) -> tuple[exp.Expr, str]:
        """The operand of a sum that repeats exactly: integers and decimals as they are, doubles as decimals."""
        if types.family(of) in ("bigint", "decimal"):
            return inner, types.decimal(types.scale(of))
        made = types.decimal(self.scale if self.scale is not None else default_scale)
        return cast(inner, made), made

    def _spread(self, kind: type[exp.Expr], inner: exp.Expr, conditions: list[exp.Expr]) -> Typed:
        if kind in _LOOSE and not self.approximate:
            raise ExpressionInvalid(
                f"{AGGREGATES[kind]} of floating numbers does not repeat to the last digit",
                remedy="Declare the metric `approximate: true`.",
            )
        return filtered(kind(this=cast(inner, "double")), conditions), "double"


def ratio(numerator: exp.Expr, denominator: exp.Expr) -> exp.Expr:
    """numerator / denominator in DOUBLE, NULL where the divisor is zero."""
    zero = exp.Literal.number(0)
    return exp.Paren(
        this=exp.Div(
            this=cast(numerator, "double"), expression=exp.Nullif(this=cast(denominator, "double"), expression=zero)
        )
    )


def filtered(aggregate: exp.Expr, conditions: Iterable[exp.Expr]) -> exp.Expr:
    """The aggregate over the rows for which all conditions hold."""
    parts = [condition.copy() for condition in conditions]
    return exp.Filter(this=aggregate, expression=exp.Where(this=all_of(parts))) if parts else aggregate


def all_of(conditions: list[exp.Expr]) -> exp.Expr:
    """The conditions joined by AND."""
    return _joined(exp.And, conditions)


def any_of(conditions: list[exp.Expr]) -> exp.Expr:
    """The conditions joined by OR."""
    return _joined(exp.Or, conditions)


def at_utc(node: exp.Expr, of: Type) -> exp.Expr:
    """An instant as wall-clock time in UTC; anything else as it is."""
    return exp.AtTimeZone(this=_held(node), zone=exp.Literal.string("UTC")) if of == "timestamptz" else node


def truncated(node: exp.Expr, of: Type, grain: str) -> Typed:
    """The start of the period that a time lies in: a date from day upwards, else a timestamp."""
    if grain == "day":
        return (node, "date") if of == "date" else (cast(at_utc(node, of), "date"), "date")
    instant = cast(node, "timestamp") if of == "date" else at_utc(node, of)
    start = exp.TimestampTrunc(this=instant, unit=exp.Var(this=grain.upper()))
    made = "timestamp" if grain in ("second", "minute", "hour") else "date"
    return cast(start, made), made


def extract(unit: str, node: exp.Expr) -> exp.Expr:
    """A part of a time, as an integer."""
    return cast(exp.Extract(this=exp.Var(this=unit.upper()), expression=node), "bigint")


def _periods(unit: str, node: exp.Expr) -> exp.Expr:
    """Years, quarters or months since year 0."""
    year = extract("YEAR", node)
    if unit == "YEAR":
        return year
    size = exp.Literal.number(4 if unit == "QUARTER" else 12)
    return exp.Paren(this=exp.Add(this=exp.Mul(this=year, expression=size), expression=extract(unit, node.copy())))


def _distinctly(kind: type[exp.Expr], inner: exp.Expr, distinct: bool) -> exp.Expr:
    return kind(this=exp.Distinct(expressions=[inner]) if distinct else inner)


def _held(node: exp.Expr) -> exp.Expr:
    simple = isinstance(node, exp.Column | exp.Literal | exp.Paren | exp.Cast | exp.Func)
    return node if simple else exp.Paren(this=node)


def _joined(kind: type[exp.Expr], conditions: list[exp.Expr]) -> exp.Expr:
    if len(conditions) == 1:
        return conditions[0]
    first, *rest = [_grouped(condition) for condition in conditions]
    for condition in rest:
        first = kind(this=first, expression=condition)
    return first


def _grouped(condition: exp.Expr) -> exp.Expr:
    loose = isinstance(condition, exp.Or | exp.And | exp.Not)
    return exp.Paren(this=condition) if loose else condition


def _parts(node: exp.Expr) -> tuple[str, ...]:
    if isinstance(node, exp.Dot):
        if not isinstance(node.expression, exp.Identifier):
            raise ExpressionInvalid(f"'{node.sql()}' is no column", remedy="Write column or join.column.")
        return (*_parts(node.this), node.expression.name)
    if not isinstance(node, exp.Column) or isinstance(node.this, exp.Star):
        raise ExpressionInvalid(f"'{node.sql()}' is no column", remedy="Write column or join.column.")
    return tuple(part.name for part in node.parts)


_RULES: dict[type[exp.Expr], Callable[[Typer, exp.Expr], Typed]] = {
    exp.Literal: Typer._literal, exp.Boolean: Typer._constant, exp.Null: Typer._constant, exp.Paren: Typer._paren,
    exp.And: Typer._logic, exp.Or: Typer._logic, exp.Not: Typer._not,
    **dict.fromkeys((*_EQUAL, *_ORDERED), Typer._compare),
    exp.Is: Typer._is, exp.In: Typer._in, exp.Between: Typer._between,
    exp.Like: Typer._like, exp.ILike: Typer._like, exp.Escape: Typer._like,
    exp.Add: Typer._add, exp.Sub: Typer._add, exp.Mul: Typer._multiply, exp.Div: Typer._divide,
    exp.Mod: Typer._modulo, exp.Neg: Typer._negate,
    exp.Case: Typer._case, exp.If: Typer._if, exp.Coalesce: Typer._first_of, exp.Greatest: Typer._first_of,
    exp.Least: Typer._first_of, exp.Nullif: Typer._nullif, exp.Abs: Typer._absolute, exp.Round: Typer._round,
    exp.Floor: Typer._whole, exp.Ceil: Typer._whole, exp.Cast: Typer._cast,
    exp.DPipe: Typer._text, exp.Concat: Typer._text, exp.Upper: Typer._text, exp.Lower: Typer._text,
    exp.Trim: Typer._text, exp.Substring: Typer._text, exp.Length: Typer._length,
    **dict.fromkeys((exp.Extract, *PARTS), Typer._part),
    exp.TimestampTrunc: Typer._truncate, exp.DateTrunc: Typer._truncate, exp.DateDiff: Typer._date_diff,
}  # fmt: skip
