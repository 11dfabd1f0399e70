"""How a statement is rewritten for an engine, and the rules that several engines share."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from sqlglot import exp

from verity.semantic.types import SOURCE, WHOLE, cast, decimal

Rule = Callable[[exp.Expr], exp.Expr]
Rules = Mapping[type[exp.Expr], Rule]
ESCAPED = "\\"
WEEKDAYS = ("MONDAY", "TUESDAY", "WEDNESDAY", "THURSDAY", "FRIDAY", "SATURDAY", "SUNDAY")


@dataclass(frozen=True)
class Writing:
    """How one engine's SQL is made of the plan: `first` goes over the whole tree before `rules` do."""

    rules: Rules
    first: Rules = field(default_factory=dict)
    finish: Callable[[exp.Expr], None] = lambda _: None


def apply(statement: exp.Expr, writing: Writing) -> exp.Expr:
    """The statement, changed in place; inner nodes before those that hold them."""
    for rules in (writing.first, writing.rules):
        if rules:
            for node in reversed(list(statement.find_all(*rules, bfs=False))):
                holder, key, place = node.parent, node.arg_key, node.index
                made = rules[type(node)](node)
                if made is not node and holder is not None and key is not None:
                    holder.set(key, made, place)
    writing.finish(statement)
    return statement


def call(name: str, *arguments: exp.Expr) -> exp.Expr:
    """A function by its engine's own name."""
    return exp.Anonymous(this=name, expressions=list(arguments))


def number(value: int) -> exp.Expr:
    """An integer."""
    literal = exp.Literal.number(abs(value))
    return exp.Neg(this=literal) if value < 0 else literal


def text(value: str) -> exp.Expr:
    """A quoted text."""
    return exp.Literal.string(value)


def bare(node: exp.Expr) -> exp.Expr:
    """Without its collation: text is compared by code point already."""
    inner: exp.Expr = node.this
    return inner


def typed(node: exp.Expr, kind: str, *sizes: int) -> exp.Expr:
    """The cast to another type of the same meaning."""
    parameters = [exp.DataTypeParam(this=exp.Literal.number(size)) for size in sizes]
    node.set("to", exp.DataType(this=exp.DType[kind], expressions=parameters))
    return node


def kind_of(node: exp.Expr) -> str:
    """The name of the type that a cast makes."""
    to: exp.Expr = node.args["to"]
    return str(to.this.name)


def decimals(node: exp.Expr) -> int | None:
    """The decimal digits that a cast to DECIMAL keeps; None for another cast."""
    if kind_of(node) != "DECIMAL":
        return None
    sizes = node.args["to"].expressions
    return int(sizes[1].name) if len(sizes) > 1 else 0


def source(node: exp.Expr) -> str | None:
    """The family of what a cast is made of, where the plan knows it."""
    found = node.args.get(SOURCE)
    return None if found is None else str(found)


def is_whole(node: exp.Expr) -> bool:
    """Whether it is integer arithmetic, or a sum of integers."""
    return bool(node.args.get(WHOLE))


def widened(node: exp.Expr) -> exp.Expr:
    """A sum of integers as a sum of decimals of 38 digits: no engine lets it overflow."""
    if not is_whole(node):
        return node
    inner = node.this
    if isinstance(inner, exp.Distinct):
        inner.set("expressions", [cast(part, decimal(0), "bigint") for part in inner.expressions])
    else:
        node.set("this", cast(inner, decimal(0), "bigint"))
    node.set(WHOLE, None)
    return node


def conditioned(node: exp.Expr) -> exp.Expr:
    """FILTER (WHERE ...) as a CASE inside the aggregate."""
    aggregate: exp.Expr = node.this
    condition: exp.Expr = node.expression.this

    def kept(value: exp.Expr) -> exp.Expr:
        return exp.Case(ifs=[exp.If(this=condition.copy(), true=value)])

    inner = aggregate.this
    if isinstance(inner, exp.Star):
        aggregate.set("this", kept(exp.Literal.number(1)))
    elif isinstance(inner, exp.Distinct):
        inner.set("expressions", [kept(part) for part in inner.expressions])
    else:
        aggregate.set("this", kept(inner))
    return aggregate


