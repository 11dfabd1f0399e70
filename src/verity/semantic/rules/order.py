"""Give the result a total order: the one asked for, then every dimension, NULLs last. Then limit and offset."""

from __future__ import annotations

from sqlglot import exp

from verity.contracts.metric import OrderBy
from verity.exceptions import QueryInvalid
from verity.semantic.work import Work


def order_rows(work: Work) -> None:
    """Set ORDER BY, LIMIT and OFFSET on the statement."""
    if work.statement is None:
        return
    keys: dict[int, exp.Ordered] = {}
    for order in work.query.order:
        keys.setdefault(_index(work, order), _key(_index(work, order), desc=order.desc, first=order.nulls == "first"))
    for index in range(len(work.dimensions)):
        keys.setdefault(index, _key(index, desc=False, first=False))
    if work.dimensions:
        work.statement.set("order", exp.Order(expressions=list(keys.values())))
    if work.query.limit is not None:
        work.statement.set("limit", exp.Limit(expression=exp.Literal.number(work.query.limit)))
    if work.query.offset:
        work.statement.set("offset", exp.Offset(expression=exp.Literal.number(work.query.offset)))


def _key(index: int, *, desc: bool, first: bool) -> exp.Ordered:
    return exp.Ordered(this=exp.Literal.number(index + 1), desc=desc, nulls_first=first)


def _index(work: Work, order: OrderBy) -> int:
    """The result column that an order names: by label, full name, short name, or `name:grain`."""
    columns = [(label, c.member or "", c.grain or "") for label, c in zip(work.labels, work.columns, strict=True)]
    fits = [_fits(column, order.member) for column in columns]
    best = max(fits, default=0)
    if best and fits.count(best) == 1:
        return fits.index(best)
    raise QueryInvalid(
        f"cannot order by '{order.member}': it is not one column of the result",
        remedy=f"Order by one of {', '.join(work.labels)}.",
    )


def _fits(column: tuple[str, str, str], asked: str) -> int:
    """How well a name fits a column (label, member, grain): 5 its label, 4 exactly, 3 its member, 2 its last word."""
    label, member, own_grain = column
    name, _, grain = asked.partition(":")
    if label == asked:
        return 5
    if grain not in ("", own_grain):
        return 0
    if member == name:
        return 4 if grain == own_grain else 3
    return 2 if member.rsplit(".", 1)[-1] == name else int(member.endswith(f".{name}"))
