"""Read the SQL of a dictionary member into a checked AST.

One expression, nothing else: no sub-query, second statement, window, comment, placeholder or function outside the list
below. The list is what every engine computes alike; a function that is not on it is refused by name.
"""

from __future__ import annotations

import threading

from sqlglot import exp
from sqlglot.dialects.duckdb import DuckDB
from sqlglot.errors import ParseError, TokenError
from sqlglot.tokenizer_core import Token, TokenType

from verity.exceptions import ExpressionForbidden, ExpressionInvalid

LONGEST = 10_000
DEEPEST = 60
"""Nested parentheses; the parser is recursive."""

AGGREGATES: dict[type[exp.Expr], str] = {
    exp.Count: "COUNT", exp.Sum: "SUM", exp.Avg: "AVG", exp.Min: "MIN", exp.Max: "MAX", exp.Median: "MEDIAN",
    exp.CountIf: "COUNT_IF", exp.LogicalAnd: "BOOL_AND", exp.LogicalOr: "BOOL_OR", exp.Stddev: "STDDEV",
    exp.StddevSamp: "STDDEV_SAMP", exp.StddevPop: "STDDEV_POP", exp.Variance: "VARIANCE", exp.VariancePop: "VAR_POP",
    exp.PercentileCont: "PERCENTILE_CONT", exp.PercentileDisc: "PERCENTILE_DISC",
    exp.ApproxDistinct: "APPROX_COUNT_DISTINCT",
}  # fmt: skip
PARTS: dict[type[exp.Expr], str] = {
    exp.Year: "YEAR", exp.Quarter: "QUARTER", exp.Month: "MONTH", exp.Week: "WEEK",
    exp.Day: "DAY", exp.Hour: "HOUR", exp.Minute: "MINUTE",
}  # fmt: skip
EXTRACTED = frozenset({"YEAR", "QUARTER", "MONTH", "WEEK", "DAY", "HOUR", "MINUTE", "DOW", "ISODOW", "DOY"})
TRUNCATED = frozenset({"SECOND", "MINUTE", "HOUR", "DAY", "WEEK", "MONTH", "QUARTER", "YEAR"})
DIFFERED = frozenset({"DAY", "MONTH", "QUARTER", "YEAR"})
_FUNCTIONS: dict[type[exp.Expr], str] = {
    exp.Abs: "ABS", exp.Round: "ROUND", exp.Floor: "FLOOR", exp.Ceil: "CEIL", exp.Coalesce: "COALESCE",
    exp.Nullif: "NULLIF", exp.Greatest: "GREATEST", exp.Least: "LEAST", exp.Upper: "UPPER", exp.Lower: "LOWER",
    exp.Trim: "TRIM", exp.Length: "LENGTH", exp.Substring: "SUBSTRING", exp.Concat: "CONCAT", exp.Extract: "EXTRACT",
    exp.TimestampTrunc: "DATE_TRUNC", exp.DateTrunc: "DATE_TRUNC", exp.DateDiff: "DATE_DIFF", exp.Cast: "CAST",
    exp.Case: "CASE", exp.If: "IF",
}  # fmt: skip
_STRUCTURE = frozenset({
    exp.Column, exp.Identifier, exp.Literal, exp.Boolean, exp.Null, exp.Paren, exp.Dot, exp.And, exp.Or, exp.Not,
    exp.EQ, exp.NEQ, exp.GT, exp.GTE, exp.LT, exp.LTE, exp.NullSafeEQ, exp.NullSafeNEQ, exp.Is, exp.In, exp.Between,
    exp.Like, exp.ILike, exp.Escape, exp.Add, exp.Sub, exp.Mul, exp.Div, exp.Mod, exp.Neg, exp.DPipe,
    exp.DataType, exp.DataTypeParam, exp.Var, exp.Distinct, exp.Star, exp.Filter, exp.Where, exp.WithinGroup, exp.Order,
    exp.Ordered,
})  # fmt: skip
_ALLOWED = _STRUCTURE | set(_FUNCTIONS) | set(AGGREGATES) | set(PARTS)
_FORBIDDEN: dict[type[exp.Expr], str] = {
    exp.Subquery: "a sub-query", exp.Select: "a query", exp.Exists: "a sub-query", exp.Union: "a query",
    exp.Window: "a window function", exp.Placeholder: "a placeholder", exp.Parameter: "a placeholder",
    exp.Alias: "an alias", exp.Interval: "an interval", exp.Lambda: "a lambda", exp.Bracket: "a subscript",
    exp.Command: "a statement", exp.Mode: "MODE, which is any of several values that are equally frequent",
}  # fmt: skip
_PLACEHOLDERS = frozenset({TokenType.PLACEHOLDER, TokenType.PARAMETER, TokenType.COLON})
_REMEDY = (
    "Write one expression over columns with "
    + ", ".join(sorted({*AGGREGATES.values(), *_FUNCTIONS.values()}))
    + ", FILTER (WHERE ...), arithmetic and comparisons; see docs/reference/dictionary.md."
)


