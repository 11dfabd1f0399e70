"""Rollups as algebra: what a declared one is, and when a query may be answered from it.

Promises: a statement is rewritten only where every expression it reads is one that the rollup keeps or can make again
exactly; everything else is a miss with its reason. Nothing here knows principals: policies are conditions of the
statement like any other, so a rollup that does not keep what a policy reads cannot serve it.
Read first: `definition.py` (what is kept), `matching.py` (one SELECT), `routing.py` (a statement, every candidate).
May import: `verity.semantic`, `verity.data`, `verity.contracts`, `verity.exceptions`, sqlglot.

    definition = define_rollup(model, "orders", "by_month", dialect="duckdb")
    routed = route(compiled.statement, compiled.parameters, candidates)
"""
