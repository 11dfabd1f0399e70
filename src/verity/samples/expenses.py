"""What each branch spends: rent, utilities and salaries every month, and the rest now and then."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from verity.samples.people import EXPENSE_CATEGORIES, Vendor
from verity.samples.period import MONTHS, TODAY, month_start
from verity.samples.places import BRANCHES, Branch
from verity.samples.streams import Stream, Table

EXPENSE_STATUSES = ("paid", "pending", "rejected")


@dataclass(frozen=True)
class Expense:
    """One bill. `amount` in centavos; `category` indexes `EXPENSE_CATEGORIES`."""

    expense_id: str
    branch: Branch
    vendor_id: str
    category: int
    amount: int
    expense_date: date
    status: str


def draw_expenses(seed: int, scale: int, vendors: tuple[Vendor, ...]) -> tuple[Expense, ...]:
    """Every bill of the three years, by month and branch; amounts grow with the scale, as sales do."""
    expenses: list[Expense] = []
    for month in range(MONTHS):
        stream = Stream(seed, Table.EXPENSES, month)
        for number, branch in enumerate(BRANCHES):
            u = stream.uniform(5 * len(EXPENSE_CATEGORIES)).reshape(len(EXPENSE_CATEGORIES), 5)
            for category, name in enumerate(EXPENSE_CATEGORIES):
                occurs, size, when, state, whom = (float(x) for x in u[category])
                day = month_start(month) + timedelta(days=0 if name == "Rent" else int(when * 28))
                if day < branch.opened_on or occurs >= _CHANCE[name]:
                    continue
                expenses.append(
                    Expense(
                        expense_id=f"E{len(expenses) + 1:06d}",
                        branch=branch,
                        vendor_id=_vendor(vendors, category, number, whom),
                        category=category,
                        amount=_amount(name, branch, month, size) * scale,
                        expense_date=day,
                        status=_status(day, state),
                    )
                )
    return tuple(expenses)


_CHANCE = {
    "Rent": 1.0,
    "Utilities": 1.0,
    "Salaries": 1.0,
    "Logistics": 0.85,
    "Marketing": 0.4,
    "Maintenance": 0.35,
    "Supplies": 0.7,
    "Software": 0.25,
}
_PESOS = {
    "Utilities": 3_200,
    "Salaries": 9_000,
    "Logistics": 1_700,
    "Marketing": 2_100,
    "Maintenance": 1_500,
    "Supplies": 600,
    "Software": 450,
}


def _amount(name: str, branch: Branch, month: int, size: float) -> int:
    """Rent rises 5 % a year; the other bills follow the size of the branch and vary by a quarter."""
    if name == "Rent":
        return branch.monthly_rent * (100 + 5 * (month // 12)) // 100
    return int(_PESOS[name] * 100 * (0.4 + 0.6 * branch.weight) * (1 + 0.04 * (month // 12)) * (0.75 + 0.5 * size))


def _vendor(vendors: tuple[Vendor, ...], category: int, branch: int, whom: float) -> str:
    """Landlords stay the same for a branch; other bills come from any vendor of their kind."""
    candidates = [vendor for vendor in vendors if vendor.category == category]
    chosen = branch % len(candidates) if EXPENSE_CATEGORIES[category] == "Rent" else int(whom * len(candidates))
    return candidates[chosen].vendor_id


def _status(day: date, state: float) -> str:
    if day > TODAY - timedelta(days=21) and state < 0.5:
        return "pending"
    return "rejected" if state > 0.985 else "paid"
