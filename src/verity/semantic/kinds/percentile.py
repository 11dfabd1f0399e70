"""percentile: the value below which a share of the rows lies, `sql` being one expression over a row."""

from __future__ import annotations

from decimal import Decimal

from verity.exceptions import ExpressionInvalid
from verity.semantic.kinds.definition import Definition
from verity.semantic.metrics import Metric
from verity.semantic.sql_reader import read_expression

_CALLS = {"continuous": "PERCENTILE_CONT", "discrete": "PERCENTILE_DISC"}


def read_percentile(of: Definition) -> Metric:
    """`sql` at `percentile`, interpolated or a value that occurs; rows where it is NULL do not count."""
    entry = of.entry
    if entry.percentile is None:
        raise ExpressionInvalid("it has no percentile", remedy="Give its `percentile`, between 0 and 1.")
    row = of.sql()
    read_expression(row)  # one whole expression, so that it may stand inside another
    call = _CALLS[entry.method or "continuous"]
    share = format(Decimal(str(entry.percentile)), "f")
    value = of.binder.aggregate(
        f"{call}({share}) WITHIN GROUP (ORDER BY {row})", of.table, condition=entry.filter, scale=entry.scale
    )
    return Metric(of.table, of.name, entry, value.type, value=value)
