"""`python -m evals SET PROJECT FILES`: score evals/SET.jsonl on a built project against the original files."""

from __future__ import annotations

import sys
from pathlib import Path

import verity
from evals.scoring import read_set, score, summary


def main(name: str, project: str, files: str) -> int:
    """Print each outcome and the counts; exit code 1 where an answer is wrong."""
    with verity.open(project) as bench:
        outcomes = score(bench, read_set(Path(__file__).parent / f"{name}.jsonl"), Path(files))
    for outcome in outcomes:
        mark = " " if outcome.good else "*"
        sys.stdout.write(f"{mark} {outcome.id:<22} {outcome.verdict:<8} {outcome.question}\n      {outcome.detail}\n")
    sys.stdout.write(summary(outcomes) + "\n")
    return 1 if any(o.verdict in {"wrong", "error"} for o in outcomes) else 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:4]))
