"""Unicode everywhere, and names of 300 characters: folders, tables, columns and values keep theirs, and can be asked
for with those words."""

from __future__ import annotations

import unicodedata
from pathlib import Path

import pytest
from tests.journeys.bad_input import Here

from verity.bootstrap import open_project

CAFE = "Cafe\u0301"
"""An accent as a character of its own, as some systems write file names."""
LONG = "x" * 300
FILES = {
    "Pedidos año 😀.csv": "Número,Ünït,المدينة,שם,Ciudad\n1,3.5,القاهرة,דוד,Bogotá\n2,4.5,دبي,שרה,Cali\n"
    f"3,4.5,دبي,שרה,{unicodedata.normalize('NFD', 'Bogotá')}\n",
    f"{CAFE}s.csv": "id,precio\n1,2.5\n2,3.5\n",
    "طلبات.csv": "id,القيمة\n1,2\n2,3\n3,4\n",
    "заказы.csv": "id,город\n1,Москва\n2,Казань\n3,Москва\n",
    "select.csv": 'id,select,from,"a ""quoted"" name"\n1,2,a,x\n2,4,b,y\n',
    "wide.csv": f"id,{LONG},{LONG[:-1]}y\n1,2,3\n2,5,6\n",
}


@pytest.fixture(scope="module")
def world(tmp_path_factory) -> Path:
    base = tmp_path_factory.mktemp("ñandú 😀 مجلد")
    exports = base / "it's my exports"
    exports.mkdir()
    for name, text in FILES.items():
        (exports / name).write_text(text, encoding="utf-8")
    project = base / f"проект {CAFE} 😀"
    for step in (("init", project, "--from", exports), ("--project", project, "sync"), ("--project", project, "build")):
        done = Here(*step)
        assert done.code == 0, done.out + done.err
    return project


def test_every_table_lands_with_its_rows_and_the_live_check_holds(world: Path):
    done = Here("check", "--live", "--project", world)
    assert (done.code, "✗" in done.out) == (0, False), done.out
    assert "VRT-219" in done.out, "names too long for PostgreSQL are told"
    with open_project(world) as bench:
        metrics = [member.member for member in bench.members() if member.kind == "metric"]
    assert {name.split(".")[0] for name in metrics} >= {"طلبات", "заказы", "select", "wide"}


def test_the_next_steps_that_init_prints_can_be_pasted_into_a_shell(world: Path, tmp_path: Path):
    done = Here("init", tmp_path / "a project", "--from", world.parent / "it's my exports" / "заказы.csv")
    assert f"verity --project '{tmp_path}/a project' sync" in done.out


def test_a_list_of_members_is_readable_beside_a_name_of_300_characters(world: Path):
    done = Here("query", "--list", "--project", world)
    short = [line for line in done.out.splitlines() if LONG[:100] not in line]
    assert max(map(len, short)) < 150


@pytest.mark.parametrize(
    ("question", "rows"),
    [
        ("number of заказы", [[3]]),
        ("number of заказы by город", [["Казань", 1], ["Москва", 2]]),
        ("number of заказы where город is Москва", [[2]]),
        ("number of طلبات", [[3]]),
    ],
)
def test_questions_with_those_words_are_answered(world: Path, question: str, rows: list[list[object]]):
    done = Here("ask", question, "--project", world, "--format", "json")
    assert done.json["status"] == "answered", done.json["text"]
    assert sorted(done.json["table"]["rows"], key=str) == rows


@pytest.mark.parametrize(
    "question",
    ["😀", "\u202eorders\u202c", "a\u0301\u0301\u0301", "x" * 20_000, "\x00", "заказы " * 500, "' OR 1=1 --"],
)
def test_strange_questions_are_refused_in_words(world: Path, question: str):
    done = Here("ask", question, "--project", world, "--format", "json")
    assert (done.code, done.json["status"]) in {(3, "refused"), (3, "clarify")}
    assert done.json["reasons"]
    assert done.json["table"] is None


def test_a_column_of_300_characters_and_one_with_quotes_are_asked_by_name(world: Path):
    listed = {member["member"] for member in Here("query", "--list", "--project", world, "--format", "json").json}
    assert f"wide.{LONG}" in listed
    quoted = next(name for name in listed if "quoted" in name)
    count = next(name for name in listed if name.startswith("select.number_of"))
    with open_project(world) as bench:
        from verity.contracts.metric import GroupBy, MetricQuery

        rows = bench.query(MetricQuery(metrics=(count,), by=(GroupBy(dimension=quoted),))).table.rows
        assert sorted(rows) == [("x", 1), ("y", 1)]
        wide = next(name for name in listed if name.startswith("wide.number_of"))
        by_long = MetricQuery(metrics=(wide,), by=(GroupBy(dimension=f"wide.{LONG}"),))
        assert sorted(bench.query(by_long).table.rows) == [(2, 1), (5, 1)]


def test_the_project_is_well_and_its_record_whole(world: Path):
    done = Here("doctor", "--project", world)
    assert done.code == 0, done.out
