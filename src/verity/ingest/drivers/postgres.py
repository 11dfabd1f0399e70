"""A PostgreSQL database as a source: the catalogue through psycopg, rows through ADBC (extra `postgres`)."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any

from verity.contracts.dataset import ForeignKey
from verity.data.draft_words import snake_case
from verity.exceptions import MissingExtra, SourceTableMissing, SourceUnreachable
from verity.ingest.database import URL_REMEDY, Address, DatabaseTable
from verity.ingest.drivers.decimals import MOST_DIGITS, decimal_batches
from verity.warehouse.sql_names import quoted

if TYPE_CHECKING:
    import psycopg
    import pyarrow as pa

_CONNECT_SECONDS = 10
_DEFAULT = "public"
_READ_AS_IS = frozenset(
    {"int2", "int4", "int8", "float4", "float8", "bool", "text", "varchar", "bpchar", "date", "time"}
    | {"timestamp", "timestamptz", "bytea"}
)
_TABLES = """
select n.nspname, c.relname, c.oid
from pg_class c join pg_namespace n on n.oid = c.relnamespace
where c.relkind in ('r', 'p', 'v', 'm', 'f') and not c.relispartition
  and n.nspname not in ('pg_catalog', 'information_schema') and n.nspname not like 'pg\\_%'
  and has_schema_privilege(n.oid, 'USAGE') and has_table_privilege(c.oid, 'SELECT')
  and not exists (select 1 from pg_depend d where d.objid = c.oid and d.deptype = 'e')
order by 1, 2
"""
_KEYS = """
select k.conrelid, k.contype, tn.nspname, t.relname,
  (select array_agg(a.attname::text order by u.place) from unnest(k.conkey) with ordinality u(num, place)
     join pg_attribute a on a.attrelid = k.conrelid and a.attnum = u.num),
  (select array_agg(a.attname::text order by u.place) from unnest(k.confkey) with ordinality u(num, place)
     join pg_attribute a on a.attrelid = k.confrelid and a.attnum = u.num)
from pg_constraint k left join pg_class t on t.oid = k.confrelid left join pg_namespace tn on tn.oid = t.relnamespace
where k.contype in ('p', 'f') order by k.conrelid, k.conname
"""
_COLUMNS = """
select a.attname::text, t.typname::text, a.atttypmod
from pg_attribute a join pg_type t on t.oid = a.atttypid
where a.attrelid = %s and a.attnum > 0 and not a.attisdropped order by a.attnum
"""


@dataclass(frozen=True)
class _Column:
    name: str
    expression: str
    decimal: tuple[int, int] | None = None


class PostgresSource:
    """See `ingest.database.Database`."""

    def __init__(self, url: str, address: Address) -> None:
        if find_spec("psycopg") is None or find_spec("adbc_driver_postgresql") is None:
            raise MissingExtra("postgres", "reading PostgreSQL")
        self._url = re.sub(r"^postgres(ql)?(\+\w+)?://", "postgresql://", url)
        self.name = snake_case(address.database)
        self.shown = address.shown
        self.has_secret = address.password is not None

    def tables(self) -> tuple[DatabaseTable, ...]:
        """See `Database.tables`."""
        with self._connection() as connection:
            tables = connection.execute(_TABLES).fetchall()
            keys = connection.execute(_KEYS).fetchall()
        primary = {oid: tuple(columns) for oid, kind, _, _, columns, _ in keys if kind in ("p", b"p")}
        foreign: dict[int, list[ForeignKey]] = {}
        for oid, kind, schema, target, own, theirs in keys:
            if kind in ("f", b"f"):
                name = _name(schema, target)
                foreign.setdefault(oid, []).append(
                    ForeignKey(columns=tuple(own), target=name, target_columns=tuple(theirs))
                )
        return tuple(
            DatabaseTable(
                _name(schema, table), table if schema == _DEFAULT else f"{schema}.{table}",
                primary.get(oid, ()), tuple(foreign.get(oid, ())),
            )
            for schema, table, oid in tables
        )  # fmt: skip

    def read(self, query_table: str) -> pa.RecordBatchReader:
        """See `Database.read`."""
        import pyarrow as pa

        with self._connection() as connection:
            oid = self._oid(connection, query_table)
            columns = [_column(connection, query_table, *row) for row in connection.execute(_COLUMNS, (oid,))]
        listed = ", ".join(f"{column.expression} as {quoted(column.name)}" for column in columns)
        sql = f"select {listed} from {_relation(query_table)}"  # noqa: S608  # names are quoted
        decimals = {column.name: column.decimal for column in columns if column.decimal is not None}
        batches = decimal_batches(self._batches(sql), decimals)
        return pa.RecordBatchReader.from_batches(next(batches), batches)

    def count(self, query_table: str) -> int:
        """See `Database.count`."""
        with self._connection() as connection:
            self._oid(connection, query_table)
            found = connection.execute(f"select count(*) from {_relation(query_table)}".encode()).fetchone()  # noqa: S608  # quoted
        return int(found[0]) if found else 0

    def _batches(self, sql: str) -> Iterator[pa.Schema | pa.RecordBatch]:
        """The schema, then the batches, on a connection that lives as long as they are read."""
        from adbc_driver_postgresql import dbapi

        with self._translated(), dbapi.connect(self._url, autocommit=True) as connection, connection.cursor() as cursor:
            cursor.execute("set timezone = 'UTC'")
            cursor.execute(sql)
            reader = cursor.fetch_record_batch()
            yield reader.schema
            yield from reader

    def _oid(self, connection: psycopg.Connection[Any], query_table: str) -> int:
        row = connection.execute(b"select to_regclass(%s)::oid", (_relation(query_table),)).fetchone()
        if row is None or row[0] is None:
            raise SourceTableMissing(
                f"{self.shown}: no table '{query_table}'", remedy="Correct query_table in sources/*.yml."
            )
        return int(row[0])

    @contextmanager
    def _connection(self) -> Iterator[psycopg.Connection[Any]]:
        import psycopg

        with (
            self._translated(),
            psycopg.connect(self._url, autocommit=True, connect_timeout=_CONNECT_SECONDS) as connection,
        ):
            connection.execute("set default_transaction_read_only = on")
            yield connection

    @contextmanager
    def _translated(self) -> Iterator[None]:
        """Vendor errors in our words; the drivers' own texts may repeat the URL and are left out."""
        import adbc_driver_manager
        import psycopg

        try:
            yield
        except (psycopg.Error, adbc_driver_manager.Error, OSError) as fault:
            raise SourceUnreachable(f"{self.shown}: {_reason(fault)}", remedy=URL_REMEDY) from None


