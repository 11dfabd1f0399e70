"""Models with parts broken at random give tables or a coded error, never anything else; seeded, so it repeats."""

from __future__ import annotations

import copy
import random
from pathlib import Path
from typing import Any

import yaml

from verity.exceptions import InterchangeError
from verity.interchange.importing import import_model

CORPUS = Path(__file__).parent / "corpus"
SEED, TRIES = 20251120, 60
STRANGE: tuple[Any, ...] = (
    None, True, 7, -1.5, "", "{", "${", "{CUBE}", "{{ Dimension('a__b') }}", "a.b.c", "time", "a" * 400, [], {}, [1],
    [{}], {"name": "x"}, "orders", "{orders.count}", "${orders.id}", "SUM(", "SUM(x)", "1 month", "'",
)  # fmt: skip
CUT = ("", "{", "}", ";;", "${", "yes", ":", "[", "]", '"', "${orders.count}")


def test_a_model_that_is_broken_at_random_is_imported_or_refused_with_a_code(tmp_path):
    chance = random.Random(SEED)  # noqa: S311 - a repeatable choice
    seen: dict[str, int] = {}
    files = sorted(CORPUS.glob("*/*"))
    for number in range(TRIES):
        source = chance.choice(files)
        path = tmp_path / f"{number}{source.suffix}"
        path.write_text(broken(source, chance), encoding="utf-8")
        try:
            report = import_model(source.parent.name, path).report
        except InterchangeError as error:
            seen["refused" if error.remedy else f"no remedy: {error}"] = seen.get("refused", 0) + 1
        else:
            assert report.fields == report.imported + report.approximated + report.lost
            seen["imported"] = seen.get("imported", 0) + 1
    assert set(seen) == {"refused", "imported"}, seen
    assert min(seen.values()) > TRIES // 10, seen


def broken(source: Path, chance: random.Random) -> str:
    """The text of a model with up to three of its parts replaced, taken out or cut."""
    text = source.read_text(encoding="utf-8")
    if source.suffix == ".lkml":
        for _ in range(chance.randint(1, 3)):
            start = chance.randrange(len(text))
            text = text[:start] + chance.choice(CUT) + text[start + chance.randint(0, 12) :]
        return text
    document = yaml.safe_load(text)
    for _ in range(chance.randint(1, 3)):
        *way, last = chance.choice([place for place in places(document) if place])
        holder = document
        for step in way:
            holder = holder[step]
        if chance.random() < 0.7:
            holder[last] = copy.deepcopy(chance.choice(STRANGE))
        else:
            del holder[last]
    return yaml.safe_dump(document, sort_keys=False)


def places(value: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    steps = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    return [path, *(place for step, part in steps for place in places(part, (*path, step)))]