def null_ignoring(node: exp.Expr) -> exp.Expr:
    """GREATEST and LEAST of the values that are not NULL, where the engine's own gives NULL for one of them."""
    values = [node.this, *node.expressions]
    if len(values) > 1 and node.args.get("ignore_nulls"):
        kept = [
            exp.Coalesce(this=value.copy(), expressions=[other.copy() for j, other in enumerate(values) if j != i])
            for i, value in enumerate(values)
        ]
        return type(node)(this=kept[0], expressions=kept[1:])
    return node


def backslashed(node: exp.Expr) -> exp.Expr:
    """LIKE p ESCAPE '!' where only the backslash escapes."""
    like, mark = node.this, node.expression.name
    pattern = like.expression
    if isinstance(pattern, exp.Literal):
        like.set("expression", text(_escaped(pattern.name, mark)))
    else:
        like.set("expression", _escaped_by_sql(pattern, mark))
    return like  # type: ignore[no-any-return]  # a node


def _escaped(pattern: str, mark: str) -> str:
    made, rest = [], iter(pattern)
    for letter in rest:
        plain = next(rest, "") if letter == mark else letter
        is_special = letter == mark and plain in ("%", "_")
        made.append(ESCAPED + plain if is_special or plain == ESCAPED else plain)
    return "".join(made)


def _escaped_by_sql(pattern: exp.Expr, mark: str) -> exp.Expr:
    """The same by REPLACE. A control letter stands for the doubled mark meanwhile; its own ones are kept apart."""
    steps = [
        (ESCAPED, ESCAPED * 2), ("\x01", "\x01a"), (mark * 2, "\x01b"), (f"{mark}%", f"{ESCAPED}%"),
        (f"{mark}_", f"{ESCAPED}_"), ("\x01b", mark), ("\x01a", "\x01"),
    ]  # fmt: skip
    for old, new in steps:
        pattern = call("REPLACE", pattern, text(old), text(new))
    return pattern


def equal_case(node: exp.Expr) -> exp.Expr:
    """`x ILIKE p` as LOWER(x) LIKE LOWER(p)."""
    return exp.Like(this=exp.Lower(this=node.this), expression=exp.Lower(this=node.expression))


def is_decimal_literal(node: exp.Expr) -> bool:
    """Whether a number is written with a point and without an exponent: DECIMAL in the plan."""
    if not isinstance(node, exp.Literal) or node.is_string:
        return False
    whole, point, digits = node.name.partition(".")
    return bool(point) and (whole + digits).isdigit()


def days_since_start(unit: exp.Expr, monday_is_0: exp.Expr) -> exp.Expr:
    """How many days a date lies after the start of its week; `monday_is_0` is its weekday."""
    shift = 7 - WEEKDAYS.index(unit.this.name) if isinstance(unit, exp.WeekStart) else 7
    if shift == 7:
        return monday_is_0
    moved = exp.Paren(this=exp.Add(this=monday_is_0, expression=number(shift)))
    return exp.Mod(this=moved, expression=number(7))


def is_week(unit: exp.Expr) -> bool:
    """Whether a period is a week, beginning with whichever day."""
    return isinstance(unit, exp.WeekStart) or unit.name.upper() == "WEEK"


def makes_instant(node: exp.Expr) -> bool:
    """Whether AT TIME ZONE is of a plain time, whose instant another one then shows in its own zone."""
    outer = node.parent
    while isinstance(outer, exp.Paren):
        outer = outer.parent
    return bool(node.args.get("of_wall")) or isinstance(outer, exp.AtTimeZone)


def percentile(node: exp.Expr) -> tuple[exp.Expr, exp.Expr, bool] | None:
    """The fraction, the operand, and whether it is a value that occurs; of MEDIAN and PERCENTILE_*(operand, share)."""
    if isinstance(node, exp.Median):
        return exp.Literal.number("0.5"), node.this, False
    if isinstance(node, exp.PercentileCont | exp.PercentileDisc) and node.expression is not None:
        return node.expression, node.this, isinstance(node, exp.PercentileDisc)
    return None
