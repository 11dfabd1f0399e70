"""A wrong dictionary, settings file or agent: named with its place; what is not wrong goes on working."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest
from tests.journeys.bad_input import Here, answers_as_before, copied, edited, is_clear

from verity.bootstrap import open_project
from verity.contracts.metric import GroupBy, MetricQuery
from verity.exceptions import VerityError


@pytest.fixture
def shop(own_files: Path, tmp_path: Path) -> Path:
    return copied(own_files, tmp_path)


@pytest.mark.parametrize(
    ("old", "new", "line", "guess"),
    [
        ("sql: SUM(total)", "sql: SUM(totl)", 86, "'total'"),
        ("time_column: order_date", "time_column: order_dat", 9, "'order_date'"),
        ("primary_key: order_id", "primary_key: order_idd", 8, "'order_id'"),
        ('"on": customer_id', '"on": custmer_id', 59, "'customer_id'"),
    ],
    ids=["in a metric", "as time column", "as key", "in a join"],
)
def test_a_typo_in_a_column_is_found_by_an_offline_check_with_its_line_and_a_guess(
    shop: Path, old: str, new: str, line: int, guess: str
):
    edited(shop / "dictionary" / "orders.yml", old, new)
    done = Here("check", "--project", shop)
    found = done.out
    assert f"dictionary/orders.yml:{line}" in found, found
    assert f"mean {guess}" in found.replace("Did you mean", "did you mean"), found
    assert "VRT-2" in found
    assert "Traceback" not in found + done.err


def test_a_typo_in_a_column_spoils_only_what_uses_it(shop: Path):
    edited(shop / "dictionary" / "orders.yml", "sql: SUM(total)", "sql: SUM(totl)")
    is_clear(Here("check", "--live", "--project", shop), "VRT-232", "dictionary/orders.yml:86", "mean 'total'")
    is_clear(Here("query", "--metrics", "sum_of_total", "--project", shop), "VRT-232", "Did you mean 'total'?")
    answers_as_before(shop)


@pytest.mark.parametrize(
    ("old", "new", "code", "said"),
    [
        (
            "time_column: order_date",
            "time_colum: order_date",
            "VRT-204",
            ("orders.yml:9", "Did you mean 'time_column'"),
        ),
        ("primary_key: order_id", "primary_key: [order_id", "VRT-203", ("dictionary/orders.yml:",)),
        ("primary_key: order_id", "primary_key: order_id\nprimary_key: status", "VRT-203", ("orders.yml:9", "twice")),
        ("table: orders", "table: a.b", "VRT-206", ("dictionary/orders.yml:2",)),
    ],
    ids=["an unknown key", "no YAML", "a key written twice", "a name that cannot be asked for"],
)
def test_a_dictionary_that_cannot_be_read_is_loaded_by_nobody(shop: Path, old, new, code, said):
    edited(shop / "dictionary" / "orders.yml", old, new)
    is_clear(Here("check", "--project", shop), code, *said)
    answer = Here("ask", "number of customers", "--project", shop, "--format", "json")
    assert (answer.code, answer.json["status"], answer.json["error"]["code"]) == (1, "error", "VRT-201")
    assert said[0] in answer.json["error"]["message"]
    edited(shop / "dictionary" / "orders.yml", new, old)
    answers_as_before(shop)


def test_a_table_in_two_files_is_an_error_that_names_both(shop: Path):
    shutil.copy(shop / "dictionary" / "orders.yml", shop / "dictionary" / "again.yml")
    is_clear(Here("check", "--project", shop), "VRT-205", "dictionary/again.yml:2", "dictionary/orders.yml:2")
    is_clear(Here("query", "--list", "--project", shop), "VRT-205", "Rename one of the two")


def test_a_dictionary_file_that_is_no_text_is_named(shop: Path):
    (shop / "dictionary" / "orders.yml").write_bytes(b"table: orders\xff\xfe")
    is_clear(Here("check", "--project", shop), "VRT-202", "orders.yml", "UTF-8")


BAD_SQL = {
    "no_end": ("SUM(total", "VRT-230"),
    "a_from": ("SUM(total) FROM orders", "VRT-230"),
    "empty": ("", "VRT-230"),
    "a_subquery": ("(SELECT COUNT(*) FROM customers)", "VRT-231"),
    "inside": ("SUM(total) + (SELECT MAX(customer_id) FROM customers)", "VRT-231"),
    "a_second": ("COUNT(*); DROP TABLE orders", "VRT-231"),
    "a_comment": ("COUNT(*) -- all of them", "VRT-231"),
    "a_window": ("SUM(total) OVER ()", "VRT-231"),
    "a_file": ("COUNT(read_text('/etc/passwd'))", "VRT-231"),
}


def test_metrics_whose_sql_is_wrong_or_smuggles_are_each_named_and_the_others_work(shop: Path):
    written = "".join(f"  {name}:\n    sql: {json.dumps(sql)}\n" for name, (sql, _) in BAD_SQL.items())
    edited(shop / "dictionary" / "orders.yml", "metrics:\n", f"metrics:\n{written}")
    check = Here("check", "--project", shop, "--format", "json")
    lines = {line["name"].removeprefix("orders."): line for line in check.json["lines"]}
    assert check.code == 1
    for name, (_, code) in BAD_SQL.items():
        assert (lines[name]["status"], lines[name]["code"]) == ("failed", code), lines.get(name)
        assert lines[name]["message"].startswith("dictionary/orders.yml:"), lines[name]
        assert lines[name]["remedy"]
    with open_project(shop) as bench:
        for name, (_, code) in BAD_SQL.items():
            with pytest.raises(VerityError) as refused:
                bench.query(MetricQuery(metrics=(f"orders.{name}",)))
            assert refused.value.code == code
            assert refused.value.remedy
    is_clear(Here("query", "--metrics", "a_second", "--project", shop), "VRT-231", "second statement")
    answers_as_before(shop)


CIRCLE = """\
joins:
  first_order:
    table: orders
    "on": {customer_id: order_id}
