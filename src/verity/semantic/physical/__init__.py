"""The statement that runs, where an engine answers another one faster: the same rows, whatever the data.

Read `passes.py` first. Each pass is algebra over the finished statement; row counts decide whether it pays, and what it
must know of the data (a key is unique) was seen to hold in the very version that is read. DuckDB only: the one engine
they were measured on. `Compiled.statement` stays as the plan says it: that is shown, recorded and matched by rollups.
May import the rest of `semantic`.

    changed = physical(work, statement)      # in place
"""
