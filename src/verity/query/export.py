"""A typed result as a file: CSV, Arrow or Parquet."""

from __future__ import annotations

import io

import pyarrow as pa

from verity.exceptions import QueryInvalid

FORMATS = ("csv", "arrow", "parquet")


def exported(table: pa.Table, format_: str) -> bytes:
    """The table's bytes: `csv` (UTF-8, a header, decimals in full), `arrow` (an IPC file) or `parquet`."""
    if format_ == "csv":
        return _csv(table)
    sink = io.BytesIO()
    if format_ == "arrow":
        with pa.ipc.new_file(sink, table.schema) as writer:
            writer.write_table(table)
        return sink.getvalue()
    if format_ == "parquet":
        import pyarrow.parquet as parquet  # 30 ms that only this format needs

        parquet.write_table(table, sink)
        return sink.getvalue()
    raise QueryInvalid(f"'{format_}' is no format to export to", remedy=f"Use one of {', '.join(FORMATS)}.")


def _csv(table: pa.Table) -> bytes:
    import pyarrow.csv as csv

    sink = io.BytesIO()
    csv.write_csv(table, sink, csv.WriteOptions(quoting_style="needed"))
    return sink.getvalue()
