"""Generated questions over generated models and data: the compiled SQL gives the oracle's rows, or both refuse.

`make soak SUITE=queries` asks thousands on DuckDB and a part of them on PostgreSQL. A difference is printed, reduced.
"""

from __future__ import annotations

import os
from collections.abc import Iterator

import pytest

from tests.postgres_server import fresh_database
from tests.proof.engines import Duck, Postgres
from tests.proof.reduce import reduced, report
from tests.proof.run import run
from verity.semantic.physical import conditions, numbered, stages

SEED = int(os.environ.get("VERITY_SEED", "11"))
ASKED = int(os.environ.get("VERITY_PROOF_QUERIES", "60"))
EACH = 10
"""Questions asked of one world."""


@pytest.fixture
def duck() -> Iterator[Duck]:
    made = Duck()
    yield made
    made.close()


def prove(engine: Duck | Postgres, seed: int, worlds: int, *, kinds: bool = False, large: bool = False) -> None:
    tally = run(engine, seed, worlds=worlds, questions=EACH, most=20, kinds=kinds, large=large)
    told = {**dict(sorted(tally.counts.items())), "differences": len(tally.differences)}
    of = ("every kind, " if kinds else "") + ("as on large tables, " if large else "")
    print(f"told: {engine.dialect}, {of}seed {seed}, {worlds} worlds: {told}")
    found = [report(reduced(engine, difference)) for difference in tally.differences[:5]]
    assert not found, f"{len(tally.differences)} differences\n" + "\n".join(found)
    assert tally.counts["asked"] == worlds * EACH


@pytest.mark.timeout(0)
def test_generated_questions_on_duckdb_have_the_oracles_rows(duck: Duck) -> None:
    prove(duck, SEED, max(1, ASKED // EACH))


@pytest.mark.timeout(0)
def test_metrics_of_every_kind_on_duckdb_have_the_oracles_rows(duck: Duck) -> None:
    prove(duck, SEED + 2, max(1, ASKED // EACH), kinds=True)


@pytest.mark.timeout(0)
def test_statements_for_large_tables_have_the_oracles_rows(duck: Duck, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(stages, "FEWEST_A_GROUP", 0)
    monkeypatch.setattr(conditions, "FEWEST_A_ROW", 1e-9)
    monkeypatch.setattr(numbered, "FEWEST_A_ROW", 1e-9)
    prove(duck, SEED + 4, max(1, ASKED // EACH), large=True)
    prove(duck, SEED + 5, max(1, ASKED // EACH), kinds=True, large=True)


@pytest.mark.timeout(0)
@pytest.mark.postgres
def test_generated_questions_on_postgresql_have_the_oracles_rows(postgres_server: str) -> None:
    with fresh_database(postgres_server) as url:
        engine = Postgres(url)
        try:
            prove(engine, SEED + 1, max(1, ASKED // EACH // 5))
            prove(engine, SEED + 3, max(1, ASKED // EACH // 5), kinds=True)
        finally:
            engine.close()
