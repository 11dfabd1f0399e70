"""The embedded engine: DuckDB files under `.verity/warehouse/`.

    write.lock                 one writer a project (flock; released by the kernel when its holder dies)
    current.json               which version is published; swapped by one atomic rename
    versions/<id>/             immutable: build.duckdb (silver, gold), bronze.duckdb, in-use (shared flock of readers)
    staged.json, staging/      loaded bronze that waits for the next build to publish it
    work/                      private to the writer; whatever is found there belongs to a dead one

Read first: engine.py, then writer.py. May import: what `verity.warehouse` may; DuckDB and pyarrow.

    engine = DuckDBEngine(project, settings)
    engine.read("select 1 as one").table.to_pylist()
    engine.close()
"""
