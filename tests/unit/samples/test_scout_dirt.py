"""Every bad row is known: each rule, found in the files by hand-written SQL, gives exactly the rows of the truth."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from tests.unit.samples.conftest import Scout

from verity.samples import project
from verity.samples.dirt import ROWS_AT_SCALE_1
from verity.samples.truth import RULES, Rule

BROKEN: dict[Rule, str] = {
    "missing_transaction_id": "transaction_id IS NULL",
    "missing_timestamp": "transaction_ts IS NULL",
    "missing_amount": "amount IS NULL",
    "amount_not_positive": "amount <= 0",
    "date_in_future": "transaction_ts >= TIMESTAMP '2026-01-01'",
    "unknown_category": "lower(trim(category)) NOT IN (SELECT lower(category) FROM products)",
}


@pytest.mark.parametrize("rule", BROKEN)
def test_the_rows_that_break_a_rule_are_exactly_those_of_the_truth(scout: Scout, rule: Rule) -> None:
    found = [row[0] for row in scout.all(f"SELECT transaction_id FROM raw WHERE {BROKEN[rule]} ORDER BY 1")]
    known = scout.truth.quarantined[rule]
    assert len(found) == known.rows
    if rule != "missing_transaction_id":
        assert tuple(found) == known.transaction_ids


def test_a_repeated_id_is_repeated_once_and_its_copies_are_those_of_the_truth(scout: Scout) -> None:
    found = scout.all(
        "SELECT transaction_id, count(*) FROM raw WHERE transaction_id IS NOT NULL GROUP BY 1 "
        "HAVING count(*) > 1 ORDER BY 1"
    )
    known = scout.truth.quarantined["duplicate_transaction_id"]
    assert tuple(row[0] for row in found) == known.transaction_ids
    assert {row[1] for row in found} == {2}
    assert known.rows == len(found)


def test_some_copies_are_exact_and_some_come_later(scout: Scout) -> None:
    gaps = scout.all(
        "SELECT max(transaction_ts) - min(transaction_ts) > INTERVAL 0 SECOND, count(*) FROM raw "
        "WHERE transaction_id IS NOT NULL GROUP BY transaction_id HAVING count(*) > 1"
    )
    later = [row for row in gaps if row[0]]
    assert 100 < len(later) < 200


def test_a_bad_row_breaks_one_rule_only(scout: Scout) -> None:
    sums = " + ".join(f"coalesce(({condition})::int, 0)" for condition in BROKEN.values())
    assert scout.one(f"SELECT max({sums}) FROM raw") == 1
    repeated = "transaction_id IN (SELECT transaction_id FROM raw GROUP BY 1 HAVING count(*) > 1)"
    assert scout.one(f"SELECT count(*) FROM raw WHERE transaction_id IS NOT NULL AND {repeated} AND {sums} > 0") == 0


def test_the_dirt_of_scale_1_is_as_documented(scout: Scout) -> None:
    assert {rule: scout.truth.quarantined[rule].rows for rule in RULES} == ROWS_AT_SCALE_1
    assert scout.truth.quarantined_rows == 880


def test_negative_and_zero_amounts_both_occur(scout: Scout) -> None:
    assert scout.one("SELECT count(*) FROM raw WHERE amount < 0") > 90
    assert scout.one("SELECT count(*) FROM raw WHERE amount = 0") > 20


def test_what_is_valid_and_what_is_bad_make_up_what_was_delivered(scout: Scout) -> None:
    truth = scout.truth
    assert scout.one("SELECT count(*) FROM raw") == truth.rows["bronze_transactions"]
    assert truth.rows["bronze_transactions"] == truth.valid_transactions + truth.quarantined_rows
    assert scout.one("SELECT count(*) FROM valid") == truth.valid_transactions


def test_the_projects_readme_tells_the_dirt_as_it_is() -> None:
    readme = (Path(project.__file__).parent / "scout" / "README.md").read_text(encoding="utf-8")
    told = {rule: int(rows) for rule, rows in re.findall(r"^\| (\w+_\w+) \| (\d+) \|$", readme, re.MULTILINE)}
    assert told == ROWS_AT_SCALE_1
