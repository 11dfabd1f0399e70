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
    name, _, grain = order.member.partition(":")
    columns = [
        (label, column.member, column.grain or "") for label, column in zip(work.labels, work.columns, strict=True)
    ]
    readings = (
        lambda c: order.member == c[0],
        lambda c: name == c[1] and grain in ("", c[2]),
        lambda c: (c[1] or "").rsplit(".", 1)[-1] == name and grain in ("", c[2]),
        lambda c: (c[1] or "").endswith(f".{name}") and grain in ("", c[2]),
    )
    for reading in readings:
        found = [i for i, column in enumerate(columns) if reading(column)]
        if len(found) == 1:
            return found[0]
    raise QueryInvalid(
        f"cannot order by '{order.member}': it is not one column of the result",
        remedy=f"Order by one of {', '.join(work.labels)}.",
    )
