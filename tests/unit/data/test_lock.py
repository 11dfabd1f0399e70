"""The lock: a metric's meaning moves only with a version and a changelog line."""

import json

import pytest

from verity.data.dictionary import make_dictionary
from verity.data.lock import compare, lock_of, metric_hash, metric_version, read_lock, write_lock
from verity.data.model import MetricEntry, TableEntry
from verity.exceptions import DiskFull, LockUnusable

BASE = """
    table: orders
    version: "{version}"
    draft: {draft}
    metrics:
      revenue: {{sql: "{sql}", description: "{text}"}}
      count: {{sql: COUNT(*), version: "{own}"}}
    changelog: [{log}]
    """


def orders(sql="SUM(a)", version="1.0", own="3", text="x", draft="false", log=""):
    return BASE.format(sql=sql, version=version, own=own, text=text, draft=draft, log=log)


LINE = "{{version: '{}', date: 2025-01-01, change: x}}"


def levels(findings):
    return [(f.code, f.level) for f in findings]


def test_an_accepted_dictionary_has_no_findings(load, tmp_path):
    dictionary = load(orders=orders())
    path = tmp_path / "dictionary.lock.json"
    assert levels(compare(read_lock(path), dictionary)) == [("VRT-217", "warning")]
    write_lock(path, lock_of(dictionary))
    assert compare(read_lock(path), dictionary) == ()
    metrics = dictionary.tables["orders"].metrics
    assert json.loads(path.read_text()) == {"tables": {"orders": {"version": "1.0", "metrics": {
        "count": {"version": "3", "hash": metric_hash(metrics["count"])},
        "revenue": {"version": "1.0", "hash": metric_hash(metrics["revenue"])}}}}}  # fmt: skip
    assert list(tmp_path.glob(".*partial")) == []


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"sql": "SUM(b)"}, "a version other than 1.0 and a line in the changelog"),
        ({"sql": "SUM(b)", "version": "1.1"}, "a line in the changelog"),
        ({"sql": "SUM(b)", "log": LINE.format("1.0")}, "a version other than 1.0"),
        ({"sql": "SUM(b)", "version": "1.1", "log": LINE.format("1.0")}, "a line in the changelog"),
    ],
)
def test_a_changed_metric_without_version_and_changelog_is_an_error(load, changes, says):
    lock = lock_of(load(orders=orders()))
    (finding,) = compare(lock, load(orders=orders(**changes)))
    assert (finding.code, finding.level, finding.member) == ("VRT-216", "error", "orders.revenue")
    assert says in finding.remedy
    assert finding.place == "dictionary/orders.yml:6"


def test_a_change_with_version_and_changelog_only_waits_to_be_accepted(load):
    lock = lock_of(load(orders=orders()))
    moved = load(orders=orders(sql="SUM(b)", version="1.1", log=LINE.format("1.1")))
    (finding,) = compare(lock, moved)
    assert (finding.code, finding.level) == ("VRT-217", "warning")
    assert "1 changed (orders.revenue)" in finding.message
    assert compare(lock_of(moved), moved) == ()


def test_words_are_no_meaning_and_line_breaks_neither(load):
    lock = lock_of(load(orders=orders(sql="SUM(a)  FILTER (WHERE s = 'x  y')")))
    assert compare(lock, load(orders=orders(sql="SUM(a) FILTER  (WHERE s = 'x  y')", text="other words"))) == ()
    assert levels(compare(lock, load(orders=orders(sql="SUM(a) FILTER (WHERE s = 'x y')")))) == [("VRT-216", "error")]


def test_drafts_are_exempt(load):
    assert lock_of(load(orders=orders(draft="true"))).tables == {}
    lock = lock_of(load(orders=orders()))
    changed = load(orders=orders(sql="SUM(b)", draft="true"))
    assert [f.level for f in compare(lock, changed)] == ["warning"]
    assert compare(None, changed) == ()


