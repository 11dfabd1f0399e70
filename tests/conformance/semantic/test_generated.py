"""Generated questions, held against oracles in plain Python, on the engines that their own tests do not try.

`make soak SUITE=engines` asks thousands of chDB, `make soak SUITE=spark` some of Spark; `make check` a sample of chDB.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from decimal import Decimal
from typing import Any

import pytest

from tests.conformance.semantic.raw import Engine, opened
from tests.conformance.semantic.stands import engines_here
from tests.integration.test_scan_engines import QUERIES as SCANS
from tests.proof.reduce import reduced, report
from tests.proof.run import run
from tests.small_orders import dictionary_of, schema_of
from tests.unit.semantic import test_masks
from tests.unit.semantic.kinds import fiscal_calendar as fiscal
from tests.unit.semantic.kinds import fiscal_ledger
from tests.unit.semantic.kinds.ledger import COLUMNS, Ask, Ledger, dictionary_metrics, rows_of
from tests.unit.semantic.kinds.questions import as_query, question
from verity.contracts.identity import OWNER, Principal
from verity.contracts.metric import MetricQuery
from verity.data.access import access_for
from verity.data.catalog import build_catalog
from verity.semantic.compiler import compile_query
from verity.semantic.model import load_model

SEED = int(os.environ.get("VERITY_SEED", "11"))
ASKED = int(os.environ.get("VERITY_ENGINE_QUERIES", "40"))
EACH = 10
"""Questions asked of one world."""
LEDGER = dictionary_of({"ledger": {"time_column": "day", "metrics": dictionary_metrics()}})
LEDGER_MODEL = load_model(build_catalog(LEDGER, schema_of({"ledger": COLUMNS})))
FISCAL = dictionary_of(
    {
        "ledger": {"time_column": "day", "calendar": "days", "metrics": fiscal_ledger.dictionary_metrics()},
        "days": {"primary_key": "d", "periods": fiscal.PERIODS},
    }
)
FISCAL_COLUMNS = {"ledger": {name: COLUMNS[name] for name in fiscal.rows_of(0, 1)[0]}, "days": fiscal.COLUMNS}
FISCAL_ROWS = fiscal.rows_of(SEED, 200)
FISCAL_MODEL = load_model(build_catalog(FISCAL, schema_of(FISCAL_COLUMNS)))
OTHERS = [name for name in engines_here() if name != "duckdb"]
pytestmark = pytest.mark.timeout(0)


@pytest.fixture(scope="module", params=OTHERS)
def engine(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory, postgres_server: str
) -> Iterator[Engine]:
    with opened(request.param, tmp_path_factory.mktemp("raw"), postgres_server) as made:
        yield made


def test_questions_over_generated_models_have_the_oracles_rows(engine: Engine) -> None:
    worlds = max(1, ASKED // EACH)
    tally = run(engine, SEED, worlds=worlds, questions=EACH, most=20)  # type: ignore[arg-type]
    print(f"told: {engine.dialect}, seed {SEED}, {worlds} worlds: {dict(sorted(tally.counts.items()))}")
    found = [report(reduced(engine, difference)) for difference in tally.differences[:5]]  # type: ignore[arg-type]
    assert not tally.differences, f"{len(tally.differences)} differences\n" + "\n".join(found)
    assert tally.counts["asked"] == worlds * EACH


def test_questions_over_time_have_the_values_of_a_plain_walk(engine: Engine) -> None:
    accesses = access_for(LEDGER, OWNER)
    for number in range(SEED * 1_000, SEED * 1_000 + ASKED):
        ask, rows = question(number), rows_of(number // 4)
        if number % 4 == 0 or number == SEED * 1_000:
            engine.hold({"ledger": COLUMNS}, {"ledger": [tuple(row.values()) for row in rows]})
        compiled = compile_query(LEDGER_MODEL, as_query(ask), accesses=accesses, dialect=engine.dialect)
        found = grouped(engine.run(compiled.sql, compiled.parameters), ask)
        expected = {key: tuple(map(known, values)) for key, values in Ledger(rows, ask).answer().items()}
        assert found == expected, f"number {number}: {ask}\n{compiled.display}"
    print(f"told: {engine.dialect}, {ASKED} questions over time from {SEED * 1_000}")


def test_accumulations_by_fiscal_periods_reach_over_the_days_of_the_calendar(engine: Engine) -> None:
    accesses = access_for(FISCAL, OWNER)
    for name, days in fiscal_ledger.CALENDARS.items():
        calendar = fiscal_ledger.Calendar(days)
        engine.hold(FISCAL_COLUMNS, {"ledger": [tuple(row.values()) for row in FISCAL_ROWS], "days": days})
        for number in range(SEED * 1_000, SEED * 1_000 + ASKED // 2):
            ask = fiscal_ledger.question(number)
            compiled = compile_query(FISCAL_MODEL, ask.query(), accesses=accesses, dialect=engine.dialect)
            count = bool(ask.grain) + ask.region
            width = count + (1 if ask.compare is None else 2)
            told = engine.run(compiled.sql, compiled.parameters)
            found = {row[:count]: tuple(map(known, row[count:width])) for row in told}
            expected = fiscal_ledger.Answer(calendar, FISCAL_ROWS, ask).rows_of()
            assert found == {key: tuple(map(known, values)) for key, values in expected.items()}, f"{name}, {ask}"
            assert len(found) == len(told)


@pytest.mark.parametrize("number", range(len(SCANS)))
def test_zones_calendars_bridges_sequences_and_masks_are_as_on_duckdb(engine: Engine, number: int) -> None:
    shop, query, role = SCANS[number]
    principal = Principal(id="p", roles=(role,)) if role else OWNER
    accesses = access_for(shop.dictionary, principal, mask_key=test_masks.KEY)
    model = load_model(build_catalog(shop.dictionary, schema_of(shop.columns)).narrowed_to(accesses))
    compiled = compile_query(model, MetricQuery.model_validate(query), accesses=accesses, dialect=engine.dialect)
    expected = [[_cell(cell) for cell in row] for row in shop.rows_on(None, query, role)]
    engine.hold(shop.columns, shop.rows)
    found = [[_cell(cell) for cell in row] for row in engine.run(compiled.sql, compiled.parameters)]
    assert found == expected, compiled.display


def grouped(rows: list[tuple[Any, ...]], ask: Ask) -> dict[tuple[Any, ...], tuple[Any, ...]]:
    count = len(ask.by) + (ask.grain is not None)
    keys = [row[:count] for row in rows]
    assert len(set(keys)) == len(keys), "a group came twice"
    return {row[:count]: tuple(map(known, row[count:])) for row in rows}


def known(value: Any) -> Any:
    return round(float(value), 7) if isinstance(value, Decimal | int | float) else value


def _cell(value: Any) -> Any:
    if isinstance(value, float | Decimal):
        return f"{Decimal(repr(value) if isinstance(value, float) else value):.11e}"
    if getattr(value, "tzinfo", None) is not None:
        return value.replace(tzinfo=None)  # wall clocks and instants are in UTC alike
    return value
