"""A build publishes a whole new version or leaves the old one answering: proven on the real engine with real dbt."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest
from tests.integration.small_shop import ORDERS, TOTALS, engine_for, land, rows, write, write_project

from verity.config import ModelsSettings
from verity.contracts.tool import Progress
from verity.exceptions import BuildStopped, DiskFull, ModelsInvalid, ModelsMissing, NothingPublished, NothingSelected
from verity.transform.build import build
from verity.warehouse.engine import Engine

TOTALS_OF_ORDERS = "select placed_on, orders, total from gold.daily_totals order by placed_on"
THE_TOTALS = [(date(2025, 1, 31), 1, Decimal("10.25")), (date(2025, 2, 1), 2, Decimal("20.50"))]

ENDLESS = "{{ config(schema='gold') }} select count(*) as n from range(1000000000000) as t(i) where i % 7 = 3"


@pytest.fixture
def project(tmp_path: Path) -> Path:
    return write_project(tmp_path)


@pytest.fixture
def engine(project: Path) -> Iterator[Engine]:
    engine = engine_for(project)
    land(engine)
    yield engine
    engine.close()


def test_a_build_makes_silver_and_gold_and_says_so_line_by_line(project: Path, engine: Engine):
    told: list[Progress] = []
    verdict = build(project, engine, progress=told.append)
    assert (verdict.status, verdict.data_version) == ("ok", engine.state().data_version)
    assert [(line.name, line.rows) for line in verdict.lines if not line.name.startswith("test ")] == [
        ("silver.orders", 3),
        ("gold.daily_totals", 2),
    ]
    assert sum(line.name.startswith("test ") for line in verdict.lines) == 3
    assert rows(engine, TOTALS_OF_ORDERS) == THE_TOTALS
    assert rows(engine, "select amount from silver.orders order by order_id")[0] == (Decimal("10.25"),)
    assert told[-1].done == told[-1].total == 5
    left = {path.name for path in (project / "models").rglob("*")}
    assert not left & {"target", "logs", "dbt_packages", ".user.yml", "profiles.yml"}


def test_a_rebuild_in_the_same_process_sees_new_rows_and_changed_models(project: Path, engine: Engine):
    build(project, engine)
    first = engine.state().data_version
    land(engine, ORDERS.slice(0, 1), load_id="load-2")
    assert rows(engine, TOTALS_OF_ORDERS) == THE_TOTALS, "a load is not visible before a build"
    write(project, "gold/daily_totals.sql", TOTALS.replace("sum(amount)", "max(amount) * 2"))
    build(project, engine)
    assert rows(engine, TOTALS_OF_ORDERS) == [(date(2025, 1, 31), 1, Decimal("20.50"))]
    assert engine.state().data_version != first


def test_an_ephemeral_model_is_still_inside_when_the_manifest_is_kept(project: Path, engine: Engine):
    write(project, "gold/cheap.sql", "{{ config(materialized='ephemeral') }} select * from {{ ref('orders') }}")
    write(project, "gold/counted.sql", "{{ config(schema='gold') }} select count(*) as n from {{ ref('cheap') }}")
    assert [build(project, engine).status for _ in range(2)] == ["ok", "ok"]
    assert rows(engine, "select n from gold.counted") == [(3,)]


def test_select_builds_a_part_and_carries_the_rest_over(project: Path, engine: Engine):
    write(project, "gold/other.sql", "{{ config(schema='gold') }} select 1 as one")
    build(project, engine)
    write(project, "gold/other.sql", "{{ config(schema='gold') }} select 2 as one")
    verdict = build(project, engine, select="other")
    assert [line.name for line in verdict.lines] == ["gold.other"]
    assert rows(engine, "select one from gold.other") == [(2,)]
    assert rows(engine, TOTALS_OF_ORDERS) == THE_TOTALS


def test_a_model_that_was_removed_is_gone_after_a_whole_build(project: Path, engine: Engine):
    write(project, "gold/other.sql", "{{ config(schema='gold') }} select 1 as one")
    build(project, engine)
    (project / "models/gold/other.sql").unlink()
    build(project, engine)
    assert engine.schema().find("gold.other") is None


def test_select_of_an_unknown_model_names_the_nearest_and_publishes_nothing(project: Path, engine: Engine):
    before = build(project, engine).data_version
    with pytest.raises(NothingSelected, match="Did you mean 'daily_totals'"):
        build(project, engine, select="daily_total")
    assert engine.state().data_version == before


def test_what_a_model_reads_from_a_failed_one_is_skipped_and_nothing_is_published(project: Path, engine: Engine):
    before = build(project, engine).data_version
    write(
        project,
        "silver/orders.sql",
        "{{ config(schema='silver') }} select nonsense from {{ source('bronze', 'orders') }}",
    )
    verdict = build(project, engine)
    lines = {line.name: line for line in verdict.lines}
    assert (verdict.status, verdict.data_version) == ("failed", None)
    assert lines["silver.orders"].code == "VRT-562"
    assert 'column "nonsense" not found' in lines["silver.orders"].message
    assert "models/silver/orders.sql" in lines["silver.orders"].remedy
    assert lines["gold.daily_totals"].status == "skipped"
    assert engine.state().data_version == before
    assert rows(engine, TOTALS_OF_ORDERS) == THE_TOTALS


def test_a_failing_test_counts_its_rows_and_publishes_nothing(project: Path, engine: Engine):
    before = build(project, engine).data_version
    write(
        project,
        "gold/daily_totals.sql",
        TOTALS.replace("select placed_on", "select cast('2025-01-01' as date) as placed_on"),
    )
    verdict = build(project, engine)
    failed = [line for line in verdict.lines if line.status == "failed"]
    assert [(line.name, line.rows, line.code) for line in failed] == [
        ("test unique_daily_totals_placed_on", 1, "VRT-563")
    ]
    assert engine.state().data_version == before


def test_a_test_of_severity_warn_is_told_and_published(project: Path, engine: Engine):
    write(project, "tests/no_rows.sql", "{{ config(severity='warn') }} select * from {{ ref('orders') }}")
    verdict = build(project, engine)
    assert verdict.status == "warn"
    assert [(line.name, line.message) for line in verdict.lines if line.status == "warn"] == [
        ("test no_rows", "3 rows break it")
    ]
    assert engine.state().data_version == verdict.data_version


def test_a_pass_through_model_that_loses_a_row_fails(project: Path, engine: Engine):
    path = project / "models/silver/orders.sql"
    path.write_text(path.read_text(encoding="utf-8") + "where order_id > 1\n", encoding="utf-8")
    verdict = build(project, engine)
    assert [line.message for line in verdict.lines if line.status == "failed"] == ["1 row breaks it"]
    with pytest.raises(NothingPublished):
        engine.state()


@pytest.mark.parametrize(
    ("file", "text", "said"),
    [
        ("gold/broken.sql", "{{ config(schema='gold') \nselect 1", "models/gold/broken.sql: expected token"),
        ("gold/lost.sql", "select * from {{ ref('gone') }}", "models/gold/lost.sql: .*'gone' which was not found"),
        ("silver/daily_totals.sql", "select 1 as one", 'two models with the name "daily_totals"'),
        ("gold/schema.yml", "version: 2\nmodels:\n  - name: [\n", "models/gold/schema.yml: "),
        ("dbt_project.yml", "name: not a name\n", "models/dbt_project.yml: "),
    ],
    ids=["broken template", "missing reference", "two models of one name", "broken YAML", "broken project file"],
)  # fmt: skip
def test_models_that_cannot_be_read_are_an_error_that_names_the_file(
    project: Path, engine: Engine, file: str, text: str, said: str
):
    write(project, file, text)
    with pytest.raises(ModelsInvalid, match=said) as error:
        build(project, engine)
    assert "\n" not in error.value.message
    with pytest.raises(NothingPublished):
        engine.state()


def test_a_snapshot_is_refused_since_it_would_lose_its_history(project: Path, engine: Engine):
    write(
        project, "dbt_project.yml", (project / "models/dbt_project.yml").read_text() + "snapshot-paths: [snapshots]\n"
    )
    write(
        project,
        "snapshots/kept.sql",
        "{% snapshot kept %}{{ config(target_schema='silver', unique_key='order_id', strategy='check',"
        " check_cols='all') }} select * from {{ ref('orders') }}{% endsnapshot %}",
    )
    with pytest.raises(ModelsInvalid, match="'kept' would lose its history"):
        build(project, engine)


def test_a_project_without_models_is_told_where_they_would_be(tmp_path: Path):
    with pytest.raises(ModelsMissing, match="models/"):
        build(tmp_path, engine_for(tmp_path))


def test_a_full_disk_is_said_and_publishes_nothing(project: Path, engine: Engine):
    before = build(project, engine).data_version
    write(
        project,
        "gold/big.sql",
        "{{ config(schema='gold') }} select error('IO Error: Could not write file: No space left on device') as x",
    )
    with pytest.raises(DiskFull):
        build(project, engine)
    assert engine.state().data_version == before


def test_a_cancelled_build_stops_at_once_and_publishes_nothing(project: Path, engine: Engine):
    before = build(project, engine).data_version
    write(
        project,
        "gold/endless.sql",
        "{{ config(schema='gold') }} select count(*) as n from range(1000000000000) as t(i) where i % 7 = 3",
    )
    cancel = threading.Event()

    def soon(step: Progress) -> None:
        if step.message == "endless":
            threading.Timer(0.3, cancel.set).start()

    began = time.monotonic()
    with pytest.raises(BuildStopped):
        build(project, engine, progress=soon, cancel=cancel)
    assert time.monotonic() - began < 20
    assert engine.state().data_version == before
    (project / "models/gold/endless.sql").unlink()
    assert build(project, engine).status == "ok"


def test_models_are_read_once_and_then_only_when_they_change(project: Path, engine: Engine):
    def reads() -> bool:
        told: list[Progress] = []
        build(project, engine, progress=told.append)
        return any(step.message == "reading the models" for step in told)

    assert reads()
    land(engine, load_id="load-2")
    assert not reads()
    write(project, "gold/daily_totals.sql", TOTALS + " ")
    assert reads()


def test_a_project_that_is_brought_along_is_built_where_it_lies_and_left_clean(tmp_path: Path):
    home, brought = tmp_path / "home", tmp_path / "brought"
    for folder in (home, brought):
        folder.mkdir()
    write_project(home)
    (home / "models").rename(brought / "dbt")
    before = {path: path.read_bytes() for path in brought.rglob("*") if path.is_file()}
    engine = engine_for(home)
    land(engine)
    verdict = build(home, engine, models=ModelsSettings(path="../brought/dbt"))
    assert verdict.status == "ok"
    assert {path: path.read_bytes() for path in brought.rglob("*") if path.is_file()} == before
    assert rows(engine, TOTALS_OF_ORDERS) == THE_TOTALS
    engine.close()


def test_an_empty_project_publishes_what_was_landed(project: Path, engine: Engine):
    for path in (project / "models").rglob("*.sql"):
        path.unlink()
    for name in ("silver/schema.yml", "gold/schema.yml"):
        (project / "models" / name).unlink()
    verdict = build(project, engine)
    assert (verdict.status, verdict.lines) == ("ok", ())
    assert engine.schema().find("orders") is not None
