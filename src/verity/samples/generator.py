"""Write Scout's data files and say what is true of them.

Transactions are made in chunks of days, each from its own random stream and into its own Parquet file, so memory is
bounded by `threads` chunks and the rows don't depend on the number of threads.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import reduce
from pathlib import Path

import numpy as np

from verity.contracts.tool import Progress
from verity.samples.assortment import CATEGORY_NAMES
from verity.samples.columns import write_transactions
from verity.samples.deliveries import (
    write_branches,
    write_customers,
    write_expenses,
    write_products,
    write_vendors,
)
from verity.samples.demand import (
    BULK_CATEGORY,
    BULK_SINCE,
    BULK_UNTIL,
    DROP_REGION,
    DROP_SINCE,
    DROP_UNTIL,
)
from verity.samples.dirt import spoil
from verity.samples.expenses import Expense, draw_expenses
from verity.samples.ledger import Ledger, add_up
from verity.samples.people import Customers, Product, draw_customers, draw_products, draw_vendors
from verity.samples.period import (
    FIRST_DAY,
    MONTHS,
    TODAY,
    day_number,
    month_number,
    month_start,
    week_number,
)
from verity.samples.places import BRANCHES
from verity.samples.streams import Ints
from verity.samples.transactions import Chunk, draw_rows
from verity.samples.truth import RULES, BadRows, Event, Rule, ScoutTruth, YearTotals

SCALE_OF_A_CHUNK = 32
"""A month is split into more chunks each time the scale passes a multiple of this."""


@dataclass(frozen=True)
class _ChunkTruth:
    delivered: int
    ledger: Ledger
    bad: dict[Rule, Ints]


def write_files(
    target: Path, *, scale: int, seed: int, threads: int, progress: Callable[[Progress], None]
) -> ScoutTruth:
    """All of Scout's files under `target` (made if missing). See `verity.samples.project.generate`."""
    folder = target / "transactions"
    folder.mkdir(parents=True, exist_ok=True)
    products, customers, vendors = draw_products(seed), draw_customers(seed, scale), draw_vendors(seed)
    expenses = draw_expenses(seed, scale, vendors)
    rows = {
        "bronze_branches": write_branches(target / "branches.csv"),
        "bronze_products": write_products(products, target / "products.jsonl"),
        "bronze_customers": write_customers(customers, target / "customers.csv"),
        "bronze_vendors": write_vendors(vendors, target / "vendors.csv"),
        "bronze_expenses": write_expenses(expenses, target / "expenses.csv"),
    }
    chunks = tuple(plan_chunks(scale))

    def work(chunk: Chunk) -> _ChunkTruth:
        return _write_chunk(folder, seed, scale, chunk, len(chunks), products, customers)

    with ThreadPoolExecutor(max_workers=threads, thread_name_prefix="scout") as pool:
        parts: list[_ChunkTruth] = []
        for part in pool.map(work, chunks):
            parts.append(part)
            progress(Progress("sample data", done=len(parts), total=len(chunks)))
    rows["bronze_transactions"] = sum(part.delivered for part in parts)
    ledger = reduce(Ledger.plus, (part.ledger for part in parts))
    return ScoutTruth(
        seed=seed,
        scale=scale,
        today=TODAY,
        rows=rows,
        distinct_products=len(products),
        quarantined={rule: _bad_rows(rule, parts, listed=scale == 1) for rule in RULES},
        valid_transactions=int(ledger.valid_rows.sum()),
        by_year=_by_year(ledger),
        net_centavos_by_month=_by_month(ledger),
        net_centavos_by_category=dict(zip(CATEGORY_NAMES, ledger.net_by_category.sum(axis=1).tolist(), strict=True)),
        paid_expenses_centavos_by_year=_paid_by_year(expenses),
        events=(_revenue_drop(ledger), _outlier_week(ledger)),
    )


