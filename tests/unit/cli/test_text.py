"""What a person reads in a terminal."""

from __future__ import annotations

import re

import click

from verity.cli.text import show_answer, show_table, show_verdict
from verity.contracts.question import Answer, Chart, Evidence
from verity.contracts.run import StageLine, Verdict
from verity.contracts.table import Column, Table

MONTH = Column(name="month", type="date", role="time", grain="month")
QUARTER = Column(name="quarter", type="date", role="time", grain="quarter")
CITY = Column(name="city", type="text", role="dimension")
COUNT = Column(name="number_of_orders", type="bigint", role="metric", unit="count")
MONEY = Column(name="revenue", type="decimal(38,2)", role="metric", unit="PHP")
RATE = Column(name="return_rate", type="double", role="metric", unit="%")


def table(columns, rows, **more):
    return Table(table_id="t", columns=columns, rows=rows, row_count=len(rows), **more)


def plain(text):
    return click.unstyle(text)


def test_numbers_stand_to_the_right_with_thousands_apart_and_nothing_is_a_dash():
    shown = plain(show_table(table((CITY, MONEY, COUNT), (("Cebu", "1234567.50", 1200), (None, None, 7)))))
    assert shown.splitlines()[0].split("  ")[0] == "city"
    assert "1,234,567.50" in shown
    assert re.search(r"^-\s+-\s+7$", shown.splitlines()[-1])
    assert "revenue (PHP)" in shown
    assert "(count)" not in shown


def test_times_are_named_by_their_grain_and_shares_as_percent():
    shown = plain(show_table(table((QUARTER, RATE), (("2025-04-01", 0.1234),))))
    assert "2025-Q2" in shown
    assert "12.34 %" in shown


def test_a_cut_table_says_so_and_so_does_a_long_one():
    rows = tuple((f"c{i}", i) for i in range(70))
    shown = plain(show_table(table((CITY, COUNT), rows, truncated=True)))
    assert "10 more rows" in shown
    assert "more rows exist" in shown


def test_an_answer_shows_its_table_its_assumptions_and_what_it_rests_on():
    answer = Answer(
        status="answered",
        text="long text",
        language="en",
        restatement="Orders, by month",
        assumptions=("Time is read from order date.",),
        table=table((MONTH, COUNT), (("2025-01-01", 1), ("2025-02-01", 2))),
        chart=Chart(chart_kind="line", x="month", y=("number_of_orders",)),
        evidence=Evidence(sql="SELECT 1", engine="duckdb", freshness={"loaded_at": "2026-11-20T10:11:12Z"}),
        conversation_id="c1",
    )
    shown = plain(show_answer(answer, sql=True))
    assert shown.startswith("Orders, by month")
    for part in (
        "2025-01",
        "█",
        "Time is read from order date.",
        "SELECT 1",
        "2026-11-20 10:11 UTC",
        "verity replay c1",
    ):
        assert part in shown
    assert "SELECT 1" not in plain(show_answer(answer))


def test_passing_tests_are_counted_and_failing_ones_shown_with_their_remedy():
    lines = (
        StageLine(name="silver.orders", status="ok", rows=5),
        StageLine(name="test unique_a", status="ok"),
        StageLine(name="test unique_b", status="failed", code="VRT-563", message="3 rows", remedy="Look at b."),
    )
    shown = plain(
        show_verdict(Verdict(verb="build", status="failed", lines=lines, seconds=1.0, summary="nothing published"))
    )
    assert "unique_a" not in shown
    assert "1 test passed" in shown
    assert "VRT-563 3 rows" in shown
    assert "Look at b." in shown
    assert shown.splitlines()[-1] == "✗ build: failed, nothing published (1.0 s)"


def test_a_row_of_totals_says_so_and_is_not_taken_for_the_group_without_a_value():
    columns = (
        Column(name="country", type="text", role="dimension"),
        Column(name="orders", type="bigint", role="metric"),
        Column(name="totals_level", type="bigint", role="level"),
    )
    rows = (("Spain", 2, 1), (None, 1, 1), (None, 3, 0))
    shown = click.unstyle(show_table(Table(table_id="t", columns=columns, rows=rows, row_count=3))).splitlines()
    assert [line.split() for line in shown] == [
        ["country", "orders"], ["---------", "--------"], ["Spain", "2"], ["-", "1"], ["total", "3"],
    ]  # fmt: skip
