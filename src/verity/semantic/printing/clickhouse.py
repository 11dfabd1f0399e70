"""ClickHouse: where the plan's words mean something else there, and what is written instead.

Tried on ClickHouse 26.9 (chDB): a sum of nothing is 0, a joined row that is absent holds zeros, an integer sum wraps,
a cast to Decimal cuts, a Date ends in 2149 (Date32 does not), `median` samples, LENGTH counts bytes, 1.5 is a Float64.
"""

from __future__ import annotations

from sqlglot import exp

from verity.semantic.fragments import any_of
from verity.semantic.printing import rules
from verity.semantic.printing.rules import Writing, call, number, text
from verity.semantic.printing.semi_joins import as_membership
from verity.semantic.printing.spines import from_template, series
from verity.semantic.types import cast, decimal

SETTINGS = {
    "join_use_nulls": "1",  # a LEFT JOIN that finds nothing gives NULL, not 0 or ''
    "aggregate_functions_null_for_empty": "1",  # an aggregate of nothing is NULL; COUNT stays 0
    "group_by_use_nulls": "1",  # totals have NULL where they have no group
    "enable_extended_results_for_datetime_functions": "1",  # dates before 1970 and after 2149
    "count_distinct_implementation": "'uniqExact'",
    "session_timezone": "'UTC'",
}
_PARTS = {
    "QUARTER": "toQuarter", "WEEK": "toISOWeek", "ISODOW": "toDayOfWeek", "DOY": "toDayOfYear", "ISOYEAR": "toISOYear",
}  # fmt: skip
_INSTANT = "UTC"


def _cast(node: exp.Expr) -> exp.Expr:
    kind = rules.kind_of(node)
    parameter = node.this if isinstance(node.this, exp.Placeholder) else None
    if kind == "TIMESTAMPTZ" and (parameter is not None or isinstance(node.this, exp.Literal)):
        return call("parseDateTime64BestEffort", node.this, number(6), text(_INSTANT))
    if kind == "TEXT" and parameter is not None:
        return parameter
    if kind == "TEXT" and rules.source(node) == "boolean":
        return exp.Case(
            ifs=[
                exp.If(this=node.this, true=text("true")),
                exp.If(this=exp.Not(this=exp.Paren(this=node.this.copy())), true=text("false")),
            ]
        )
    if kind == "DATE":
        return rules.typed(node, "DATE32")
    if kind == "TIMESTAMP":
        return rules.typed(node, "DATETIME64", 6)
    if kind == "TIMESTAMPTZ":
        return call("toTimeZone", rules.typed(node, "DATETIME64", 6), text(_INSTANT))
    if kind == "DECIMAL" and parameter is None and not isinstance(node.this, exp.Null | exp.Literal):
        return _exact(node, rules.decimals(node) or 0)
    if kind in ("BIGINT", "INT") and rules.source(node) in ("double", "decimal"):
        node.set("this", call("round", node.this))
    return node


def _exact(node: exp.Expr, digits: int) -> exp.Expr:
    """A cast to Decimal cuts: what is cast is rounded first, half away from zero."""
    kind = rules.source(node)
    if kind in ("decimal", None):
        node.set("this", call("round", node.this, number(digits)))
    elif kind == "double":
        scaled = exp.Paren(this=exp.Mul(this=exp.Paren(this=node.this.copy()), expression=number(10**digits)))
        units: exp.Expr = cast(call("ifNull", _rounded(scaled), number(0)), decimal(0))
        if digits:
            units = exp.Mul(this=units, expression=_decimal_literal(f"0.{1:0{digits}d}"))
        return _unless_null(node.this, units)
    elif kind == "text":
        wide = call("toDecimal256", node.this, number(min(digits + 12, 50)))
        node.set("this", call("round", wide, number(digits)))
    return node


def _unless_null(value: exp.Expr, made: exp.Expr) -> exp.Expr:
    """NULL of NULL. A cast there looks at what lies under a NULL too, which may be an infinity."""
    known = exp.Not(this=exp.Is(this=value.copy(), expression=exp.Null()))
    return exp.Case(ifs=[exp.If(this=known, true=made)])


