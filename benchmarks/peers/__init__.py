"""The same questions asked of other semantic layers, each installed apart. Read `figures.py` first."""

from __future__ import annotations

from benchmarks.timing import Figure


def run() -> list[Figure]:
    """See `figures.run`."""
    from benchmarks.peers import figures

    return figures.run()
