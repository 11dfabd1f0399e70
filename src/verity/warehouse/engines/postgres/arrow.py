"""What ADBC returns, in plain Arrow types.

PostgreSQL's numeric comes as text. A declared scale (a column's, or that of a cast) is in its type modifier and makes
`decimal128(p, s)`; without one the scale is the longest seen. Values that are no finite decimal of 38 digits (`NaN`,
`Infinity`, longer ones) leave the column as text.
"""

from __future__ import annotations

from decimal import Decimal

import pyarrow as pa
import pyarrow.compute as pc

_MOST_DIGITS = 38


def plain_table(table: pa.Table) -> pa.Table:
    """The same rows with numeric as decimal, JSON and UUID as text, and without the driver's metadata."""
    columns = [_plain(table.column(place), table.schema.field(place)) for place in range(table.num_columns)]
    fields = [pa.field(name, column.type) for name, column in zip(table.column_names, columns, strict=True)]
    return pa.Table.from_arrays(columns, schema=pa.schema(fields))


def declared_decimal(field: pa.Field) -> pa.DataType | None:
    """The decimal type that the type modifier of a numeric column declares."""
    modifier = int((field.metadata or {}).get(b"POSTGRESQL:typmod", b"-1")) - 4
    if modifier < 0:
        return None
    precision, scale = modifier >> 16 & 0xFFFF, modifier & 0x7FF
    return pa.decimal128(precision, scale) if precision <= _MOST_DIGITS else None


def _plain(column: pa.ChunkedArray, field: pa.Field) -> pa.ChunkedArray:
    kind = field.type
    if isinstance(kind, pa.OpaqueType) and kind.type_name == "numeric":
        return _decimals(_storage(column), declared_decimal(field))
    if isinstance(kind, pa.UuidType):
        return pa.chunked_array([[str(v.as_py()) if v.is_valid else None for v in column]], type=pa.string())
    return _storage(column) if isinstance(kind, pa.BaseExtensionType) else column


def _storage(column: pa.ChunkedArray) -> pa.ChunkedArray:
    chunks = [chunk.storage for chunk in column.chunks]
    return pa.chunked_array(chunks, type=column.type.storage_type)


def _decimals(texts: pa.ChunkedArray, declared: pa.DataType | None) -> pa.ChunkedArray:
    if declared is None:
        scale = max((_scale(text) for text in pc.unique(texts).to_pylist() if text is not None), default=0)
        declared = pa.decimal128(_MOST_DIGITS, min(scale, _MOST_DIGITS))
    try:
        return texts.cast(declared)
    except pa.ArrowInvalid:
        return texts


def _scale(text: str) -> int:
    exponent = Decimal(text).as_tuple().exponent
    return max(0, -exponent) if isinstance(exponent, int) else 0
