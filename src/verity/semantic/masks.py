"""Masks: what a principal sees of a column whose cells are not theirs to read. NULL stays NULL.

The real value never leaves the scan: what groups, orders and filters by a masked column sees the mask. A hash is keyed
by a secret of the project, so that nobody who knows a value can look for its hash; without a key it is refused.
"""

from __future__ import annotations

from sqlglot import exp

from verity.data.access import ColumnMask
from verity.exceptions import MaskUnavailable
from verity.semantic import types
from verity.semantic.fragments import Typed, at_utc, truncated
from verity.semantic.types import Type

HIDDEN = "***"
SALT = "mask_salt"
"""Stands for the key until a query binds it as a parameter: it is never part of the SQL's text."""


def masked(node: exp.Expr, of: Type, mask: ColumnMask, member: str) -> Typed:
    """A cell as the mask shows it. Raises `MaskUnavailable` where the mask does not fit the column."""
    if mask.kind == "null":
        return types.cast(exp.Null(), of or "text"), of or "text"
    if mask.kind == "year":
        return _year(node, of, member)
    if mask.kind == "hash":
        return _hash(node, of, mask, member)
    shown: exp.Expr = exp.Literal.string(HIDDEN)
    if mask.kind != "redact":
        shown = _characters(types.cast(node.copy(), "text", of), mask.kind)
    known = exp.Not(this=exp.Is(this=node.copy(), expression=exp.Null()))
    return exp.Case(ifs=[exp.If(this=known, true=shown)]), "text"


def _year(node: exp.Expr, of: Type, member: str) -> Typed:
    if types.family(of) not in types.TEMPORAL:
        raise MaskUnavailable(
            f"'{member}' is masked to its year, and it is no date", remedy="Ask for another column, or the owner."
        )
    day = at_utc(node, of)
    return truncated(day, "timestamp" if of == "timestamptz" else of, "year")


def _hash(node: exp.Expr, of: Type, mask: ColumnMask, member: str) -> Typed:
    if mask.salt is None:
        raise MaskUnavailable(
            f"'{member}' is shown as a hash only, and the project has no key for it",
            remedy="Set VERITY_ACCESS_MASK_KEY to a long secret text, or choose another mask.",
        )
    text = types.cast(node, "text", of)
    return exp.MD5(this=exp.DPipe(this=exp.Placeholder(this=SALT), expression=text)), "text"


def _characters(text: exp.Expr, kind: str) -> exp.Expr:
    """The first or last characters, only where there are more than these."""
    side, _, count = kind.partition("_")
    number = exp.Literal.number(count)
    hidden = exp.Literal.string(HIDDEN)
    if side == "first":
        part: exp.Expr = exp.DPipe(this=exp.Left(this=text.copy(), expression=number), expression=hidden)
    else:
        part = exp.DPipe(this=hidden, expression=exp.Right(this=text.copy(), expression=number))
    longer = exp.GT(this=exp.Length(this=text), expression=number.copy())
    return exp.Case(ifs=[exp.If(this=longer, true=part)], default=hidden.copy())
