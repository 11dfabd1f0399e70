"""Files that are missing, unreadable, broken or strange: an error that names the file, and nothing half-made."""

from __future__ import annotations

import ctypes
import os
from pathlib import Path

import pytest
from tests.journeys.bad_input import Here, answers_as_before, copied, edited, is_clear, limited, tree, version_of

RAGGED = "a,b\n1,2\n3,4,5\n"
LATIN = "name,city\nÇelik,İzmir\n".encode() + "Bén,Manila\n".encode("latin-1")


@pytest.mark.parametrize(
    ("files", "code", "said"),
    [
        ({}, "VRT-521", ("no file in it can be a table",)),
        ({"notes.txt": b"hello"}, "VRT-521", ("notes.txt",)),
        ({"a.csv": b""}, "VRT-521", ("a.csv", "empty")),
        ({"a.csv": LATIN}, "VRT-510", ("a.csv:3", "not UTF-8", "latin-1")),
        ({"a.csv": "name\nAna\n".encode("utf-16")}, "VRT-510", ("a.csv:1", "utf-16")),
        ({"a.csv": RAGGED.encode()}, "VRT-510", ("a.csv:3", "3 columns where the header has 2")),
        ({"a.csv": b"a,b\n1,2\n3\n"}, "VRT-510", ("a.csv:3", "1 columns where the header has 2")),
        ({"a.csv": b'a,b\n1,"x\n2,y\n'}, "VRT-510", ("a.csv", "quoted text never ends")),
        ({"a.csv.gz": b"no archive"}, "VRT-510", ("a.csv.gz", "archive is broken")),
        ({"a.parquet": b"no parquet"}, "VRT-510", ("a.parquet", "whole parquet file")),
        ({"a.xlsx": b"no workbook"}, "VRT-510", ("a.xlsx", "workbook")),
        ({"a.json": b'{"a": '}, "VRT-510", ("a.json", "JSON")),
        ({"Orders.csv": b"a\n1\n", "orders.tsv": b"a\n1\n"}, "VRT-524", ("'orders'", "Orders.csv", "orders.tsv")),
    ],
    ids=[
        "an empty folder", "no table format", "an empty file", "mixed encodings", "UTF-16", "a row too long",
        "a row too short", "an open quote", "a broken archive", "no parquet", "no workbook", "broken JSON",
        "two tables of one name",
    ],
)  # fmt: skip
def test_init_from_bad_files_names_them_and_makes_nothing(tmp_path: Path, files, code, said):
    exports = tmp_path / "exports"
    exports.mkdir()
    for name, content in files.items():
        (exports / name).write_bytes(content)
    is_clear(Here("init", tmp_path / "shop", "--from", exports), code, *said)
    assert {entry.name for entry in tmp_path.iterdir()} == {"exports"}
    assert {entry.name for entry in exports.iterdir()} == set(files)


@pytest.mark.parametrize(
    ("origin", "code"),
    [("gone", "VRT-520"), ("gone/*.csv", "VRT-520"), ("a.docx", "VRT-523"), ("ftp://host/file.csv", "VRT-523")],
)
def test_init_from_what_is_not_there_or_not_read_makes_nothing(tmp_path: Path, origin: str, code: str):
    (tmp_path / "a.docx").write_text("x")
    is_clear(Here("init", "shop", "--from", origin, cwd=tmp_path), code)
    assert {entry.name for entry in tmp_path.iterdir()} == {"a.docx"}


def test_init_into_a_folder_that_holds_something_touches_nothing(tmp_path: Path):
    (tmp_path / "a.csv").write_text("a\n1\n")
    is_clear(Here("init", tmp_path, "--from", tmp_path / "a.csv"), "VRT-104", "already holds something")
    assert {entry.name for entry in tmp_path.iterdir()} == {"a.csv"}


def test_a_link_that_leads_nowhere_is_said_and_the_rest_is_read(tmp_path: Path):
    exports = tmp_path / "exports"
    exports.mkdir()
    (exports / "a.csv").write_text("id,name\n1,x\n2,y\n")
    (exports / "b.csv").symlink_to(tmp_path / "gone.csv")
    done = Here("init", tmp_path / "shop", "--from", exports)
    assert done.code == 0, done.err
    assert "leads nowhere: b.csv" in done.out


def test_init_of_a_file_that_may_not_be_read_names_it(tmp_path: Path):
    exports = tmp_path / "exports"
    exports.mkdir()
    (exports / "a.csv").write_text("a\n1\n")
    (exports / "a.csv").chmod(0)
    is_clear(limited(without_the_rights_of_root, "init", tmp_path / "shop", "--from", exports), "VRT-522", "a.csv")
    assert {entry.name for entry in tmp_path.iterdir()} == {"exports"}


