"""Building rollups: one turn at a time, killed at any moment, beside readers and publishes, and after each build."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
from tests.integration.test_rollups import query
from tests.rollup_shop import Shop, customers, described, orders
from tests.small_orders import dictionary_of

from verity.contracts.identity import OWNER
from verity.contracts.run import StageLine, Verdict
from verity.exceptions import RollupUnknown, WarehouseBusy
from verity.query.after_build import with_rollups

MONTHLY = query("revenue", "orders", by=("orders.at:month",))
BUILD_FOR_EVER = """
import sys
from pathlib import Path
from tests.rollup_shop import Shop
shop = Shop(Path(sys.argv[1]), sys.argv[2] or None)
while True:
    shop.build()
    print("built", flush=True)
"""


@pytest.fixture(params=["duckdb", pytest.param("postgres", marks=pytest.mark.postgres)])
def place(request: pytest.FixtureRequest, tmp_path: Path) -> tuple[Path, str | None]:
    return tmp_path, request.getfixturevalue("postgres_url") if request.param == "postgres" else None


@pytest.fixture
def shop(place: tuple[Path, str | None]) -> Iterator[Shop]:
    made = Shop(*place)
    made.publish(orders(), customers())
    yield made
    made.close()


def test_two_builders_take_turns(shop: Shop) -> None:
    with shop.engine.rollups.builder(), pytest.raises(WarehouseBusy):  # type: ignore[attr-defined]
        shop.service.build_rollups()
    shop.build()


def test_a_turn_that_ends_without_a_commit_changes_nothing(shop: Shop) -> None:
    shop.build()
    store = shop.engine.rollups  # type: ignore[attr-defined]
    before = store.built()
    with pytest.raises(KeyboardInterrupt), store.builder():
        raise KeyboardInterrupt
    assert store.built() == before
    assert shop.ask(MONTHLY, OWNER).trace["rollup"] == "orders.by_month"


@pytest.mark.slow
@pytest.mark.timeout(300)
def test_kill_9_of_a_builder_leaves_the_rollups_that_were_in_force(shop: Shop, place: tuple[Path, str | None]) -> None:
    shop.build()
    for turn in range(6):
        process = subprocess.Popen(
            [sys.executable, "-c", BUILD_FOR_EVER, str(place[0]), place[1] or ""],
            stdout=subprocess.PIPE,
            text=True,
            env={**os.environ, "PYTHONPATH": os.pathsep.join(("src", "."))},
        )
        assert process.stdout is not None
        process.stdout.readline()
        time.sleep(0.03 * turn)
        process.send_signal(signal.SIGKILL)
        process.wait()
        process.stdout.close()
        assert shop.ask(MONTHLY, OWNER).trace["rollup"] == "orders.by_month"
        assert shop.service.run(MONTHLY, OWNER).trace.get("rollup_refused") is None
    shop.build()
    folder = place[0] / ".verity" / "warehouse" / "rollups"
    assert len(list(folder.glob("verity_rollup_*"))) in (0, 5), "what a dead builder left is removed"


@pytest.mark.slow
def test_answers_stay_right_while_rollups_are_built_and_data_is_published(shop: Shop) -> None:
    shop.build()
    stop, wrong = threading.Event(), []
    rows = orders()

    def ask() -> None:
        while not stop.is_set():
            result = shop.service.run(MONTHLY, OWNER)
            total = sum(row[2] for row in result.table.rows)
            if total not in (400, 399, 398, 397):
                wrong.append(total)

    threads = [threading.Thread(target=ask) for _ in range(2)]
    for thread in threads:
        thread.start()
    try:
        for gone in range(1, 4):
            shop.publish(rows[gone:], customers())
            shop.build()
            assert shop.ask(MONTHLY, OWNER).trace["rollup"] == "orders.by_month"
    finally:
        stop.set()
        for thread in threads:
            thread.join()
    assert wrong == []


@pytest.mark.postgres
def test_text_that_is_equal_without_being_alike_is_not_kept(tmp_path: Path, postgres_url: str) -> None:
    shop = Shop(tmp_path, postgres_url)
    shop.publish(orders(), customers())
    with psycopg.connect(postgres_url, autocommit=True) as other:
        try:
            other.execute("create collation loose (provider = icu, locale = 'und-u-ks-level2', deterministic = false)")
        except psycopg.errors.FeatureNotSupported:
            shop.close()
            pytest.skip("this PostgreSQL was built without ICU, so it has no such collation")
        other.execute("alter table bronze.orders alter column area type text collate loose")
    failed = {line.name for line in shop.service.build_rollups().lines if line.status == "failed"}
    assert failed == {"orders.by_day", "orders.by_hour", "orders.by_count", "orders.by_buyer"}
    shop.close()


def test_an_unknown_name_is_refused_with_the_known_ones(shop: Shop) -> None:
    with pytest.raises(RollupUnknown, match=r"by_moth") as caught:
        shop.service.build_rollups(("orders.by_moth",))
    assert "orders.by_month" in caught.value.remedy


BUILT = Verdict(verb="build", status="ok", lines=(StageLine(name="orders", status="ok"),), seconds=1.0, summary="done")


def test_a_build_builds_the_rollups_and_never_fails_for_them(shop: Shop) -> None:
    good = with_rollups(BUILT, lambda: dictionary_of(shop.tables), lambda: shop.service)
    assert (good.status, [line.status for line in good.lines]) == ("ok", ["ok"] * 6)
    assert good.summary == "done; 5 rollups built"
    shop.tables["orders"]["rollups"]["by_day"]["dimensions"] = ["nowhere"]
    warned = with_rollups(BUILT, lambda: dictionary_of(shop.tables), lambda: shop.service)
    assert warned.status == "warn"
    assert {line.name: line.status for line in warned.lines}["orders.by_day"] == "warn"
    with shop.engine.rollups.builder():  # type: ignore[attr-defined]
        busy = with_rollups(BUILT, lambda: dictionary_of(shop.tables), lambda: shop.service)
    assert (busy.status, busy.lines[-1].code) == ("warn", "VRT-501")


def test_nothing_is_opened_where_no_rollup_is_declared_or_nothing_was_published() -> None:
    def never() -> object:
        raise AssertionError("opened")

    bare = {name: {k: v for k, v in entry.items() if k != "rollups"} for name, entry in described().items()}
    assert with_rollups(BUILT, lambda: dictionary_of(bare), never) is BUILT  # type: ignore[arg-type]
    failed = BUILT.model_copy(update={"status": "failed"})
    assert with_rollups(failed, lambda: dictionary_of(described()), never) is failed  # type: ignore[arg-type]
