"""One question, the same rows on every engine that runs here: DuckDB, PostgreSQL, ClickHouse (chDB), and Spark.

Spark takes a minute to start and runs in `make soak SUITE=spark` only, in this process and on a standalone master with
two workers. A feature joins by a query in `queries.py`; what an engine truly cannot do is marked with `notyet`.
"""
