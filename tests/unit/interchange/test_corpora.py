"""Every model of the corpus comes in nearly whole, and its numbers survive a round trip through Ossie and Cube."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any

import pytest
from tests.small_orders import MemoryEngine
from tests.unit.interchange.shop_data import answers, shop

from verity.data.model import TableEntry, written
from verity.interchange.cube.writer import as_yaml, write_cube
from verity.interchange.drafting import Imported
from verity.interchange.importing import import_model
from verity.interchange.ossie.writer import as_json, write_ossie

CORPUS = Path(__file__).parent / "corpus"
MODELS = sorted((path.parent.name, path.name) for path in CORPUS.glob("*/*"))
WANTED = {"cube": 6, "metricflow": 9, "lookml": 4, "ossie": 3}
model = pytest.mark.parametrize(("tool", "name"), MODELS, ids=[f"{tool}-{name}" for tool, name in MODELS])


@pytest.fixture(scope="module")
def engine():
    return shop()


@cache
def imported(tool: str, name: str) -> Imported:
    return import_model(tool, CORPUS / tool / name)


@cache
def numbers_of(engine: MemoryEngine, tool: str, name: str) -> dict[str, Any]:
    """The answers of a model as it was imported, asked once."""
    return answers(engine, imported(tool, name).tables)


def through_ossie(tables: dict[str, TableEntry], folder: Path) -> Imported:
    document, _ = write_ossie(tables, "shop")
    (folder / "shop.json").write_text(as_json(document), encoding="utf-8")
    return import_model("ossie", folder / "shop.json")


def through_cube(tables: dict[str, TableEntry], folder: Path) -> Imported:
    documents, _ = write_cube(tables)
    (folder / "cubes").mkdir()
    for table, document in documents.items():
        (folder / "cubes" / f"{table}.yml").write_text(as_yaml(document), encoding="utf-8")
    return import_model("cube", folder / "cubes")


def test_the_corpus_has_the_models_that_the_issue_asks_for():
    assert {tool: sum(found == tool for found, _ in MODELS) for tool in WANTED} == WANTED


@model
def test_at_least_95_percent_of_the_fields_are_imported_and_every_loss_has_place_and_reason(tool, name):
    report = imported(tool, name).report
    assert report.share >= 0.95, report.text()
    assert report.fields == report.imported + report.approximated + report.lost
    assert report.tables >= 1
    for loss in report.losses:
        assert loss.line, loss
        assert loss.reason, loss
    assert sum(loss.fields for loss in report.losses if loss.outcome == "lost") >= report.lost


@model
def test_a_round_trip_gives_the_same_dictionary_and_the_same_numbers(tool, name, engine, tmp_path):
    first = imported(tool, name).tables
    numbers = numbers_of(engine, tool, name)
    assert any(isinstance(rows, list | tuple) and rows for rows in numbers.values())
    for back in (through_ossie(first, tmp_path).tables, through_cube(first, tmp_path).tables):
        assert {table: written(entry) for table, entry in back.items()} == {t: written(e) for t, e in first.items()}
        again = answers(engine, back, dimensions=False)
        assert again == {asked: numbers[asked] for asked in again}


@model
def test_what_other_tools_see_of_an_export_gives_the_same_numbers(tool, name, engine):
    """The extension left out: the metrics that stand in Ossie's and Cube's own words still count the same."""
    from verity.data.catalog import build_catalog
    from verity.data.dictionary import make_dictionary
    from verity.interchange.cube.writer import plain_tables as plain_cubes
    from verity.interchange.ossie.writer import plain_tables as plain_datasets
    from verity.semantic.model import load_model

    first = imported(tool, name).tables
    numbers = numbers_of(engine, tool, name)
    document, _ = write_ossie(first, "shop")
    cubes, _ = write_cube(first)
    for dataset in document["datasets"]:
        dataset["custom_extensions"] = [
            one for one in dataset.get("custom_extensions", []) if one["vendor_name"] != "VERITY"
        ]
    for cube in cubes.values():
        cube["cubes"][0].get("meta", {}).pop("verity", None)
    compared = 0
    for plain in (plain_datasets(document), plain_cubes([cube["cubes"][0] for cube in cubes.values()])):
        problems = load_model(build_catalog(make_dictionary(plain))).problems
        for table, entry in plain.items():
            for metric, value in entry.metrics.items():
                same = f"{table}.{metric}"
                whole = numbers.get(same)
                if value.hidden or same in problems or not isinstance(whole, list | tuple):
                    continue
                if first[table].time_column != entry.time_column:
                    continue
                found = answers_of(engine, plain, same)
                if isinstance(found, str):
                    continue  # refused, for want of what only the extension says; never another number
                assert alike(found, whole), same
                compared += 1
    assert compared >= 1


def answers_of(engine, tables, member):
    from tests.unit.interchange.shop_data import rows, service

    return rows(service(engine, tables), (member,))


def alike(found, wanted):
    """One value; a calculation in another tool's words may be DOUBLE where it was exact."""
    try:
        return float(found[0][0]) == pytest.approx(float(wanted[0][0]), rel=1e-9)
    except (TypeError, ValueError):
        return found == wanted


def test_names_that_several_tables_have_come_back_though_they_are_one_list_in_ossie(tmp_path):
    count = {"sql": "COUNT(*)"}
    metrics = {"count": count, "b_count": {"sql": "MAX(x)"}, "a_count": {"sql": "MIN(x)"}, "a_count_2": count}
    tables = {
        name: TableEntry.model_validate(
            {"table": name, "primary_key": ["id"], "columns": {"id": "", "x": ""}, "metrics": metrics}
        )
        for name in ("a", "b")
    }
    document, _ = write_ossie(tables, "shop")
    names = [metric["name"] for metric in document["metrics"]]
    assert len(names) == len(set(names)) == 8
    back = through_ossie(tables, tmp_path).tables
    assert {name: set(entry.metrics) for name, entry in back.items()} == {name: set(metrics) for name in tables}
    assert {n: m.sql for n, m in back["a"].metrics.items()} == {n: m["sql"] for n, m in metrics.items()}
