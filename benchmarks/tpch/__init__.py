"""TPC-H, asked of hand-written SQL and of the compiler, side by side. Start with `queries.py`; `README.md` tells more."""
