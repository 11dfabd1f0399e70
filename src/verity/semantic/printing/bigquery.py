"""BigQuery: GoogleSQL, printed and held to golden files; it runs nowhere here."""

from __future__ import annotations

import re

from sqlglot import exp

from verity.semantic.printing import rules
from verity.semantic.printing.rules import Writing, call, number, text
from verity.semantic.printing.spines import from_template, series

_ODD = re.compile(r"[.()]+")
_PARTS = {"WEEK": "ISOWEEK", "DOY": "DAYOFYEAR"}


def _parameter(node: exp.Expr) -> exp.Expr:
    return exp.Parameter(this=exp.Var(this=f"p{node.name}"))


def _cast(node: exp.Expr) -> exp.Expr:
    """DECIMAL has no sizes in a cast: the digits are kept by rounding, half away from zero."""
    kind = rules.kind_of(node)
    if kind == "DECIMAL":
        digits = rules.decimals(node) or 0
        wide = rules.typed(node, "BIGDECIMAL")
        return wide if isinstance(node.this, exp.Null) else call("ROUND", wide, number(digits))
    if kind == "TIMESTAMP":
        return rules.typed(node, "DATETIME")
    return node


def _literal(node: exp.Expr) -> exp.Expr:
    """1.5 is a FLOAT64 there."""
    if isinstance(node.parent, exp.PercentileCont | exp.PercentileDisc) or not rules.is_decimal_literal(node):
        return node
    return exp.Cast(this=text(node.name), to=exp.DataType(this=exp.DType.BIGDECIMAL))


def _arithmetic(node: exp.Expr) -> exp.Expr:
    return call("DATE_DIFF", node.this, node.expression, exp.Var(this="DAY")) if node.args.get("days") else node


def _part(node: exp.Expr) -> exp.Expr:
    unit, moment = node.this.name.upper(), node.expression
    if unit in ("DOW", "ISODOW"):
        from_sunday = exp.Extract(this=exp.Var(this="DAYOFWEEK"), expression=moment)
        if unit == "DOW":
            return exp.Paren(this=exp.Sub(this=from_sunday, expression=number(1)))
        return _from_monday(from_sunday, 1)
    if unit in _PARTS:
        node.set("this", exp.Var(this=_PARTS[unit]))
    return node


def _from_monday(from_sunday: exp.Expr, first: int) -> exp.Expr:
    moved = call("MOD", exp.Add(this=from_sunday, expression=number(5)), number(7))
    return exp.Paren(this=exp.Add(this=moved, expression=number(first))) if first else moved


def _start_of_day(node: exp.Expr) -> exp.Expr:
    unit = node.args["unit"]
    if isinstance(unit, exp.WeekStart):
        return call("DATE_TRUNC", node.this, call("WEEK", exp.Var(this=unit.this.name)))
    return call("DATE_TRUNC", node.this, exp.Var(this="ISOWEEK" if rules.is_week(unit) else unit.name.upper()))


def _start_of_moment(node: exp.Expr) -> exp.Expr:
    unit = node.args["unit"]
    return call("DATETIME_TRUNC", node.this, exp.Var(this="ISOWEEK" if rules.is_week(unit) else unit.name.upper()))


def _at_zone(node: exp.Expr) -> exp.Expr:
    return call("TIMESTAMP" if rules.makes_instant(node) else "DATETIME", node.this, node.args["zone"])


def _moved(node: exp.Expr) -> exp.Expr:
    """DATE_ADD is of dates only there."""
    outer = node.parent
    if not isinstance(outer, exp.Cast) or rules.kind_of(outer) not in ("TIMESTAMP", "DATETIME"):
        return node
    step = exp.Interval(this=node.expression, unit=node.args["unit"])
    return call("DATETIME_ADD" if isinstance(node, exp.DateAdd) else "DATETIME_SUB", node.this, step)


def _spine(node: exp.Expr) -> exp.Expr:
    found = series(node)
    if found is None:
        return node
    step = f"INTERVAL {found.count} {found.unit}"
    if found.unit in ("SECOND", "MINUTE", "HOUR"):
        made = f"GENERATE_TIMESTAMP_ARRAY(TIMESTAMP(__start), TIMESTAMP(__end), {step})"
        return _counted(from_template(found, "bigquery", f"SELECT DATETIME(v) AS t FROM UNNEST({made}) AS v"))  # noqa: S608 - no value
    made = f"GENERATE_DATE_ARRAY(__start, __end, {step})"
    return _counted(from_template(found, "bigquery", f"SELECT v AS t FROM UNNEST({made}) AS v"))  # noqa: S608 - no value


def _counted(node: exp.Expr) -> exp.Expr:
    """Intervals of a number: INTERVAL 1 MONTH, never '1'."""
    for interval in node.find_all(exp.Interval):
        interval.set("this", exp.Literal.number(interval.this.name))
    return node


def _percentile(node: exp.Expr) -> exp.Expr:
    """There it is a window function only: it runs over the group's values as an array."""
    found = rules.percentile(node)
    if found is None:
        return node
    fraction, operand, occurs = found
    name = "PERCENTILE_DISC" if occurs else "PERCENTILE_CONT"
    value = exp.Column(this=exp.Identifier(this="v", quoted=True))
    window = exp.Window(this=call(name, value, fraction))
    values = call("ARRAY_AGG", exp.IgnoreNulls(this=operand))
    source = exp.Unnest(expressions=[values], alias=exp.TableAlias(columns=[exp.Identifier(this="v", quoted=True)]))
    select = exp.Select(
        expressions=[window], from_=exp.From(this=source), limit=exp.Limit(expression=exp.Literal.number(1))
    )
    return exp.Subquery(this=select)


def _null_safe(node: exp.Expr) -> exp.Expr:
    """An outer join there needs a plain equality; as JSON, NULL equals NULL."""
    if not isinstance(node.find_ancestor(exp.Join, exp.Select), exp.Join):
        return node
    return exp.EQ(this=call("TO_JSON_STRING", node.this), expression=call("TO_JSON_STRING", node.expression))


def named_plainly(node: exp.Expr) -> exp.Expr:
    """No dots or brackets in an alias, where it is given and where it is used: `orders__customer`."""
    table = node.parent if isinstance(node.parent, exp.Table) and node.arg_key != "alias" else None
    if _ODD.search(node.name) and (table is None or not table.args.get("db")):  # the statement's own have no dataset
        node.set("this", _ODD.sub("__", node.name))
    return node


WRITING = Writing(
    first={
        exp.Filter: rules.conditioned,
        exp.Parameter: _parameter,
        exp.Literal: _literal,
        exp.Collate: rules.bare,
        exp.Identifier: named_plainly,
    },
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
        exp.NullSafeEQ: _null_safe,
        exp.Escape: rules.backslashed,
        exp.ILike: rules.equal_case,
        **dict.fromkeys((exp.Greatest, exp.Least), rules.null_ignoring),
    },
)