class _Vendor(threading.local):
    """sqlglot's dialect and tokenizer, one of each a thread: making them takes longer than reading most expressions."""

    def __init__(self) -> None:
        self.dialect = DuckDB()
        self.tokenizer = self.dialect.tokenizer()

    def renew(self) -> None:
        """After an error, which leaves a tokenizer in the middle of its text."""
        self.tokenizer = self.dialect.tokenizer()


_vendor = _Vendor()


def read_expression(text: str) -> exp.Expr:
    """Parse one expression.

    Raises `ExpressionInvalid` where it does not parse, `ExpressionForbidden` naming what it must not hold.
    """
    tokens = _tokens(text)
    _check_tokens(text, tokens)
    try:
        parsed = _vendor.dialect.parser().parse(tokens, text)
    except ParseError as error:
        raise ExpressionInvalid(_parse_message(error), remedy="Correct the SQL; it is one expression.") from None
    if len(parsed) != 1 or parsed[0] is None:
        raise ExpressionInvalid("the SQL is empty", remedy=_REMEDY)
    tree = parsed[0]
    for node in tree.walk():
        _check_node(node)
    return _with_plain_percentiles(tree)


def _with_plain_percentiles(tree: exp.Expr) -> exp.Expr:
    """PERCENTILE_CONT(p) WITHIN GROUP (ORDER BY x) as one call with two arguments, x and p."""
    for node in list(tree.find_all(exp.WithinGroup)):
        (ordered,) = node.expression.expressions
        plain: exp.Expr = type(node.this)(this=ordered.this, expression=node.this.this)
        if node is tree:
            return plain
        node.replace(plain)
    return tree


def _tokens(text: str) -> list[Token]:
    if not text.strip():
        raise ExpressionInvalid("the SQL is empty", remedy=_REMEDY)
    if len(text) > LONGEST:
        raise ExpressionInvalid(f"the SQL is longer than {LONGEST} characters", remedy="Split it into derived columns.")
    if "\x00" in text:
        raise ExpressionForbidden("the SQL holds a NUL character", remedy=_REMEDY)
    try:
        return _vendor.tokenizer.tokenize(text)
    except TokenError:
        _vendor.renew()
        raise ExpressionInvalid("the SQL has a quote or a comment that never ends", remedy="Close it.") from None


def _check_tokens(text: str, tokens: list[Token]) -> None:
    if not tokens or any(token.comments for token in tokens):
        raise ExpressionForbidden("the SQL holds a comment", remedy="Say it in `description`.")
    depth = 0
    for token in tokens:
        if token.token_type is TokenType.SEMICOLON:
            raise ExpressionForbidden("the SQL holds a second statement", remedy="Write one expression, without ';'.")
        if token.token_type in _PLACEHOLDERS:
            raise ExpressionForbidden(f"the SQL holds a placeholder ('{token.text}')", remedy="Write the value itself.")
        depth += (token.token_type is TokenType.L_PAREN) - (token.token_type is TokenType.R_PAREN)
        if depth > DEEPEST:
            raise ExpressionInvalid(f"the SQL nests deeper than {DEEPEST} parentheses", remedy="Write it flatter.")
    if len(tokens) > LONGEST // 4:
        raise ExpressionInvalid("the SQL is too long", remedy="Split it into derived columns.")
    del text