def _rounded(value: exp.Expr) -> exp.Expr:
    """A double to the nearest whole, halves away from zero. Its own round takes halves to the even one, and adding 0.5
    can itself round; the same parts are computed once."""
    past = exp.Sub(this=value.copy(), expression=call("trunc", value.copy()))
    is_half = exp.Paren(this=exp.GTE(this=call("abs", past), expression=exp.Literal.number("0.5")))
    return exp.Add(this=call("trunc", value), expression=exp.Mul(this=is_half, expression=call("sign", value.copy())))


def _literal(node: exp.Expr) -> exp.Expr:
    is_fraction = isinstance(node.parent, exp.PercentileCont | exp.PercentileDisc)
    return node if is_fraction or not rules.is_decimal_literal(node) else _decimal_literal(node.name)


def _decimal_literal(value: str) -> exp.Expr:
    return call("toDecimal128", text(value), number(len(value.partition(".")[2])))


def _parameter(node: exp.Expr) -> exp.Expr:
    """`{p1: String}`, bound by the client and never spliced; the cast around it makes the type."""
    return exp.Placeholder(this=f"p{node.name}", kind="String")


def _arithmetic(node: exp.Expr) -> exp.Expr:
    if node.args.get("days"):
        return call("dateDiff", text("day"), node.expression, node.this)
    if not rules.is_whole(node):
        return node
    node.set("whole", None)
    node.set("this", cast(node.this, decimal(0)))
    return cast(exp.Paren(this=node), "bigint")


def _counted(node: exp.Expr) -> exp.Expr:
    """COUNT is unsigned there, and has no common type with a signed column."""
    return node if isinstance(node.parent, exp.Filter | exp.Window) else cast(node, "bigint")


def _filtered(node: exp.Expr) -> exp.Expr:
    counts = isinstance(node.this, exp.Count) and not isinstance(node.parent, exp.Window)
    return cast(node, "bigint") if counts else node


def _windowed(node: exp.Expr) -> exp.Expr:
    inner = node.this.this if isinstance(node.this, exp.Filter) else node.this
    counts = isinstance(inner, exp.Count | exp.RowNumber | exp.Rank | exp.DenseRank)
    return cast(node, "bigint") if counts else node


def _percentile(node: exp.Expr) -> exp.Expr:
    found = rules.percentile(node)
    if found is None:
        return node
    fraction, operand, occurs = found
    if not occurs:
        return exp.ParameterizedAgg(this="quantileExactInclusive", expressions=[fraction], params=[operand])
    sorted_values = call("arraySort", call("groupArray", operand))
    place = exp.Mul(this=_decimal_literal(fraction.name), expression=exp.Count(this=operand.copy()))
    return call("arrayElementOrNull", sorted_values, call("toUInt64", call("greatest", number(1), call("ceil", place))))


def _inside_filter(node: exp.Expr) -> exp.Expr:
    """A percentile that occurs is written with arrays, which take no FILTER."""
    found = rules.percentile(node.this)
    return rules.conditioned(node) if found is not None and found[2] else node


def _any(node: exp.Expr) -> exp.Expr:
    return exp.Max(this=cast(node.this, "boolean"))


def _absolute(node: exp.Expr) -> exp.Expr:
    """ABS of an integer is unsigned there, and has no common type with a signed column."""
    negative = exp.LT(this=node.this.copy(), expression=number(0))
    negated = exp.Neg(this=exp.Paren(this=node.this.copy()))
    return exp.Case(ifs=[exp.If(this=negative, true=negated)], default=node.this)


def _all(node: exp.Expr) -> exp.Expr:
    return exp.Min(this=cast(node.this, "boolean"))


def _select(node: exp.Expr) -> exp.Expr:
    """Conditions are numbers there; as columns of a result they are true and false."""
    for column in node.expressions:
        value = column.this if isinstance(column, exp.Alias) else column
        if _is_condition(value):
            value.replace(cast(value.copy(), "boolean"))
    return node


