"""`python -m benchmarks peers`: every peer's SQL and ours in one interleaved run, rows judged on two sets of data.

Writes results/peers.json (everything) and results/peers.md (the table). On the edge data (NULL foreign keys, orders
without lines, nations without suppliers, a quarter without rows) nothing is timed.
"""

from __future__ import annotations

import copy
import json
import os
import platform
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

import duckdb

from benchmarks.peers.asked import Peer, ask_peers
from benchmarks.peers.install import PEERS
from benchmarks.peers.judged import EDGE, Judged, judge
from benchmarks.peers.table import markdown
from benchmarks.timing import Figure
from benchmarks.tpch.data import empty_database
from benchmarks.tpch.side_by_side import RUNS, Bench, Compared, Side, compare

RESULTS = Path(__file__).parents[1] / "results"


def run() -> list[Figure]:
    """The whole comparison, saved. A peer that is right where we are not, or right and faster, is not met."""
    judged = measured()
    save(judged)
    return judged.figures()


def measured(
    *,
    scale: float = 1,
    edge_scale: float = 0.01,
    runs: int = RUNS,
    chosen: tuple[str, ...] = PEERS,
    install_missing: bool = True,
    seed: int = 0,
) -> Judged:
    """Ask every peer, judge on both data sets, time on the first."""
    peers = ask_peers(empty_database(), chosen, install_missing=install_missing)
    plain = _compared(peers, scale, runs, seed, edge=False)
    edge = _compared(peers, edge_scale, 0, seed, edge=True)
    return judge(peers, plain, edge)


def _compared(peers: list[Peer], scale: float, runs: int, seed: int, *, edge: bool) -> list[Compared]:
    sides: dict[str, dict[str, Side]] = {}
    for peer in peers:
        for name, side in peer.sides.items():
            sides.setdefault(name, {})[peer.name] = copy.copy(side)
    bench = Bench(scale=scale, edge=edge, seed=seed)
    try:
        return compare(
            bench,
            runs=runs,
            names=EDGE if edge else (),
            peers=sides,
            progress=lambda done: sys.stderr.write(f"   {done.query.name}{' (edge data)' if edge else ''}\n"),
        )
    finally:
        bench.close()


def save(judged: Judged) -> None:
    """results/peers.json and results/peers.md."""
    commit = subprocess.run(["git", "rev-parse", "--short", "HEAD"], capture_output=True, text=True, check=True)
    head = {
        "date": datetime.now(UTC).date().isoformat(),
        "commit": commit.stdout.strip(),
        "machine": f"{platform.machine()}, {os.cpu_count()} cores, Python {platform.python_version()}",
        "engine": f"DuckDB {duckdb.__version__}, TPC-H SF1; edge data SF0.01",
        "command": "python -m benchmarks peers",
    }
    document = {**head, **judged.document()}
    (RESULTS / "peers.json").write_text(json.dumps(document, indent=1) + "\n")
    (RESULTS / "peers.md").write_text(markdown(head, judged))
