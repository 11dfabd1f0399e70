"""`python -m benchmarks [NAME ...] [--save]`."""

from __future__ import annotations

import importlib
import json
import os
import platform
import subprocess
import sys
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path

from benchmarks.timing import Figure

NAMES = ("startup", "ask", "parse", "compile", "model_load", "policy", "bronze", "build", "tpch", "rollups")
ON_REQUEST = ("peers",)
"""Run only where named: it installs other systems."""
RESULTS = Path(__file__).parent / "results"


def main(arguments: list[str]) -> int:
    """Run the named benchmarks, or all. Exit code 1 where a target was not met."""
    save = "--save" in arguments
    chosen = [name for name in arguments if not name.startswith("-")] or list(NAMES)
    if unknown := sorted(set(chosen) - {*NAMES, *ON_REQUEST}):
        sys.stderr.write(f"unknown benchmark {', '.join(unknown)}; there are {', '.join((*NAMES, *ON_REQUEST))}\n")
        return 2
    load = round(os.getloadavg()[0], 2)  # of others: above 1, absolute figures say little
    figures: dict[str, list[Figure]] = {}
    for name in chosen:
        sys.stdout.write(f"== {name}\n")
        figures[name] = importlib.import_module(f"benchmarks.{name}").run()
        for figure in figures[name]:
            sys.stdout.write(figure.line() + "\n")
    if save:
        _save(figures, load)
    return 1 if any(figure.met is False for group in figures.values() for figure in group) else 0


def _save(figures: dict[str, list[Figure]], load: float) -> None:
    commit = subprocess.run(["git", "rev-parse", "--short", "HEAD"], capture_output=True, text=True, check=True)
    document = {
        "date": datetime.now(UTC).date().isoformat(),
        "commit": commit.stdout.strip(),
        "machine": f"{platform.machine()}, {os.cpu_count()} cores, Python {platform.python_version()}",
        "load_before": load,
        "command": f"python -m benchmarks {' '.join(figures)}",
        "figures": {name: [asdict(figure) for figure in group] for name, group in figures.items()},
    }
    RESULTS.mkdir(exist_ok=True)
    for name in figures:
        path = RESULTS / f"{name}.json"
        path.write_text(json.dumps({**document, "figures": document["figures"][name]}, indent=2) + "\n")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
