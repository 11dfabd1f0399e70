"""What a query is estimated to read: the rows of each table of each scan; a rollup stands for the scan it answers."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

from verity.contracts.rollup import RollupVerdict
from verity.data.catalog import Catalog
from verity.semantic.plan import Plan


def rows_read(plan: Plan, catalog: Catalog, verdicts: Iterable[RollupVerdict]) -> dict[str, int] | None:
    """Rows by table or rollup (`orders`, `rollup orders.monthly`); None where a table's count is not known."""
    used = {v.rollup.partition(".")[0]: v for v in verdicts if v.used and v.rows is not None}
    read: Counter[str] = Counter()
    for scan in plan.scans:
        if scan.root in used:
            read[f"rollup {used[scan.root].rollup}"] += used[scan.root].rows or 0
            continue
        for table in (scan.root, *(join.table for join in scan.joins)):
            count = _rows_of(catalog, table)
            if count is None:
                return None
            read[table] += count
    return dict(read)


def cost_words(read: dict[str, int] | None) -> str:
    """The estimate as one line."""
    if read is None:
        return "Estimated cost: not known, because a table that is read has no count."
    parts = ", ".join(f"{name} {count:,}" for name, count in sorted(read.items(), key=lambda item: -item[1]))
    return f"Estimated cost: {sum(read.values()):,} rows read ({parts})."


def _rows_of(catalog: Catalog, table: str) -> int | None:
    physical = catalog.usable_tables[table].physical
    return None if physical is None else physical.row_count
