"""Decimals that travel as text and arrive exact."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pyarrow as pa

MOST_DIGITS = 38


def decimal_batches(
    parts: Iterator[pa.Schema | pa.RecordBatch], decimals: Mapping[str, tuple[int, int]]
) -> Iterator[pa.Schema | pa.RecordBatch]:
    """The same schema and batches with the named text columns as decimal128(precision, scale)."""
    import pyarrow as pa

    given = next(parts)
    fields = [
        pa.field(field.name, pa.decimal128(*decimals[field.name])) if field.name in decimals else _plain(field)
        for field in given
    ]
    schema = pa.schema(fields)
    yield schema
    for batch in parts:
        arrays = [
            array if array.type.equals(field.type) else _cast(array, field.type)
            for array, field in zip(batch.columns, schema, strict=True)
        ]
        yield pa.RecordBatch.from_arrays(arrays, schema=schema)


def _cast(array: pa.Array, kind: pa.DataType) -> pa.Array:
    import pyarrow as pa

    if isinstance(array, pa.ExtensionArray):
        array = array.storage
    return array.cast(kind)


def _plain(field: pa.Field) -> pa.Field:
    """A field without vendor metadata, extension types as their storage."""
    import pyarrow as pa

    kind = field.type.storage_type if isinstance(field.type, pa.BaseExtensionType) else field.type
    return pa.field(field.name, kind)
