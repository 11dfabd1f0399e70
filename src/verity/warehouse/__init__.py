"""The warehouse: where rows lie, and the only place that talks to an engine.

Promises: readers see one published data version at a time, read-only and locked down, and never wait for a writer;
a writer works in private and publishes whole; killing anything at any instant leaves the last published version
readable and the next writer heals the rest. Results are Arrow; types are the logical ones of `contracts.table`.

Read first: engine.py (the protocols), then engines/duckdb/engine.py.
May import: contracts, exceptions, observability; DuckDB and pyarrow here, PostgreSQL drivers in engines/postgres only.

    engine = open_engine(settings.warehouse, project)          # from verity.warehouse.registry
    with engine.writer() as writer:
        writer.load("orders", FileScan((path,), "csv"), load_id="l1", loaded_at=now); writer.publish("b1")
    engine.read("select count(*) from bronze_db.bronze.orders").table
"""
