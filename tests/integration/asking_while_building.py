"""A shop whose every row carries the number of its delivery, one process that asks it, one that delivers and builds.

`python -m tests.integration.asking_while_building ask|build PROJECT STOP_FILE` prints one JSON line: `build` after
VERITY_ASK_SECONDS, when it makes STOP_FILE, and `ask` when that appears. Two
tables of one delivery always carry one number, so an answer with two numbers mixed two versions.
"""

from __future__ import annotations

import json
import os
import sys
import time
from collections.abc import Callable
from pathlib import Path

import verity
from verity.contracts.metric import MetricQuery
from verity.exceptions import VerityError
from verity.workbench import Workbench

ORDERS, CUSTOMERS = 400, 50
SECONDS = float(os.environ.get("VERITY_ASK_SECONDS", "6"))
LEAST = 3
"""Builds, however long they take."""
METRICS = (
    "orders.number_of_orders",
    "orders.oldest",
    "orders.newest",
    "customers.number_of_customers",
    "customers.newest",
)

DICTIONARY = {
    "orders": """
table: orders
primary_key: order_id
entity: order
joins: {customer: {table: customers, "on": customer_id}}
columns: {order_id: Order, customer_id: Customer, delivery: {type: bigint, kind: measure}}
metrics:
  number_of_orders: {sql: COUNT(*), aliases: [number of orders]}
  oldest: {sql: MIN(delivery)}
  newest: {sql: MAX(delivery)}
""",
    "customers": """
table: customers
primary_key: customer_id
entity: customer
columns: {customer_id: Customer, city: {description: City, kind: dimension}, delivery: {type: bigint, kind: measure}}
metrics:
  number_of_customers: {sql: COUNT(*), aliases: [number of customers]}
  newest: {sql: MAX(delivery)}
""",
}


def deliver(project: Path, number: int) -> None:
    """Write both files of one delivery."""
    files = project / "files"
    files.mkdir(exist_ok=True)
    cities = ("Cebu", "Davao", "Manila")
    orders = "".join(f"{i},{i % CUSTOMERS},{number}\n" for i in range(ORDERS))
    customers = "".join(f"{i},{cities[i % 3]},{number}\n" for i in range(CUSTOMERS))
    (files / "orders.csv").write_text("order_id,customer_id,delivery\n" + orders)
    (files / "customers.csv").write_text("customer_id,city,delivery\n" + customers)


def load_and_build(bench: Workbench) -> None:
    """Sync and build; a failure is an error of the test."""
    for verdict in (bench.sync(None), bench.build(None)):
        if verdict.status == "failed":
            raise SystemExit(verdict.model_dump_json(indent=1))


def ask(project: Path, stop: Path) -> dict[str, object]:
    """Ask by name and in words until stopped; count what was wrong."""
    tally = {"asked": 0, "mixed": 0, "empty": 0}
    errors: list[str] = []
    seen: set[int] = set()
    with verity.open(project) as bench:
        while not stop.exists():
            tally["asked"] += 1
            try:
                row = bench.query(MetricQuery(metrics=METRICS)).table.rows[0]
                answer = bench.ask("number of orders by city")
            except VerityError as error:
                errors.append(str(error))
                continue
            if answer.status != "answered" or answer.table is None:
                errors.append(answer.text)
                continue
            tally["empty"] += row[0] != ORDERS or row[3] != CUSTOMERS
            tally["empty"] += sum(int(count or 0) for _, count in answer.table.rows) != ORDERS
            tally["mixed"] += len({row[1], row[2], row[4]}) != 1
            seen.add(int(row[1] or 0))
    return {**tally, "versions": len(seen), "errors": errors[:3]}


def build(project: Path, stop: Path) -> dict[str, object]:
    """Deliver, sync and build for `SECONDS` and at least `LEAST` times, then stop everyone."""
    number, end = 1, time.monotonic() + SECONDS
    try:
        with verity.open(project) as bench:
            while number <= LEAST or time.monotonic() < end:
                number += 1
                deliver(project, number)
                load_and_build(bench)
    finally:
        stop.touch()
    return {"built": number - 1}


ROLES: dict[str, Callable[[Path, Path], dict[str, object]]] = {"ask": ask, "build": build}

if __name__ == "__main__":
    role, project, stop = sys.argv[1:4]
    print(json.dumps(ROLES[role](Path(project), Path(stop))))
