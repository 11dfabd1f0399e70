"""Ask one warehouse again and again until a file appears, and count what was wrong with the answers.

`python -m tests.conformance.engines.asking PROJECT STOP_FILE [--url URL]` prints one JSON line.
"""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path

from tests.conformance.engines.stands import EVERYWHERE, ROWS_EVERYWHERE, duckdb_stand, postgres_stand
from verity.exceptions import VerityError


def main() -> int:
    parser = argparse.ArgumentParser()
    parser.add_argument("project", type=Path)
    parser.add_argument("stop", type=Path)
    parser.add_argument("--url")
    given = parser.parse_args()
    stand = postgres_stand(given.project, given.url) if given.url else duckdb_stand(given.project)
    engine = stand.open()
    seen: set[int] = set()
    tally = {"asked": 0, "mixed": 0, "empty": 0, "mislabelled": 0}
    errors: list[str] = []
    print("asking", flush=True)
    while not given.stop.exists():
        tally["asked"] += 1
        try:
            read = engine.read(stand.sql(EVERYWHERE))
            if tally["asked"] % 20 == 0:
                engine.schema()
        except VerityError as fault:
            errors.append(str(fault))
            continue
        versions = set(read.table.column("version").to_pylist())
        loads = {table.load_id.rsplit("-", 1)[1] for table in read.state.tables}
        tally["empty"] += read.table.num_rows != ROWS_EVERYWHERE
        tally["mixed"] += len(versions) != 1
        tally["mislabelled"] += loads != {str(version) for version in versions}
        seen |= versions
    print(json.dumps({**tally, "versions": len(seen), "errors": errors[:3]}))
    engine.close()
    return 0


if __name__ == "__main__":
    sys.exit(main())
