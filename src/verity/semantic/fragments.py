"""Small pieces of SQL that mean the same on every engine: safe ratios, filters, logic, the start of a period."""

from __future__ import annotations

from collections.abc import Iterable

from sqlglot import exp

from verity.semantic.types import SOURCE, Type, cast, family

Typed = tuple[exp.Expr, Type]
DAYS = "days"
"""The mark of a difference of two dates."""
MOVED_DAYS = "moved_days"
"""The mark of a date that is moved by whole days: how many."""
CHOSEN = "chosen"
"""The mark of a SELECT that keeps the groups of one instant of each period: `last` or `first`."""
REFILLED = "refilled"
"""The mark of a SELECT whose groups, where no row is counted, are made again with the same values."""
ABOUT = "about"
"""The mark of a COUNT(DISTINCT ...) that stands for an approximate one, where the engine has none."""
CODE_POINT = "C"
"""The collation that orders text by code point."""


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
    return exp.AtTimeZone(this=held(node), zone=exp.Literal.string("UTC")) if of == "timestamptz" else node


def truncated(node: exp.Expr, of: Type, grain: str, week_start: str = "monday") -> Typed:
    """The start of the period that a wall-clock time lies in: a date from day upwards, else a timestamp."""
    if grain in ("second", "minute", "hour"):
        moment = cast(node, "timestamp") if of == "date" else at_utc(node, of)
        return cast(exp.TimestampTrunc(this=moment, unit=exp.Var(this=grain.upper())), "timestamp"), "timestamp"
    day = node if of == "date" else cast(at_utc(node, of), "date")
    if grain == "day":
        return day, "date"
    unit: exp.Expr = exp.Var(this=grain.upper())
    if grain == "week" and week_start != "monday":
        unit = exp.WeekStart(this=exp.Var(this=week_start.upper()))
    return exp.DateTrunc(this=day, unit=unit), "date"  # type: ignore[no-untyped-call]  # sqlglot's own initialiser


def extract(unit: str, node: exp.Expr) -> exp.Expr:
    """A part of a time, as an integer."""
    return cast(exp.Extract(this=exp.Var(this=unit.upper()), expression=node), "bigint")


def periods(unit: str, node: exp.Expr) -> exp.Expr:
    """Years, quarters or months since year 0."""
    year = extract("YEAR", node)
    if unit == "YEAR":
        return year
    size = exp.Literal.number(4 if unit == "QUARTER" else 12)
    return exp.Paren(this=exp.Add(this=exp.Mul(this=year, expression=size), expression=extract(unit, node.copy())))


def days_between(end: exp.Expr, start: exp.Expr) -> exp.Expr:
    """Days from one date to another: end - start, which not every engine writes so."""
    made = exp.Sub(this=end, expression=start)
    made.set(DAYS, True)
    return made


def null_of_nulls(node: exp.Expr) -> bool:
    """Whether the expression is NULL where every column in it is. False where that is not certain."""
    if isinstance(node, exp.Column | exp.Null):
        return True
    if isinstance(node, exp.And | exp.Or):
        return null_of_nulls(node.left) and null_of_nulls(node.right)
    if isinstance(node, _STRICT_PAIRS):
        return null_of_nulls(node.left) or null_of_nulls(node.right)
    if isinstance(node, exp.Extract):
        return null_of_nulls(node.expression)
    return isinstance(node, _STRICT) and null_of_nulls(node.this)


_STRICT_PAIRS = (exp.Add, exp.Sub, exp.Mul, exp.Div, exp.EQ, exp.NEQ, exp.GT, exp.GTE, exp.LT, exp.LTE, exp.Like)
_STRICT = (
    exp.Paren, exp.Cast, exp.Not, exp.Neg, exp.Abs, exp.Round, exp.Floor, exp.Ceil, exp.Upper, exp.Lower, exp.Trim,
    exp.Length, exp.Substring, exp.AtTimeZone, exp.TimestampTrunc, exp.Collate, exp.In, exp.Between, exp.Nullif,
)  # fmt: skip
"""What is NULL where its first argument is."""


def null_safe_key(node: exp.Expr, of: Type) -> list[exp.Expr]:
    """A key as two values that are never NULL, so that NULL is a key like any other in a membership."""
    text = node.copy() if family(of) == "text" else cast(node.copy(), "text")
    filled = exp.Coalesce(this=text, expressions=[exp.Literal.string("")])
    filled.set(_NULL_SAFE, True)
    return [filled, exp.Paren(this=exp.Is(this=node.copy(), expression=exp.Null()))]


def null_safe_pairs(membership: exp.Expr) -> list[tuple[type[exp.Binary], exp.Expr, exp.Expr]]:
    """How the values of a membership with null-safe keys are compared, pair by pair, with the keys as they are.

    Empty where it has no such key.
    """
    left, query = membership.this, membership.args.get("query")
    if not isinstance(left, exp.Tuple) or query is None or not any(n.args.get(_NULL_SAFE) for n in left.expressions):
        return []
    pairs: list[tuple[type[exp.Binary], exp.Expr, exp.Expr]] = []
    sides = list(zip(left.expressions, query.this.expressions, strict=True))
    for place, (own, theirs) in enumerate(sides):
        if own.args.get(_NULL_SAFE):
            continue
        if place and sides[place - 1][0].args.get(_NULL_SAFE):
            pairs.append((exp.NullSafeEQ, own.this.this, theirs.this.this))
        else:
            pairs.append((exp.EQ, own, theirs))
    return pairs


_NULL_SAFE = "null_safe"
"""The mark of the first of the two values of a key."""


def distinctly(kind: type[exp.Expr], inner: exp.Expr, distinct: bool) -> exp.Expr:
    """KIND(inner), or KIND(DISTINCT inner)."""
    return kind(this=exp.Distinct(expressions=[inner]) if distinct else inner)


def about_count(inner: exp.Expr, of: Type) -> exp.Expr:
    """APPROX_COUNT_DISTINCT(inner), with the type of what it counts: a sketch hashes values by their type."""
    call = exp.ApproxDistinct(this=inner)
    call.set(SOURCE, of)
    return call


def as_exact(call: exp.Expr) -> exp.Expr:
    """The same as COUNT(DISTINCT inner), which is still told from one that was written so."""
    made = exp.Count(this=exp.Distinct(expressions=[call.this]), big_int=True)
    made.set(SOURCE, call.args.get(SOURCE))
    made.set(ABOUT, True)
    return made


def counted_about(call: exp.Expr) -> exp.Expr | None:
    """What an approximate count counts; None where the node is none."""
    if not isinstance(call, exp.ApproxDistinct) and not (isinstance(call, exp.Count) and call.args.get(ABOUT)):
        return None
    counted: exp.Expr = call.this.expressions[0] if isinstance(call.this, exp.Distinct) else call.this
    return counted


def held(node: exp.Expr) -> exp.Expr:
    """The node, in brackets where it could fall apart beside an operator."""
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
