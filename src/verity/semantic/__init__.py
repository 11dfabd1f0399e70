"""The semantic compiler: a MetricQuery and the dictionary become one right SQL statement.

Promises: a metric's value never depends on which other members are asked for; nothing of a query is ignored; values
are bound, never spliced; every identifier is quoted. No engine is named here beyond the dialect that SQL is printed in.
Read first: `compiler.py` (the RULES, in order), then `model.py`.
May import: `verity.data`, `verity.contracts`, `verity.exceptions`, sqlglot.

    model = load_model(catalog)
    compiled = compile_query(model, query, accesses=accesses, dialect="duckdb")
    print(compiled.sql, compiled.parameters)
"""