def _check_node(node: exp.Expr) -> None:
    kind = type(node)
    if kind not in _ALLOWED:
        raise ExpressionForbidden(f"the SQL holds {_named(node)}", remedy=_REMEDY)
    if kind is exp.Star and not isinstance(node.parent, exp.Count):
        raise ExpressionForbidden("the SQL holds '*' outside COUNT(*)", remedy="Name the column.")
    if kind is exp.In and (node.args.get("query") or node.args.get("unnest") or node.args.get("field")):
        raise ExpressionForbidden("the SQL holds a sub-query", remedy=_REMEDY)
    if kind in AGGREGATES and (node.args.get("expressions") or node.args.get("count")):
        raise ExpressionForbidden(f"{AGGREGATES[kind]} takes one argument", remedy="Count one column, or use COUNT(*).")
    if kind is exp.Distinct and (len(node.expressions) != 1 or node.args.get("on")):
        raise ExpressionForbidden("DISTINCT takes one argument", remedy="Concatenate the columns in a derived column.")
    if kind is exp.Order and not isinstance(node.parent, exp.WithinGroup):
        raise ExpressionForbidden("the SQL holds an order inside an aggregate", remedy=_REMEDY)
    if kind is exp.WithinGroup:
        _check_within_group(node)
    if kind in (exp.PercentileCont, exp.PercentileDisc):
        _check_percentile(node)
    _check_unit(node, kind)


def _check_within_group(node: exp.Expr) -> None:
    keys = node.expression.expressions if isinstance(node.expression, exp.Order) else []
    if type(node.this) not in (exp.PercentileCont, exp.PercentileDisc) or node.this.expression or len(keys) != 1:
        raise ExpressionForbidden(
            "WITHIN GROUP belongs to a percentile", remedy="Write PERCENTILE_CONT(0.5) WITHIN GROUP (ORDER BY x)."
        )
    if keys[0].args.get("desc"):
        raise ExpressionForbidden("the SQL orders a percentile downwards", remedy="Write 1 - p and ORDER BY x.")


def _check_percentile(node: exp.Expr) -> None:
    share = node.this if isinstance(node.parent, exp.WithinGroup) else node.expression
    if not isinstance(share, exp.Literal) or share.is_string or not 0 < float(share.name) < 1:
        raise ExpressionForbidden(
            f"{AGGREGATES[type(node)]} takes a number between 0 and 1",
            remedy="Write PERCENTILE_CONT(0.95) WITHIN GROUP (ORDER BY x).",
        )


def _check_unit(node: exp.Expr, kind: type[exp.Expr]) -> None:
    if kind is exp.Extract:
        unit, known = node.this, EXTRACTED
    elif kind in (exp.TimestampTrunc, exp.DateTrunc):
        unit, known = node.args.get("unit"), TRUNCATED
    elif kind is exp.DateDiff:
        unit, known = node.args.get("unit"), DIFFERED
    else:
        return
    if unit is None or unit.name.upper() not in known:
        raise ExpressionForbidden(
            f"{_FUNCTIONS[kind]} does not know the part '{unit.name if unit is not None else ''}'",
            remedy=f"Use one of {', '.join(sorted(known)).lower()}.",
        )


def _named(node: exp.Expr) -> str:
    for kind, words in _FORBIDDEN.items():
        if isinstance(node, kind):
            return words
    if isinstance(node, exp.Anonymous | exp.AnonymousAggFunc):
        return f"the function {node.name.upper()}, which is not on the list"
    if isinstance(node, exp.Func):
        return f"the function {node.sql_name()}, which is not on the list"
    return f"{node.key.upper()}, which is not on the list"


def _parse_message(error: ParseError) -> str:
    first = error.errors[0] if error.errors else {}
    what = str(first.get("description") or "it cannot be read").rstrip(".")
    near = str(first.get("highlight") or "").strip()
    return f"the SQL does not parse: {what[0].lower()}{what[1:]}" + (f" near '{near}'" if near else "")
