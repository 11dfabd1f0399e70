"""What lands comes back as it was, and introspects alike on every engine."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta, timezone
from decimal import Decimal

import pyarrow as pa
import pytest

from tests.conformance.engines.stands import LOADED_AT, Stand, arrow_scan, table_of
from verity.contracts.dataset import PhysicalColumn
from verity.warehouse.engine import Engine
from verity.warehouse.introspect import sample_values

MANILA = timezone(timedelta(hours=8))
EVERY_TYPE: dict[str, tuple[pa.DataType, list[object]]] = {
    "boolean": (pa.bool_(), [True, False]),
    "bigint": (pa.int64(), [2**63 - 1, -(2**63)]),
    "decimal(38,2)": (pa.decimal128(38, 2), [Decimal("9" * 36 + ".99"), Decimal("-0.01")]),
    "decimal(12,0)": (pa.decimal128(12, 0), [Decimal(123456789012), Decimal(0)]),
    "decimal(38,38)": (pa.decimal128(38, 38), [Decimal("0." + "1" * 38), Decimal("0E-38")]),
    "double": (pa.float64(), [0.1 + 0.2, -1.7976931348623157e308]),
    "text": (pa.string(), ["ñandú 🦤 漢字 ‮rtl ' \" \\ \n\t,;", ""]),
    "date": (pa.date32(), [date(1, 1, 1), date(9999, 12, 31)]),
    "timestamp": (pa.timestamp("us"), [datetime(1, 1, 1, 0, 0, 0, 1), datetime(9999, 12, 31, 23, 59, 59, 999999)]),
    "timestamptz": (
        pa.timestamp("us", tz="UTC"),
        [datetime(2024, 3, 10, 2, 30, tzinfo=UTC), datetime(2024, 3, 10, 2, 30, tzinfo=MANILA)],
    ),
    "time": (pa.time64("us"), [time(0, 0), time(23, 59, 59, 999999)]),
    "binary": (pa.binary(), [b"\x00\xff\n", b""]),
}
METADATA = ["_verity_load_id", "_verity_source", "_verity_loaded_at", "_verity_row_hash"]


def every_type() -> pa.Table:
    columns = [pa.array([*values, None], kind) for kind, values in EVERY_TYPE.values()]
    return pa.Table.from_arrays(columns, names=[f"c {name}" for name in EVERY_TYPE])


def publish(engine: Engine, name: str, table: pa.Table, load_id: str = "l1") -> None:
    with engine.writer() as writer:
        writer.load(name, arrow_scan(table), load_id=load_id, loaded_at=LOADED_AT)
        writer.publish("b1")


def test_every_logical_type_comes_back_as_it_was(stand: Stand, engine: Engine) -> None:
    publish(engine, "types", every_type())
    found = table_of(engine, "bronze.types")
    assert [c.type for c in found.columns] == [*EVERY_TYPE, "text", "text", "timestamptz", "bigint"]
    read = engine.read(stand.sql("select * from {bronze}.types")).table
    for name, (_, values) in EVERY_TYPE.items():
        assert read.column(f"c {name}").to_pylist() == [*values, None], name
    assert read.schema.field("c decimal(38,2)").type == pa.decimal128(38, 2)


def test_rows_carry_where_they_came_from(stand: Stand, engine: Engine) -> None:
    publish(engine, "types", every_type())
    columns = ", ".join(METADATA)
    rows = engine.read(stand.sql(f"select {columns} from {{bronze}}.types")).table.to_pylist()
    assert {(r["_verity_load_id"], r["_verity_source"], r["_verity_loaded_at"]) for r in rows} == {
        ("l1", "memory", LOADED_AT)
    }
    assert len({r["_verity_row_hash"] for r in rows}) == 3


def test_a_row_has_the_same_hash_on_every_engine_and_in_every_load(stand: Stand, engine: Engine) -> None:
    rows = pa.table({"id": [1, 2], "name": ["a,b", None], "amount": [Decimal("1.50"), Decimal("2.00")]})
    publish(engine, "rows", rows)
    read = stand.sql("select _verity_row_hash as h from {bronze}.rows order by id")
    first = engine.read(read).table["h"].to_pylist()
    publish(engine, "rows", rows, load_id="l2")
    assert engine.read(read).table["h"].to_pylist() == first
    assert first == [4570795088836403966, 6141536021048353341]


def test_rows_that_differ_have_different_hashes(stand: Stand, engine: Engine) -> None:
    tricky = [("a", "b"), ("a, b", ""), ("a,b", None), ("", "ab"), (None, "ab"), ("NULL", "ab"), ("'a'", "b")]
    publish(engine, "tricky", pa.table({"x": [t[0] for t in tricky], "y": [t[1] for t in tricky]}))
    read = engine.read(stand.sql("select distinct _verity_row_hash from {bronze}.tricky"))
    assert read.table.num_rows == len(tricky)


def test_odd_arrow_types_land_in_the_nearest_logical_type(stand: Stand, engine: Engine) -> None:
    table = pa.table(
        {
            "small": pa.array([1], pa.int8()),
            "unsigned": pa.array([2**64 - 1], pa.uint64()),
            "single": pa.array([1.5], pa.float32()),
            "nothing": pa.nulls(1),
            "category": pa.array(["x"]).dictionary_encode(),
            "seconds": pa.array([datetime(2024, 1, 1)], pa.timestamp("s")),
            "nested": pa.array([{"a": [1, 2]}]),
            "many": pa.array([["x", "y"]]),
        }
    )
    publish(engine, "odd", table)
    found = table_of(engine, "bronze.odd")
    assert [c.type for c in found.columns if c.name not in METADATA] == [
        "bigint", "decimal(20,0)", "double", "text", "text", "timestamp", "json", "json",
    ]  # fmt: skip
    row = engine.read(stand.sql("select * from {bronze}.odd")).table.to_pylist()[0]
    assert (row["unsigned"], row["nested"], row["many"]) == (2**64 - 1, '{"a":[1,2]}', '["x","y"]')


@pytest.mark.parametrize("name", ["x" * 63, "Ünïcödé ñ", 'with "quotes"', "select", "Mixed Case", "a.b", "100%"])
def test_any_name_is_a_column_and_a_table(stand: Stand, engine: Engine, name: str) -> None:
    publish(engine, name[:40], pa.table({name: [1]}))
    quoted = '"' + name.replace('"', '""') + '"'
    table = '"' + name[:40].replace('"', '""') + '"'
    assert engine.read(stand.sql(f"select {quoted} as it from {{bronze}}.{table}")).table["it"].to_pylist() == [1]
    found = next(t for t in engine.schema().tables if t.name == name[:40])
    assert found.column(name) == PhysicalColumn(name=name, type="bigint", nullable=True)


def test_sums_keep_their_type(stand: Stand, engine: Engine) -> None:
    publish(engine, "money", pa.table({"amount": [Decimal("0.10"), Decimal("0.20")], "n": [1, 2]}))
    read = engine.read(
        stand.sql(
            "select cast(sum(amount) as decimal(38,2)) as s, cast(sum(n) as decimal(38,0)) as n, count(*) as c, "
            "cast(null as decimal(38,4)) as nothing from {bronze}.money"
        )
    ).table
    assert [str(field.type) for field in read.schema] == [
        "decimal128(38, 2)", "decimal128(38, 0)", "int64", "decimal128(38, 4)",
    ]  # fmt: skip
    assert read.to_pylist() == [{"s": Decimal("0.30"), "n": Decimal(3), "c": 2, "nothing": None}]


def test_times_are_told_in_utc_wherever_the_machine_stands(
    stand: Stand, engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TZ", "Asia/Manila")
    monkeypatch.setenv("PGTZ", "Asia/Manila")
    at = datetime(2024, 1, 1, 20, 0, tzinfo=UTC)
    publish(engine, "times", pa.table({"seen": pa.array([at], pa.timestamp("us", tz="America/New_York"))}))
    read = engine.read(stand.sql("select seen, cast(seen as date) as day from {bronze}.times")).table
    assert read.to_pylist() == [{"seen": at, "day": date(2024, 1, 1)}]
    assert str(read.schema.field("seen").type) == "timestamp[us, tz=UTC]"


def test_row_counts_are_exact_for_tables_and_unknown_for_views(stand: Stand, engine: Engine) -> None:
    with engine.writer() as writer:
        writer.load("orders", arrow_scan(pa.table({"n": range(1234)})), load_id="l", loaded_at=LOADED_AT)
        models = {"silver.half": "select n from {bronze}.orders where n < 617", "view:gold.v": "select 1 as one"}
        stand.build(writer, models)
        built = {(t.schema_name, t.name): t.row_count for t in writer.built_schema().tables}
        writer.publish("b")
    published = {(t.schema_name, t.name): t.row_count for t in engine.schema().tables}
    assert published == built == {("bronze", "orders"): 1234, ("silver", "half"): 617, ("gold", "v"): None}


def test_values_of_a_column_are_sampled_commonest_first(stand: Stand, engine: Engine) -> None:
    publish(engine, "orders", pa.table({"status": ["b", "a", "b", None, "c", "a", "b"]}))
    found = sample_values(engine, table_of(engine, "bronze.orders"), "status", limit=2)
    assert [(v.value, v.count) for v in found] == [("b", 3), ("a", 2)]
