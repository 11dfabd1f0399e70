"""The types of row expressions, and the casts that make them the same on every engine.

`RowTyper` rebuilds a checked AST bottom-up; `aggregate_typing.Typer` adds the aggregates. What neither has a rule for
was refused by `sql_reader`.
"""

from __future__ import annotations

from collections.abc import Callable

from sqlglot import exp

from verity.exceptions import ExpressionInvalid
from verity.semantic import types
from verity.semantic.fragments import (
    CODE_POINT,
    Typed,
    at_utc,
    days_between,
    extract,
    held,
    periods,
    ratio,
    truncated,
)
from verity.semantic.sql_reader import AGGREGATES, PARTS
from verity.semantic.types import Type, cast

Resolve = Callable[[tuple[str, ...]], Typed]

_ORDERED = (exp.GT, exp.GTE, exp.LT, exp.LTE)
_EQUAL = (exp.EQ, exp.NEQ, exp.NullSafeEQ, exp.NullSafeNEQ)


class RowTyper:
    """Types one expression over rows. `resolve` gives the column that a name (`column`, `join.column`...) means."""

    def __init__(self, resolve: Resolve, *, approximate: bool = False, scale: int | None = None) -> None:
        self._resolve = resolve
        self.approximate = approximate
        """Raised by a column that is declared so."""
        self.declared_approximate = approximate
        """Of the metric itself."""
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
            return cast(exp.Paren(this=days_between(left, right)), "bigint"), "bigint"
        if kinds == ("date", "bigint"):
            return type(node)(this=left, expression=types.cast_integer(right)), "date"
        self._numeric(node, a, b)
        result = types.of_sum(a, b) if None not in (a, b) else a or b
        return (types.whole(made) if a == b == "bigint" else made), result

    def _multiply(self, node: exp.Expr) -> Typed:
        (left, a), (right, b) = self._type(node.this), self._type(node.expression)
        self._numeric(node, a, b)
        made = types.of_product(a, b) if a and b else a or b
        if made is not None and types.scale(made) > types.MEAN_SCALE:
            return exp.Mul(this=cast(left, "double"), expression=cast(right, "double")), "double"
        product = exp.Mul(this=left, expression=right)
        return (types.whole(product) if a == b == "bigint" else product), made

    def _divide(self, node: exp.Expr) -> Typed:
        (left, a), (right, b) = self._type(node.this), self._type(node.expression)
        self._numeric(node, a, b)
        return ratio(left, right), "double"

    def _modulo(self, node: exp.Expr) -> Typed:
        (left, a), (right, b) = self._type(node.this), self._type(node.expression)
        self._numeric(node, a, b)
        divisor = exp.Nullif(this=right, expression=exp.Literal.number(0))
        return exp.Mod(this=held(left), expression=divisor), types.merged((a, b))

    def _negate(self, node: exp.Expr) -> Typed:
        inner, of = self._type(node.this)
        self._numeric(node, of)
        return exp.Neg(this=held(inner)), of

    def _numeric(self, node: exp.Expr, *of: Type) -> None:
        wrong = [t for t in of if t is not None and types.family(t) not in types.NUMERIC]
        if wrong:
            raise ExpressionInvalid(f"'{node.sql()}' computes with {wrong[0]}", remedy="Compute with numbers.")

    # --- functions

    def _case(self, node: exp.Expr) -> Typed:
        arms = [(self._truth(arm.this) if node.this is None else self._type(arm.this)[0], self._type(arm.args["true"]))
                for arm in node.args["ifs"]]  # fmt: skip
        default = self._type(node.args["default"]) if node.args.get("default") is not None else None
        values, of = _alike([value for _, value in arms] + ([default] if default else []))
        made = exp.Case(
            this=self._type(node.this)[0] if node.this is not None else None,
            ifs=[exp.If(this=condition, true=value) for (condition, _), value in zip(arms, values, strict=False)],
            default=values[-1] if default else None,
        )
        return made, of

    def _if(self, node: exp.Expr) -> Typed:
        default = self._type(node.args["false"]) if node.args.get("false") is not None else None
        values, of = _alike([self._type(node.args["true"]), *([default] if default else [])])
        made = exp.Case(
            ifs=[exp.If(this=self._truth(node.this), true=values[0])], default=values[-1] if default else None
        )
        return made, of

    def _first_of(self, node: exp.Expr) -> Typed:
        (first, *rest), of = _alike([self._type(arg) for arg in (node.this, *node.expressions)])
        made = type(node)(this=first, expressions=rest)
        if isinstance(node, exp.Greatest | exp.Least):
            made.set("ignore_nulls", True)  # as DuckDB and PostgreSQL both do
        return made, of

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
        exact = inner if types.family(of) == "decimal" else cast(inner, types.decimal(types.MEAN_SCALE), of)
        return cast(exp.Round(this=exact, decimals=exp.Literal.number(places)), made), made

    def _whole(self, node: exp.Expr) -> Typed:
        inner, of = self._type(node.this)
        self._numeric(node, of)
        made = "double" if types.family(of) == "double" else types.decimal(0)
        return cast(type(node)(this=inner), made, of), made

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
            return cast(exp.Paren(this=days_between(cast(ends, "date"), cast(starts, "date"))), "bigint"), "bigint"
        return exp.Paren(this=exp.Sub(this=periods(unit, ends), expression=periods(unit, starts))), "bigint"

    def _temporal(self, node: exp.Expr, *of: Type) -> None:
        wrong = [t for t in of if t is not None and types.family(t) not in types.TEMPORAL]
        if wrong:
            raise ExpressionInvalid(f"'{node.sql()}' needs a date or time, not {wrong[0]}", remedy="Cast it to a date.")

    def _cast(self, node: exp.Expr) -> Typed:
        to = types.logical(node.args["to"].sql("duckdb"))
        if to is None:
            raise ExpressionInvalid(
                f"'{node.sql()}' casts to an unknown type", remedy="Cast to bigint, decimal(p,s), ..."
            )
        inner, of = self._type(node.this)
        return cast(inner, to, of), to

    def _rebuilt(self, node: exp.Expr) -> exp.Expr:
        made = node.copy()
        for key, value in node.args.items():
            if isinstance(value, list):
                made.set(key, [self._type(v)[0] if isinstance(v, exp.Expr) else v for v in value])
            elif isinstance(value, exp.Expr) and not isinstance(value, exp.Var):
                made.set(key, self._type(value)[0])
        return made

    def _aggregate(self, node: exp.Expr) -> Typed:
        raise ExpressionInvalid(f"'{node.sql()}' is an aggregate, and this is about single rows", remedy="Use `per`.")


