"""Profiles are exact, of every row, and typed as bronze will be."""

from __future__ import annotations

import datetime as dt
import sqlite3
from contextlib import closing
from decimal import Decimal
from pathlib import Path

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from tests.unit.ingest.test_origin import put
from tests.unit.ingest.workbooks import write_workbook

from verity.contracts.dataset import ColumnProfile, TableProfile
from verity.contracts.tool import Progress
from verity.exceptions import FileUnreadable, SourceEmpty, VerityError
from verity.ingest.origin import open_origin
from verity.ingest.profile import Profiled, profile


def measured(folder: Path) -> Profiled:
    return profile(open_origin(str(folder), Path.cwd()))


def only(folder: Path) -> TableProfile:
    (table,) = measured(folder).tables
    return table


def column(table: TableProfile, name: str) -> ColumnProfile:
    return next(c for c in table.columns if c.name == name)


def types(folder: Path) -> dict[str, str]:
    return {c.name: c.type for c in only(folder).columns}


def test_figures_are_counted_over_every_row(tmp_path: Path) -> None:
    amounts = pa.array([Decimal("1.25"), Decimal("-3.00"), None, Decimal("7.50")], pa.decimal128(10, 2))
    pq.write_table(
        pa.table({"id": [1, 2, 3, 4], "city": ["Rome", "Rome", None, "Lima"], "amount": amounts}),
        tmp_path / "t.parquet",
    )
    table = only(tmp_path)
    city, amount = column(table, "city"), column(table, "amount")
    assert table.rows == 4
    assert (city.nulls, city.distinct, city.minimum, city.maximum) == (1, 2, "Lima", "Rome")
    assert [(v.value, v.count) for v in city.top] == [("Rome", 2), ("Lima", 1)]
    assert (amount.type, amount.negative, amount.fractional_digits) == ("decimal(10,2)", 1, 2)
    assert (amount.minimum, amount.maximum) == (Decimal("-3.00"), Decimal("7.50"))


def test_the_smallest_unique_sets_are_found_and_wider_ones_not_sought(tmp_path: Path) -> None:
    put(tmp_path, {"a.csv": "id,code,x\n1,a,1\n2,b,1\n3,c,1\n", "b.csv": "order_id,line_no,x\n1,1,1\n1,2,1\n2,1,1\n"})
    keys = {table.name: table.keys for table in measured(tmp_path).tables}
    assert keys["a"] == (("id",), ("code",))
    assert keys["b"] == (("order_id", "line_no"),)


def test_a_null_or_a_repeated_value_is_no_key(tmp_path: Path) -> None:
    put(tmp_path, {"a.csv": "id,other_id\n1,1\n2,\n2,3\n"})
    assert only(tmp_path).keys == ()


@pytest.mark.parametrize(
    ("values", "kind"),
    [
        (["1", "-2", "30"], "bigint"),
        (["01", "2", "3"], "text"),
        (["+1", "2", "3"], "text"),
        (["1", "2", "99999999999999999999"], "decimal(38,0)"),
        (["1.5", "2", "-.25"], "double"),
        (["1.5", "2", "99999999999999999999"], "text"),
        (["true", "False", "TRUE"], "boolean"),
        (["2024-01-31", "2024-02-29", "1999-12-31"], "date"),
        (["2024-01-31", "2023-02-29", "1999-12-31"], "text"),
        (["2024-01-31 10:00:00", "2024-01-31T10:00", "2024-02-01"], "timestamp"),
        (["2024-01-31T10:00:00Z", "2024-01-31T10:00:00+02:00", "2024-01-31T10:00:00-05"], "timestamptz"),
        (["31/01/2024", "01/02/2024", "03/02/2024"], "text"),
        (["1.234,50", "2,5", "3,0"], "text"),
        (["1", "2", "n/a"], "text"),
        (["nan", "1.5", "inf"], "text"),
    ],
)
def test_a_text_column_has_the_narrowest_type_that_every_value_has(
    tmp_path: Path, values: list[str], kind: str
) -> None:
    quoted = "".join(f'{place},"{value}"\n' for place, value in enumerate(values))
    put(tmp_path, {"t.csv": "id,v\n" + quoted})
    assert types(tmp_path)["v"] == kind


