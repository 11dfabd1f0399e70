"""The small files as their source systems deliver them: CSV with a header, products as JSON lines."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterable
from datetime import date, timedelta
from pathlib import Path

import numpy as np

from verity.samples.assortment import CATEGORY_NAMES, SEGMENTS
from verity.samples.columns import customer_ids
from verity.samples.expenses import Expense
from verity.samples.people import EXPENSE_CATEGORIES, Customers, Product, Vendor
from verity.samples.period import TODAY, date_of
from verity.samples.places import BRANCHES

REDELIVERED_EVERY = 25
"""Every so many products the catalogue system sends one twice: first an older record, and once more the same one."""


def write_branches(path: Path) -> int:
    """branches.csv; returns its rows."""
    header = ("branch_id", "branch_name", "city", "region", "island_group", "opened_on")
    return _write_csv(
        path, header, ((b.branch_id, b.name, b.city, b.region, b.island_group, b.opened_on) for b in BRANCHES)
    )


def write_customers(customers: Customers, path: Path) -> int:
    """customers.csv; returns its rows. Addresses end in example.com, which belongs to nobody."""
    header = ("customer_id", "full_name", "email", "city", "region", "segment", "joined_on")
    ids = customer_ids(np.arange(len(customers))).to_pylist()
    rows = (
        (
            ids[i],
            customers.full_name(i),
            f"{customers.full_name(i).lower().replace(' ', '.')}.{i + 1}@example.com",
            BRANCHES[int(customers.branch[i])].city,
            BRANCHES[int(customers.branch[i])].region,
            SEGMENTS[int(customers.segment[i])],
            date_of(int(customers.joined[i])),
        )
        for i in range(len(customers))
    )
    return _write_csv(path, header, rows)


def write_vendors(vendors: tuple[Vendor, ...], path: Path) -> int:
    """vendors.csv; returns its rows."""
    header = ("vendor_id", "vendor_name", "category", "city", "since")
    rows = ((v.vendor_id, v.name, EXPENSE_CATEGORIES[v.category], v.city, v.since) for v in vendors)
    return _write_csv(path, header, rows)


def write_expenses(expenses: tuple[Expense, ...], path: Path) -> int:
    """expenses.csv; returns its rows."""
    header = ("expense_id", "branch_id", "vendor_id", "category", "amount", "expense_date", "status")
    rows = (
        (
            e.expense_id,
            e.branch.branch_id,
            e.vendor_id,
            EXPENSE_CATEGORIES[e.category],
            pesos(e.amount),
            e.expense_date,
            e.status,
        )
        for e in expenses
    )
    return _write_csv(path, header, rows)


def write_products(products: tuple[Product, ...], path: Path) -> int:
    """products.jsonl, repeats included; returns its rows. The latest `updated_at` of a product is the right one."""
    lines: list[str] = []
    for number, product in enumerate(products):
        updated = TODAY - timedelta(days=30 + number % 200)
        if number % REDELIVERED_EVERY == 0:
            lines.append(_product_json(product, product.list_price * 9 // 10, updated - timedelta(days=180)))
            lines.append(_product_json(product, product.list_price, updated))
        lines.append(_product_json(product, product.list_price, updated))
    path.write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")
    return len(lines)


def pesos(centavos: int) -> str:
    """`-12.05` for -1205."""
    sign = "-" if centavos < 0 else ""
    return f"{sign}{abs(centavos) // 100}.{abs(centavos) % 100:02d}"


def _product_json(product: Product, price: int, updated: date) -> str:
    """Prices are JSON text, so that no reader takes them for floats."""
    record = {
        "product_id": product.product_id,
        "name": product.name,
        "category": CATEGORY_NAMES[product.category],
        "brand": product.brand,
        "unit_cost": pesos(product.unit_cost),
        "list_price": pesos(price),
        "updated_at": f"{updated.isoformat()}T08:00:00",
    }
    return json.dumps(record, ensure_ascii=False)


def _write_csv(path: Path, header: tuple[str, ...], rows: Iterable[tuple[object, ...]]) -> int:
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(header)
        count = 0
        for row in rows:
            writer.writerow(row)
            count += 1
    return count
