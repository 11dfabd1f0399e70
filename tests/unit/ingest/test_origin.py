"""What `--from` may name, and what it says when that is nothing, unreadable or two things at once."""

from __future__ import annotations

import gzip
import os
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from verity.exceptions import (
    FileUnreadable,
    SecretMissing,
    SourceEmpty,
    SourceFormatUnknown,
    SourceNotFound,
    SourceUnreachable,
    SourceUnreadable,
    TableNameClash,
    VerityError,
)
from verity.ingest.origin import open_origin

CSV = "a,b\n1,2\n"


def put(folder: Path, files: dict[str, str | bytes]) -> Path:
    for name, content in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return folder


def test_each_file_of_a_folder_is_a_table_named_after_its_stem(tmp_path: Path) -> None:
    put(
        tmp_path,
        {
            "Order Items.csv": CSV,
            "people.jsonl": '{"a":1}\n',
            "old.csv.gz": gzip.compress(CSV.encode()),
            "数量.csv": CSV,
        },
    )
    assert open_origin(str(tmp_path), Path.cwd()).table_names == ("old", "order_items", "people", "数量")


def test_files_that_are_no_tables_are_left_out_and_said(tmp_path: Path) -> None:
    put(tmp_path, {"a.csv": CSV, "README.md": "# hi", ".hidden.csv": CSV})
    opened = open_origin(str(tmp_path), Path.cwd())
    assert opened.table_names == ("a",)
    assert opened.notes == ("not read, no table format: README.md",)


def test_a_subfolder_of_like_files_is_one_table_of_parts(tmp_path: Path) -> None:
    put(tmp_path, {"tx/p1.csv": CSV, "tx/p2.csv": "a,b\n3,4\n", "shops.csv": CSV})
    opened = open_origin(str(tmp_path), Path.cwd())
    assert opened.table_names == ("shops", "tx")
    assert [len(table.paths) for table in opened.files] == [1, 2]


def test_a_subfolder_of_unlike_files_is_not_made_one_table(tmp_path: Path) -> None:
    put(tmp_path, {"mixed/p1.csv": CSV, "mixed/p2.csv": "c,d\n3,4\n", "shops.csv": CSV})
    opened = open_origin(str(tmp_path), Path.cwd())
    assert opened.table_names == ("shops",)
    assert "mixed/" in opened.notes[0]


def test_a_glob_chooses_files(tmp_path: Path) -> None:
    put(tmp_path, {"a.csv": CSV, "b.csv": CSV, "c.jsonl": "{}"})
    assert open_origin("*.csv", tmp_path).table_names == ("a", "b")


def test_one_file_is_one_table(tmp_path: Path) -> None:
    put(tmp_path, {"Orders.CSV": CSV})
    assert open_origin("Orders.CSV", tmp_path).table_names == ("orders",)


def test_two_files_that_would_be_one_table_are_both_named(tmp_path: Path) -> None:
    put(tmp_path, {"Order Items.csv": CSV, "order_items.jsonl": "{}"})
    with pytest.raises(TableNameClash, match=r"Order Items\.csv and .*order_items\.jsonl") as caught:
        open_origin(str(tmp_path), Path.cwd())
    assert "Rename" in caught.value.remedy


@pytest.mark.parametrize(
    ("files", "name", "error"),
    [
        ({}, "", SourceEmpty),
        ({"notes.txt": "x"}, "", SourceEmpty),
        ({}, "nowhere", SourceNotFound),
        ({}, "*.csv", SourceNotFound),
        ({}, "x" * 5000, SourceNotFound),
        ({"a.docx": "x"}, "a.docx", SourceFormatUnknown),
        ({"a.parquet.gz": "x"}, "a.parquet.gz", SourceFormatUnknown),
        ({"a.xlsx": "not a workbook"}, "a.xlsx", FileUnreadable),
    ],
)
def test_what_cannot_be_opened_is_a_coded_error_with_a_remedy(
    tmp_path: Path, files: dict[str, str | bytes], name: str, error: type[VerityError]
) -> None:
    put(tmp_path, files)
    with pytest.raises(error) as caught:
        open_origin(str(tmp_path / name) if name else str(tmp_path), Path.cwd())
    assert caught.value.remedy


