"""The proof of the semantic layer: generated models, data and queries against a slow, plain answer.

It shares no code with the compiler: expressions, paths, periods and policies are computed here a second time, row by
row, after `docs/adr/0004` and `docs/reference/semantic`. Read `world.py` first, then `oracle.py`.

    python -m tests.proof queries --worlds 50 --seed 7     # every difference is printed, reduced to a small case
"""
