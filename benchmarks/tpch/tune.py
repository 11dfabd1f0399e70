"""Time every form of the hand-written SQL, interleaved, and check that all give the same rows.

python -m benchmarks.tpch.tune [QUERY ...] [--runs N] [--save]
"""

from __future__ import annotations

import json
import os
import platform
import statistics
import sys
import time
from datetime import UTC, datetime
from pathlib import Path

import duckdb

from benchmarks.tpch.data import engine
from benchmarks.tpch.forms import HandQuery, hand_queries
from benchmarks.tpch.rows import difference

RESULT = Path(__file__).parents[1] / "results" / "tpch-forms.json"


def main(arguments: list[str]) -> int:
    """Times in milliseconds, the fastest first; exit code 1 where a form's rows differ."""
    runs = int(arguments[arguments.index("--runs") + 1]) if "--runs" in arguments else 5
    named = [word for word in arguments if word.startswith("q")]
    warehouse = engine()
    figures: dict[str, list[dict[str, object]]] = {}
    failed = False
    with warehouse._current() as version, version.connection.cursor() as cursor:
        cursor.execute("use gold")
        for name, query in hand_queries().items():
            if named and name.split("_")[0] not in named and name not in named:
                continue
            figures[name] = _tune(cursor, query, runs)
            failed |= any(figure["difference"] for figure in figures[name])
    warehouse.close()
    if "--save" in arguments:
        machine = f"{platform.machine()}, {os.cpu_count()} cores, DuckDB {duckdb.__version__}"
        document = {"date": datetime.now(UTC).isoformat(timespec="minutes"), "machine": machine, "runs": runs}
        RESULT.write_text(json.dumps({**document, "milliseconds": figures}, indent=1) + "\n")
    return int(failed)


def _tune(cursor: duckdb.DuckDBPyConnection, query: HandQuery, runs: int) -> list[dict[str, object]]:
    rows = {}
    for form in query.forms:
        try:
            rows[form.name] = cursor.execute(form.sql).fetchall()
        except duckdb.Error as fault:
            sys.stdout.write(f"{query.name}.{form.name}: {fault}\n")
    truth = rows[query.any_data.name]
    spent: dict[str, list[float]] = {name: [] for name in rows}
    for _ in range(runs):
        for form in query.forms:
            if form.name in rows:
                began = time.perf_counter()
                cursor.execute(form.sql).fetchall()
                spent[form.name].append((time.perf_counter() - began) * 1000)
    best = sorted((statistics.median(times), name) for name, times in spent.items())
    sys.stdout.write(f"{query.name} ({len(truth)} rows; kept: {query.kept.name})\n")
    figures: list[dict[str, object]] = []
    for median, name in best:
        wrong = difference(rows[name], truth)
        low, high = min(spent[name]), max(spent[name])
        sys.stdout.write(f"    {name:<22} {median:8.1f} ms [{low:.1f} .. {high:.1f}] {wrong}\n")
        figures.append({"form": name, "median": round(median, 2), "low": round(low, 2), "difference": wrong})
    sys.stdout.flush()
    return figures


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
