"""TPC-H asked of hand-written SQL and of the compiler, side by side. Read `queries.py` first."""

from __future__ import annotations

from benchmarks.timing import Figure


def run() -> list[Figure]:
    """See `figures.run`; imported late, so that the data can be made without the compiler."""
    from benchmarks.tpch import figures

    return figures.run()