def test_one_odd_value_after_a_hundred_thousand_is_still_seen(tmp_path: Path) -> None:
    put(tmp_path, {"t.csv": "v\n" + "7\n" * 100_000 + "x7\n"})
    found = measured(tmp_path)
    assert found.tables[0].columns[0].type == "text"
    assert "1 of 100001 values" in found.notes[0]


def test_types_of_text_files_are_given_back_for_the_source_document(tmp_path: Path) -> None:
    put(tmp_path, {"t.csv": "zip,n\n01234,1\n"})
    assert measured(tmp_path).text_types == {"t": {"zip": "text", "n": "bigint"}}


def test_delimiters_quotes_and_line_breaks_are_understood(tmp_path: Path) -> None:
    put(tmp_path, {"t.csv": b'\xef\xbb\xbfid;text\r\n1;"a; b"\r\n2;"two\nlines"\r\n3;"say ""hi"""\r\n'})
    table = only(tmp_path)
    assert [c.name for c in table.columns] == ["id", "text"]
    assert {v.value for v in column(table, "text").top} == {"a; b", "two\nlines", 'say "hi"'}


def test_shapes_of_text_are_recognised(tmp_path: Path) -> None:
    put(
        tmp_path,
        {"t.csv": f"mail,hash,digits\na@x.com,{'9e107d9d' * 4},0123\nb.c@y.org,{'e4d909c2' * 4},0456\n"},
    )
    table = only(tmp_path)
    assert column(table, "mail").patterns == ("email",)
    assert "hex32" in column(table, "hash").patterns
    assert "integer_text" in column(table, "digits").patterns


def test_nested_json_is_json_and_flat_json_is_typed(tmp_path: Path) -> None:
    put(tmp_path, {"t.jsonl": '{"a":1,"b":{"c":[1,2]},"d":"x"}\n{"a":2,"b":null,"d":null}\n'})
    assert types(tmp_path) == {"a": "bigint", "b": "json", "d": "text"}


def test_every_sheet_with_cells_is_a_table(tmp_path: Path) -> None:
    write_workbook(
        tmp_path / "Shop.xlsx", {"Orders": [["id", "sold on", "price"], [1, dt.date(2024, 1, 2), 1.5]], "Empty": []}
    )
    table = only(tmp_path)
    assert table.name == "shop"
    assert {c.name: c.type for c in table.columns} == {"id": "bigint", "sold on": "date", "price": "double"}


def test_several_sheets_are_named_after_book_and_sheet(tmp_path: Path) -> None:
    write_workbook(tmp_path / "shop.xlsx", {"Orders": [["id"], [1]], "Línea": [["id", "note"], [1, "x"], ["a", None]]})
    tables = {table.name: table for table in measured(tmp_path).tables}
    assert set(tables) == {"shop_orders", "shop_línea"}
    assert column(tables["shop_línea"], "id").type == "text", "a column with a word among numbers is text"


def test_sqlite_keeps_every_value_and_its_declared_keys(tmp_path: Path) -> None:
    with closing(sqlite3.connect(tmp_path / "s.db")) as connection:
        connection.executescript(
            """
            create table customers (id integer primary key, name text, odd integer);
            create table orders (id integer primary key, customer_id integer references customers(id), price real);
            insert into customers values (1, 'Ána', 7), (2, null, 'seven');
            insert into orders values (1, 1, 1.5), (2, 1, 2), (3, 2, null);
            """
        )
    found = {t.name: t for t in profile(open_origin("sqlite:///s.db", tmp_path)).tables}
    assert found["orders"].declared_key == ("id",)
    assert found["orders"].foreign_keys[0].target == "customers"
    assert column(found["customers"], "odd").type == "text", "nothing is cut or made NULL"
    assert column(found["orders"], "price").type == "double"


