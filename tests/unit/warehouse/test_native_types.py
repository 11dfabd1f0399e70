"""Native types and logical types translate both ways without loss."""

from __future__ import annotations

import duckdb
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from verity.warehouse import types

PLAIN = ("boolean", "bigint", "double", "text", "date", "timestamp", "timestamptz", "time", "json", "binary")
logical = st.one_of(
    st.sampled_from(PLAIN),
    st.integers(1, 38).flatmap(lambda p: st.integers(0, p).map(lambda s: f"decimal({p},{s})")),
)


@given(logical)
def test_a_logical_type_survives_each_engine(kind: str) -> None:
    assert types.from_duckdb(types.to_duckdb(kind)) == kind
    assert types.from_postgres(types.to_postgres(kind)) == kind


@given(logical)
def test_duckdb_spells_the_type_as_we_read_it(kind: str) -> None:
    native = duckdb.execute(f"describe select cast(null as {types.to_duckdb(kind)}) as c").fetchall()[0][1]
    assert types.from_duckdb(native) == kind


@pytest.mark.parametrize(
    ("native", "expected"),
    [
        ("TINYINT", "bigint"),
        ("HUGEINT", "decimal(38,0)"),
        ("FLOAT", "double"),
        ("UUID", "text"),
        ("ENUM('a', 'b')", "text"),
        ("TIMESTAMP_NS", "timestamp"),
        ("STRUCT(a INTEGER)", "other(struct(a integer))"),
        ("INTERVAL", "other(interval)"),
    ],
)
def test_duckdb_types_have_a_place(native: str, expected: str) -> None:
    assert types.from_duckdb(native) == expected


@pytest.mark.parametrize(
    ("native", "expected"),
    [
        ("character varying(255)", "text"),
        ("character(3)", "text"),
        ("numeric(12,2)", "decimal(12,2)"),
        ("numeric(12)", "decimal(12,0)"),
        ("numeric", "decimal(38,9)"),
        ("timestamp(3) without time zone", "timestamp"),
        ("timestamp(0) with time zone", "timestamptz"),
        ("time(6) without time zone", "time"),
        ("jsonb", "json"),
        ("uuid", "text"),
        ("integer[]", "other(integer[])"),
        ("interval", "other(interval)"),
    ],
)
def test_postgres_types_have_a_place(native: str, expected: str) -> None:
    assert types.from_postgres(native) == expected


def test_a_name_that_is_no_type_is_refused() -> None:
    for convert in (types.to_duckdb, types.to_postgres):
        with pytest.raises(ValueError, match="money"):
            convert("money")


def test_arrow_types_have_a_place() -> None:
    table = pa.table(
        {
            "decimal(10,3)": pa.array([], pa.decimal128(10, 3)),
            "bigint": pa.array([], pa.uint32()),
            "timestamptz": pa.array([], pa.timestamp("ns", tz="Asia/Manila")),
            "timestamp": pa.array([], pa.timestamp("s")),
            "text": pa.array([], pa.dictionary(pa.int8(), pa.large_string())),
            "json": pa.array([], pa.list_(pa.int8())),
            "other(duration[s])": pa.array([], pa.duration("s")),
        }
    )
    assert [types.from_arrow(field.type) for field in table.schema] == table.column_names
