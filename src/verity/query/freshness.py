"""How fresh an answer is: which version answered, and when the data behind it was loaded."""

from __future__ import annotations

from verity.contracts.base import Json
from verity.contracts.dataset import DataState
from verity.semantic.compiler import Compiled


def freshness_of(state: DataState, compiled: Compiled) -> Json:
    """`data_version`, `published_at`, and `loaded_at`: the oldest load among the tables that were read.

    A table made of others (gold) has no load of its own: then the oldest load of the version is said.
    """
    loads = {table.table: table.loaded_at for table in state.tables}
    read = {relation.rsplit(".", 1)[-1] for relation in _relations(compiled)}
    own = [loads[name] for name in read if name in loads]
    times = own if read and len(own) == len(read) else list(loads.values())
    return {
        "data_version": state.data_version,
        "published_at": state.published_at.isoformat(),
        "loaded_at": min(times).isoformat() if times else None,
    }


def _relations(compiled: Compiled) -> set[str]:
    tables = compiled.work.model.catalog.usable_tables
    names = {scan.root for scan in compiled.work.scans}
    names |= {table for scan in compiled.work.scans for _, table, _ in scan.joined}
    return {tables[name].relation for name in names if name in tables}