"""
SECOND_WAY = """\
joins:
  payer:
    table: customers
    "on": customer_id
"""


def test_a_circle_of_joins_is_legal_and_nothing_hangs(shop: Path, verity_cli):
    with (shop / "dictionary" / "customers.yml").open("a", encoding="utf-8") as file:
        file.write(CIRCLE)
    check = verity_cli("check", "--project", shop, seconds=30)
    assert (check.code, "failed" in check.out) == (0, False), check.out
    listed = verity_cli("query", "--list", "--project", shop, seconds=30)
    assert listed.code == 0
    by = ("query", "--metrics", "number_of_orders", "--by", "customer.country", "--format", "json")
    done = verity_cli(*by, "--project", shop, seconds=30)
    assert done.json["table"]["rows"] == [["PH", 4], ["TR", 1], [None, 1]]
    answer = verity_cli("ask", "number of customers by country", "--project", shop, "--format", "json", seconds=30)
    assert answer.code in (0, 3)
    answers_as_before(shop)


def test_two_ways_to_one_table_are_an_error_with_the_choices(shop: Path):
    edited(shop / "dictionary" / "orders.yml", "joins:\n", SECOND_WAY)
    choices = ("orders.payer.country", "orders.customer.country")
    done = Here("query", "--metrics", "number_of_orders", "--by", "country", "--project", shop)
    is_clear(done, "VRT-222", *choices)
    check = Here("check", "--project", shop)
    assert check.code == 0
    assert "VRT-213" in check.out
    asked = Here("ask", "number of orders by country", "--project", shop, "--format", "json").json
    assert asked["status"] in ("clarify", "refused")
    with open_project(shop) as bench:
        for path in choices:
            by = MetricQuery(metrics=("orders.number_of_orders",), by=(GroupBy(dimension=path),))
            assert bench.query(by).table.rows[0] == ("PH", 4)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (b"[warehouse", ("not valid TOML", "end of")),
        (b'[warehous]\nengine = "duckdb"', ("warehous", "Did you mean 'warehouse'?")),
        (b'[warehouse]\nengin = "duckdb"', ("engin", "Did you mean 'engine'?")),
        (b'[warehouse]\nengine = "oracle"', ("warehouse.engine",)),
        (b'[warehouse]\nthreads = "many"', ("warehouse.threads",)),
        (b'[warehouse]\nmemory_limit = "lots"', ("warehouse.memory_limit",)),
        (b'[warehouse]\nengine = "postgres"', ("no url", "[warehouse] url")),
        (b'[state]\nurl = "${NOT_SET_ANYWHERE}"', ("NOT_SET_ANYWHERE",)),
        (b'[state]\nurl = "oracle://h/db"', ("oracle",)),
        (b"warehouse = 3", ("[warehouse]",)),
        (b"\xff\xfe", ("UTF-8",)),
    ],
)
def test_a_mistake_in_verity_toml_names_the_key_and_nothing_runs(own_files, tmp_path, text, said):
    """A link to the project with a settings file of its own: nothing may be written for any of these."""
    project = tmp_path / "shop"
    project.mkdir()
    for entry in own_files.iterdir():
        if entry.name != "verity.toml":
            (project / entry.name).symlink_to(entry)
    (project / "verity.toml").write_bytes(text)
    is_clear(Here("ask", "number of orders", "--project", project), "VRT-102", *said)


def test_an_agent_without_a_tool_gives_an_error_that_names_both_with_a_checkpoint(shop: Path, verity_cli):
    edited(shop / "agents" / "data_analyst.yml", "  - run_table_query\n", "")
    answer = verity_cli("ask", "number of orders", "--project", shop, "--format", "json")
    assert (answer.code, answer.json["status"], answer.json["error"]["code"]) == (1, "error", "VRT-405")
    assert "'data_analyst'" in answer.json["error"]["message"]
    assert "'run_table_query'" in answer.json["error"]["message"]
    assert "agents/data_analyst.yml" in answer.json["error"]["remedy"]
    assert answer.json["table"] is None
    replay = Here("replay", answer.json["conversation_id"], "--project", shop, "--format", "json")
    steps = [step["checkpoint_id"] for step in replay.json["steps"]]
    assert steps == answer.json["checkpoints"]
    assert len(steps) == 2, "the resolver's, and the refusal of the tool"
    is_clear(Here("ask", "number of orders", "--project", shop), "VRT-405", "What to do")
    answers_as_before(shop)


@pytest.mark.parametrize(
    ("text", "code", "said"),
    [
        (None, "VRT-411", "there is no agent 'data_analyst'"),
        ("agent: data_analyst\nallowed_tool: []\n", "VRT-411", "allowed_tool"),
        ("agent: [\n", "VRT-203", "data_analyst.yml"),
    ],
    ids=["missing", "a wrong key", "no YAML"],
)
def test_an_agent_that_cannot_be_read_is_named_by_ask_and_by_the_doctor(shop: Path, text, code, said):
    path = shop / "agents" / "data_analyst.yml"
    path.unlink()
    if text is not None:
        path.write_text(text, encoding="utf-8")
    is_clear(Here("ask", "number of orders", "--project", shop), code, said)
    is_clear(Here("doctor", "--project", shop), code, said)
