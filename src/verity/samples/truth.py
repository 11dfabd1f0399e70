"""What is true of a generated Scout: every bad row by rule, the events, and the totals of the valid rows."""

from __future__ import annotations

from datetime import date
from typing import Literal

from pydantic import Field

from verity.contracts.base import Contract

Rule = Literal[
    "missing_transaction_id",
    "missing_timestamp",
    "missing_amount",
    "amount_not_positive",
    "date_in_future",
    "unknown_category",
    "duplicate_transaction_id",
]
RULES: tuple[Rule, ...] = (
    "missing_transaction_id",
    "missing_timestamp",
    "missing_amount",
    "amount_not_positive",
    "date_in_future",
    "unknown_category",
    "duplicate_transaction_id",
)
"""In the order that the silver model tries them. The generator breaks exactly one rule a bad row."""


class BadRows(Contract):
    """The rows of bronze that break one rule. `transaction_ids` is sorted; empty where the id itself is missing and
    at scales above 1. Of duplicates only the later copies are bad; the id of each such copy is listed."""

    rows: int
    transaction_ids: tuple[str, ...] = ()


class Event(Contract):
    """Something that happened on purpose. `since` and `until` (exclusive) bound it; the revenues are net of returns,
    in centavos, of the rows named by `region` or `category`, in the event and in the equally named period before."""

    name: Literal["revenue_drop", "outlier_week"]
    since: date
    until: date
    region: str | None = None
    category: str | None = None
    revenue_centavos: int
    revenue_centavos_before: int


class YearTotals(Contract):
    """One year of valid rows. Money in centavos, completed rows only; `net` is sales less returns."""

    valid_rows: int
    completed_sales: int
    completed_returns: int
    gross_sales_centavos: int
    returns_centavos: int
    net_centavos: int
    units_sold: int


class ScoutTruth(Contract):
    """The truth about one generated Scout. Money in centavos."""

    seed: int
    scale: int
    today: date
    rows: dict[str, int]
    """Rows of each bronze table as delivered, repeats included."""
    distinct_products: int
    quarantined: dict[Rule, BadRows]
    valid_transactions: int
    by_year: dict[int, YearTotals]
    net_centavos_by_month: dict[str, int] = Field(description="`2024-07` -> completed sales less completed returns")
    net_centavos_by_category: dict[str, int]
    paid_expenses_centavos_by_year: dict[int, int]
    events: tuple[Event, ...]

    @property
    def quarantined_rows(self) -> int:
        """All bad rows; bronze = valid + these."""
        return sum(bad.rows for bad in self.quarantined.values())

    def event(self, name: str) -> Event:
        """The event of that name."""
        return next(event for event in self.events if event.name == name)
