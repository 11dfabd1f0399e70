"""What a change of the dictionary does to the numbers: what reaches a metric is found, what does not is left alone."""

from __future__ import annotations

import subprocess
from copy import deepcopy
from pathlib import Path

import pytest
from tests.small_orders import MemoryEngine, dictionary_of, tables

from verity.exceptions import DictionaryInvalid, RevisionUnknown
from verity.quality.number_diff import NumberDiff, diff_numbers
from verity.quality.revisions import dictionary_at


@pytest.fixture(scope="module")
def engine():
    return MemoryEngine()


def diff(engine, change) -> NumberDiff:
    new = deepcopy(tables())
    change(new)
    return diff_numbers("HEAD", "0" * 40, dictionary_of(tables()), dictionary_of(new), engine)


def told(found: NumberDiff) -> dict[str, str]:
    return {one.member: one.change for one in found.metrics}


def numbers(found: NumberDiff, member: str):
    one = next(one for one in found.metrics if one.member == member)
    return [(figure.group, figure.old, figure.new, figure.difference) for figure in one.figures]


def test_nothing_changed_is_nothing_told(engine):
    found = diff(engine, lambda _: None)
    assert found.metrics == ()
    assert found.unchanged == sum(len(table["metrics"]) for table in tables().values())


def test_words_are_no_numbers(engine):
    found = diff(engine, lambda new: new["orders"]["metrics"]["revenue"].update(description="other", format="money"))
    assert found.metrics == ()


def test_a_changed_metric_and_what_is_made_of_it(engine):
    found = diff(engine, lambda new: new["orders"]["metrics"]["revenue"].update(filter="status = 'delivered'"))
    assert told(found) == {
        "orders.revenue": "changed",
        "orders.average_order": "reached",
        "orders.unpaid": "reached",
    }
    by_hand = engine.connection.execute(
        "SELECT SUM(total), SUM(total) FILTER (WHERE status = 'delivered') FROM silver.orders"
    ).fetchone()
    total = numbers(found, "orders.revenue")[0]
    assert total == (None, str(by_hand[0]), str(by_hand[1]), str(by_hand[1] - by_hand[0]))
    assert [group for group, *_ in numbers(found, "orders.revenue")] == [None, "(none)", "2024"]


def test_a_column_and_a_join_inside_a_metric_reach_it(engine):
    found = diff(engine, lambda new: new["orders"]["columns"]["order_count"].update(sql="COUNT(*) + 1"))
    assert told(found)["orders.repeat_customers"] == "reached"
    found = diff(engine, lambda new: new["orders"]["joins"]["customer"].update(on={"order_id": "customer_id"}))
    assert told(found)["items.asian_units"] == "reached"
    found = diff(engine, lambda new: new["items"].update(time_column="order.shipped_at"))
    assert "items.units" in told(found)


def test_a_segment_and_a_dimension_that_changed_are_asked_with_the_metrics_of_their_table(engine):
    found = diff(engine, lambda new: new["orders"]["segments"]["delivered"].update(sql="status <> 'new'"))
    asked = {(one.member, one.segment) for one in found.metrics}
    assert ("orders.orders", "orders.delivered") in asked
    assert all(segment == "orders.delivered" for _, segment in asked)
    found = diff(engine, lambda new: new["orders"]["columns"]["is_big"].update(sql="total >= 20"))
    one = next(one for one in found.metrics if one.member == "orders.orders")
    assert one.by == "orders.is_big"
    assert [(figure.group, figure.difference) for figure in one.figures] == [
        (None, "0"), ("False", "1"), ("True", "-1"),
    ]  # fmt: skip
    found = diff(engine, lambda new: new["orders"]["joins"]["ship"].update(on={"bill_country": "code"}))
    assert {one.by for one in found.metrics} == {"orders.ship.code"}


