"""A dictionary loads whole or not at all, and every fault has a code, a place and a remedy."""

import errno
import json
import os
import re
from pathlib import Path

import pytest

from verity.data.dictionary import load_dictionary
from verity.data.model import AccessEntry, RowRule
from verity.exceptions import DictionaryInvalid, DictionaryUnreadable, TableDefinedTwice


def errors_of(directory):
    with pytest.raises(DictionaryInvalid) as caught:
        load_dictionary(directory)
    return caught.value.errors


def told(directory):
    return [(e.code, e.place, e.message.partition(": ")[2], e.remedy) for e in errors_of(directory)]


def test_every_shorthand_becomes_one_shape(load):
    orders = load(
        orders="""
        table: orders
        version: 2.10
        primary_key: [order_id, line]
        time_column: on
        columns:
          on: The day
          empty:
          status:
            values: {no: , yes: Sí, NO: {label: Norway, aliases: {es: Noruega}}}
          rating: {values: [1, 2.50, high]}
          order_count: {per: customer_id, sql: COUNT(*)}
        metrics:
          revenue: {sql: SUM(total), aliases: [ventas, sales], verb_forms: {es: [vender], en: sell}}
        joins:
          customer: {table: customers, on: customer_id}
        changelog:
          - {version: 2.10, date: 2025-12-01, change: x}
        """
    ).tables["orders"]
    assert orders.version == "2.10"
    assert orders.changelog[0].version == "2.10"
    assert orders.primary_key == ("order_id", "line")
    assert orders.columns["on"].description == "The day"
    assert orders.columns["empty"].description == ""
    assert [(v.value, v.label) for v in orders.columns["status"].values] == [
        ("no", None), ("yes", "Sí"), ("NO", "Norway")]  # fmt: skip
    assert orders.columns["status"].values[2].aliases == {"es": ("Noruega",)}
    assert [v.value for v in orders.columns["rating"].values] == [1, "2.50", "high"]
    assert orders.columns["order_count"].per == ("customer_id",)
    assert orders.metrics["revenue"].aliases == {"any": ("ventas", "sales")}
    assert orders.metrics["revenue"].verb_forms == {"es": ("vender",), "en": ("sell",)}
    assert orders.joins["customer"].on == "customer_id"


def test_every_fault_of_every_file_is_named_at_once(folder):
    directory = folder({
        "a.yml": "tabel: a\n",
        "b.yml": "table: b\nmetrics:\n  m:\n    sql: COUNT(*)\n    filtr: x > 1\n  k: {type: ration}\n",
        "c.json": '{"table": "c",\n "columns": {"x": {"kind": "dimention"}},\n "joins": {"j": {}}}',
        "d.yml": "table: d\ncolumns: [a, b]\nhidden: maybe\n",
        "e.yml": "table: e\nmetrics: {time: {sql: x}, 'a.b': {sql: x}}\n",
        "fine.yml": "table: fine\n",
    })  # fmt: skip
    found = told(directory)
    assert ("VRT-204", "dictionary/a.yml:1", "unknown key 'tabel'", "Did you mean 'table'?") in found
    assert (
        "VRT-204",
        "dictionary/b.yml:5",
        "unknown key 'filtr' in metrics.m",
        "Did you mean 'filter'?",
    ) in found
    assert any(f[1] == "dictionary/b.yml:6" and f[3] == "Did you mean 'ratio'?" for f in found)
    assert any(f[1] == "dictionary/c.json:2" and "Did you mean 'dimension'?" in f[3] for f in found)
    assert ("VRT-204", "dictionary/c.json:3", "the key 'table' is missing in joins.j", "Add 'table: ...'.") in found
    assert any(f[1:3] == ("dictionary/d.yml:2", "columns: must be a mapping (key: value), not a list") for f in found)
    assert any(f[1:3] == ("dictionary/d.yml:3", "hidden: must be true or false, not 'maybe'") for f in found)
    assert [f[:2] for f in found if f[1].startswith("dictionary/e")] == [("VRT-206", "dictionary/e.yml:2")] * 2
    assert not [f for f in found if not f[3]]


