"""The production engine: one PostgreSQL database, schemas bronze, silver, gold and verity.

Read first: engine.py, then publish.py. May import: what `verity.warehouse` may; psycopg and ADBC, here only.

    engine = PostgresEngine(project, settings)        # settings.url = postgresql://user@host/database
    engine.read("select count(*) from gold.orders where status = $1", ["paid"]).table
    engine.close()
"""
