"""`sources/*.yml` is read strictly and never holds a secret."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

import pytest
from tests.unit.ingest.test_origin import put

from verity.exceptions import SecretMissing, SourceDocumentInvalid, TableNameClash
from verity.ingest.database import DatabaseTable
from verity.ingest.origin import Origin, open_origin
from verity.ingest.sources import load_sources, resolve_url, write_source

FILES = "source: shop\nkind: files\ntables:\n  orders: {path: data/orders.csv}\n"


def source(project: Path, text: str, name: str = "shop") -> Path:
    return put(project, {f"sources/{name}.yml": text})


def test_what_is_written_reads_back(tmp_path: Path) -> None:
    put(tmp_path, {"data/Orders.csv": "zip,n\n01,2\n", "data/tx/a.csv": "x\n1\n", "data/tx/b.csv": "x\n2\n"})
    project = tmp_path / "project"
    write_source(
        project, open_origin(str(tmp_path / "data"), tmp_path), types={"orders": {"zip": "text", "n": "bigint"}}
    )
    (document,) = load_sources(project)
    assert document.tables["orders"].path == "../data/Orders.csv"
    assert document.tables["orders"].types == {"zip": "text", "n": "bigint"}
    assert document.tables["tx"].path == "../data/tx/*.csv"


def test_a_path_with_signs_of_a_glob_is_written_as_it_is(tmp_path: Path) -> None:
    put(tmp_path, {"data/orders [new].csv": "a\n1\n"})
    write_source(tmp_path, open_origin("data", tmp_path))
    (document,) = load_sources(tmp_path)
    assert document.tables["orders_new"].path == "data/orders [new].csv"


@dataclass
class Server:
    """A database that is never asked anything."""

    name: str = "shop"
    shown: str = "postgresql://host/shop"
    has_secret: bool = True


SERVER = Origin("shop", database=Server(), database_tables=(DatabaseTable("orders", "public.orders"),))  # type: ignore[arg-type]  # only its name is used


def test_a_password_is_never_written(tmp_path: Path) -> None:
    url = "postgresql://ada:s3cret@host/shop"
    written = write_source(tmp_path, SERVER, url=url)
    assert "s3cret" not in written.path.read_text()
    assert "s3cret" not in written.instructions
    assert "VERITY_SOURCE_SHOP_URL" in written.instructions
    (document,) = load_sources(tmp_path)
    assert document.url == "${VERITY_SOURCE_SHOP_URL}"
    assert resolve_url(document, {"VERITY_SOURCE_SHOP_URL": url}) == url


@pytest.mark.parametrize("url", ["postgresql://host/shop?password=s3cret", "postgresql://host/shop?sslpassword=s3cret"])
def test_a_password_in_the_query_of_a_url_is_not_written_either(url: str, tmp_path: Path) -> None:
    assert "s3cret" not in write_source(tmp_path, SERVER, url=url).path.read_text()


def test_a_url_without_a_password_stands_as_typed(tmp_path: Path) -> None:
    written = write_source(tmp_path, SERVER, url="postgresql://ada@host/shop")
    assert written.instructions == ""
    assert load_sources(tmp_path)[0].url == "postgresql://ada@host/shop"


def test_a_reference_stays_a_reference(tmp_path: Path) -> None:
    write_source(tmp_path, SERVER, url="${SHOP_URL}")
    assert load_sources(tmp_path)[0].url == "${SHOP_URL}"


def test_a_database_file_is_found_again_from_the_project(tmp_path: Path) -> None:
    with closing(sqlite3.connect(tmp_path / "shop.db")) as connection:
        connection.execute("create table orders (id integer primary key)")
    project = tmp_path / "project"
    write_source(project, open_origin("sqlite:///shop.db", tmp_path), url="sqlite:///shop.db")
    (document,) = load_sources(project)
    assert document.url == "sqlite:///../shop.db"
    assert open_origin(resolve_url(document), project).table_names == ("orders",)


def test_a_variable_that_is_not_set_is_named(tmp_path: Path) -> None:
    source(tmp_path, "source: s\nkind: database\nurl: ${NOT_THERE}\ntables: {orders: {query_table: orders}}\n")
    with pytest.raises(SecretMissing, match="NOT_THERE"):
        resolve_url(load_sources(tmp_path)[0], {})


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("source: [", "sources/shop.yml:"),
        ("source: s\nkind: files\ntabels: {}\n", "Did you mean 'tables'"),
        ("source: s\nkind: files\ntables:\n  orders: {pth: x.csv}\n", "sources/shop.yml:4"),
        ("source: s\nkind: folder\ntables: {a: {path: x.csv}}\n", "kind"),
        ("source: s\nkind: files\n", "no table"),
        ("source: s\nkind: files\ntables: {orders: {format: csv}}\n", "no path"),
        ("source: s\nkind: files\ntables: {Order Items: {path: x.csv}}\n", "no table name"),
        ("source: s\nkind: database\ntables: {a: {}}\n", "needs a url"),
        ("source: s\nkind: database\nurl: oracle://x/y\ntables: {a: {}}\n", "no database"),
        ("source: s\nkind: database\nurl: mysql://ada:s3cret@h/d\ntables: {a: {}}\n", "a password stands in the file"),
        ("- a\n- b\n", "sources/shop.yml"),
    ],
)
def test_a_document_that_is_wrong_says_where_and_what_to_do(text: str, says: str, tmp_path: Path) -> None:
    source(tmp_path, text)
    with pytest.raises(SourceDocumentInvalid) as caught:
        load_sources(tmp_path)
    assert says in str(caught.value)
    assert caught.value.remedy
    assert "s3cret" not in str(caught.value)


def test_a_table_that_two_sources_fill_names_both(tmp_path: Path) -> None:
    source(tmp_path, FILES)
    source(tmp_path, FILES.replace("source: shop", "source: other"), "other")
    with pytest.raises(TableNameClash, match=r"other\.yml and .*shop\.yml"):
        load_sources(tmp_path)


def test_two_sources_of_one_name_are_refused(tmp_path: Path) -> None:
    source(tmp_path, FILES)
    source(tmp_path, FILES.replace("orders:", "people:"), "other")
    with pytest.raises(SourceDocumentInvalid, match="'shop'"):
        load_sources(tmp_path)


def test_null_is_the_name_of_an_option(tmp_path: Path) -> None:
    source(tmp_path, "source: s\nkind: files\ntables:\n  orders: {path: x.csv, options: {null: NA}}\n")
    assert load_sources(tmp_path)[0].tables["orders"].options == {"null": "NA"}


def test_a_project_without_sources_has_none(tmp_path: Path) -> None:
    assert load_sources(tmp_path) == ()
