"""Somebody else's files, an untouched draft, and questions written before the resolver: no wrong answer, most answered.

The files lie outside the repository (VERITY_SHARED_DATA, or ../shared/data beside the checkout); without them these
tests say that they skip.
"""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from evals.scoring import read_set, score, summary

import verity
from verity.bootstrap import init_project

ROOT = Path(__file__).parents[2]
DATA = Path(os.environ.get("VERITY_SHARED_DATA", ROOT.parent / "shared" / "data"))
LEAST_RIGHT = 15

pytestmark = [pytest.mark.slow, pytest.mark.timeout(300)]


@pytest.fixture(scope="module", params=["olist", "online_retail"])
def scored(request, tmp_path_factory):
    files = DATA / request.param
    if not files.is_dir():
        pytest.skip(f"the files of {request.param} are not here; name their folder in VERITY_SHARED_DATA")
    project = tmp_path_factory.mktemp("first") / request.param
    init_project(project, str(files))
    with verity.open(project) as bench:
        for verdict in (bench.sync(None), bench.build(None), bench.check(live=True)):
            assert verdict.status != "failed", verdict.model_dump_json(indent=1)
        return score(bench, read_set(ROOT / "evals" / f"{request.param}.jsonl"), files)


def test_no_answer_is_wrong(scored):
    assert [o for o in scored if o.verdict in {"wrong", "error"}] == [], summary(scored)


def test_most_plain_questions_are_answered_right(scored):
    right = sum(o.verdict == "right" for o in scored)
    assert right >= LEAST_RIGHT, summary(scored)


def test_what_must_not_be_answered_is_asked_back_or_refused_with_a_reason(scored):
    silent = [o for o in scored if o.expected == "not_answered" and not (o.good and o.detail)]
    assert silent == []
    assert sum(o.expected == "not_answered" for o in scored) >= 10