def _parts(node: exp.Expr) -> tuple[str, ...]:
    if isinstance(node, exp.Dot):
        if not isinstance(node.expression, exp.Identifier):
            raise ExpressionInvalid(f"'{node.sql()}' is no column", remedy="Write column or join.column.")
        return (*_parts(node.this), node.expression.name)
    if not isinstance(node, exp.Column) or isinstance(node.this, exp.Star):
        raise ExpressionInvalid(f"'{node.sql()}' is no column", remedy="Write column or join.column.")
    return tuple(part.name for part in node.parts)


_RULES: dict[type[exp.Expr], Callable[[RowTyper, exp.Expr], Typed]] = {
    exp.Literal: RowTyper._literal, exp.Boolean: RowTyper._constant, exp.Null: RowTyper._constant,
    exp.Paren: RowTyper._paren,
    exp.And: RowTyper._logic, exp.Or: RowTyper._logic, exp.Not: RowTyper._not,
    **dict.fromkeys((*_EQUAL, *_ORDERED), RowTyper._compare),
    exp.Is: RowTyper._is, exp.In: RowTyper._in, exp.Between: RowTyper._between,
    exp.Like: RowTyper._like, exp.ILike: RowTyper._like, exp.Escape: RowTyper._like,
    exp.Add: RowTyper._add, exp.Sub: RowTyper._add, exp.Mul: RowTyper._multiply, exp.Div: RowTyper._divide,
    exp.Mod: RowTyper._modulo, exp.Neg: RowTyper._negate,
    exp.Case: RowTyper._case, exp.If: RowTyper._if, exp.Nullif: RowTyper._nullif,
    **dict.fromkeys((exp.Coalesce, exp.Greatest, exp.Least), RowTyper._first_of),
    exp.Abs: RowTyper._absolute, exp.Round: RowTyper._round,
    exp.Floor: RowTyper._whole, exp.Ceil: RowTyper._whole, exp.Cast: RowTyper._cast,
    exp.DPipe: RowTyper._text, exp.Concat: RowTyper._text, exp.Upper: RowTyper._text, exp.Lower: RowTyper._text,
    exp.Trim: RowTyper._text, exp.Substring: RowTyper._text, exp.Length: RowTyper._length,
    **dict.fromkeys((exp.Extract, *PARTS), RowTyper._part),
    exp.TimestampTrunc: RowTyper._truncate, exp.DateTrunc: RowTyper._truncate, exp.DateDiff: RowTyper._date_diff,
}  # fmt: skip


def _alike(values: list[Typed]) -> tuple[list[exp.Expr], Type]:
    """Values of which one is chosen, and their type: decimals of one scale, numbers beside a double as doubles, since
    not every engine finds what both are."""
    of = types.merged(each for _, each in values)
    if of is None or types.family(of) not in ("decimal", "double"):
        return [node for node, _ in values], of
    return [types.cast(node, of, each) if _is_unlike(node, each, of) else node for node, each in values], of


def _is_unlike(node: exp.Expr, each: Type, of: Type) -> bool:
    if types.family(of) == "decimal":
        return types.family(each) == "decimal" and types.scale(each) != types.scale(of)
    return types.family(each) in ("bigint", "decimal") and not isinstance(node, exp.Literal)
