"""`python -m tests.proof --seed 1 --worlds 50`: ask, and print every difference reduced to a small case."""

from __future__ import annotations

import argparse
import sys
import time

from tests.proof.engines import Duck, Postgres
from tests.proof.reduce import reduced, report
from tests.proof.run import run


def main() -> int:
    """Run and print."""
    parser = argparse.ArgumentParser(prog="python -m tests.proof")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--worlds", type=int, default=50)
    parser.add_argument("--questions", type=int, default=10)
    parser.add_argument("--most", type=int, default=10)
    parser.add_argument("--postgres", default="")
    parser.add_argument("--kinds", action="store_true", help="metrics of every kind, comparisons, totals, gaps")
    parser.add_argument("--raw", action="store_true", help="print without reducing")
    asked = parser.parse_args()
    engine = Postgres(asked.postgres) if asked.postgres else Duck()
    began = time.monotonic()
    tally = run(engine, asked.seed, worlds=asked.worlds, questions=asked.questions, most=asked.most, kinds=asked.kinds)
    print(f"seed {asked.seed}: {dict(tally.counts)} in {time.monotonic() - began:.1f} s")
    for difference in tally.differences:
        print(report(difference if asked.raw else reduced(engine, difference)))
    engine.close()
    return 1 if tally.differences else 0


if __name__ == "__main__":
    sys.exit(main())
