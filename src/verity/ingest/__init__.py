"""Sources into bronze: files and databases are opened, profiled, described in `sources/*.yml` and synced.

Promises: every table of a sync lands or none does, with as many rows as its source has; secrets stand in the
environment, never in files or messages; profiles are measured over every row, never sampled.
Read first: `origin.py` (what can be a source), then `profile.py` and `sync.py`.
May import: contracts, exceptions, `verity.data`, `verity.warehouse`, duckdb, pyarrow and the database drivers (lazily).

    from verity.ingest.origin import open_origin
    from verity.ingest.profile import profile

    profiled = profile(open_origin("../exports", base=Path.cwd()))
"""
