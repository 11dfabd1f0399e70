"""Without data a check reads the dictionary, its expressions and its lock."""

from __future__ import annotations

from pathlib import Path

import pytest

from verity.contracts.run import Verdict
from verity.data.dictionary import load_dictionary
from verity.quality.check import run_checks

ORDERS = """
table: orders
version: "1.0"
primary_key: order_id
columns: {order_id: the order, amount: {type: 'decimal(18,2)'}}
metrics:
  revenue: {sql: SUM(amount)}
changelog:
  - {version: "1.0", date: 2025-01-01, change: first}
"""


@pytest.fixture
def project(tmp_path: Path) -> Path:
    (tmp_path / "dictionary").mkdir()
    return tmp_path


def check(project: Path, text: str, *, accept: bool = False) -> Verdict:
    (project / "dictionary" / "orders.yml").write_text(text, encoding="utf-8")
    return run_checks(project, lambda: load_dictionary(project / "dictionary"), accept=accept)


def codes(verdict: Verdict, status: str) -> list[str | None]:
    return [line.code for line in verdict.lines if line.status == status]


def test_a_sound_dictionary_holds_and_its_lock_is_behind_until_accepted(project: Path):
    assert codes(check(project, ORDERS), "warn") == ["VRT-217"]
    accepted = check(project, ORDERS, accept=True)
    assert (accepted.status, accepted.lines[-1].message) == ("ok", "written: 1 table, 1 metric; drafts stay out")
    assert check(project, ORDERS).status == "ok"


def test_a_changed_metric_without_a_new_version_fails_and_is_not_accepted(project: Path):
    check(project, ORDERS, accept=True)
    changed = ORDERS.replace("SUM(amount)", "SUM(amount) * 2")
    before = (project / "dictionary.lock.json").read_bytes()
    assert codes(check(project, changed), "failed") == ["VRT-216"]
    assert codes(check(project, changed, accept=True), "failed") == ["VRT-216"]
    assert (project / "dictionary.lock.json").read_bytes() == before
    moved = changed.replace('"1.0"', '"1.1"')
    assert check(project, moved, accept=True).status == "ok"


def test_an_expression_that_smuggles_a_subquery_fails_naming_the_metric(project: Path):
    verdict = check(project, ORDERS.replace("SUM(amount)", "(SELECT 1)"))
    failed = [line for line in verdict.lines if line.status == "failed"]
    assert [line.name for line in failed] == ["orders.revenue"]


def test_every_broken_file_is_a_line_with_its_place_and_nothing_is_accepted(project: Path):
    (project / "dictionary" / "a.yml").write_text("table: [\n", encoding="utf-8")
    verdict = check(project, ORDERS.replace("primary_key", "primery_key"), accept=True)
    messages = [line.message for line in verdict.lines]
    assert [line.code for line in verdict.lines] == ["VRT-203", "VRT-204"]
    assert messages[0].startswith("dictionary/a.yml")
    assert messages[1].count("dictionary/orders.yml") == 1
    assert not (project / "dictionary.lock.json").exists()


def test_a_lock_is_not_written_over_a_failed_check(project: Path):
    verdict = check(project, ORDERS.replace("SUM(amount)", "SUM("), accept=True)
    assert "VRT-217" in codes(verdict, "failed")
    assert not (project / "dictionary.lock.json").exists()
