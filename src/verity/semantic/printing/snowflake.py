"""Snowflake, printed and held to golden files; it runs nowhere here. Quoted names there keep their case."""

from __future__ import annotations

from sqlglot import exp

from verity.semantic.printing import rules
from verity.semantic.printing.rules import Writing, call, number
from verity.semantic.printing.spines import from_template, series

_PARTS = {"WEEK": "WEEKISO", "ISODOW": "DAYOFWEEKISO", "DOY": "DAYOFYEAR"}


def _parameter(node: exp.Expr) -> exp.Expr:
    return exp.Placeholder(this=node.name)


def _cast(node: exp.Expr) -> exp.Expr:
    return rules.typed(node, "TIMESTAMPNTZ") if rules.kind_of(node) == "TIMESTAMP" else node


def _arithmetic(node: exp.Expr) -> exp.Expr:
    return call("DATEDIFF", exp.Var(this="DAY"), node.expression, node.this) if node.args.get("days") else node


def _part(node: exp.Expr) -> exp.Expr:
    """Without the session's WEEK_START, on which DAYOFWEEK and WEEK depend."""
    unit = node.this.name.upper()
    if unit == "DOW":
        return exp.Mod(this=call("DAYOFWEEKISO", node.expression), expression=number(7))
    return call(_PARTS[unit], node.expression) if unit in _PARTS else node


def _start_of_day(node: exp.Expr) -> exp.Expr:
    day, unit = node.this, node.args["unit"]
    if not rules.is_week(unit):
        return node
    weekday = exp.Paren(this=exp.Sub(this=call("DAYOFWEEKISO", day.copy()), expression=number(1)))
    past = exp.Neg(this=exp.Paren(this=rules.days_since_start(unit, weekday)))
    return call("DATEADD", exp.Var(this="DAY"), past, day)


def _at_zone(node: exp.Expr) -> exp.Expr:
    zone, inner = node.args["zone"], node.this
    if rules.makes_instant(node):
        made = call("CONVERT_TIMEZONE", zone, exp.Literal.string("UTC"), inner)
        in_utc = inner if zone.name == "UTC" else made
        words = exp.Cast(this=in_utc, to=exp.DataType(this=exp.DType.TEXT))
        stamped = exp.Paren(this=exp.DPipe(this=words, expression=exp.Literal.string(" +00:00")))
        return exp.Cast(this=stamped, to=exp.DataType(this=exp.DType.TIMESTAMPTZ))
    return exp.Cast(this=call("CONVERT_TIMEZONE", zone, inner), to=exp.DataType(this=exp.DType.TIMESTAMPNTZ))


def _spine(node: exp.Expr) -> exp.Expr:
    found = series(node)
    if found is None:
        return node
    apart = f"DATEDIFF({found.unit}, b.lo, b.hi)"
    if found.unit == "WEEK":
        apart = "FLOOR(DATEDIFF(DAY, b.lo, b.hi) / 7)"
    text = (
        f"SELECT DATEADD({found.unit}, f.value, b.lo) AS t FROM (SELECT __start AS lo, __end AS hi) AS b "  # noqa: S608 - no value
        f"CROSS JOIN LATERAL FLATTEN(INPUT => ARRAY_GENERATE_RANGE(0, {apart} + 1, {found.count})) AS f"
    )
    return from_template(found, "snowflake", text)


WRITING = Writing(
    first={exp.Filter: rules.conditioned, exp.Parameter: _parameter, exp.Collate: rules.bare},
    rules={
        exp.Cast: _cast,
        exp.Sub: _arithmetic,
        exp.Extract: _part,
        exp.DateTrunc: _start_of_day,
        exp.AtTimeZone: _at_zone,
        exp.Unnest: _spine,
    },
)
