"""What a person waits for at a prompt: `verity --help` and a cold `verity ask`, each a process of its own."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from benchmarks.shop import built_scout
from benchmarks.timing import Figure, absolute, interleaved, ratio

RUNS = 7
BYTECODE = Path(__file__).parents[1] / ".cache" / "bytecode"
"""Compiled modules are kept here, as an installation keeps them: a checkout whose environment forbids bytecode would
compile all of Verity at every start."""


def run() -> list[Figure]:
    """Whole-process seconds, beside a bare interpreter."""
    scout = str(built_scout())
    verity = [sys.executable, "-m", "verity.cli"]
    seen = interleaved(
        {
            "python": lambda: _run([sys.executable, "-c", "pass"]),
            "help": lambda: _run([*verity, "--help"]),
            "ask": lambda: _run([*verity, "--project", scout, "ask", "revenue by month in 2025"]),
        },
        RUNS,
    )
    return [
        absolute("a bare python", seen["python"]),
        absolute("verity --help", seen["help"], most=0.3),
        ratio("verity --help, against a bare python", seen["help"], seen["python"]),
        absolute("a cold verity ask", seen["ask"], most=1.5),
    ]


def _run(command: list[str]) -> None:
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    environment["PYTHONPYCACHEPREFIX"] = str(BYTECODE)
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL, env=environment)
