"""`verity import`, `verity export` and `verity check --diff` from the command line: formats, files, exit codes."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from verity.cli.main import run

CUBE = """\
cubes:
  - name: orders
    sql_table: orders
    zodiac: aries
    dimensions:
      - {name: id, sql: id, type: number, primary_key: true}
    measures:
      - {name: placed, type: count}
"""


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty project beside a model, and the shell in it."""
    (tmp_path / "shop" / "dictionary").mkdir(parents=True)
    (tmp_path / "shop" / "verity.toml").write_text("", encoding="utf-8")
    (tmp_path / "model.yml").write_text(CUBE, encoding="utf-8")
    monkeypatch.chdir(tmp_path / "shop")
    return tmp_path / "shop"


def test_an_import_says_what_it_lost_and_where_it_wrote(project, capsys):
    assert run(["import", "cube", "../model.yml", "--report", "loss.txt"]) == 0
    shown = capsys.readouterr().out
    assert "lost model.yml:4 cubes[orders].zodiac" in shown
    assert "wrote 1 file into dictionary" in shown
    assert (project / "loss.txt").read_text(encoding="utf-8") in shown
    text = (project / "dictionary" / "orders.yml").read_text(encoding="utf-8")
    assert text.startswith("# Imported by `verity import cube`.")
    assert "draft: true" in text


def test_an_import_as_json_and_dry(project, capsys):
    assert run(["import", "cube", "../model.yml", "--dry-run", "--report", "loss.json", "--format", "json"]) == 0
    document = json.loads(capsys.readouterr().out)
    assert (document["tables"], document["metrics"], document["lost"], document["written"]) == (1, 1, 1, [])
    assert document["losses"][0] | {"line": 4, "outcome": "lost"} == document["losses"][0]
    assert json.loads((project / "loss.json").read_text(encoding="utf-8"))["share"] == document["share"]
    assert list((project / "dictionary").iterdir()) == []


def test_an_import_that_fails_writes_nothing_and_exits_with_1(project, capsys):
    (project.parent / "model.yml").write_text(CUBE + "  - {name: [x]}\n", encoding="utf-8")
    assert run(["import", "cube", "../model.yml", "--report", "loss.txt", "--format", "json"]) == 1
    error = json.loads(capsys.readouterr().out)["error"]
    assert (error["code"], "model.yml:9" in error["message"]) == ("VRT-803", True)
    assert sorted(path.name for path in project.iterdir()) == ["dictionary", "verity.toml"]
    assert run(["import", "tableau", "../model.yml"]) == 2
    assert run(["import", "cube", "../nowhere.yml"]) == 1


@pytest.mark.parametrize(("tool", "file"), [("ossie", "shop.ossie.json"), ("cube", "orders.yml")])
def test_an_export_comes_back(tool, file, project, capsys):
    assert run(["import", "cube", "../model.yml"]) == 0
    assert run(["export", tool]) == 0
    assert "wrote 1 file into export" in capsys.readouterr().out
    assert (project / "export" / tool / file).is_file()
    assert run(["export", tool, "--out", "other", "--format", "json"]) == 0
    assert json.loads(capsys.readouterr().out)["written"] == [f"other/{file}"]
    assert run(["import", tool, "other", "--into", "back"]) == 0
    lines = [
        (place / "orders.yml").read_text(encoding="utf-8").splitlines()[1:]
        for place in (Path("dictionary"), Path("back"))
    ]
    assert lines[0] == lines[1]


def test_an_empty_dictionary_is_not_exported(project, capsys):
    assert run(["export", "ossie"]) == 1
    assert "VRT-806" in capsys.readouterr().err


def test_a_diff_without_a_repository_or_data_says_so(project, capsys):
    assert run(["check", "--diff", "HEAD"]) == 1
    assert "VRT-808" in capsys.readouterr().err
    assert run(["check", "--diff", "HEAD", "--accept"]) == 2


def test_lookml_without_its_parser_names_the_extra(project, capsys, monkeypatch):
    monkeypatch.setitem(__import__("sys").modules, "lkml", None)
    (project.parent / "m.lkml").write_text("view: x {}", encoding="utf-8")
    assert run(["import", "lookml", "../m.lkml"]) == 1
    assert "verity-workbench[lookml]" in capsys.readouterr().err
