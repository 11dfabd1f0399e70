"""What each peer answers: its own script, run by its own interpreter, writes SQL; ours only reads the file."""

from __future__ import annotations

import json
import os
import statistics
import subprocess
from dataclasses import dataclass
from pathlib import Path

from benchmarks.peers.install import ENVIRONMENTS, HERE, NODE_PEERS, PEERS, install, interpreter
from benchmarks.tpch.forms import hand_queries
from benchmarks.tpch.side_by_side import Side

_MINUTES = 10


@dataclass(frozen=True)
class Peer:
    """A peer's answers by query name, or why there are none."""

    name: str
    versions: dict[str, str]
    sides: dict[str, Side]
    absent: str = ""


def ask_peers(database: Path, chosen: tuple[str, ...] = PEERS, *, install_missing: bool) -> list[Peer]:
    """Every peer's SQL for the questions. A peer that is not installed and may not be is absent, and says so."""
    return [_ask(peer, database, install_missing) for peer in chosen]


def _ask(peer: str, database: Path, install_missing: bool) -> Peer:
    if not (ENVIRONMENTS / peer / "ready").is_file() and not install_missing:
        return Peer(peer, {}, {}, "not installed: python -m benchmarks.peers.install")
    if fault := install(peer):
        return Peer(peer, {}, {}, fault)
    out = ENVIRONMENTS / peer / "answers.json"
    out.unlink(missing_ok=True)
    done = subprocess.run(
        [*_program(peer), str(database), str(out)],
        cwd=ENVIRONMENTS / peer,
        env={**os.environ, "NODE_PATH": str(ENVIRONMENTS / peer / "node_modules")},
        capture_output=True,
        text=True,
        timeout=_MINUTES * 60,
        check=False,
    )
    if not out.is_file():
        return Peer(peer, {}, {}, f"did not run: {(done.stderr or done.stdout).strip().splitlines()[-1:]}")
    return _read(peer, json.loads(out.read_text()))


def _program(peer: str) -> list[str]:
    if peer in NODE_PEERS:
        return ["node", str(HERE / peer / "ask.cjs")]
    return [str(interpreter(peer)), str(HERE / peer / "ask.py")]


def _read(peer: str, document: dict[str, object]) -> Peer:
    answers = document["queries"]
    assert isinstance(answers, dict)
    sides = {}
    for name in hand_queries():
        answer = answers.get(name.split("_")[0], {"cannot": "not asked"})
        if "sql" not in answer:
            sides[name] = Side(peer, f"cannot: {answer['cannot']}")
            continue
        sides[name] = Side(
            peer,
            "",
            sql=answer["sql"],
            written_ms=statistics.median(answer["milliseconds"]),
            by_hand=answer.get("by_hand", ""),
            columns=tuple(answer.get("columns", ())),
        )
    versions = document["versions"]
    assert isinstance(versions, dict)
    return Peer(peer, versions, sides)
