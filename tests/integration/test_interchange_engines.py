"""Imported models give the same numbers on DuckDB and on PostgreSQL, each a real warehouse of its own."""

from __future__ import annotations

from pathlib import Path

import pyarrow as pa
import pytest
from tests.conformance.semantic.stands import ARROW, LOADED_AT
from tests.unit.interchange.shop_data import COLUMNS, ROWS, answers

from verity.config import WarehouseSettings
from verity.data.members import is_query
from verity.data.model import TableEntry
from verity.interchange.importing import import_model
from verity.warehouse.engine import ArrowScan, Engine
from verity.warehouse.registry import open_engine

CORPUS = Path(__file__).parents[1] / "unit" / "interchange" / "corpus"
pytestmark = [pytest.mark.slow, pytest.mark.postgres, pytest.mark.timeout(300)]


def fill(engine: Engine) -> None:
    """The shop's rows as bronze tables, published."""
    with engine.writer() as writer:
        for name, of in COLUMNS.items():
            values = zip(*ROWS[name], strict=True)
            made = {column: pa.array(v, ARROW[of[column]]) for column, v in zip(of, values, strict=True)}
            table = pa.table(made)
            scan = ArrowScan(open=lambda t=table: t.to_reader(), origin="shop")
            writer.load(name, scan, load_id=f"{name}-1", loaded_at=LOADED_AT)
        writer.keep_bronze()
        writer.build_target()
        writer.publish("build-1")


@pytest.fixture
def engines(tmp_path, postgres_url):
    """Both, filled."""
    made = []
    for name, settings in (
        ("duckdb", WarehouseSettings()),
        ("postgres", WarehouseSettings(engine="postgres", url=postgres_url)),
    ):
        (tmp_path / name).mkdir()
        (tmp_path / name / "verity.toml").write_text("", encoding="utf-8")
        made.append(open_engine(settings, tmp_path / name))
        fill(made[-1])
    yield made
    for engine in made:
        engine.close()


def test_every_model_of_the_corpus_gives_the_same_numbers_on_both(engines, tmp_path):
    compared = 0
    for path in sorted(CORPUS.glob("*/*")):
        text = path.read_text(encoding="utf-8").replace("silver.", "bronze.")
        (tmp_path / path.name).write_text(text, encoding="utf-8")
        imported = import_model(path.parent.name, tmp_path / path.name).tables
        tables = {name: entry for name, entry in imported.items() if not is_query(entry.relation or "")}
        exact = {name: _exact(entry) for name, entry in tables.items()}
        first, second = (answers(engine, exact) for engine in engines)
        differ = {asked: (first[asked], second[asked]) for asked in first if not alike(first[asked], second[asked])}
        assert differ == {}, path.name
        compared += sum(not isinstance(rows, str) for rows in first.values())
    assert compared > 250


def _exact(entry: TableEntry) -> TableEntry:
    """Without the metrics that are declared approximate: a sketch is each engine's own."""
    kept = {name: metric for name, metric in entry.metrics.items() if not metric.approximate}
    return entry.model_copy(update={"metrics": kept})


def alike(first, second) -> bool:
    """The same rows; doubles to nine digits."""
    if isinstance(first, str) or isinstance(second, str) or len(first) != len(second):
        return first == second
    pairs = [pair for rows in zip(first, second, strict=True) for pair in zip(*rows, strict=True)]
    return all(a == pytest.approx(b, rel=1e-9) if isinstance(a, float) else a == b for a, b in pairs)
