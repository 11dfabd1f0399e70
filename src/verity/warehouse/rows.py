"""Rows of a running statement, up to a cap."""

from __future__ import annotations

import pyarrow as pa


def take_rows(reader: pa.RecordBatchReader, row_cap: int | None) -> tuple[pa.Table, bool]:
    """The rows as one table, and whether more existed than the cap allows. Stops reading once the cap is passed."""
    batches: list[pa.RecordBatch] = []
    rows = 0
    for batch in reader:
        batches.append(batch)
        rows += batch.num_rows
        if row_cap is not None and rows > row_cap:
            break
    table = pa.Table.from_batches(batches, schema=reader.schema)
    truncated = row_cap is not None and rows > row_cap
    return (table.slice(0, row_cap) if truncated else table), truncated
