"""Add up the valid rows of a chunk in whole centavos; the sums of all chunks make the truth."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from verity.samples.assortment import CATEGORIES, KINDS, STATUSES
from verity.samples.period import DAYS, MONTHS, WEEKS, date_of, month_number, week_number
from verity.samples.places import BRANCHES
from verity.samples.streams import Ints
from verity.samples.transactions import Rows

_MONTH_OF_DAY = np.array([month_number(date_of(day)) for day in range(DAYS)])
_WEEK_OF_DAY = np.array([week_number(day) for day in range(DAYS)])
_COMPLETED = STATUSES.index("completed")
_RETURN = KINDS.index("return")


@dataclass(frozen=True)
class Ledger:
    """Exact sums. Arrays are indexed by month of `period`; the last two also by branch and by category."""

    valid_rows: Ints
    sales: Ints
    returns: Ints
    sold_centavos: Ints
    returned_centavos: Ints
    units_sold: Ints
    net_by_branch: Ints
    """Shape (branches, months)."""
    net_by_category: Ints
    """Shape (categories, weeks)."""

    def plus(self, other: Ledger) -> Ledger:
        """Both together."""
        return Ledger(
            valid_rows=self.valid_rows + other.valid_rows,
            sales=self.sales + other.sales,
            returns=self.returns + other.returns,
            sold_centavos=self.sold_centavos + other.sold_centavos,
            returned_centavos=self.returned_centavos + other.returned_centavos,
            units_sold=self.units_sold + other.units_sold,
            net_by_branch=self.net_by_branch + other.net_by_branch,
            net_by_category=self.net_by_category + other.net_by_category,
        )


def add_up(rows: Rows, category: Ints) -> Ledger:
    """The ledger of valid rows; `category` is each row's category of the product sold."""
    month, week = _MONTH_OF_DAY[rows.day], _WEEK_OF_DAY[rows.day]
    done = rows.status == _COMPLETED
    returned = done & (rows.kind == _RETURN)
    sold = done & ~returned
    net = np.where(done, np.where(returned, -rows.amount, rows.amount), 0)
    one = np.ones(len(rows), dtype=np.int64)
    return Ledger(
        valid_rows=_sum(one, MONTHS, month),
        sales=_sum(one[sold], MONTHS, month[sold]),
        returns=_sum(one[returned], MONTHS, month[returned]),
        sold_centavos=_sum(rows.amount[sold], MONTHS, month[sold]),
        returned_centavos=_sum(rows.amount[returned], MONTHS, month[returned]),
        units_sold=_sum(rows.quantity[sold], MONTHS, month[sold]),
        net_by_branch=_sum(net, (len(BRANCHES), MONTHS), (rows.branch, month)),
        net_by_category=_sum(net, (len(CATEGORIES), WEEKS), (category, week)),
    )


def _sum(values: Ints, shape: int | tuple[int, int], at: Ints | tuple[Ints, Ints]) -> npt.NDArray[np.int64]:
    """Integer sums by index (numpy's bincount would add floats)."""
    total = np.zeros(shape, dtype=np.int64)
    np.add.at(total, at, values)
    return total
