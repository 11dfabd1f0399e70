"""Write the rows of the example as CSV files: a shop that sells, ships, counts its stock and watches who visits.

python generate.py [FOLDER]        writes FOLDER/*.csv (default: data), the same bytes every time
"""

from __future__ import annotations

import csv
import sys
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from random import Random

FIRST, LAST = date(2024, 1, 1), date(2025, 6, 15)
PLACES = [("Philippines", "Luzon", "Manila"), ("Philippines", "Visayas", "Cebu"), ("Spain", "Madrid", "Madrid"),
          ("Spain", "Andalusia", "Seville"), ("Singapore", "Central", "Singapore")]  # fmt: skip
PRODUCTS = [("Espresso", "coffee", "3.50"), ("Latte", "coffee", "4.25"), ("Green tea", "tea", "3.00"),
            ("Chai", "tea", "3.75"), ("Mug", "goods", "12.00"), ("Beans 1 kg", "goods", "18.50")]  # fmt: skip
TAGS = [(1, "hot", "1.0"), (2, "hot", "0.5"), (2, "milk", "0.5"), (3, "hot", "0.5"), (3, "vegan", "0.5"),
        (4, "hot", "0.4"), (4, "milk", "0.3"), (4, "spiced", "0.3"), (6, "vegan", "1.0")]  # fmt: skip
STAFF = [(1, "Ines", None, 5200), (2, "Omar", 1, 3900), (3, "Lia", 1, 3900), (4, "Ben", 2, 2600), (5, "Ana", 3, 2500)]
STATUSES = ["delivered"] * 8 + ["cancelled"] + ["returned"]

Rows = list[tuple[object, ...]]


def main(folder: Path) -> None:
    """Write every table."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, (columns, rows) in tables(Random(7)).items():  # noqa: S311 - the same rows every time; nothing secret
        with (folder / f"{name}.csv").open("w", newline="", encoding="utf-8") as file:
            writer = csv.writer(file)
            writer.writerow(columns)
            writer.writerows(rows)


def tables(random: Random) -> dict[str, tuple[list[str], Rows]]:
    """Columns and rows of each table."""
    customers = list(_customers(random))
    orders = list(_orders(random, customers))
    return {
        "customers": (["customer_id", "name", "email", "segment", "country", "region", "city"], customers),
        "orders": (
            ["order_id", "customer_id", "seller_id", "ordered_on", "shipped_on", "placed_at", "status", "amount"],
            orders,
        ),
        "order_lines": (["order_id", "line", "product_id", "quantity", "price"], list(_lines(random, orders))),
        "products": (["product_id", "name", "category"], [(i + 1, p[0], p[1]) for i, p in enumerate(PRODUCTS)]),
        "tags": (["tag"], [(tag,) for tag in sorted({tag for _, tag, _ in TAGS})]),
        "product_tags": (["product_id", "tag", "weight"], list(TAGS)),
        "employees": (["employee_id", "name", "manager_id", "salary"], list(STAFF)),
        "stock": (["product_id", "day", "on_hand"], list(_stock(random))),
        "visits": (["visit_id", "customer_id", "visited_at"], list(_visits(random, orders))),
        "retail_calendar": (["day", "week", "month", "quarter", "year"], list(_calendar())),
    }


def _customers(random: Random) -> Iterator[tuple[object, ...]]:
    for number in range(1, 41):
        country, region, city = random.choice(PLACES)
        name = f"Customer {number:02d}"
        segment = random.choice(["consumer", "consumer", "company", ""])
        yield number, name, f"customer{number:02d}@example.com", segment, country, region, city


def _orders(random: Random, customers: Rows) -> Iterator[tuple[object, ...]]:
    number, day = 0, FIRST
    while day <= LAST:
        for _ in range(random.choice([0, 0, 1, 1, 2])):
            number += 1
            customer = random.choice(customers)[0] if random.random() > 0.05 else ""
            placed = datetime(day.year, day.month, day.day, random.randrange(24), random.randrange(60), tzinfo=UTC)
            shipped = day + timedelta(days=random.randrange(1, 9)) if random.random() > 0.1 else ""
            amount = f"{random.randrange(300, 9000) / 100:.2f}"
            yield (
                number, customer, random.choice(STAFF)[0], day, shipped, placed.isoformat(), random.choice(STATUSES),
                amount,
            )  # fmt: skip
        day += timedelta(days=1)


def _lines(random: Random, orders: Rows) -> Iterator[tuple[object, ...]]:
    for order in orders:
        for line in range(1, random.randrange(1, 5)):  # some orders have none
            product = random.randrange(len(PRODUCTS))
            yield order[0], line, product + 1, random.randrange(1, 4), PRODUCTS[product][2]


def _stock(random: Random) -> Iterator[tuple[object, ...]]:
    on_hand = dict.fromkeys(range(1, len(PRODUCTS) + 1), 40)
    day = FIRST
    while day <= LAST:
        for product in on_hand:
            on_hand[product] = max(0, on_hand[product] + random.randrange(-6, 7))
            yield product, day, on_hand[product]
        day += timedelta(days=7)


def _visits(random: Random, orders: Rows) -> Iterator[tuple[object, ...]]:
    number = 0
    for order in orders:
        if order[1] and random.random() < 0.6:
            number += 1
            yield number, order[1], _before(random, str(order[5]))
        if random.random() < 0.5:
            number += 1
            yield number, random.randrange(1, 41), _before(random, str(order[5]))


def _before(random: Random, moment: str) -> str:
    return (datetime.fromisoformat(moment) - timedelta(hours=random.randrange(1, 240))).isoformat()


def _calendar() -> Iterator[tuple[object, ...]]:
    """A 4-4-5 calendar: years begin on the Monday nearest to 1 February."""
    for first in (date(2023, 1, 30), date(2024, 1, 29), date(2025, 2, 3)):
        weeks = 53 if first.year == 2024 else 52
        for offset in range(weeks * 7):
            week = offset // 7
            quarter = min(week // 13, 3)
            inside = week - quarter * 13
            month_start = quarter * 13 + (0 if inside < 4 else 4 if inside < 8 else 8)
            starts = (week, month_start, quarter * 13, 0)
            yield first + timedelta(days=offset), *(first + timedelta(weeks=start) for start in starts)


if __name__ == "__main__":
    main(Path(sys.argv[1] if len(sys.argv) > 1 else "data"))