def test_a_sync_of_files_that_went_bad_keeps_nothing_of_its_run_and_the_old_version_answers(
    own_files: Path, tmp_path: Path
):
    """Every way in which a file can go bad, one after another; then it is mended, and the same project goes on."""
    project = copied(own_files, tmp_path)
    exports = project.parent / "exports"
    good = {name: (exports / f"{name}.csv").read_bytes() for name in ("orders", "customers")}
    before, version = tree(project), version_of(project)
    orders, customers = good["orders"], good["customers"]
    for spoilt in (
        {"orders": (None, "VRT-520", "orders.csv"), "customers": (b"", "VRT-521", "customers.csv: the file is empty")},
        {
            "orders": (orders + b"7,10,2025-01-02,delivered,1.00,extra\n", "VRT-510", "orders.csv:8: 6 columns"),
            "customers": (customers + b"13,Dan,\xe9,PH\n", "VRT-510", "customers.csv:5: the text is not UTF-8"),
        },
        {
            "orders": (orders + b"seven,10,2025-01-02,delivered,1.00\n", "VRT-511", "orders.csv:8"),
            "customers": (customers.replace(b"city", b"town"), "VRT-5", "'city'"),
        },
    ):
        for name, (content, _, _) in spoilt.items():
            (exports / f"{name}.csv").unlink(missing_ok=True)
            if content is not None:
                (exports / f"{name}.csv").write_bytes(content)
        done = Here("sync", "--project", project, "--format", "json")
        lines = {line["name"]: line for line in done.json["lines"]}
        assert (done.code, done.json["status"], done.err) == (1, "failed", "")
        assert "nothing of this run was kept" in done.json["summary"]
        for name, (_, code, said) in spoilt.items():
            assert (lines[name]["code"][: len(code)], lines[name]["remedy"] != "") == (code, True), lines[name]
            assert said in lines[name]["message"], lines[name]
    made_by_any_writer = {".verity/warehouse/spill", ".verity/warehouse/staging"}
    assert tree(project) - made_by_any_writer == before - made_by_any_writer
    answers_as_before(project, version=version)
    for name, content in good.items():
        (exports / f"{name}.csv").write_bytes(content)
    assert Here("sync", "--project", project).code == 0


def test_a_source_that_names_no_file_or_has_a_typo_says_where(own_files: Path, tmp_path: Path):
    project = copied(own_files, tmp_path)
    source = project / "sources" / "exports.yml"
    edited(source, "format: csv", "formt: csv")
    is_clear(Here("sync", "--project", project), "VRT-527", "sources/exports.yml", "formt")
    edited(source, "formt: csv", "format: csv")
    is_clear(Here("sync", "export", "--project", project), "VRT-530", "Did you mean 'exports'?")
    answers_as_before(project)


def test_a_project_folder_that_may_not_be_written_still_says_what_is_wrong(own_files: Path, tmp_path: Path):
    project = copied(own_files, tmp_path)
    before = tree(project)
    folders = [project, *(path for path in project.rglob("*") if not path.is_symlink())]
    for path in folders:
        path.chmod(0o555 if path.is_dir() else 0o444)
    try:
        for verb, code in ((("sync",), "VRT-"), (("build",), "VRT-"), (("ask", "number of orders"), "VRT-602")):
            done = limited(without_the_rights_of_root, *verb, "--project", project)
            assert done.code == 1, (verb, done.out + done.err)
            assert code in done.out + done.err
            assert "Traceback" not in done.out + done.err
            assert "VRT-900" not in done.out + done.err, done.out + done.err
        is_clear(limited(without_the_rights_of_root, "init", project / "agents" / "shop"), "VRT-106", "may not write")
    finally:
        for path in folders:
            path.chmod(0o755 if path.is_dir() else 0o644)
    assert tree(project) == before
    answers_as_before(project)


def without_the_rights_of_root() -> None:
    """Root reads and writes everything; a program started after this does not. Nothing to do for anybody else."""
    if os.geteuid() == 0:
        drop_from_the_bounding_set = 24
        for capability in (1, 2, 3):  # DAC_OVERRIDE, DAC_READ_SEARCH, FOWNER
            if ctypes.CDLL(None).prctl(drop_from_the_bounding_set, capability, 0, 0, 0):
                raise OSError("capabilities cannot be dropped")
