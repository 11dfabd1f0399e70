"""Files are read as they are, or refused with their name, line and a remedy; never bent to fit."""

from __future__ import annotations

import gzip
import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from verity.exceptions import DataError, FileUnreadable, TypeGuessFailed
from verity.warehouse.engine import FileScan
from verity.warehouse.file_faults import file_faults
from verity.warehouse.landing import opened_scan


def land(project: Path, scan: FileScan, *, sample_all: bool = False) -> list[dict[str, Any]]:
    """The rows as they would land, without Verity's columns but the source."""
    with (
        duckdb.connect() as connection,
        file_faults("t", scan),
        opened_scan(
            connection,
            scan,
            project=project,
            load_id="l",
            loaded_at=datetime(2026, 1, 1, tzinfo=UTC),
            sample_all=sample_all,
        ) as landing,
    ):
        connection.execute(f"create table t as {landing.sql}")
        rows = connection.execute("select * from t").to_arrow_table().to_pylist()
    return [{k: v for k, v in row.items() if k in ("_verity_source",) or not k.startswith("_verity")} for row in rows]


def csv_of(folder: Path, text: str | bytes, name: str = "rows.csv") -> FileScan:
    path = folder / name
    path.write_bytes(text.encode() if isinstance(text, str) else text)
    return FileScan((path,), "csv")


def values(rows: list[dict[str, Any]]) -> list[list[Any]]:
    return [[v for k, v in row.items() if k != "_verity_source"] for row in rows]


@pytest.mark.parametrize("mark", [",", ";", "\t", "|"])
def test_the_delimiter_comes_from_the_header(tmp_path: Path, mark: str) -> None:
    text = f'id{mark}"name{mark}full"{mark}note\n1{mark}"a{mark}b"{mark}"x,y;z"\n'
    assert values(land(tmp_path, csv_of(tmp_path, text))) == [[1, f"a{mark}b", "x,y;z"]]


def test_a_file_of_one_column_is_read_whole(tmp_path: Path) -> None:
    assert values(land(tmp_path, csv_of(tmp_path, "n\n1\n2\n"))) == [[1], [2]]


def test_a_header_without_rows_makes_an_empty_table(tmp_path: Path) -> None:
    assert land(tmp_path, csv_of(tmp_path, "a,b\n")) == []


def test_a_file_of_text_only_keeps_its_header(tmp_path: Path) -> None:
    assert land(tmp_path, csv_of(tmp_path, "city,country\nCebu,PH\n"))[0].keys() >= {"city", "country"}


@pytest.mark.parametrize(
    ("rows", "line", "found"),
    [("1,2,3\n4,5\n6,7,8\n", 3, 2), ("1,2,3\n4,5,6\n6,7,8,9\n", 4, 4), ('1,"a\nb",3\n4,5\n', 4, 2)],
)
def test_a_ragged_row_is_refused_with_its_line(tmp_path: Path, rows: str, line: int, found: int) -> None:
    with pytest.raises(FileUnreadable, match=rf"rows\.csv:{line}: {found} columns where the header has 3") as refused:
        land(tmp_path, csv_of(tmp_path, f"a,b,c\n{rows}"))
    assert refused.value.line == line
    assert refused.value.remedy


def test_a_ragged_row_far_down_is_refused_too(tmp_path: Path) -> None:
    many = "".join(f"{n},x,1\n" for n in range(60_000))
    with pytest.raises(FileUnreadable, match="2 columns where the header has 3") as refused:
        land(tmp_path, csv_of(tmp_path, f"a,b,c\n{many}5,y\n"))
    assert refused.value.line == 60_002


def test_bytes_that_are_not_utf8_are_refused_with_their_line(tmp_path: Path) -> None:
    mixed = b"id,name\n1,caf\xc3\xa9\n2,caf\xe9\n"
    with pytest.raises(FileUnreadable, match=r"rows\.csv:3: the text is not UTF-8") as refused:
        land(tmp_path, csv_of(tmp_path, mixed))
    assert "encoding" in refused.value.remedy


def test_another_encoding_can_be_named(tmp_path: Path) -> None:
    scan = csv_of(tmp_path, "id,name\n1,café\n".encode("latin-1"))
    named = FileScan(scan.paths, "csv", options={"encoding": "latin-1"})
    assert values(land(tmp_path, named)) == [[1, "café"]]


