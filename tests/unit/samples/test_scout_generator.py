"""The same seed gives the same rows, whatever the machine does."""

from __future__ import annotations

import hashlib
from itertools import pairwise
from pathlib import Path

import duckdb
import pytest
from tests.unit.samples.conftest import Scout

from verity.contracts.tool import Progress
from verity.exceptions import MissingExtra, SampleInvalid
from verity.samples import project
from verity.samples.generator import plan_chunks
from verity.samples.period import DAYS
from verity.samples.project import generate

SEED = 7
HASH_OF_SEED_7 = "715652a9b46786cb69589cdcceb0e972a1ff1b94b64402d7d6865656caeece09"


def sorted_row_hash(data: Path) -> str:
    """SHA-256 over every row of every file as text, sorted, so that neither file nor row order counts."""
    lines = [line for path in sorted(data.glob("*.*")) for line in path.read_text(encoding="utf-8").splitlines()]
    transactions = duckdb.sql(f"""
        SELECT sha256(string_agg(row, chr(10) ORDER BY row))
        FROM (SELECT CAST(t AS VARCHAR) AS row FROM read_parquet('{data}/transactions/*.parquet') AS t)
    """).fetchall()
    return hashlib.sha256("\n".join([*sorted(lines), transactions[0][0]]).encode()).hexdigest()


@pytest.mark.slow
def test_a_seed_gives_the_same_rows_and_the_same_truth_on_any_number_of_threads(tmp_path: Path) -> None:
    truths = {}
    for threads in (1, 2, 4):
        truths[threads] = generate(tmp_path / str(threads), seed=SEED, threads=threads)
        assert sorted_row_hash(tmp_path / str(threads)) == HASH_OF_SEED_7
    assert truths[1] == truths[2] == truths[4]


def test_another_seed_gives_other_rows(scout: Scout) -> None:
    assert scout.truth.seed != SEED
    assert sorted_row_hash(scout.data) != HASH_OF_SEED_7


@pytest.mark.parametrize("scale", [1, 32, 33, 100, 1_000])
def test_the_chunks_of_any_scale_cover_every_day_once_and_share_no_id(scale: int) -> None:
    chunks = list(plan_chunks(scale))
    assert [day for chunk in chunks for day in chunk.days] == list(range(DAYS))
    assert [chunk.number for chunk in chunks] == list(range(len(chunks)))
    starts = sorted(chunk.first_id for chunk in chunks)
    assert all(later - earlier >= 10**7 for earlier, later in pairwise(starts))
    assert len({chunk.file_name for chunk in chunks}) == len(chunks)


def test_twice_the_scale_makes_twice_the_rows_and_twice_the_dirt(scout: Scout, tmp_path: Path) -> None:
    one, two = scout.truth, generate(tmp_path, scale=2)
    assert two.rows["bronze_transactions"] / one.rows["bronze_transactions"] == pytest.approx(2, rel=0.02)
    for rule, bad in one.quarantined.items():
        assert two.quarantined[rule].rows == 2 * bad.rows
        assert two.quarantined[rule].transaction_ids == ()


@pytest.mark.parametrize(
    ("wrong", "named"), [({"scale": 0}, "scale 0"), ({"seed": -1}, "seed -1"), ({"threads": 0}, "threads 0")]
)
def test_a_number_out_of_range_is_refused_by_name(tmp_path: Path, wrong: dict[str, int], named: str) -> None:
    with pytest.raises(SampleInvalid, match=named):
        generate(tmp_path, **wrong)  # type: ignore[arg-type]  # mypy reads the keys as any keyword
    assert list(tmp_path.iterdir()) == []


def test_without_numpy_the_error_names_the_extra(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(project, "find_spec", lambda _: None)
    with pytest.raises(MissingExtra, match="samples"):
        generate(tmp_path)


def test_progress_is_told_chunk_by_chunk_to_the_end(tmp_path: Path) -> None:
    heard: list[Progress] = []
    generate(tmp_path, progress=heard.append)
    assert [step.done for step in heard] == list(range(1, 37))
    assert {step.total for step in heard} == {36}
