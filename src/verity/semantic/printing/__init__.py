"""What each further engine writes otherwise than the plan says it: one module an engine, rules from node to node.

The plan is one AST that DuckDB and PostgreSQL print nearly as it stands (`../rewrites.py`). Here it is made right for
ClickHouse, Spark, BigQuery, Snowflake, Trino and Doris, where the same words mean other things: a sum of nothing that
is 0, an integer sum that wraps, a cast that cuts instead of rounding, a week that begins on Sunday.
Read first: `rules.py`, then `clickhouse.py`. May import: what `verity.semantic` may.

    rewritten = apply(statement.copy(), clickhouse.RULES)
    ClickHouse().generate(rewritten)
"""
