"""Broken models give coded errors with file and line, and leave nothing behind."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.unit.interchange.test_losses import CUBE, LATEST, LOOKML, METRICFLOW, OSSIE

from verity.exceptions import (
    ForeignForm,
    ForeignReference,
    ForeignSyntax,
    ForeignUnreadable,
    ImportTargetExists,
    InterchangeUnwritable,
    NothingToImport,
)
from verity.interchange.importing import import_model, write_tables

BAD = [
    ("cube", "m.yml", "cubes:\n  - name: [unclosed\n", ForeignSyntax, ":3"),
    ("cube", "m.yml", "cubes:\n\t- name: x\n", ForeignSyntax, ":2"),
    ("cube", "m.yml", "{% for x in y %}\ncubes: []\n", ForeignSyntax, ":1"),
    ("cube", "m.yml", "cubes:\n  name: orders\n", ForeignForm, ":1"),
    ("cube", "m.yml", "cubes:\n  - 7\n", ForeignForm, ":2"),
    ("cube", "m.yml", "cubes:\n  - sql_table: x\n", ForeignForm, ":2"),
    ("cube", "m.yml", CUBE.replace("type: sum", "type: [sum]"), ForeignForm, ":9"),
    ("cube", "m.yml", CUBE.replace("primary_key: true", "primary_key: maybe"), ForeignForm, ":5"),
    ("cube", "m.yml", CUBE + "      - {name: total, type: count}\n", ForeignReference, ":10"),
    ("cube", "m.yml", CUBE + "  - {name: orders, sql_table: o}\n", ForeignReference, ":10"),
    ("cube", "m.yml", "cubes:\n- {name: a, extends: b}\n- {name: b, extends: a}\n", ForeignReference, ":2"),
    ("cube", "m.yml", "cubes:\n- {name: a, extends: nobody}\n", ForeignReference, ":2"),
    ("cube", "m.yml", "other: 1\n", NothingToImport, ""),
    ("cube", "m.yml", "", NothingToImport, ""),
    ("cube", "m.yml", "- 1\n", ForeignForm, ":1"),
    ("metricflow", "m.yml", METRICFLOW.replace("agg: sum", "agg: {}"), ForeignForm, ":10"),
    ("metricflow", "m.yml", METRICFLOW + "  - {name: revenue, type: simple}\n", ForeignReference, ":12"),
    (
        "metricflow",
        "m.yml",
        METRICFLOW
        + "  - {name: a, type: ratio, type_params: {numerator: b, denominator: revenue}}\n"
        + "  - {name: b, type: ratio, type_params: {numerator: a, denominator: revenue}}\n",
        ForeignReference,
        ":13",
    ),
    ("metricflow", "m.yml", "models: []\n", NothingToImport, ""),
    ("metricflow", "m.yml", "models: [{name: m, columns: [{name: a}]}]\n", NothingToImport, ""),
    ("metricflow", "m.yml", "models: [{name: m, semantic_model: false}]\n", NothingToImport, ""),
    ("metricflow", "m.yml", "models: [{semantic_model: true}]\n", ForeignForm, ":1"),
    ("metricflow", "m.yml", "models: [{name: m, semantic_model: perhaps}]\n", ForeignForm, ":1"),
    ("metricflow", "m.yml", LATEST.replace("{type: primary, name: order}", "[primary]"), ForeignForm, ":6"),
    ("metricflow", "m.yml", LATEST.replace("columns:", "columns: 7\n    other:"), ForeignForm, ":5"),
    ("metricflow", "m.yml", LATEST.replace("agg: sum", "agg: [sum]"), ForeignForm, ":9"),
    ("metricflow", "m.yml", LATEST.replace("name: twice", "name: revenue"), ForeignReference, ":9"),
    ("metricflow", "m.yml", LATEST.replace("[{name: revenue}]", "[{name: twice}]"), ForeignReference, ":11"),
    ("metricflow", "m.yml", "semantic_models: [{name: orders, model: orders}]\n" + LATEST, ForeignReference, ":3"),
    ("metricflow", "m.yml", LATEST.replace("name: created_at, g", "name: id, dimension: time, g"), ForeignSyntax, ":7"),
    (
        "metricflow",
        "m.yml",
        LATEST.replace("    metrics:", "      - {name: x, dimension: {type: time, name: created_at}}\n    metrics:"),
        ForeignReference,
        ":8",
    ),
    ("metricflow", "m.yml", LATEST.replace("name: orders", "name: shop.orders"), ForeignForm, ":2"),
    ("cube", "m.yml", CUBE.replace("name: orders", "name: '{orders}'"), ForeignForm, ":2"),
    ("lookml", "m.lkml", LOOKML + "view: x {", ForeignSyntax, ":6"),
    ("lookml", "m.lkml", 'view: x {\n  label: "a"\n  label: "b"\n}\n', ForeignSyntax, ":3"),
    ("lookml", "m.lkml", LOOKML + LOOKML, ForeignReference, ":6"),
    ("lookml", "m.lkml", "view: a { extends: [b] }\nview: b { extends: [a] }\n", ForeignReference, ":1"),
    ("lookml", "m.lkml", 'label: "nothing"\n', NothingToImport, ""),
    ("ossie", "m.json", '{"datasets": [}', ForeignSyntax, ":1"),
    ("ossie", "m.yaml", OSSIE.replace("source: orders", "source: {a: 1}"), ForeignForm, ":5"),
    ("ossie", "m.yaml", OSSIE.replace("expression: {dialects", "formula: {dialects", 1), ForeignForm, ":7"),
    ("ossie", "m.yaml", OSSIE + "custom_extensions: [{vendor_name: [], data: ''}]\n", ForeignForm, ":10"),
]


@pytest.mark.parametrize(("tool", "name", "text", "error", "place"), BAD)
def test_a_broken_model_is_a_coded_error_that_names_file_and_line(tool, name, text, error, place, tmp_path):
    (tmp_path / name).write_text(text, encoding="utf-8")
    with pytest.raises(error) as caught:
        import_model(tool, tmp_path / name)
    assert str(caught.value).startswith("VRT-8")
    assert caught.value.remedy
    if place:
        assert f"{name}{place}" in caught.value.message


def test_a_file_of_ten_megabytes_is_refused_at_once(tmp_path):
    (tmp_path / "m.yml").write_bytes(b"cubes: []\n" * 1_000_001)
    with pytest.raises(ForeignUnreadable, match=r"m\.yml:1: is 10\.0 MB long"):
        import_model("cube", tmp_path / "m.yml")


def test_a_file_that_is_not_text_is_refused(tmp_path):
    (tmp_path / "m.yml").write_bytes(b"cubes:\n  - name: \xff\xfe\n")
    with pytest.raises(ForeignUnreadable, match=r"m\.yml:2"):
        import_model("cube", tmp_path / "m.yml")


def test_a_path_that_is_not_there_and_a_folder_without_models_are_told_apart(tmp_path):
    with pytest.raises(ForeignUnreadable, match="does not exist"):
        import_model("cube", tmp_path / "nowhere")
    with pytest.raises(NothingToImport):
        import_model("cube", tmp_path)


def test_templates_are_never_run(tmp_path):
    text = CUBE.replace("sql: amount, type: sum", "sql: \"{{ env_var('HOME') }}\", type: sum")
    (tmp_path / "m.yml").write_text(text, encoding="utf-8")
    report = import_model("cube", tmp_path / "m.yml").report
    assert any("template" in loss.reason for loss in report.losses)


def imported(folder: Path):
    (folder / "m.yml").write_text(CUBE, encoding="utf-8")
    return import_model("cube", folder / "m.yml")


def test_an_import_writes_every_table_and_the_report_or_nothing(tmp_path, monkeypatch):
    made = import_model("cube", Path(__file__).parent / "corpus" / "cube" / "line_items.yml")
    into = tmp_path / "dictionary"
    calls = []
    moved = Path.replace

    def failing(self: Path, target: Path) -> Path:
        calls.append(target)
        if len(calls) == 3:
            raise PermissionError(13, "Permission denied", str(target))
        return moved(self, target)

    with monkeypatch.context() as patch:
        patch.setattr(Path, "replace", failing)
        with pytest.raises(InterchangeUnwritable):
            write_tables(made, into, report=tmp_path / "loss.txt")
    assert list(into.iterdir()) == []
    assert not (tmp_path / "loss.txt").exists()
    assert len(write_tables(made, into, report=tmp_path / "loss.txt")) == 4
    assert "fields imported" in (tmp_path / "loss.txt").read_text(encoding="utf-8")


def test_nothing_is_written_over(tmp_path):
    made = imported(tmp_path)
    into = tmp_path / "dictionary"
    into.mkdir()
    (into / "other.yml").write_text("table: orders\n", encoding="utf-8")
    with pytest.raises(ImportTargetExists, match="the table 'orders'"):
        write_tables(made, into)
    (into / "other.yml").unlink()
    write_tables(made, into)
    before = (into / "orders.yml").read_bytes()
    with pytest.raises(ImportTargetExists):
        write_tables(made, into)
    assert (into / "orders.yml").read_bytes() == before


def test_what_is_written_loads_and_checks(tmp_path):
    from verity.data.catalog import build_catalog
    from verity.data.check import check_dictionary
    from verity.data.dictionary import load_dictionary
    from verity.semantic.model import load_model

    for number, path in enumerate(sorted((Path(__file__).parent / "corpus").glob("*/*"))):
        made = import_model(path.parent.name, path)
        write_tables(made, tmp_path / str(number))
        dictionary = load_dictionary(tmp_path / str(number))
        assert dictionary.tables == made.tables, path.name
        catalog = build_catalog(dictionary)
        assert [f for f in check_dictionary(catalog) if f.level == "error"] == [], path.name
        assert load_model(catalog).problems == {}, path.name
        assert all(entry.draft for entry in dictionary.tables.values())
