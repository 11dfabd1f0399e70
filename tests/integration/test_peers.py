"""Other semantic layers, asked the same questions: on none are they right where we are not.

Peers live in environments of their own (`python -m benchmarks.peers.install`); those that are absent are told, and
`make soak SUITE=peers` installs them and times everything at SF1.
"""

from __future__ import annotations

import os

import pytest
from benchmarks.peers.asked import ENVIRONMENTS
from benchmarks.peers.figures import measured, save
from benchmarks.peers.install import PEERS

SCALE = float(os.environ.get("VERITY_TPCH_SCALE", "0"))
RUNS = int(os.environ.get("VERITY_TPCH_RUNS", "0"))
SEED = int(os.environ.get("VERITY_SEED", "1"))
INSTALL = os.environ.get("VERITY_PEERS_INSTALL") == "1"

pytestmark = pytest.mark.slow


def test_no_peer_is_right_where_we_are_not():
    here = tuple(peer for peer in PEERS if INSTALL or (ENVIRONMENTS / peer / "ready").is_file())
    if not here:
        pytest.skip("no peer is installed: python -m benchmarks.peers.install")
    judged = measured(
        scale=SCALE,
        edge_scale=SCALE and 0.01,
        runs=RUNS,
        chosen=here,
        install_missing=INSTALL,
        seed=SEED % 1000,
    )
    print(f"told: asked {', '.join(here)}; absent: {', '.join(set(PEERS) - set(here)) or 'none'}")
    for figure in judged.figures():
        print(f"told: {' '.join(figure.line().split())}")
    if RUNS:
        save(judged)
    assert judged.right_where_we_are_not == []
    assert judged.faster_than_we == []
