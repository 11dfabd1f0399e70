"""The kinds of metrics, one a file: each reads its entry of the dictionary into a `Metric`.

Read first: `registry.py` (KINDS), then `definition.py`, then `simple.py`.
May import: what `verity.semantic` may, but not the compiler's rules.

    metric = KINDS[entry.type](definition)
"""
