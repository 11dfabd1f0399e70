"""The command line: each command parses, asks the workbench, and prints. Nothing is decided here.

Promises: exit codes 0 ok, 1 failed, 2 bad usage, 3 refused or needs clarification, 130 on Ctrl-C; `--project` and
`--format` before or after the command; no traceback, ever; `verity --help` loads no vendor.
Read first: `main.py`, then `ask.py`. May import: `verity.bootstrap` (inside functions), contracts, exceptions, charts.

    verity ask "revenue by month in 2025" --format json
"""
