"""Kill a writer with SIGKILL at one step after another, and let a fresh process judge what it finds each time.

`python -m tests.conformance.engines.crash_series PROJECT [--url URL] [--every N] [--random N --seed S]`
A step is a file operation of Python (DuckDB) or a statement to the server (PostgreSQL). Prints one JSON line.
Everything is imported once; each writer and each judge is a fork of that process.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import signal
import sys
import threading
import time
import traceback
from collections.abc import Callable
from pathlib import Path

import psycopg

import verity.warehouse.engines.duckdb.engine
import verity.warehouse.engines.postgres.engine  # noqa: F401  # imported before the forks
from tests.conformance.engines.stands import (
    EVERYWHERE,
    ROWS_EVERYWHERE,
    Stand,
    duckdb_stand,
    postgres_stand,
    publish_version,
)

FILE_OPERATIONS = ("os.rename", "os.remove", "os.rmdir", "os.mkdir", "os.link", "os.truncate", "shutil.rmtree")


def main() -> int:
    arguments = _arguments()
    stand = postgres_stand(arguments.project, arguments.url) if arguments.url else duckdb_stand(arguments.project)
    chance = random.Random(arguments.seed)  # noqa: S311  # a seeded series
    if _forked(lambda: _publish(stand, 1)) != 0:
        return 1
    last, step, kills, tally = 1, 0, 0, {"old": 0, "new": 0}
    while True:
        step += arguments.every
        fresh = last + 1
        if arguments.random:
            if kills == arguments.random:
                break
            delay = chance.uniform(0.0, 0.4)
            ended = _forked(lambda: _publish(stand, fresh, after_seconds=delay))  # noqa: B023  # runs before the next turn
        else:
            ended = _forked(lambda: _publish(stand, fresh, at_step=step))  # noqa: B023  # same
        if ended == 0 and not arguments.random:
            break
        if ended not in (0, -signal.SIGKILL):
            return 1
        kills += 1
        judged = _forked(lambda: _judge(stand, last, fresh))  # noqa: B023  # same
        if judged not in (10, 11):
            print(f"after step {step}: what was left is not right", file=sys.stderr)
            return 1
        tally["old" if judged == 10 else "new"] += 1
        if _forked(lambda: _heal(stand, fresh + 1)) != 0:  # noqa: B023  # same
            print(f"after step {step}: the next writer did not heal", file=sys.stderr)
            return 1
        last = fresh + 1
    print(json.dumps({"kills": kills, "seed": arguments.seed, **tally}))
    return 0


def _publish(stand: Stand, version: int, *, at_step: int = 0, after_seconds: float | None = None) -> int:
    if at_step:
        _die_at(at_step, stand)
    if after_seconds is not None:
        threading.Timer(after_seconds, _die).start()
    engine = stand.open()
    publish_version(stand, engine, version, wait_seconds=20)
    engine.close()
    return 0


def _judge(stand: Stand, old: int, new: int) -> int:
    engine = stand.open()
    read = engine.read(stand.sql(EVERYWHERE))
    versions = set(read.table.column("version").to_pylist())
    loads = {table.load_id.rsplit("-", 1)[1] for table in read.state.tables}
    assert len(versions) == 1, f"mixed: {versions}"
    assert read.table.num_rows == ROWS_EVERYWHERE, f"{read.table.num_rows} rows"
    assert loads == {str(*versions)}, f"the state says {loads}, the rows {versions}"
    assert versions <= {old, new}
    return 10 if versions == {old} else 11


def _heal(stand: Stand, version: int) -> int:
    _publish(stand, version)
    assert _judge(stand, version, version) == 10
    if stand.name == "duckdb":
        root = stand.project / ".verity" / "warehouse"
        left = {path.name for path in root.iterdir()} - {"write.lock", "current.json", "versions", "staging", "spill"}
        assert not left, f"left behind: {left}"
        assert len(list((root / "versions").iterdir())) == 1
        assert not list((root / "staging").iterdir())
    return 0


def _die_at(step: int, stand: Stand) -> None:
    left = [step]

    def count() -> None:
        left[0] -= 1
        if left[0] == 0:
            _die()

    if stand.name == "duckdb":
        sys.addaudithook(lambda event, given: count() if _is_file_operation(event, given) else None)
        return
    execute = psycopg.Connection.execute

    def counted(self: psycopg.Connection, *args: object, **named: object) -> object:
        count()
        return execute(self, *args, **named)  # type: ignore[arg-type]  # passed through as given

    psycopg.Connection.execute = counted  # type: ignore[method-assign,assignment]  # this process dies of it


def _is_file_operation(event: str, given: tuple[object, ...]) -> bool:
    return event in FILE_OPERATIONS or (event == "open" and ".verity" in str(given[0]))


def _die() -> None:
    os.kill(os.getpid(), signal.SIGKILL)
    time.sleep(60)


def _forked(work: Callable[[], int]) -> int:
    """What `work` returned in a fork of this process, or minus the signal that ended it."""
    child = os.fork()
    if child == 0:
        code = 1
        try:
            code = work()
        except BaseException:  # noqa: BLE001  # told in full; the fork ends here
            traceback.print_exc()
        finally:
            sys.stderr.flush()
            os._exit(code)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser()
    parser.add_argument("project", type=Path)
    parser.add_argument("--url")
    parser.add_argument("--every", type=int, default=1)
    parser.add_argument("--random", type=int, default=0)
    parser.add_argument("--seed", type=int, default=0)
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
