"""Whether all that a rollup read of the rows before its watermark is as it was, found once for each data version.

First each table is held alone against what it was, which takes a sixth of what joining them takes and is enough where
rows were only appended, to joined tables under keys above all others. Where a joined one differs, the query at hand
reads the tables, and joined rows are compared from the next on. Both run beside the queries, which wait a little for
the outcome, and read the tables until it is known.
"""

from __future__ import annotations

import threading
import time
from dataclasses import dataclass, field

from verity.contracts.rollup import BuiltRollup
from verity.exceptions import DataError
from verity.semantic.rollups.comparing import apart_sql, whole_sql
from verity.semantic.rollups.definition import Definition
from verity.warehouse.engine import Engine

LONGEST = 600.0
"""Seconds that one comparison may take."""
Key = tuple[str, str]
"""A rollup's relation, which never changes, and a data version."""


@dataclass(eq=False)
class _Running:
    """A comparison that is under way, until when queries wait for it, and what came of it (None: nothing)."""

    deadline: float
    done: threading.Event = field(default_factory=threading.Event)
    outcome: bool | None = None


class _Stopped(threading.Event):
    """Set by `close`, and by the end of the program, which waits for no comparison."""

    def is_set(self) -> bool:
        """See `threading.Event`."""
        return super().is_set() or not threading.main_thread().is_alive()


class Comparisons:
    """The comparisons of one engine. Thread-safe; each has a thread while it runs."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._known: dict[Key, bool] = {}
        self._running: dict[Key, _Running] = {}
        self._unlike: set[Key] = set()
        """Those of which a joined table differs: only the joined rows can tell."""
        self._guard = threading.Lock()
        self._cancel = _Stopped()
        self.patience = 1.0
        """Seconds from its beginning that queries wait for one: even that of joined rows takes less than reading
        the tables would (TPC-H at scale 1: 0.2 and 1.2 seconds of processor time, and 1.6)."""

    def unchanged(self, definition: Definition, built: BuiltRollup, version: str) -> bool | None:
        """Whether nothing changed; None where that is not known yet."""
        key = (f"{built.relation[0] or ''}.{built.relation[2]}", version)
        with self._guard:
            known = self._known.get(key)
            if known is not None or self._cancel.is_set():
                return known
            running = self._running.get(key)
            if running is None:
                running = self._running[key] = _Running(time.monotonic() + self.patience)
                work = (key, running, definition, built)
                threading.Thread(target=self._compare, args=work, name="rollup comparison").start()
        running.done.wait(max(0.0, running.deadline - time.monotonic()))
        return running.outcome

    def close(self) -> None:
        """Begin no other, and stop those that are under way."""
        self._cancel.set()

    def _compare(self, key: Key, running: _Running, definition: Definition, built: BuiltRollup) -> None:
        try:
            running.outcome = self._outcome(key, definition, built)
        except DataError:
            running.outcome = None  # a comparison is a means to speed: the query itself tells what is wrong
        finally:
            with self._guard:
                del self._running[key]
                if running.outcome is not None:
                    self._known[key] = running.outcome
            running.done.set()

    def _outcome(self, key: Key, definition: Definition, built: BuiltRollup) -> bool | None:
        _, version = key
        if built.apart and key not in self._unlike:
            alone = self._read(apart_sql(definition, built.watermark, built.bounds), version)
            if alone is None:
                return None
            own, *joined_tables = alone.values()
            if own != built.apart[0]:
                return False  # joined rows could only be alike by chance
            if tuple(joined_tables) == built.apart[1:]:
                return True
            self._unlike.add(key)
            return None  # comparing joined rows takes what reading the tables takes, and both at once take double
        joined = self._read(whole_sql(definition, built.watermark), version)
        return None if joined is None else joined["digest"] == built.digest

    def _read(self, sql: str, version: str) -> dict[str, str] | None:
        """The one row as text; None where a build was published in between."""
        read = self._engine.read(sql, seconds=LONGEST, cancel=self._cancel)
        if read.state.data_version != version:
            return None
        (row,) = read.table.to_pylist()
        return {name: str(value) for name, value in row.items()}