def test_a_quote_that_never_ends_is_refused(tmp_path: Path) -> None:
    with pytest.raises(FileUnreadable, match="quote"):
        land(tmp_path, csv_of(tmp_path, 'a,b\n1,"x\n2,y\n'))


def test_a_value_that_does_not_fit_names_column_and_line_but_not_the_value(tmp_path: Path) -> None:
    many = "".join(f"{n},x\n" for n in range(60_000))
    scan = csv_of(tmp_path, f"id,name\n{many}my-secret,y\n")
    with pytest.raises(TypeGuessFailed, match="a value of column 'id' is not bigint") as refused:
        land(tmp_path, scan)
    assert refused.value.line == 60_002
    assert "my-secret" not in str(refused.value)
    assert len(land(tmp_path, scan, sample_all=True)) == 60_001


def test_declared_types_are_kept(tmp_path: Path) -> None:
    scan = csv_of(tmp_path, "code,amount,day\n007,1.5,2024-01-02\n")
    typed = FileScan(scan.paths, "csv", types={"code": "text", "amount": "decimal(12,2)", "day": "text"})
    row = land(tmp_path, typed)[0]
    assert (row["code"], str(row["amount"]), row["day"]) == ("007", "1.50", "2024-01-02")


def test_a_declared_column_that_is_not_there_is_named(tmp_path: Path) -> None:
    scan = csv_of(tmp_path, "code,amount\n1,2\n")
    with pytest.raises(DataError, match=r"'amont' is not in the data\. Did you mean 'amount'"):
        land(tmp_path, FileScan(scan.paths, "csv", types={"amont": "double"}))


def test_an_unknown_option_is_named(tmp_path: Path) -> None:
    scan = csv_of(tmp_path, "a\n1\n")
    with pytest.raises(DataError, match=r"'delimeter' is no option of a CSV file\. Did you mean 'delimiter'"):
        land(tmp_path, FileScan(scan.paths, "csv", options={"delimeter": ";"}))


def test_options_say_how_a_file_is_written(tmp_path: Path) -> None:
    scan = csv_of(tmp_path, "made by hand\n'1,5'~-~31.12.2024\n")
    options: dict[str, str | int | bool] = {
        "delimiter": "~", "quote": "'", "skip": 1, "header": False, "null": "-", "decimal": ",",
        "date_format": "%d.%m.%Y",
    }  # fmt: skip
    row = values(land(tmp_path, FileScan(scan.paths, "csv", options=options)))[0]
    assert (row[0], row[1], str(row[2])) == (1.5, None, "2024-12-31")


def test_an_empty_or_missing_file_is_refused(tmp_path: Path) -> None:
    with pytest.raises(DataError, match=r"gone\.csv: no such file"):
        land(tmp_path, FileScan((tmp_path / "gone.csv",), "csv"))
    with pytest.raises(DataError, match="no file matches"):
        land(tmp_path, FileScan((), "csv"))
    with pytest.raises(FileUnreadable, match=r"rows\.csv: the file is empty"):
        land(tmp_path, csv_of(tmp_path, ""))


def test_a_folder_is_no_file(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="is a folder"):
        land(tmp_path, FileScan((tmp_path,), "csv"))


def test_several_files_are_one_table_by_column_name_each_row_with_its_file(tmp_path: Path) -> None:
    first = csv_of(tmp_path, "id,name\n1,a\n", "one.csv")
    second = csv_of(tmp_path, "name,id,extra\nb,2,x\n", "two.csv")
    rows = land(tmp_path, FileScan((*first.paths, *second.paths), "csv"))
    assert rows == [
        {"id": 1, "name": "a", "extra": None, "_verity_source": "one.csv"},
        {"id": 2, "name": "b", "extra": "x", "_verity_source": "two.csv"},
    ]


def test_the_bad_file_of_several_is_the_one_named(tmp_path: Path) -> None:
    first = csv_of(tmp_path, "id,name\n1,a\n", "one.csv")
    second = csv_of(tmp_path, "id,name\n2\n", "two.csv")
    with pytest.raises(FileUnreadable, match=r"two\.csv:2"):
        land(tmp_path, FileScan((*first.paths, *second.paths), "csv"))


