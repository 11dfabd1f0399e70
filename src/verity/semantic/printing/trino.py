"""Trino, printed and held to golden files; it runs nowhere here."""

from __future__ import annotations

from sqlglot import exp

from verity.semantic.printing import rules
from verity.semantic.printing.rules import Writing, call, number, text
from verity.semantic.types import decimal, sql_type


def _parameter(node: exp.Expr) -> exp.Expr:
    """`?`: values are given in the order in which they stand in the text."""
    del node
    return exp.Placeholder()


def _cast(node: exp.Expr) -> exp.Expr:
    """Microseconds; a plain TIMESTAMP there has milliseconds. An instant in a text is read as ISO 8601."""
    kind = rules.kind_of(node)
    if kind == "TIMESTAMPTZ" and isinstance(node.this, exp.Placeholder | exp.Literal):
        node.set("this", call("FROM_ISO8601_TIMESTAMP_NANOS", node.this))
    return rules.typed(node, kind, 6) if kind in ("TIMESTAMP", "TIMESTAMPTZ") else node


def _arithmetic(node: exp.Expr) -> exp.Expr:
    return call("DATE_DIFF", text("day"), node.expression, node.this) if node.args.get("days") else node


def _moved(node: exp.Expr) -> exp.Expr:
    """A date plus or minus days: the plan casts those to INT."""
    made = _arithmetic(node)
    days = made.expression if isinstance(made, exp.Add | exp.Sub) else None
    if not isinstance(days, exp.Cast) or rules.kind_of(days) != "INT":
        return made
    count = exp.Neg(this=exp.Paren(this=days)) if isinstance(made, exp.Sub) else days
    return call("DATE_ADD", text("day"), count, made.this)


def _part(node: exp.Expr) -> exp.Expr:
    """DOW there is ISO's, 1 to 7 from Monday."""
    unit = node.this.name.upper()
    if unit == "DOW":
        return exp.Mod(this=call("DAY_OF_WEEK", node.expression), expression=number(7))
    return call("DAY_OF_WEEK", node.expression) if unit == "ISODOW" else node


def _start_of_day(node: exp.Expr) -> exp.Expr:
    day, unit = node.this, node.args["unit"]
    if not isinstance(unit, exp.WeekStart):
        return node
    weekday = exp.Paren(this=exp.Sub(this=call("DAY_OF_WEEK", day.copy()), expression=number(1)))
    past = exp.Neg(this=exp.Paren(this=rules.days_since_start(unit, weekday)))
    return call("DATE_ADD", text("day"), past, day)


def _at_zone(node: exp.Expr) -> exp.Expr:
    zone, inner = node.args["zone"], node.this
    if rules.makes_instant(node):
        return call("WITH_TIMEZONE", inner, zone)
    size = [exp.DataTypeParam(this=exp.Literal.number(6))]
    wall = exp.DataType(this=exp.DType.TIMESTAMP, expressions=size)
    return exp.Cast(this=call("AT_TIMEZONE", inner, zone), to=wall)


def _percentile(node: exp.Expr) -> exp.Expr:
    """There is none that is exact: the group's values are sorted and two neighbours weighed."""
    found = rules.percentile(node)
    if found is None:
        return node
    fraction, operand, occurs = found
    known = exp.Where(this=exp.Not(this=exp.Is(this=operand.copy(), expression=exp.Null())))
    values = call("ARRAY_SORT", exp.Filter(this=call("ARRAY_AGG", operand), expression=known))
    count = exp.Count(this=operand.copy())
    if occurs:
        exact = exp.Cast(this=count, to=sql_type(decimal(0, 18)))  # a product of doubles could pass the place by
        place = call("CEIL", exp.Mul(this=fraction, expression=exact))
        return call("ELEMENT_AT", values, call("GREATEST", number(1), _bigint(place)))
    last = exp.Paren(this=exp.Sub(this=exp.Cast(this=count, to=_double()), expression=number(1)))
    place = exp.Paren(this=exp.Mul(this=exp.Cast(this=fraction, to=_double()), expression=last))
    low = call("ELEMENT_AT", values, exp.Add(this=_bigint(call("FLOOR", place.copy())), expression=number(1)))
    high = call("ELEMENT_AT", values.copy(), exp.Add(this=_bigint(call("CEIL", place.copy())), expression=number(1)))
    past = exp.Paren(this=exp.Sub(this=place, expression=call("FLOOR", place.copy())))
    step = exp.Paren(this=exp.Sub(this=high, expression=low.copy()))
    return exp.Paren(this=exp.Add(this=low, expression=exp.Mul(this=past, expression=step)))


def _bigint(node: exp.Expr) -> exp.Expr:
    return exp.Cast(this=node, to=exp.DataType(this=exp.DType.BIGINT))


def _double() -> exp.DataType:
    return exp.DataType(this=exp.DType.DOUBLE)


def _only_percentiles(node: exp.Expr) -> exp.Expr:
    return rules.conditioned(node) if rules.percentile(node.this) is not None else node


WRITING = Writing(
    first={exp.Filter: _only_percentiles, exp.Parameter: _parameter, exp.Collate: rules.bare},
    rules={
        exp.Cast: _cast,
        exp.Sum: rules.widened,
        **dict.fromkeys((exp.Add, exp.Sub), _moved),
        exp.Extract: _part,
        exp.DateTrunc: _start_of_day,
        exp.AtTimeZone: _at_zone,
        **dict.fromkeys((exp.Median, exp.PercentileCont, exp.PercentileDisc), _percentile),
        exp.ILike: rules.equal_case,
        exp.MD5: lambda node: exp.MD5(this=call("TO_UTF8", node.this)),
        **dict.fromkeys((exp.Greatest, exp.Least), rules.null_ignoring),
    },
)
