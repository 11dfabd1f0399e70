"""Spark 4 in ANSI mode, in UTC, with decimals that keep their scale: the session's part is in its engine."""

from __future__ import annotations

from sqlglot import exp

from verity.semantic.printing import rules
from verity.semantic.printing.rules import Writing, call, number, text
from verity.semantic.printing.spines import from_template, series
from verity.semantic.types import cast

_PARTS = {"ISODOW": "DAYOFWEEK_ISO"}


def _parameter(node: exp.Expr) -> exp.Expr:
    """`:p1`, bound by the session and never spliced."""
    return exp.Placeholder(this=f"p{node.name}")


def _cast(node: exp.Expr) -> exp.Expr:
    kind, of = rules.kind_of(node), rules.source(node)
    if kind == "TIMESTAMP":
        return rules.typed(node, "TIMESTAMPNTZ")
    if kind == "TIMESTAMPTZ":
        return rules.typed(node, "TIMESTAMPLTZ")
    if kind in ("BIGINT", "INT") and of in ("double", "decimal"):  # a cast cuts
        node.set("this", call("RINT" if of == "double" else "ROUND", node.this))
    return node


def _arithmetic(node: exp.Expr) -> exp.Expr:
    return call("DATEDIFF", node.this, node.expression) if node.args.get("days") else node


def _part(node: exp.Expr) -> exp.Expr:
    unit = node.this.name.upper()
    if unit == "DOW":
        return exp.Paren(this=exp.Sub(this=call("DAYOFWEEK", node.expression), expression=number(1)))
    if unit in _PARTS:
        node.set("this", exp.Var(this=_PARTS[unit]))
    return node


def _start_of_day(node: exp.Expr) -> exp.Expr:
    day, unit = node.this, node.args["unit"]
    if isinstance(unit, exp.WeekStart):
        return call("DATE_SUB", day, rules.days_since_start(unit, call("WEEKDAY", day.copy())))
    return call("TRUNC", day, text(unit.name.upper()))


def _at_zone(node: exp.Expr) -> exp.Expr:
    zone, inner = node.args["zone"], node.this
    if rules.makes_instant(node):
        instant = exp.Cast(this=inner, to=exp.DataType(this=exp.DType.TIMESTAMPLTZ))
        return instant if zone.name == "UTC" else call("TO_UTC_TIMESTAMP", instant, zone)
    shown = inner if zone.name == "UTC" else call("FROM_UTC_TIMESTAMP", inner, zone)
    return exp.Cast(this=shown, to=exp.DataType(this=exp.DType.TIMESTAMPNTZ))


def _start_of_moment(node: exp.Expr) -> exp.Expr:
    return cast(call("DATE_TRUNC", text(node.args["unit"].name.upper()), node.this), "timestamp")


def _moved(node: exp.Expr) -> exp.Expr:
    """A date or time moved by an interval, in its own type."""
    step = exp.Interval(this=exp.Literal.string(node.expression.name), unit=node.args["unit"])
    kind = exp.Add if isinstance(node, exp.DateAdd) else exp.Sub
    return exp.Paren(this=kind(this=node.this, expression=step))


def _spine(node: exp.Expr) -> exp.Expr:
    found = series(node)
    if found is None:
        return node
    step = f"INTERVAL '{found.count}' {found.unit}"
    text = (
        f"SELECT EXPLODE(SEQUENCE(b.lo, b.hi, {step})) AS t "  # noqa: S608 - no value
        "FROM (SELECT __start AS lo, __end AS hi) AS b WHERE b.lo <= b.hi"
    )
    return from_template(found, "spark", text)


def _percentile(node: exp.Expr) -> exp.Expr:
    """Exact ones; the place of one that occurs is counted in decimals, so that no product passes it by."""
    found = rules.percentile(node)
    if found is None:
        return node
    fraction, operand, occurs = found
    if not occurs:
        return call("PERCENTILE", operand, fraction)
    place = call("CEIL", exp.Mul(this=fraction, expression=exp.Count(this=operand.copy())))
    index = exp.Cast(this=call("GREATEST", number(1), place), to=exp.DataType(this=exp.DType.INT))
    return call("TRY_ELEMENT_AT", call("SORT_ARRAY", call("COLLECT_LIST", operand)), index)


def _inside_filter(node: exp.Expr) -> exp.Expr:
    found = rules.percentile(node.this)
    return rules.conditioned(node) if found is not None and found[2] else node


WRITING = Writing(
    first={exp.Filter: _inside_filter, exp.Parameter: _parameter, exp.Collate: rules.bare},
    rules={
        exp.Cast: _cast,
        exp.Sum: rules.widened,
        exp.Sub: _arithmetic,
        exp.Extract: _part,
        exp.DateTrunc: _start_of_day,
        exp.TimestampTrunc: _start_of_moment,
        exp.AtTimeZone: _at_zone,
        **dict.fromkeys((exp.DateAdd, exp.DateSub), _moved),
        exp.Unnest: _spine,
        **dict.fromkeys((exp.Median, exp.PercentileCont, exp.PercentileDisc), _percentile),
    },
)