def _reason(fault: BaseException) -> str:
    low = str(fault).lower()
    for sign, reason in _REASONS:
        if sign in low:
            return reason
    state = getattr(fault, "sqlstate", None)
    return f"the server refused (SQLSTATE {state})" if state else "the server does not answer"


_REASONS = (
    ("password", "the server refuses this user or password"),
    ("authentication", "the server refuses this user or password"),
    ("pg_hba", "the server refuses this user or password"),
    ("role", "the server refuses this user or password"),
    ("does not exist", "no such database"),
    ("permission denied", "this user may not read it"),
    ("timeout", "the server does not answer in time"),
    ("timed out", "the server does not answer in time"),
    ("refused", "no server listens there"),
    ("could not translate", "no such host"),
    ("name or service", "no such host"),
    ("resolve", "no such host"),
)


def _column(connection: psycopg.Connection[Any], query_table: str, name: str, kind: str, modifier: int) -> _Column:
    """How a column is read: as it is, as text that becomes a decimal, or as text."""
    own = quoted(name)
    if kind in _READ_AS_IS:
        return _Column(name, own)
    if kind == "numeric" and modifier >= 4:
        precision, scale = ((modifier - 4) >> 16) & 0xFFFF, (modifier - 4) & 0x7FF
        return _Column(name, f"{own}::text", (precision, scale) if 0 <= scale <= precision <= MOST_DIGITS else None)
    if kind == "numeric":
        return _Column(name, f"{own}::text", _digits(connection, query_table, own))
    if kind == "money":
        return _Column(name, f"{own}::numeric::text", (19, 2))
    if kind in ("json", "jsonb"):
        return _Column(name, f"{own}::text")
    if kind.startswith("_"):  # an array
        return _Column(name, f"to_json({own})::text")
    return _Column(name, f"{own}::text")


def _digits(connection: psycopg.Connection[Any], query_table: str, own: str) -> tuple[int, int] | None:
    """Precision and scale that hold every value of a numeric without limits; None where 38 digits do not."""
    finite = f"{own}::text not in ('NaN', 'Infinity', '-Infinity')"
    sql = (
        f"select coalesce(max(scale({own})), 0), coalesce(max(length(trunc(abs({own}))::text)), 1), "  # noqa: S608  # quoted
        f"coalesce(bool_and({finite}), true) from {_relation(query_table)} where {own} is not null"
    )
    scale, whole, all_finite = connection.execute(sql.encode()).fetchone() or (0, 1, True)
    return (MOST_DIGITS, scale) if all_finite and scale + whole <= MOST_DIGITS else None


def _name(schema: str, table: str) -> str:
    return snake_case(table if schema == _DEFAULT else f"{schema} {table}")


def _relation(query_table: str) -> str:
    schema, _, table = query_table.rpartition(".")
    return quoted(schema or _DEFAULT, table)
