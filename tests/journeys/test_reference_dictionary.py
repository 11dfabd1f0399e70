"""The reference's own dictionary, unchanged, over somebody's orders: refused where it lacks a column, right with it."""

from __future__ import annotations

import json
import random
import shutil
from pathlib import Path

import duckdb
import pytest

REFERENCE = Path(__file__).parents[1] / "golden" / "reference" / "dictionary_orders.json"
TRUTH = """
    select cast(date_trunc('month', order_date) as date) as month, count(distinct customer_id)
    from read_csv(?) where customer_id in
        (select customer_id from read_csv(?) where customer_id is not null group by 1 having count(*) > 1)
    group by 1 order by 1
"""

REVENUE = """
    select cast(date_trunc('month', order_date) as date), sum(cast(order_total as decimal(18, 2)))
    from read_csv(?) group by 1 order by 1
"""


@pytest.fixture(scope="module")
def shop(tmp_path_factory, verity_cli):
    base = tmp_path_factory.mktemp("reference")
    files = base / "files"
    files.mkdir()
    chance = random.Random(7)  # noqa: S311 - a seed, not a secret
    lines = ["order_id,customer_id,order_status,order_total,order_date"]
    for number in range(400):
        customer = "" if number % 37 == 0 else str(chance.randrange(260))
        day = f"2025-{chance.randrange(1, 13):02d}-{chance.randrange(1, 29):02d}"
        lines.append(
            f"{number},{customer},{chance.choice(['delivered', 'canceled'])},{chance.randrange(10000) / 100:.2f},{day}"
        )
    (files / "orders.csv").write_text("\n".join(lines) + "\n")
    project = base / "shop"
    assert verity_cli("init", project, "--from", files).code == 0
    shutil.rmtree(project / "dictionary")
    (project / "dictionary").mkdir()
    shutil.copy(REFERENCE, project / "dictionary" / "orders.json")
    for step in ("sync", "build"):
        done = verity_cli("--project", project, step)
        assert done.code == 0, done.out + done.err
    return project


def ask(verity_cli, shop, question):
    return verity_cli("ask", question, "--project", shop, "--format", "json")


def test_it_loads_with_warnings_about_its_undeclared_columns_and_no_error_of_form(shop, verity_cli):
    checked = verity_cli("check", "--live", "--project", shop, "--format", "json").json
    warned = " ".join(line["message"] for line in checked["lines"] if line["status"] == "warn")
    assert "order_date" in warned
    told = [line for line in checked["lines"] if "order_count" in line["message"]]
    assert told, "order_count is spoken of"


def test_order_date_is_found_in_the_data_and_revenue_is_answered_by_month(shop, verity_cli):
    done = ask(verity_cli, shop, "ventas totales por mes")
    assert done.code == 0, done.out
    csv = str(shop.parent / "files" / "orders.csv")
    truth = duckdb.execute(REVENUE, [csv]).fetchall()
    assert done.json["table"]["rows"] == [[str(month), str(total)] for month, total in truth]


def test_repeat_customers_is_refused_until_the_one_line_is_added_and_then_equals_the_sql(shop, verity_cli):
    before = ask(verity_cli, shop, "clientes recurrentes por mes")
    assert before.code == 3
    assert before.json["status"] == "refused"
    assert before.json["table"] is None
    assert any("order_count" in reason["message"] for reason in before.json["reasons"]), before.json["reasons"]

    path = shop / "dictionary" / "orders.json"
    document = json.loads(path.read_text())
    document["columns"]["order_count"] = {"per": "customer_id", "sql": "COUNT(*)"}
    path.write_text(json.dumps(document))
    after = ask(verity_cli, shop, "clientes recurrentes por mes")
    csv = str(shop.parent / "files" / "orders.csv")
    truth = duckdb.execute(TRUTH, [csv, csv]).fetchall()
    assert after.code == 0, after.out
    assert after.json["table"]["rows"] == [[str(month), count] for month, count in truth]
    assert after.json["language"] == "es"
