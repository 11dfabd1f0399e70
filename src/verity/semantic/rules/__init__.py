"""The rules of the compiler, one a file, in the order of `compiler.RULES`.

Each is one function of a `Work`: it reads what earlier rules wrote and writes what later ones need.
Read first: `../compiler.py`, then `../work.py`.
May import: what `verity.semantic` may.

    for rule in RULES:
        rule(work)
"""