def test_metrics_that_came_or_went_have_one_side(engine):
    def change(new):
        del new["payments"]["metrics"]["payments"]
        new["visits"]["metrics"]["long"] = {"sql": "COUNT(*)", "filter": "minutes > 1"}

    found = diff(engine, change)
    assert told(found) == {"payments.payments": "removed", "visits.long": "added"}
    assert numbers(found, "payments.payments")[0] == (None, 5, None, None)
    assert numbers(found, "visits.long")[0] == (None, None, 2, None)


def test_a_metric_that_no_longer_works_says_why(engine):
    found = diff(engine, lambda new: new["orders"]["metrics"].pop("revenue"))
    one = next(one for one in found.metrics if one.member == "orders.average_order")
    assert one.notes
    assert one.notes[0].startswith("now: VRT-")
    assert one.figures[0].new is None


def test_text_and_document_say_the_same(engine):
    found = diff(engine, lambda new: new["orders"]["metrics"]["revenue"].update(filter="status = 'delivered'"))
    assert NumberDiff.model_validate_json(found.model_dump_json()) == found
    assert "changed orders.revenue" in found.text()
    assert "total: 50.50 -> 37.50 (-13.00)" in found.text()


def git(folder: Path, *arguments: str) -> None:
    subprocess.run(
        ["git", "-c", "user.name=t", "-c", "user.email=t@example.org", "-C", str(folder), *arguments],
        check=True,
        capture_output=True,
    )


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    """A project below the root of its repository, with two commits."""
    project = tmp_path / "work" / "shop"
    (project / "dictionary").mkdir(parents=True)
    (project / "dictionary" / "a.yml").write_text("table: a\nmetrics:\n  n: {sql: COUNT(*)}\n", encoding="utf-8")
    git(tmp_path / "work", "init", "-q")
    git(tmp_path / "work", "add", ".")
    git(tmp_path / "work", "commit", "-qm", "one")
    (project / "dictionary" / "a.yml").write_text("table: a\nmetrics:\n  m: {sql: COUNT(*)}\n", encoding="utf-8")
    (project / "dictionary" / "b.yml").write_text("table: b\n", encoding="utf-8")
    git(tmp_path / "work", "add", ".")
    git(tmp_path / "work", "commit", "-qm", "two")
    return project


def test_the_dictionary_of_a_revision_is_read_and_nothing_is_checked_out(repository):
    (repository / "dictionary" / "a.yml").write_text("table: a\n", encoding="utf-8")
    commit, first = dictionary_at(repository, "HEAD~1")
    assert len(commit) == 40
    assert (set(first.tables), set(first.tables["a"].metrics)) == ({"a"}, {"n"})
    _, second = dictionary_at(repository, "HEAD")
    assert (set(second.tables), set(second.tables["a"].metrics)) == ({"a", "b"}, {"m"})
    assert (repository / "dictionary" / "a.yml").read_text(encoding="utf-8") == "table: a\n"


def test_what_git_cannot_give_is_said(repository, tmp_path, monkeypatch):
    for revision in ("nowhere", "", "--output=x", "HEAD~9"):
        with pytest.raises(RevisionUnknown, match="revision"):
            dictionary_at(repository, revision)
    (repository / "other").mkdir()
    with pytest.raises(RevisionUnknown, match="holds no dictionary"):
        dictionary_at(repository / "other", "HEAD")
    (tmp_path / "apart").mkdir()
    with pytest.raises(RevisionUnknown, match="in no git repository"):
        dictionary_at(tmp_path / "apart", "HEAD")
    monkeypatch.setenv("PATH", "")
    with pytest.raises(RevisionUnknown, match="git is not installed"):
        dictionary_at(repository, "HEAD")


def test_a_dictionary_that_did_not_load_then_is_an_error_that_names_the_revision(repository):
    (repository / "dictionary" / "a.yml").write_text("table: [\n", encoding="utf-8")
    git(repository, "commit", "-qam", "three")
    with pytest.raises(DictionaryInvalid, match=r"HEAD:dictionary/a\.yml"):
        dictionary_at(repository, "HEAD")
