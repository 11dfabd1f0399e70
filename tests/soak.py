"""The long suites: in full by `make soak SUITE=...`, a sample of each with a printed seed in `make check`.

A suite is a set of the project's own tests run with larger numbers, which they read from the environment. A full run
writes benchmarks/results/soak-SUITE.json with its command, seed, date, commit, counts and outcome.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import re
import secrets
import subprocess
import sys
import time
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

ROOT = Path(__file__).parents[1]
RESULTS = ROOT / "benchmarks" / "results"


@dataclass(frozen=True)
class Suite:
    """What a long suite proves, the tests that prove it, and their numbers in a sample and in full."""

    law: str
    tests: tuple[str, ...]
    sample: Mapping[str, str] | None
    """None: in full only, because it needs too much time or memory to begin with."""
    full: Mapping[str, str]


SUITES = {
    "kill": Suite(
        "kill -9 during 50 concurrent asks loses no acknowledged checkpoint",
        ("tests/integration/test_kill_9_of_concurrent_asks.py",),
        {"VERITY_KILL_ROUNDS": "2"},
        {"VERITY_KILL_ROUNDS": "25"},
    ),
    "crash": Suite(
        "a writer killed at any step leaves a whole version, and the next one heals",
        ("tests/conformance/engines/test_survival.py",),
        {"VERITY_CRASH_KILLS": "3", "VERITY_ASK_SECONDS": "3"},
        {"VERITY_CRASH_KILLS": "40", "VERITY_CRASH_EVERY": "1", "VERITY_ASK_SECONDS": "20"},
    ),
    "concurrency": Suite(
        "asking without pause while another process syncs and builds: 0 errors, 0 mixed versions, 0 false empties",
        ("tests/integration/test_asking_while_building.py",),
        {"VERITY_ASK_SECONDS": "12"},
        {"VERITY_ASK_SECONDS": "120"},
    ),
    "invariance": Suite(
        "generated queries equal a plain walk over the rows, whatever is asked beside them",
        (
            "tests/unit/semantic/test_laws.py",
            "tests/unit/semantic/test_shapes.py",
            "tests/unit/semantic/test_physical.py",
        ),
        {"VERITY_LAW_EXAMPLES": "60"},
        {"VERITY_LAW_EXAMPLES": "600"},
    ),
    "queries": Suite(
        "generated questions over generated models and data have the rows of an independent, slow oracle",
        ("tests/proof/test_queries.py", "tests/proof/test_laws.py"),
        {"VERITY_PROOF_QUERIES": "80"},
        {"VERITY_PROOF_QUERIES": "4000"},
    ),
    "policies": Suite(
        "mutated questions under policies leak no row, tell no hidden name and keep LEFT JOINs",
        ("tests/proof/test_policies.py",),
        {"VERITY_PROOF_POLICIES": "300"},
        {"VERITY_PROOF_POLICIES": "12000"},
    ),
    "rollups": Suite(
        "generated queries answered with rollups have the rows of the tables, for every principal, on both engines",
        ("tests/integration/test_rollups.py",),
        {"VERITY_ROLLUP_QUERIES": "30"},
        {"VERITY_ROLLUP_QUERIES": "1000"},
    ),
    "engines": Suite(
        "generated questions, of plain rows and over time, have the rows of independent oracles on PostgreSQL and chDB",
        ("tests/conformance/semantic/test_generated.py",),
        {"VERITY_ENGINE_QUERIES": "40"},
        {"VERITY_ENGINE_QUERIES": "2000"},
    ),
    "spark": Suite(
        "the conformance suite has DuckDB's rows on Spark, in process and on a standalone master with two workers",
        ("tests/conformance/semantic",),
        None,
        {"VERITY_SPARK_MASTERS": "local[2],cluster", "VERITY_ENGINE_QUERIES": "100"},
    ),
    "malformed": Suite(
        "malformed dictionaries and queries end in coded errors with place and remedy, and the last good model serves",
        ("tests/proof/test_malformed.py",),
        {"VERITY_PROOF_DICTIONARIES": "40", "VERITY_PROOF_BAD_QUERIES": "100"},
        {"VERITY_PROOF_DICTIONARIES": "400", "VERITY_PROOF_BAD_QUERIES": "1000"},
    ),
    "tpch": Suite(
        "compiled rows are those of hand-written SQL on TPC-H, whole and with holes, and compiled SQL is as fast",
        ("tests/integration/test_tpch.py",),
        {"VERITY_TPCH_SCALE": "0"},
        {"VERITY_TPCH_SCALE": "1", "VERITY_TPCH_RUNS": "15"},
    ),
    "peers": Suite(
        "no other semantic layer is right on a question where we are not, nor right and faster",
        ("tests/integration/test_peers.py",),
        {"VERITY_TPCH_SCALE": "0"},
        {"VERITY_TPCH_SCALE": "1", "VERITY_TPCH_RUNS": "15", "VERITY_PEERS_INSTALL": "1"},
    ),
    "scout": Suite(
        "the sample of tens of millions of rows is generated, synced, built and right",
        ("tests/integration/test_scout_at_scale.py",),
        {"VERITY_SCOUT_SCALE": "2"},
        {"VERITY_SCOUT_SCALE": "100", "VERITY_WAREHOUSE_MEMORY_LIMIT": "8GB"},
    ),
}


def main() -> int:
    """Run one suite, or a sample of all."""
    parser = argparse.ArgumentParser(prog="python -m tests.soak")
    parser.add_argument("suite", choices=[*SUITES, "all"])
    size = parser.add_mutually_exclusive_group(required=True)
    size.add_argument("--sample", action="store_true")
    size.add_argument("--full", action="store_true")
    parser.add_argument("--seed", type=int, default=secrets.randbelow(2**31))
    asked = parser.parse_args()
    chosen = [asked.suite]
    if asked.suite == "all":
        chosen = [name for name, suite in SUITES.items() if asked.full or suite.sample is not None]
    codes = [_run(name, SUITES[name], asked.seed, full=asked.full) for name in chosen]
    return 1 if any(codes) else 0


def _run(name: str, suite: Suite, seed: int, *, full: bool) -> int:
    numbers = suite.full if full or suite.sample is None else suite.sample
    print(f"== soak {name}, seed {seed}, {numbers}: {suite.law}", flush=True)
    environment = {**os.environ, **numbers, "VERITY_SEED": str(seed), "HYPOTHESIS_PROFILE": "soak" if full else "quick"}
    timeout = "0" if full else "300"
    command = [
        sys.executable,
        "-m",
        "pytest",
        "-q",
        "-rP",
        "--timeout",
        timeout,
        f"--hypothesis-seed={seed}",
        *suite.tests,
    ]
    began = time.monotonic()
    done = subprocess.run(command, cwd=ROOT, env=environment, stdout=subprocess.PIPE, text=True, check=False)
    seconds = round(time.monotonic() - began, 1)
    print(done.stdout, flush=True)
    if full:
        _save(name, suite, seed, numbers, done, seconds)
    return done.returncode


def _save(
    name: str,
    suite: Suite,
    seed: int,
    numbers: Mapping[str, str],
    done: subprocess.CompletedProcess[str],
    seconds: float,
) -> None:
    commit = subprocess.run(
        ["git", "rev-parse", "--short", "HEAD"], cwd=ROOT, capture_output=True, text=True, check=True
    )
    closing = re.findall(r"^.*\b(?:passed|failed|error)\b.*$", done.stdout, re.MULTILINE)
    document = {
        "command": f"make soak SUITE={name} SEED={seed}",
        "law": suite.law,
        "numbers": dict(numbers),
        "date": datetime.now(UTC).date().isoformat(),
        "commit": commit.stdout.strip(),
        "machine": f"{platform.machine()}, {os.cpu_count()} cores, Python {platform.python_version()}",
        "seconds": seconds,
        "outcome": closing[-1] if closing else f"exit code {done.returncode}",
        "told": re.findall(r"^told: (.*)$", done.stdout, re.MULTILINE),
    }
    RESULTS.mkdir(exist_ok=True)
    (RESULTS / f"soak-{name}.json").write_text(json.dumps(document, indent=2) + "\n")


if __name__ == "__main__":
    sys.exit(main())