def _is_condition(value: exp.Expr) -> bool:
    """A condition, or a CASE that makes one: of a joined row that may be missing."""
    inner = value.unnest()
    if isinstance(inner, exp.Case):
        made = [branch.args["true"] for branch in inner.args["ifs"]]
        return any(map(_is_condition, made))
    return isinstance(inner, exp.Predicate | exp.Connector | exp.Not) and not isinstance(inner, exp.Literal)


def _part(node: exp.Expr) -> exp.Expr:
    unit, moment = node.this.name.upper(), node.expression
    if unit == "DOW":
        return exp.Mod(this=call("toDayOfWeek", moment), expression=number(7))
    return call(_PARTS[unit], moment) if unit in _PARTS else node


def _start_of_moment(node: exp.Expr) -> exp.Expr:
    """`date_trunc('second')` rounds moments before 1970 up; these do not."""
    unit = node.args["unit"].name.upper()
    if unit in ("SECOND", "MINUTE", "HOUR"):
        return call(f"toStartOf{unit.capitalize()}", node.this)
    return call("dateTrunc", text(unit), node.this)


def _start_of_day(node: exp.Expr) -> exp.Expr:
    day, unit = node.this, node.args["unit"]
    if isinstance(unit, exp.WeekStart):
        weekday = exp.Paren(this=exp.Sub(this=call("toDayOfWeek", day.copy()), expression=number(1)))
        return call("subtractDays", day, rules.days_since_start(unit, weekday))
    return call("dateTrunc", text(unit.name.upper()), day)


def _at_zone(node: exp.Expr) -> exp.Expr:
    """The wall clock of a zone as a plain time; or, of a plain time, its instant."""
    zone, inner = node.args["zone"].name, node.this
    if zone == _INSTANT:
        return call("toTimeZone", inner, text(zone))
    if rules.makes_instant(node):
        return call("toTimeZone", call("toDateTime64", call("toString", inner), number(6), text(zone)), text(_INSTANT))
    shown = call("toTimeZone", inner.copy(), text(zone))
    return call("addSeconds", call("toTimeZone", inner, text(_INSTANT)), call("timeZoneOffset", shown))


def _renamed(name: str) -> rules.Rule:
    def written(node: exp.Expr) -> exp.Expr:
        arguments = [node.this, node.args.get("expression"), node.args.get("start"), node.args.get("length")]
        return call(name, *(part for part in arguments if part is not None))

    return written


def _spine(node: exp.Expr) -> exp.Expr:
    found = series(node)
    if found is None:
        return node
    unit = found.unit.capitalize()
    apart = f"dateDiff('{found.unit.lower()}', b.lo, b.hi)"
    if found.unit == "WEEK":
        apart = "intDiv(dateDiff('day', b.lo, b.hi), 7)"
    steps = f"range(0, toUInt32(greatest({apart} + 1, 0)), {found.count})"
    text = (
        f"SELECT arrayJoin(arrayMap(i -> add{unit}s(assumeNotNull(b.lo), i), {steps})) AS t "  # noqa: S608 - no value
        "FROM (SELECT __start AS lo, __end AS hi) AS b WHERE NOT b.lo IS NULL AND NOT b.hi IS NULL"
    )
    return from_template(found, "clickhouse", text)


def _in(node: exp.Expr) -> exp.Expr:
    """A list must be of the column's own type there; numbers of other types are compared one by one."""
    if node.args.get("query") is not None or not any(_is_fraction(value) for value in node.expressions):
        return node
    parts: list[exp.Expr] = [exp.EQ(this=node.this.copy(), expression=value) for value in node.expressions]
    return exp.Paren(this=any_of(parts))


def _is_fraction(value: exp.Expr) -> bool:
    if isinstance(value, exp.Cast):
        return rules.kind_of(value) in ("DECIMAL", "DOUBLE")
    return (isinstance(value, exp.Anonymous) and value.name == "toDecimal128") or (
        isinstance(value, exp.Literal) and not value.is_string and not value.name.isdigit()
    )


