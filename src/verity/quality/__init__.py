"""Checks: the dictionary against itself and its lock, and (live) against the data that is published.

Promises: a check changes nothing but the lock, and that only on `accept`; every figure of a live check is counted by
the engine over every row, never sampled. Read first: `check.py`, then `live.py`.
May import: contracts, exceptions, data, semantic, and warehouse for physical tables (metrics only through query).

    from verity.quality.check import run_checks

    verdict = run_checks(project, load_dictionary, engine, live=True)
    [line.message for line in verdict.lines if line.status == "failed"]
"""
