"""Broken dictionaries and queries: coded errors that name file, line and remedy; no traceback; nothing half-loaded."""

from __future__ import annotations

import os
import random
import re
from collections import Counter
from pathlib import Path

import pytest
from pydantic import ValidationError

from tests.proof.malformed import break_form, break_text, broken_query, files_of
from tests.proof.questions import Questions
from tests.proof.world import World
from tests.proof.worlds import make_world
from tests.small_orders import MemoryEngine, dictionary_of
from verity.contracts.identity import OWNER
from verity.contracts.metric import MetricQuery
from verity.data.dictionary import load_dictionary
from verity.data.folder import DictionaryFolder
from verity.exceptions import DictionaryError, DictionaryInvalid, VerityError
from verity.quality.check import run_checks
from verity.query.options import usage_error
from verity.query.service import QueryService

SEED = int(os.environ.get("VERITY_SEED", "11"))
DICTIONARIES = int(os.environ.get("VERITY_PROOF_DICTIONARIES", "25"))
QUERIES = int(os.environ.get("VERITY_PROOF_BAD_QUERIES", "60"))
NO_LOCK = "VRT-217"
PLACED = re.compile(r"^dictionary/\w+\.yml:\d+: ")
CODE = re.compile(r"^VRT-\d{3}$")


def world_of(number: int) -> World:
    return make_world(SEED * 1_000_003 + number)


def written(folder: Path, files: dict[str, bytes]) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    for path in folder.iterdir():
        path.unlink()
    for name, content in files.items():
        (folder / name).write_bytes(content)


def engine_of(world: World) -> MemoryEngine:
    rows = {n: [tuple(row[c] for c in t.columns) for row in t.rows] for n, t in world.tables.items()}
    return MemoryEngine(world.columns(), rows)


def service_of(world: World, engine: MemoryEngine) -> QueryService:
    dictionary = dictionary_of(world.described())
    return QueryService(engine, lambda: dictionary)


@pytest.mark.timeout(0)
def test_a_broken_dictionary_is_told_by_code_file_line_and_remedy(tmp_path: Path) -> None:
    counts: Counter[str] = Counter()
    faults = []
    rng = random.Random(SEED)  # noqa: S311 - a seed must repeat
    for number in range(DICTIONARIES):
        files = files_of(world_of(number))
        done = (break_text if rng.random() < 0.4 else break_form)(rng, files)
        folder = tmp_path / "dictionary"
        written(folder, files)
        counts["dictionaries"] += 1
        try:
            told = _told(tmp_path, folder)
        except Exception as error:  # noqa: BLE001 - whatever is not coded is the finding
            faults.append(f"{done}: {type(error).__name__}: {error}")
            continue
        counts["refused whole" if told[0] == "refused" else "members unusable"] += 1
        faults += [f"{done}: {fault}" for fault in told[1:]]
    print(f"told: seed {SEED}: {dict(counts)}, faults {len(faults)}")
    assert not faults, "\n".join(faults[:20])


def _told(project: Path, folder: Path) -> list[str]:
    """How the dictionary was refused (`refused` whole, or `found` by the check), and what is amiss with the words."""
    try:
        load_dictionary(folder)
    except DictionaryError as error:
        single = error.errors if isinstance(error, DictionaryInvalid) else (error,)
        amiss = [f"{e.code} {e.place!r} {e.message} / {e.remedy}" for e in single if not _is_whole(e)]
        return ["refused", *amiss]
    verdict = run_checks(project, lambda: load_dictionary(folder))
    lines = [line for line in verdict.lines if line.status in ("failed", "warn") and line.code != NO_LOCK]
    if not any("dictionary/" in line.message for line in lines):
        return ["found", "nothing was found"]
    return ["found", *(str(line) for line in lines if not (line.code and PLACED.match(line.message) and line.remedy))]


def _is_whole(error: DictionaryError) -> bool:
    named = re.match(r"^dictionary/\w+\.yml(:\d+)?$", error.place)
    return bool(CODE.match(error.code) and named and error.message and error.remedy)


@pytest.mark.timeout(0)
def test_the_last_good_model_keeps_serving_while_its_files_are_broken(tmp_path: Path) -> None:
    rng = random.Random(SEED)  # noqa: S311 - a seed must repeat
    world = next(w for w in map(world_of, range(50)) if len(w.tables) > 2)
    engine = engine_of(world)
    folder = tmp_path / "dictionary"
    whole = files_of(world)
    written(folder, whole)
    dictionary = DictionaryFolder(folder)
    service = QueryService(engine, dictionary)
    metrics = [f"{t}.count" for t in world.tables]
    query = MetricQuery(metrics=tuple(metrics))
    good = service.run(query, OWNER).table.rows
    broken = 0
    for _ in range(max(10, DICTIONARIES // 5)):
        files = dict(whole)
        break_text(rng, files)
        written(folder, files)
        try:
            dictionary.current()
        except DictionaryError:
            broken += 1
            assert dictionary.fault is None or str(dictionary.fault)
            assert service.run(query, OWNER).table.rows == good
            assert dictionary.fault is not None
        written(folder, whole)
        assert service.run(query, OWNER).table.rows == good
        assert dictionary.fault is None
    engine.close()
    print(f"told: seed {SEED}: {broken} broken dictionaries, the last good one served through each")
    assert broken > 3


@pytest.mark.timeout(0)
def test_a_broken_query_is_refused_by_code_and_remedy() -> None:
    counts: Counter[str] = Counter()
    faults = []
    rng = random.Random(SEED)  # noqa: S311 - a seed must repeat
    for number in range(max(1, QUERIES // 20)):
        world = world_of(number)
        engine = engine_of(world)
        service = service_of(world, engine)
        drawn = Questions(rng, world)
        for _ in range(20):
            broken, document = broken_query(rng, drawn.draw().document())
            counts["queries"] += 1
            try:
                service.run(MetricQuery.model_validate(document), OWNER)
                counts[f"answered: {broken}"] += 1
            except ValidationError as error:  # as the doors tell it
                told = usage_error(error)
                counts["refused by form"] += 1
                if not (CODE.match(told.code) and told.message and told.remedy):
                    faults.append(f"{broken} {document}: {told!r}")
            except VerityError as error:
                counts["refused by code"] += 1
                if not (CODE.match(error.code) and error.message and error.remedy):
                    faults.append(f"{broken} {document}: {error!r}")
            except Exception as error:  # noqa: BLE001 - whatever is not coded is the finding
                faults.append(f"{broken} {str(document)[:400]}: {type(error).__name__}: {error}")
        engine.close()
    print(f"told: seed {SEED}: {dict(sorted(counts.items()))}, faults {len(faults)}")
    assert not faults, "\n".join(faults[:20])
