"""Give the result a total order: the one asked for, then every dimension, NULLs last. Then limit and offset."""

from __future__ import annotations

from collections.abc import Sequence

from sqlglot import exp

from verity.contracts.metric import OrderBy
from verity.contracts.table import Column
from verity.exceptions import PivotInvalid, QueryInvalid
from verity.semantic.work import Work


def order_rows(work: Work) -> None:
    """Set ORDER BY, LIMIT and OFFSET on the statement."""
    if work.statement is None:
        return
    keys = ordered_keys(work)
    if work.dimensions:
        work.statement.set("order", exp.Order(expressions=keys))
    if work.query.pivot is not None:
        return  # `limit` and `offset` count the rows of the pivoted table
    if work.query.limit is not None:
        work.statement.set("limit", exp.Limit(expression=exp.Literal.number(work.query.limit)))
    if work.query.offset:
        work.statement.set("offset", exp.Offset(expression=exp.Literal.number(work.query.offset)))


def pivot_index(columns: Sequence[Column], name: str) -> int:
    """The dimension of the result that a pivot names. Raises `PivotInvalid`."""
    fits = [0 if c.role == "metric" else _fits((c.name, c.member or "", c.grain or ""), name) for c in columns]
    best = max(fits, default=0)
    if best and fits.count(best) == 1:
        return fits.index(best)
    known = [column.name for column in columns if column.role != "metric"]
    raise PivotInvalid(
        f"cannot pivot on '{name}': it is not one dimension of the query",
        remedy=f"Pivot on one of {', '.join(known)}." if known else "Ask by a dimension.",
    )


def ordered_keys(work: Work) -> list[exp.Ordered]:
    """What the rows are ordered by, as numbers of columns."""
    keys: dict[int, exp.Ordered] = {}
    for order in work.query.order:
        index = _index(work, order)
        keys.setdefault(index, _key(index, desc=order.desc, first=order.nulls == "first"))
    pivoted = None if work.query.pivot is None else pivot_index(work.columns, work.query.pivot)
    for index in sorted(range(len(work.dimensions)), key=lambda i: i == pivoted):  # rows before columns
        keys.setdefault(index, _key(index, desc=False, first=False))
    return list(keys.values())


def _key(index: int, *, desc: bool, first: bool) -> exp.Ordered:
    return exp.Ordered(this=exp.Literal.number(index + 1), desc=desc, nulls_first=first)


def _index(work: Work, order: OrderBy) -> int:
    """The result column that an order names: by label, full name, short name, or `name:grain`."""
    columns = [(label, c.member or "", c.grain or "") for label, c in zip(work.labels, work.columns, strict=False)]
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