def test_a_union_is_explained_by_the_branch_that_was_meant(folder):
    rules = "table: a\naccess:\n  v: {rows: [{colum: region}]}\n  w: {rows: som}\n  x: {rows: []}\n"
    found = told(folder({"a.yml": rules}))
    assert [(place, message) for _, place, message, _ in found] == [
        ("dictionary/a.yml:3", "unknown key 'colum' in access.v.rows.0"),
        ("dictionary/a.yml:3", "the key 'column' is missing in access.v.rows.0"),
        ("dictionary/a.yml:4", "access.w.rows: 'som' is not 'all' or a list of rules"),
        (
            "dictionary/a.yml:5",
            "access.x: an empty list of rules says nothing; write 'all', or leave the role out to deny it",
        ),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("content", "code", "says"),
    [
        (b"", "VRT-204", "the file is empty"),
        (b"# only a remark\n", "VRT-204", "the file is empty"),
        (b"- a\n- b\n", "VRT-204", "holds a list, not a table's entry"),
        (b"just text", "VRT-204", "holds text, not a table's entry"),
        (b"table: ''\n", "VRT-204", "must be a name"),
        (b"table: 12\n", "VRT-204", "table: must be text, not 12"),
        (b"table: 'a: b'\n", "VRT-206", "holds one of"),
        (b"table: caf\xe9\n", "VRT-202", "is not UTF-8 text: byte 0xe9"),
        ("table: a\n".encode("utf-16"), "VRT-202", "is UTF-16 text"),
        (b"table: a\ntable: b\n", "VRT-203", "written twice"),
        (b"table: a\x00\n", "VRT-203", "U+0000 is not allowed"),
        (b"table: a\nchangelog: [{version: 1, date: soon, change: x}]\n", "VRT-204", "must be a date"),
        (b"table: a\naccess: {v: {rows: [{column: c}]}}\n", "VRT-204", "names either 'values' or an 'attribute'"),
        (b"table: a\naccess: {v: {rows: [{column: c, op: gt, values: [1, 2]}]}}\n", "VRT-204", "compares with one"),
    ],
)  # fmt: skip
def test_a_bad_file_is_an_error_with_a_code_a_place_and_a_remedy(folder, content, code, says):
    (error,) = errors_of(folder({"bad.yml": content}))
    assert error.code == code
    assert says in error.message
    assert re.match(r"dictionary/bad\.yml(:[12])?$", error.place)
    assert error.remedy


def test_two_tables_of_one_name_are_an_error_that_names_both_files(folder):
    (error,) = errors_of(folder({"a.yml": "table: orders\n", "b.json": '{\n"table": "orders"}'}))
    assert isinstance(error, TableDefinedTwice)
    assert "dictionary/a.yml:1" in error.message
    assert error.place == "dictionary/b.json:2"


def test_a_file_without_permission_is_an_error_of_its_own(folder, monkeypatch):
    directory = folder({"a.yml": "table: a\n"})

    def refuse(path):
        raise PermissionError(errno.EACCES, os.strerror(errno.EACCES), str(path))

    monkeypatch.setattr(Path, "read_bytes", refuse)  # root, who runs tests in containers, reads everything
    assert [error.code for error in errors_of(directory)] == ["VRT-202"]


def test_what_is_no_file_is_an_error_of_its_own(folder):
    directory = folder({})
    (directory / "a.yml").mkdir()
    (directory / "b.yml").symlink_to(directory / "nowhere.yml")
    assert [(e.code, e.place) for e in errors_of(directory)] == [
        ("VRT-202", "dictionary/a.yml"), ("VRT-202", "dictionary/b.yml")]  # fmt: skip


def test_a_missing_folder_is_unreadable_and_an_empty_one_is_an_empty_dictionary(folder, tmp_path):
    with pytest.raises(DictionaryUnreadable) as caught:
        load_dictionary(tmp_path / "nowhere")
    assert "verity init" in caught.value.remedy
    assert load_dictionary(folder({".hidden.yml": "nonsense: [", "notes.txt": "x"})).tables == {}


def test_a_byte_order_mark_and_windows_line_ends_are_no_fault(folder):
    directory = folder(
        {"a.yml": b"\xef\xbb\xbftable: a\r\ndescription: x\r\n", "b.json": b'\xef\xbb\xbf{"table": "b"}'}
    )
    assert list(load_dictionary(directory).tables) == ["a", "b"]


def test_names_may_be_of_any_script(load):
    entry = load(
        a="""
        table: ventas_año
        columns: {größe: Größe, 顧客: 客, "Order Total": x, имя: x, 😀: x}
        metrics: {ingresos_año: {sql: SUM("größe"), aliases: [売上, "ingresos del año"]}}
        """
    ).tables["ventas_año"]
    assert list(entry.columns) == ["größe", "顧客", "Order Total", "имя", "😀"]
    assert entry.metrics["ingresos_año"].aliases["any"] == ("売上", "ingresos del año")


def test_the_content_hash_is_of_meaning_not_of_order_or_form(folder):
    first = load_dictionary(folder({"a.yml": "table: a\nversion: 1.0\ncolumns: {x: X, y: Y}\n"}))
    directory = folder({"z.json": json.dumps({"columns": {"y": "Y", "x": {"description": "X"}}, "table": "a"})})
    (directory / "a.yml").unlink()
    assert load_dictionary(directory).content_hash == first.content_hash
    folder({"z.json": json.dumps({"columns": {"y": "Y", "x": "other"}, "table": "a"})})
    assert load_dictionary(directory).content_hash != first.content_hash


def test_a_place_is_the_line_of_the_entry_or_of_the_nearest_one(load):
    dictionary = load(a="table: a\nmetrics:\n  m:\n    sql: COUNT(*)\n")
    assert dictionary.place("a", "metrics", "m", "sql") == "dictionary/a.yml:4"
    assert dictionary.place("a", "metrics", "m", "filter") == "dictionary/a.yml:3"
    assert dictionary.place("other", "metrics") == "other.metrics"


def test_an_empty_rule_cannot_be_made_in_code_either():
    with pytest.raises(ValueError, match="names either"):
        RowRule(column="region", op="not_in")
    with pytest.raises(ValueError, match="empty list of rules"):
        AccessEntry(rows=())