def test_duckdb_is_read_with_its_keys(tmp_path: Path) -> None:
    with duckdb.connect(str(tmp_path / "d.duckdb")) as connection:
        connection.execute("create table t (id integer primary key, price decimal(9,2))")
        connection.execute("insert into t values (1, 2.50)")
    (table,) = profile(open_origin("duckdb:///d.duckdb", tmp_path)).tables
    assert table.declared_key == ("id",)
    assert {c.name: c.type for c in table.columns} == {"id": "bigint", "price": "decimal(9,2)"}


def test_progress_names_each_table_in_turn(tmp_path: Path) -> None:
    put(tmp_path, {"a.csv": "id\n1\n", "b.csv": "id\n1\n"})
    told: list[Progress] = []
    profile(open_origin(str(tmp_path), Path.cwd()), told.append)
    assert [(p.what, p.done, p.total) for p in told] == [("a", 0, 2), ("b", 1, 2), ("matching keys", 2, 2)]


GOOD_PARQUET = pa.BufferOutputStream()
pq.write_table(pa.table({"a": list(range(1000))}), GOOD_PARQUET)
CUT = GOOD_PARQUET.getvalue().to_pybytes()[:400]


@pytest.mark.parametrize(
    ("name", "content", "line", "says"),
    [
        ("t.csv", "a,b,c\n1,2,3\n4,5\n", 3, "2 columns where the header has 3"),
        ("t.csv", "a,b\n" + "1,2\n" * 30_000 + "1,2,3\n", 30_002, "3 columns where the header has 2"),
        ("t.csv", "id,n\n1,ñ\n".encode() + "2,Espa\xf1a\n".encode("latin-1"), 3, "not UTF-8"),
        ("t.csv", "id,n\n1,x\n".encode("utf-16"), 1, "not UTF-8"),
        ("t.csv", 'a,b\n1,"never closed\n2,y\n', None, "never ends"),
        ("t.csv.gz", b"no archive", None, "archive"),
        ("t.parquet", CUT, None, "parquet"),
        ("t.jsonl", '{"a":1}\n{"a":\n', 3, ""),
        ("t.json", "<html></html>", None, ""),
    ],
)
def test_a_broken_file_is_named_with_its_line_and_a_remedy(
    tmp_path: Path, name: str, content: str | bytes, line: int | None, says: str
) -> None:
    put(tmp_path, {name: content})
    with pytest.raises(FileUnreadable) as caught:
        measured(tmp_path)
    assert name in caught.value.message
    assert says in f"{caught.value}"
    assert caught.value.remedy
    if line is not None:
        assert caught.value.line == line


def test_an_empty_file_is_named(tmp_path: Path) -> None:
    put(tmp_path, {"good.csv": "a\n1\n", "empty.csv": ""})
    with pytest.raises(SourceEmpty, match=r"empty\.csv"):
        measured(tmp_path)


def test_a_header_alone_is_a_table_without_rows(tmp_path: Path) -> None:
    put(tmp_path, {"t.csv": "a,b\n"})
    assert only(tmp_path).rows == 0


def test_a_reserved_column_name_is_refused(tmp_path: Path) -> None:
    put(tmp_path, {"t.csv": "_verity_load_id,b\n1,2\n"})
    with pytest.raises(VerityError, match="reserved"):
        measured(tmp_path)


def test_a_column_of_three_hundred_characters_and_names_of_any_script_are_kept(tmp_path: Path) -> None:
    long = "ñ" * 300
    put(tmp_path, {"日本.csv": f'{long},"a ""b"" {{{{ x }}}}",emoji😀\n1,2,3\n'})
    assert [c.name for c in only(tmp_path).columns] == [long, 'a "b" {{ x }}', "emoji😀"]