def test_a_file_outside_the_project_keeps_its_whole_path(tmp_path: Path) -> None:
    scan = csv_of(tmp_path, "a\n1\n")
    elsewhere = tmp_path / "project"
    elsewhere.mkdir()
    assert land(elsewhere, scan)[0]["_verity_source"] == str(scan.paths[0])


@pytest.mark.parametrize("name", ["what's [this]*.csv", "niño ✓.csv", "a?b.csv"])
def test_signs_in_a_file_name_are_taken_literally(tmp_path: Path, name: str) -> None:
    (tmp_path / "what's t.csv").write_text("a\n9\n", encoding="utf-8")
    rows = land(tmp_path, csv_of(tmp_path, "a\n1\n", name))
    assert rows == [{"a": 1, "_verity_source": name}]


def test_compressed_files_are_read(tmp_path: Path) -> None:
    text = b"id;name\n1;a\n"
    zipped = tmp_path / "rows.csv.gz"
    zipped.write_bytes(gzip.compress(text))
    assert values(land(tmp_path, FileScan((zipped,), "csv"))) == [[1, "a"]]
    packed = tmp_path / "rows.csv.zst"
    packed.write_bytes(pa.compress(text, codec="zstd", asbytes=True))
    assert values(land(tmp_path, FileScan((packed,), "csv"))) == [[1, "a"]]


def test_a_broken_archive_is_refused(tmp_path: Path) -> None:
    broken = tmp_path / "rows.csv.gz"
    broken.write_bytes(gzip.compress(b"id,name\n" + b"1,a\n" * 5000)[:40])
    with pytest.raises(FileUnreadable, match=r"rows\.csv\.gz"):
        land(tmp_path, FileScan((broken,), "csv"))


def test_a_wide_name_and_a_300_character_column_land(tmp_path: Path) -> None:
    long = "c" * 300
    rows = land(tmp_path, csv_of(tmp_path, f"{long},ñ ✓\n1,2\n"))
    assert rows[0][long] == 1
    assert rows[0]["ñ ✓"] == 2


def test_parquet_keeps_its_types_and_truncated_parquet_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "rows.parquet"
    pq.write_table(pa.table({"id": pa.array([1], pa.int32()), "tags": [["a"]]}), path)
    assert values(land(tmp_path, FileScan((path,), "parquet"))) == [[1, '["a"]']]
    path.write_bytes(path.read_bytes()[:-20])
    with pytest.raises(FileUnreadable, match=r"rows\.parquet"):
        land(tmp_path, FileScan((path,), "parquet"))


def test_json_lines_and_lists_are_read_with_nested_parts_as_json(tmp_path: Path) -> None:
    lines = tmp_path / "rows.jsonl"
    lines.write_text('{"id": 1, "a": {"b": [1]}}\n{"id": 2, "c": "x"}\n', encoding="utf-8")
    rows = land(tmp_path, FileScan((lines,), "json"))
    assert [(r["id"], r["a"] and json.loads(r["a"]), r["c"]) for r in rows] == [(1, {"b": [1]}, None), (2, None, "x")]
    listed = tmp_path / "rows.json"
    listed.write_text('[{"id": 1}, {"id": 2}]', encoding="utf-8")
    assert values(land(tmp_path, FileScan((listed,), "json"))) == [[1], [2]]


def test_raw_json_keeps_each_record_as_text(tmp_path: Path) -> None:
    lines = tmp_path / "rows.jsonl"
    lines.write_text('{"id": 1, "x":  1.0}\n{"id": 2}\n', encoding="utf-8")
    rows = land(tmp_path, FileScan((lines,), "json", raw_json=True))
    assert rows == [
        {"raw": '{"id": 1, "x":  1.0}', "_verity_source": "rows.jsonl"},
        {"raw": '{"id": 2}', "_verity_source": "rows.jsonl"},
    ]


def test_broken_json_is_refused_with_its_line(tmp_path: Path) -> None:
    lines = tmp_path / "rows.jsonl"
    lines.write_text('{"id": 1}\n{"id": \n', encoding="utf-8")
    for raw in (False, True):
        with pytest.raises(FileUnreadable, match=r"rows\.jsonl:\d"):
            land(tmp_path, FileScan((lines,), "json", raw_json=raw))


def test_a_reserved_column_name_is_refused(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="_verity_load_id"):
        land(tmp_path, csv_of(tmp_path, "_verity_load_id,a\n1,2\n"))