@pytest.mark.skipif(os.geteuid() == 0, reason="root reads everything")
def test_a_file_that_may_not_be_read_says_so(tmp_path: Path) -> None:
    put(tmp_path, {"a.csv": CSV})
    (tmp_path / "a.csv").chmod(0)
    with pytest.raises(SourceUnreadable):
        open_origin(str(tmp_path), Path.cwd())


def test_a_file_without_the_right_to_read_it_is_refused_before_anything_is_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    put(tmp_path, {"a.csv": CSV})
    monkeypatch.setattr(os, "access", lambda *_: False)
    with pytest.raises(SourceUnreadable, match=r"a\.csv: permission denied"):
        open_origin(str(tmp_path), Path.cwd())


@pytest.mark.parametrize(
    "url",
    [
        "postgresql://ada:s3cret-word@localhost",
        "postgresql://ada:s3cret-word@localhost:port/shop",
        "mysql://ada:s3cret-word@w/rd@localhost/shop",
        "postgresql://ada:s3cret-wo/rd@localhost/shop",
        "oracle://ada:s3cret-word@localhost/shop",
        "mysql://ada:s3cret-word@127.0.0.1:1/shop",
        "postgresql://ada:s3cret-word@127.0.0.1:1/shop",
        "postgresql://ada:s3cret-word@127.0.0.1:1/shop?password=s3cret-word",
    ],
)
def test_no_error_about_a_database_repeats_its_password(url: str, tmp_path: Path) -> None:
    with pytest.raises(VerityError) as caught:
        open_origin(url, tmp_path)
    shown = f"{caught.value} {caught.value!r} {caught.value.__cause__}"
    assert "s3cret" not in shown
    assert caught.value.remedy
    assert caught.value.code in ("VRT-523", "VRT-525")


def test_a_url_may_name_an_environment_variable(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with closing(sqlite3.connect(tmp_path / "shop.db")) as connection:
        connection.execute("create table orders (id integer primary key)")
    monkeypatch.setenv("SHOP_URL", f"sqlite:///{tmp_path}/shop.db")
    assert open_origin("${SHOP_URL}", tmp_path).table_names == ("orders",)
    monkeypatch.delenv("SHOP_URL")
    with pytest.raises(SecretMissing, match="SHOP_URL"):
        open_origin("${SHOP_URL}", tmp_path)


@pytest.mark.parametrize("scheme", ["sqlite", "duckdb"])
def test_a_database_file_that_is_none_is_said(scheme: str, tmp_path: Path) -> None:
    with pytest.raises(SourceNotFound):
        open_origin(f"{scheme}:///nowhere.db", tmp_path)
    put(tmp_path, {"text.db": "hello, I am no database at all, only a line of text that is long enough"})
    with pytest.raises(SourceUnreachable):
        open_origin(f"{scheme}:///text.db", tmp_path)


def test_a_database_without_tables_is_empty(tmp_path: Path) -> None:
    with closing(sqlite3.connect(tmp_path / "none.db")) as connection:
        connection.execute("create table t (a)")
        connection.execute("drop table t")
    with pytest.raises(SourceEmpty):
        open_origin("sqlite:///none.db", tmp_path)


def test_two_tables_of_a_database_that_would_have_one_name_are_both_named(tmp_path: Path) -> None:
    with closing(sqlite3.connect(tmp_path / "two.db")) as connection:
        connection.execute('create table "Order Items" (a)')
        connection.execute("create table order_items (a)")
    with pytest.raises(TableNameClash, match="Order Items and order_items"):
        open_origin("sqlite:///two.db", tmp_path)
