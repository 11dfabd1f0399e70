"""Native types to logical types and back, for each engine, and Arrow types to logical types.

The logical vocabulary is `contracts.table.LogicalType`. Names go both ways, so that a table loaded on one engine
introspects the same on another. Nothing here touches a database.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

import pyarrow as pa

from verity.contracts.table import LogicalType

_DECIMAL = re.compile(r"^(?:decimal|numeric|number)\s*\(\s*(\d+)\s*(?:,\s*(\d+)\s*)?\)$", re.IGNORECASE)

_DUCKDB: Mapping[str, LogicalType] = {
    "boolean": "boolean",
    "tinyint": "bigint",
    "smallint": "bigint",
    "integer": "bigint",
    "bigint": "bigint",
    "utinyint": "bigint",
    "usmallint": "bigint",
    "uinteger": "bigint",
    "ubigint": "decimal(20,0)",
    "hugeint": "decimal(38,0)",
    "uhugeint": "decimal(38,0)",
    "bignum": "decimal(38,0)",
    "float": "double",
    "double": "double",
    "varchar": "text",
    "uuid": "text",
    "bit": "text",
    '"null"': "text",
    "null": "text",
    "date": "date",
    "timestamp": "timestamp",
    "timestamp_s": "timestamp",
    "timestamp_ms": "timestamp",
    "timestamp_ns": "timestamp",
    "timestamp with time zone": "timestamptz",
    "time": "time",
    "time_ns": "time",
    "json": "json",
    "blob": "binary",
}

_POSTGRES: Mapping[str, LogicalType] = {
    "boolean": "boolean",
    "smallint": "bigint",
    "integer": "bigint",
    "bigint": "bigint",
    "oid": "bigint",
    "real": "double",
    "double precision": "double",
    "numeric": "decimal(38,9)",
    "money": "decimal(19,2)",
    "text": "text",
    "character varying": "text",
    "character": "text",
    "name": "text",
    "uuid": "text",
    "citext": "text",
    "date": "date",
    "timestamp without time zone": "timestamp",
    "timestamp with time zone": "timestamptz",
    "time without time zone": "time",
    "json": "json",
    "jsonb": "json",
    "bytea": "binary",
}

_TO_DUCKDB: Mapping[LogicalType, str] = {
    "boolean": "BOOLEAN",
    "bigint": "BIGINT",
    "double": "DOUBLE",
    "text": "VARCHAR",
    "date": "DATE",
    "timestamp": "TIMESTAMP",
    "timestamptz": "TIMESTAMP WITH TIME ZONE",
    "time": "TIME",
    "json": "JSON",
    "binary": "BLOB",
}

_TO_POSTGRES: Mapping[LogicalType, str] = {
    "boolean": "boolean",
    "bigint": "bigint",
    "double": "double precision",
    "text": "text",
    "date": "date",
    "timestamp": "timestamp without time zone",
    "timestamptz": "timestamp with time zone",
    "time": "time without time zone",
    "json": "json",
    "binary": "bytea",
}


def from_duckdb(native: str) -> LogicalType:
    """The logical type of a DuckDB type name as introspection spells it; `other(...)` where none fits."""
    return _from_native(native, _DUCKDB)


def from_postgres(native: str) -> LogicalType:
    """The logical type of a PostgreSQL type as `format_type` spells it; `numeric` without a scale is decimal(38,9)."""
    plain = re.sub(r"\s*\((?!.*,)\d+\)|\((\d+)\)(?= with)", "", native) if "numeric" not in native else native
    return _from_native(plain, _POSTGRES)


def to_duckdb(logical: LogicalType) -> str:
    """The DuckDB type that holds a logical type. Raises ValueError for a name that is no logical type."""
    return _to_native(logical, _TO_DUCKDB, "DECIMAL")


def to_postgres(logical: LogicalType) -> str:
    """The PostgreSQL type that holds a logical type. Raises ValueError for a name that is no logical type."""
    return _to_native(logical, _TO_POSTGRES, "numeric")


def decimal_parts(logical: LogicalType) -> tuple[int, int] | None:
    """Precision and scale of `decimal(p,s)`, None for any other type."""
    found = _DECIMAL.match(logical.strip())
    return (int(found[1]), int(found[2] or 0)) if found else None


def from_arrow(kind: pa.DataType) -> LogicalType:
    """The logical type of an Arrow type; nested types are `json`, what has no place is `other(...)`."""
    if pa.types.is_dictionary(kind):
        return from_arrow(kind.value_type)
    if pa.types.is_decimal(kind):
        return f"decimal({min(kind.precision, 38)},{kind.scale})"
    if pa.types.is_timestamp(kind):
        return "timestamptz" if kind.tz else "timestamp"
    return next((logical for test, logical in _ARROW if test(kind)), f"other({kind})")


_ARROW = (
    (pa.types.is_boolean, "boolean"),
    (pa.types.is_uint64, "decimal(20,0)"),
    (pa.types.is_integer, "bigint"),
    (pa.types.is_floating, "double"),
    (pa.types.is_string, "text"),
    (pa.types.is_large_string, "text"),
    (pa.types.is_string_view, "text"),
    (pa.types.is_null, "text"),
    (pa.types.is_date, "date"),
    (pa.types.is_time, "time"),
    (pa.types.is_binary, "binary"),
    (pa.types.is_large_binary, "binary"),
    (pa.types.is_fixed_size_binary, "binary"),
    (pa.types.is_nested, "json"),
)


def _from_native(native: str, names: Mapping[str, LogicalType]) -> LogicalType:
    key = " ".join(native.strip().lower().split())
    if key in names:
        return names[key]
    parts = _DECIMAL.match(key)
    if parts:
        return f"decimal({min(int(parts[1]), 38)},{int(parts[2] or 0)})"
    return "text" if key.startswith("enum(") else f"other({key})"


def _to_native(logical: LogicalType, names: Mapping[LogicalType, str], decimal: str) -> str:
    key = logical.strip().lower()
    if key in names:
        return names[key]
    parts = decimal_parts(key)
    if parts is None:
        raise ValueError(f"'{logical}' is not a logical type")
    return f"{decimal}({parts[0]},{parts[1]})"
