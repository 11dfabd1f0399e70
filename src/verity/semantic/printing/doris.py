"""Doris, printed and held to golden files; it runs nowhere here. Instants are DATETIME in UTC: no type holds them."""

from __future__ import annotations

from sqlglot import exp

from verity.exceptions import NotSupported
from verity.semantic.printing import rules
from verity.semantic.printing.bigquery import named_plainly
from verity.semantic.printing.rules import Writing, call, number, text
from verity.semantic.printing.spines import from_template, series


def _parameter(node: exp.Expr) -> exp.Expr:
    """`?`: values are given in the order in which they stand in the text."""
    del node
    return exp.Placeholder()


def _cast(node: exp.Expr) -> exp.Expr:
    return rules.typed(node, "DATETIME", 6) if rules.kind_of(node) in ("TIMESTAMP", "TIMESTAMPTZ") else node


def _arithmetic(node: exp.Expr) -> exp.Expr:
    """Days between dates; dates moved by days; integers multiplied as LARGEINT, which does not wrap."""
    if node.args.get("days"):
        return call("DATEDIFF", node.this, node.expression)
    days = node.expression
    if isinstance(node, exp.Add | exp.Sub) and isinstance(days, exp.Cast) and rules.kind_of(days) == "INT":
        return call("DAYS_ADD" if isinstance(node, exp.Add) else "DAYS_SUB", node.this, days)
    if rules.is_whole(node):
        node.set("this", exp.Cast(this=node.this, to=exp.DataType(this=exp.DType.INT128)))
    return node


def _part(node: exp.Expr) -> exp.Expr:
    unit, moment = node.this.name.upper(), node.expression
    if unit == "WEEK":
        return call("WEEK", moment, number(3))
    if unit == "DOW":
        return exp.Paren(this=exp.Sub(this=call("DAYOFWEEK", moment), expression=number(1)))
    if unit == "ISODOW":
        return exp.Paren(this=exp.Add(this=call("WEEKDAY", moment), expression=number(1)))
    return call("DAYOFYEAR", moment) if unit == "DOY" else node


def _start_of_day(node: exp.Expr) -> exp.Expr:
    day, unit = node.this, node.args["unit"]
    if isinstance(unit, exp.WeekStart):
        return call("DAYS_SUB", day, rules.days_since_start(unit, call("WEEKDAY", day.copy())))
    return call("DATE_TRUNC", day, text(unit.name.lower()))


def _start_of_moment(node: exp.Expr) -> exp.Expr:
    return call("DATE_TRUNC", node.this, text(node.args["unit"].name.lower()))


def _at_zone(node: exp.Expr) -> exp.Expr:
    zone, inner = node.args["zone"], node.this
    if zone.name == "UTC":
        return inner  # type: ignore[no-any-return]  # a node
    zones = (zone, text("+00:00")) if rules.makes_instant(node) else (text("+00:00"), zone)
    return call("CONVERT_TZ", inner, *zones)


def _spine(node: exp.Expr) -> exp.Expr:
    found = series(node)
    if found is None:
        return node
    apart = f"{found.unit}S_DIFF(b.hi, b.lo)"
    text = (
        f"SELECT {found.unit}S_ADD(b.lo, e.n * {found.count}) AS t FROM (SELECT __start AS lo, __end AS hi) AS b "  # noqa: S608 - no value
        f"LATERAL VIEW EXPLODE_NUMBERS(CAST(FLOOR({apart} / {found.count}) AS INT) + 1) e AS n"
    )
    return from_template(found, "doris", text)


def _percentile(node: exp.Expr) -> exp.Expr:
    found = rules.percentile(node)
    if found is None:
        return node
    fraction, operand, occurs = found
    if occurs:
        raise NotSupported("Doris has no discrete percentile", remedy="Declare `method: continuous`.")
    return call("PERCENTILE", operand, fraction)


def _any(node: exp.Expr) -> exp.Expr:
    return _as_number(exp.Max, node)


def _all(node: exp.Expr) -> exp.Expr:
    return _as_number(exp.Min, node)


def _as_number(kind: type[exp.Expr], node: exp.Expr) -> exp.Expr:
    value = exp.Cast(this=node.this, to=exp.DataType(this=exp.DType.INT))
    return exp.Paren(this=exp.EQ(this=kind(this=value), expression=number(1)))


def _ordered(node: exp.Expr) -> exp.Expr:
    """With NULLS written out, which the dialect's printer leaves away."""
    place = node.this
    if not (isinstance(place, exp.Literal) and not place.is_string):
        return node
    way = "DESC" if node.args.get("desc") else "ASC"
    return exp.Var(this=f"{place.name} {way} NULLS {'FIRST' if node.args.get('nulls_first') else 'LAST'}")


WRITING = Writing(
    first={
        exp.Filter: rules.conditioned,
        exp.Parameter: _parameter,
        exp.Collate: rules.bare,
        exp.Identifier: named_plainly,
    },
    rules={
        exp.Cast: _cast,
        exp.Sum: rules.widened,
        **dict.fromkeys((exp.Add, exp.Sub, exp.Mul), _arithmetic),
        exp.Extract: _part,
        exp.DateTrunc: _start_of_day,
        exp.TimestampTrunc: _start_of_moment,
        exp.AtTimeZone: _at_zone,
        exp.Unnest: _spine,
        **dict.fromkeys((exp.Median, exp.PercentileCont, exp.PercentileDisc), _percentile),
        exp.LogicalOr: _any,
        exp.LogicalAnd: _all,
        exp.Escape: rules.backslashed,
        exp.ILike: rules.equal_case,
        exp.Length: lambda node: call("CHAR_LENGTH", node.this),
        exp.Ordered: _ordered,
        **dict.fromkeys((exp.Greatest, exp.Least), rules.null_ignoring),
    },
)