@pytest.mark.parametrize(
    "change",
    [{"sql": "SUM(b)"}, {"filter": "x > 1"}, {"type": "derived"}, {"time_column": "day"}, {"unit": "USD"},
     {"scale": 2}, {"approximate": True}, {"requires_filters": ["x"]}, {"fill": "zero"},
     {"benchmark": {"min_group": 5}}],
)  # fmt: skip
def test_the_hash_is_of_the_meaning(change):
    assert metric_hash(MetricEntry(sql="SUM(a)")) != metric_hash(
        MetricEntry.model_validate({"sql": "SUM(a)", **change})
    )


_KINDS = [
    {"type": "ratio", "numerator": "a", "denominator": "b"},
    {"type": "cumulative", "metric": "a", "to_date": "year"},
    {"type": "cumulative", "metric": "a", "window": "3 months"},
    {"type": "offset", "metric": "a", "offset": "1 year", "show": "growth"},
    {"type": "semi_additive", "sql": "SUM(a)", "over": "day", "take": "first", "per": ["account"]},
    {"type": "percentile", "sql": "a", "percentile": 0.9, "method": "discrete"},
    {"type": "conversion", "base": "a", "event": "b", "entity": "id", "within": "7 days", "show": "count"},
    {"type": "retention", "base": "a", "event": "b", "entity": "id", "after": "1 month"},
    {"type": "share", "metric": "a", "within": ["region"]},
    {"type": "rank", "metric": "a", "direction": "asc"},
]
_OTHERS = {
    "numerator": "c",
    "denominator": "c",
    "metric": "c",
    "to_date": "month",
    "window": "4 months",
    "sql": "SUM(c)",
    "offset": "2 years",
    "show": None,
    "over": "moment",
    "take": "last",
    "per": ["c"],
    "percentile": 0.5,
    "method": "continuous",
    "base": "c",
    "event": "c",
    "entity": "c",
    "within": ["8 days"],
    "after": "2 months",
    "direction": "desc",
}


@pytest.mark.parametrize(("kind", "key"), [(kind, key) for kind in _KINDS for key in kind if key != "type"])
def test_the_hash_is_of_every_key_of_a_kind(kind, key):
    other = {**kind, key: _OTHERS[key]}
    assert metric_hash(MetricEntry.model_validate(kind)) != metric_hash(MetricEntry.model_validate(other))


@pytest.mark.parametrize(
    "change", [{"description": "x"}, {"aliases": ["x"]}, {"version": "9"}, {"draft": True}, {"verified_by": "me"}]
)
def test_the_hash_is_not_of_words_and_versions(change):
    assert metric_hash(MetricEntry(sql="SUM(a)")) == metric_hash(
        MetricEntry.model_validate({"sql": "SUM(a)", **change})
    )


def test_a_metric_s_version_is_its_own_else_its_table_s_with_twelve_digits():
    table, metric = TableEntry(table="a", version="2.1"), MetricEntry(sql="SUM(a)")
    assert metric_version(table, metric) == f"2.1+{metric_hash(metric)[:12]}"
    assert metric_version(table, MetricEntry(sql="SUM(a)", version="5")).startswith("5+")


@pytest.mark.parametrize("content", [b"", b"{", b"[]", b'{"tables": 1}', b'{"tables": {}, "more": 1}', b"\xff"])
def test_a_damaged_lock_is_an_error_that_names_the_file(tmp_path, content):
    path = tmp_path / "dictionary.lock.json"
    path.write_bytes(content)
    with pytest.raises(LockUnusable) as caught:
        read_lock(path)
    assert caught.value.place == "dictionary.lock.json"
    assert caught.value.remedy


def test_a_folder_that_may_not_be_written_is_an_error_of_its_own(tmp_path):
    with pytest.raises(LockUnusable):
        write_lock(tmp_path / "nowhere" / "dictionary.lock.json", lock_of(make_dictionary({})))


def test_a_lock_that_cannot_be_written_leaves_the_old_one(tmp_path, load, monkeypatch):
    path = tmp_path / "dictionary.lock.json"
    write_lock(path, lock_of(load(orders=orders())))
    before = path.read_bytes()

    def full(_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("os.fsync", full)
    with pytest.raises(DiskFull, match="no space"):
        write_lock(path, lock_of(load(orders=orders(version="2"))))
    assert path.read_bytes() == before
    assert list(tmp_path.glob(".*partial")) == []