def plan_chunks(scale: int) -> Iterator[Chunk]:
    """Each month in as many parts as the scale asks for. The plan depends on nothing else."""
    parts = min(28, -(-scale // SCALE_OF_A_CHUNK))
    for month in range(MONTHS):
        first, end = day_number(month_start(month)), day_number(month_start(month + 1))
        edges = [first + (end - first) * part // parts for part in range(parts + 1)]
        for part in range(parts):
            yield Chunk(
                number=month * parts + part,
                year=month_start(month).year,
                month=month_start(month).month,
                part=part,
                days=range(edges[part], edges[part + 1]),
            )


def _write_chunk(
    folder: Path,
    seed: int,
    scale: int,
    chunk: Chunk,
    chunks: int,
    products: tuple[Product, ...],
    customers: Customers,
) -> _ChunkTruth:
    clean, untouchable = draw_rows(seed, scale, chunk, products, customers)
    spoiled = spoil(clean, untouchable, seed=seed, scale=scale, chunk=chunk.number, chunks=chunks)
    write_transactions(spoiled.rows, products, folder / chunk.file_name)
    valid = spoiled.rows.take(spoiled.valid)
    category = np.array([product.category for product in products])[valid.product]
    return _ChunkTruth(delivered=len(spoiled.rows), ledger=add_up(valid, category), bad=spoiled.bad)


def _bad_rows(rule: Rule, parts: list[_ChunkTruth], *, listed: bool) -> BadRows:
    ids = [int(number) for part in parts for number in part.bad[rule]]
    named = listed and rule != "missing_transaction_id"
    return BadRows(rows=len(ids), transaction_ids=tuple(sorted(f"T{number}" for number in ids)) if named else ())


def _by_year(ledger: Ledger) -> dict[int, YearTotals]:
    def total(months: Ints, year: int) -> int:
        return int(months[year * 12 : year * 12 + 12].sum())

    return {
        FIRST_DAY.year + year: YearTotals(
            valid_rows=total(ledger.valid_rows, year),
            completed_sales=total(ledger.sales, year),
            completed_returns=total(ledger.returns, year),
            gross_sales_centavos=total(ledger.sold_centavos, year),
            returns_centavos=total(ledger.returned_centavos, year),
            net_centavos=total(ledger.sold_centavos - ledger.returned_centavos, year),
            units_sold=total(ledger.units_sold, year),
        )
        for year in range(MONTHS // 12)
    }


def _by_month(ledger: Ledger) -> dict[str, int]:
    net = ledger.sold_centavos - ledger.returned_centavos
    return {f"{month_start(month):%Y-%m}": int(net[month]) for month in range(MONTHS)}


def _paid_by_year(expenses: tuple[Expense, ...]) -> dict[int, int]:
    totals: dict[int, int] = {}
    for expense in expenses:
        if expense.status == "paid":
            year = expense.expense_date.year
            totals[year] = totals.get(year, 0) + expense.amount
    return totals


def _revenue_drop(ledger: Ledger) -> Event:
    month = month_number(DROP_SINCE)
    of_region = [number for number, branch in enumerate(BRANCHES) if branch.region == DROP_REGION]
    return Event(
        name="revenue_drop",
        since=DROP_SINCE,
        until=DROP_UNTIL,
        region=DROP_REGION,
        revenue_centavos=int(ledger.net_by_branch[of_region, month].sum()),
        revenue_centavos_before=int(ledger.net_by_branch[of_region, month - 1].sum()),
    )


def _outlier_week(ledger: Ledger) -> Event:
    week = week_number(day_number(BULK_SINCE))
    of_category = ledger.net_by_category[CATEGORY_NAMES.index(BULK_CATEGORY)]
    return Event(
        name="outlier_week",
        since=BULK_SINCE,
        until=BULK_UNTIL,
        category=BULK_CATEGORY,
        revenue_centavos=int(of_category[week]),
        revenue_centavos_before=int(of_category[week - 1]),
    )
