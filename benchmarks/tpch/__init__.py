"""TPC-H asked of hand-written SQL and of the compiler, side by side. Read `queries.py` first."""