def _join(node: exp.Expr) -> exp.Expr:
    """A LEFT JOIN needs an equality of both sides; one that holds for every pair is given where there is none."""
    condition = node.args.get("on")
    if condition is None or node.args.get("side") not in ("LEFT", "RIGHT", "FULL"):
        return node
    right = node.this.alias_or_name
    if any(_links(part, right) for part in _conjuncts(condition)):
        return node
    columns = list(condition.find_all(exp.Column))
    ours = next((c for c in columns if c.table != right), None)
    theirs = next((c for c in columns if c.table == right), None)
    if ours is None or theirs is None:
        return node
    always = exp.EQ(this=call("ignore", ours.copy()), expression=call("ignore", theirs.copy()))
    node.set("on", exp.And(this=always, expression=exp.Paren(this=condition)))
    return node


def _conjuncts(node: exp.Expr) -> list[exp.Expr]:
    while isinstance(node, exp.Paren):
        node = node.this
    if isinstance(node, exp.And):
        return [*_conjuncts(node.this), *_conjuncts(node.expression)]
    return [node]


def _links(node: exp.Expr, right: str) -> bool:
    if not isinstance(node, exp.EQ | exp.NullSafeEQ):
        return False
    sides = [{column.table for column in side.find_all(exp.Column)} for side in (node.this, node.expression)]
    return all(sides) and any(one == {right} and right not in other for one, other in (sides, sides[::-1]))


def _rename_aliases(statement: exp.Expr) -> None:
    """Every alias ends in `_`. There a table is still known by its own name inside a sub-query, so `orders.id` would be
    the inner table's where the outer one is called `orders`; and `orders.id` may be the label of a result column."""
    taken = {table.name for table in statement.find_all(exp.Table) if table.db}
    for column in statement.find_all(exp.Column):
        if column.table:
            column.args["table"].set("this", _free(column.table, taken))
    views = {view.alias for view in statement.find_all(exp.CTE)}
    for table in statement.find_all(exp.Table):
        if table.name in views and not table.db:
            table.this.set("this", _free(table.name, taken))
    for named in statement.find_all(exp.TableAlias):
        if named.this is not None:
            named.this.set("this", _free(named.name, taken))


def _free(name: str, taken: set[str]) -> str:
    name += "_"
    while name in taken:
        name += "_"
    return name


def _finish(statement: exp.Expr) -> None:
    _rename_aliases(statement)
    settings = [exp.EQ(this=exp.Var(this=name), expression=exp.Var(this=value)) for name, value in SETTINGS.items()]
    statement.set("settings", settings)


WRITING = Writing(
    first={exp.Parameter: _parameter, exp.Literal: _literal, exp.Collate: rules.bare, exp.Filter: _inside_filter},
    rules={
        exp.Cast: _cast,
        exp.Sum: rules.widened,
        **dict.fromkeys((exp.Add, exp.Sub, exp.Mul), _arithmetic),
        exp.Count: _counted,
        exp.Filter: _filtered,
        exp.Window: _windowed,
        **dict.fromkeys((exp.Median, exp.PercentileCont, exp.PercentileDisc), _percentile),
        exp.LogicalOr: _any,
        exp.Abs: _absolute,
        exp.LogicalAnd: _all,
        exp.Extract: _part,
        exp.TimestampTrunc: _start_of_moment,
        exp.DateTrunc: _start_of_day,
        exp.AtTimeZone: _at_zone,
        exp.Upper: _renamed("upperUTF8"),
        exp.Lower: _renamed("lowerUTF8"),
        exp.Length: _renamed("lengthUTF8"),
        exp.Substring: _renamed("substringUTF8"),
        exp.Left: _renamed("leftUTF8"),
        exp.Right: _renamed("rightUTF8"),
        exp.Join: _join,
        exp.In: _in,
        exp.Unnest: _spine,
        exp.Exists: as_membership,
        exp.Select: _select,
    },
    finish=_finish,
)
