"""Tables that Verity does not load: their data version is not Verity's, so results over them need a declared freshness.

`freshness: {probe: "SELECT max(updated_at) FROM ...", ttl: 10m}`: the probe's value takes the place of the version; a
`ttl` says for how long it, or with no probe the result itself, may be believed.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass

from sqlglot import exp

from verity.data.catalog import Catalog
from verity.data.members import CatalogTable
from verity.data.model import FreshnessEntry
from verity.exceptions import ProbeInvalid
from verity.semantic.relations import read_query
from verity.semantic.rollups.probes import probe_problem, seconds_of
from verity.warehouse.engine import Engine
from verity.warehouse.rollups import HoldsRollups

_VOLATILE = (exp.CurrentDate, exp.CurrentTimestamp, exp.CurrentTime, exp.CurrentDatetime, exp.Rand, exp.Uuid)
"""What a relation that is a SELECT may hold, and no data version settles."""


@dataclass(frozen=True, slots=True)
class Version:
    """What stands for the data version of outside tables: `text` is part of the key; `seconds` bounds its life."""

    text: str = ""
    seconds: float | None = None


class OutsideTables:
    """Versions of tables that Verity does not publish. Thread-safe."""

    def __init__(self, engine: Engine, clock: Callable[[], float] = time.monotonic) -> None:
        self._engine = engine
        self._clock = clock
        self._known: dict[tuple[str, frozenset[tuple[str, str]]], frozenset[tuple[str, str]]] = {}
        self._probed: dict[str, tuple[float, str]] = {}
        self._guard = threading.Lock()

    def version(self, statement: exp.Expr, catalog: Catalog, data_version: str) -> Version | None:
        """The version of every outside table that the statement reads; None where one has no declared freshness, or
        where the statement reads the clock."""
        if any(isinstance(node, _VOLATILE) for node in statement.walk()):
            return None
        read = frozenset((table.text("db"), table.name) for table in statement.find_all(exp.Table))
        outside = self._outside(data_version, read)
        if not outside:
            return Version()
        parts: list[str] = []
        spans: list[float] = []
        for relation in sorted(outside):
            freshness = _freshness_of(catalog, relation)
            if freshness is None or not (freshness.probe or freshness.ttl):
                return None
            ttl = seconds_of(freshness.ttl) if freshness.ttl else None
            if freshness.probe:
                parts.append(self._probe(freshness.probe, ttl))
            elif ttl is not None:
                spans.append(ttl)
        return Version("\n".join(parts), min(spans) if spans else None)

    def _outside(self, data_version: str, read: frozenset[tuple[str, str]]) -> frozenset[tuple[str, str]]:
        if not isinstance(self._engine, HoldsRollups):
            return frozenset()
        key = (data_version, read)
        if key not in self._known:
            if len(self._known) > 1_000:
                self._known.clear()
            self._known[key] = self._engine.rollups.outside(read)
        return self._known[key]

    def _probe(self, sql: str, ttl: float | None) -> str:
        now = self._clock()
        with self._guard:
            known = self._probed.get(sql)
        if known is not None and ttl is not None and now < known[0] + ttl:
            return known[1]
        value = probed(self._engine, sql)
        with self._guard:
            self._probed[sql] = (now, value)
        return value


def probed(engine: Engine, sql: str) -> str:
    """The one value of a probe, as text. Raises `ProbeInvalid`."""
    problem = probe_problem(sql, None)
    if problem is not None:
        raise ProbeInvalid(f"a freshness probe cannot be read: {problem}", remedy="SELECT max(updated_at) FROM ...")
    table = engine.read(sql, row_cap=2).table
    if table.num_rows != 1 or table.num_columns != 1:
        raise ProbeInvalid("a freshness probe gives more than one value", remedy="SELECT max(updated_at) FROM ...")
    return repr(table.column(0)[0].as_py())


def _freshness_of(catalog: Catalog, relation: tuple[str, str]) -> FreshnessEntry | None:
    """The declared freshness of the table that lies there. Every table of that relation must say the same."""
    found = [table.entry.freshness for table in catalog.usable_tables.values() if relation in _relations(table)]
    return found[0] if found and all(one == found[0] for one in found) else None


def _relations(table: CatalogTable) -> set[tuple[str, str]]:
    """Where a table's rows come from: the physical table, or all that its SELECT reads."""
    if table.is_query:
        return {(t.text("db"), t.name) for t in read_query(table.relation).find_all(exp.Table)}
    return {(table.physical.schema_name, table.physical.name)} if table.physical is not None else set()
