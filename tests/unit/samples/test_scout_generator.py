"""The same seed gives the same rows, whatever the machine does."""

from __future__ import annotations

import hashlib
from itertools import pairwise
from pathlib import Path

import duckdb
import pytest

from verity.exceptions import MissingExtra, SampleInvalid
from verity.samples import project
from verity.samples.generator import plan_chunks
from verity.samples.period import DAYS
from verity.samples.project import generate

SEED = 7
HASH_OF_SEED_7 = "f0f821cfc03e81114429744fa081ad935a540c65c3bdf21ef864f9d792a43e50"


def sorted_row_hash(data: Path) -> str:
    """SHA-256 over every row of every file as text, sorted, so that neither file nor row order counts."""
    texts = [path.read_text(encoding="utf-8") for path in sorted(data.glob("*.*"))]
    rows = duckdb.sql(f"SELECT CAST(t AS VARCHAR) FROM read_parquet('{data}/transactions/*.parquet') AS t").fetchall()
    lines = [line for text in texts for line in text.splitlines()] + [row[0] for row in rows]
    return hashlib.sha256("\n".join(sorted(lines)).encode()).hexdigest()


@pytest.mark.parametrize("threads", [1, 2, 4])
def test_a_seed_gives_the_same_rows_on_any_number_of_threads_and_in_every_run(tmp_path: Path, threads: int) -> None:
    generate(tmp_path, seed=SEED, threads=threads)
    assert sorted_row_hash(tmp_path) == HASH_OF_SEED_7


def test_the_truth_too_is_the_same_on_any_number_of_threads(tmp_path: Path) -> None:
    assert generate(tmp_path / "one", seed=SEED, threads=1) == generate(tmp_path / "four", seed=SEED, threads=4)


def test_another_seed_gives_other_rows(tmp_path: Path) -> None:
    generate(tmp_path, seed=SEED + 1)
    assert sorted_row_hash(tmp_path) != HASH_OF_SEED_7


@pytest.mark.parametrize("scale", [1, 32, 33, 100, 1_000])
def test_the_chunks_of_any_scale_cover_every_day_once_and_share_no_id(scale: int) -> None:
    chunks = list(plan_chunks(scale))
    assert [day for chunk in chunks for day in chunk.days] == list(range(DAYS))
    assert [chunk.number for chunk in chunks] == list(range(len(chunks)))
    starts = sorted(chunk.first_id for chunk in chunks)
    assert all(later - earlier >= 10**7 for earlier, later in pairwise(starts))
    assert len({chunk.file_name for chunk in chunks}) == len(chunks)


def test_twice_the_scale_makes_twice_the_rows_and_twice_the_dirt(tmp_path: Path) -> None:
    one, two = generate(tmp_path / "1", scale=1), generate(tmp_path / "2", scale=2)
    assert two.rows["bronze_transactions"] / one.rows["bronze_transactions"] == pytest.approx(2, rel=0.02)
    for rule, bad in one.quarantined.items():
        assert two.quarantined[rule].rows == 2 * bad.rows
        assert two.quarantined[rule].transaction_ids == ()


@pytest.mark.parametrize(
    ("wrong", "named"), [({"scale": 0}, "scale 0"), ({"seed": -1}, "seed -1"), ({"threads": 0}, "threads 0")]
)
def test_a_number_out_of_range_is_refused_by_name(tmp_path: Path, wrong: dict[str, int], named: str) -> None:
    with pytest.raises(SampleInvalid, match=named):
        generate(tmp_path, **wrong)
    assert list(tmp_path.iterdir()) == []


def test_without_numpy_the_error_names_the_extra(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(project, "find_spec", lambda _: None)
    with pytest.raises(MissingExtra, match="samples"):
        generate(tmp_path)
