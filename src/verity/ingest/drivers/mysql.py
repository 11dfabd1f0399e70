"""A MySQL or MariaDB database as a source (extra `databases`): catalogue through PyMySQL, rows through connectorx."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from verity.contracts.dataset import ForeignKey
from verity.data.draft_words import snake_case
from verity.exceptions import MissingExtra, SourceTableMissing, SourceUnreachable
from verity.ingest.database import URL_REMEDY, Address, DatabaseTable
from verity.ingest.drivers.decimals import MOST_DIGITS, decimal_batches

if TYPE_CHECKING:
    import pyarrow as pa

_CONNECT_SECONDS = 10
_BATCH = 50_000
_READ_AS_IS = frozenset({"tinyint", "smallint", "mediumint", "int", "bigint", "double", "date"})
_TEXT = frozenset({"char", "varchar", "tinytext", "text", "mediumtext", "longtext", "enum", "set", "json"})
_BINARY = frozenset({"binary", "varbinary", "tinyblob", "blob", "mediumblob", "longblob"})


class MysqlSource:
    """See `ingest.database.Database`."""

    def __init__(self, url: str, address: Address) -> None:  # noqa: ARG002  # the drivers share one shape
        if find_spec("pymysql") is None or find_spec("connectorx") is None:
            raise MissingExtra("databases", "reading MySQL and MariaDB")
        self._address = address
        self.name = snake_case(address.database)
        self.shown = address.shown
        self.has_secret = bool(address.password)

    def tables(self) -> tuple[DatabaseTable, ...]:
        """See `Database.tables`."""
        with self._connection() as connection:
            names = _rows(
                connection,
                "select table_name from information_schema.tables where table_schema = database() order by 1",
            )
            keys = _rows(
                connection,
                "select table_name, constraint_name, column_name, referenced_table_name, referenced_column_name "
                "from information_schema.key_column_usage where table_schema = database() "
                "and (constraint_name = 'PRIMARY' or referenced_table_schema = database()) "
                "order by table_name, constraint_name, ordinal_position",
            )
        return tuple(_table(str(name), keys) for (name,) in names)

    def read(self, query_table: str) -> pa.RecordBatchReader:
        """See `Database.read`."""
        import pyarrow as pa

        with self._connection() as connection:
            self._exists(connection, query_table)
            columns = _rows(
                connection,
                "select column_name, lower(data_type), numeric_precision, numeric_scale, column_type "
                "from information_schema.columns "
                "where table_schema = database() and table_name = %s order by ordinal_position",
                query_table,
            )
        listed, decimals = [], {}
        for name, kind, precision, scale, full in columns:
            own = _quoted(str(name))
            listed.append(f"{_expression(own, str(kind), str(full))} as {own}")
            if kind == "decimal" and int(precision) <= MOST_DIGITS:
                decimals[str(name)] = (int(precision), int(scale))
            elif kind == "bigint" and "unsigned" in str(full):
                decimals[str(name)] = (20, 0)
        sql = f"select {', '.join(listed)} from {_quoted(query_table)}"  # noqa: S608  # names are quoted
        batches = decimal_batches(self._batches(sql), decimals)
        return pa.RecordBatchReader.from_batches(next(batches), batches)

    def count(self, query_table: str) -> int:
        """See `Database.count`."""
        with self._connection() as connection:
            self._exists(connection, query_table)
            return int(_rows(connection, f"select count(*) from {_quoted(query_table)}")[0][0])  # noqa: S608  # quoted

    def _batches(self, sql: str) -> Iterator[pa.Schema | pa.RecordBatch]:
        import connectorx

        try:
            reader = connectorx.read_sql(self._url(), sql, return_type="arrow_stream", batch_size=_BATCH)
            yield reader.schema
            yield from reader
        except (RuntimeError, OSError, ValueError) as fault:
            raise self._unreachable(fault) from None

    def _url(self) -> str:
        address = self._address
        secret = f":{quote(address.password, safe='')}" if address.password else ""
        user = quote(address.user or "", safe="")
        return f"mysql://{user}{secret}@{address.host}:{address.port or 3306}/{quote(address.database, safe='')}"

    def _exists(self, connection: Any, query_table: str) -> None:  # PyMySQL ships no types
        found = _rows(
            connection,
            "select 1 from information_schema.tables where table_schema = database() and table_name = %s",
            query_table,
        )
        if not found:
            raise SourceTableMissing(
                f"{self.shown}: no table '{query_table}'", remedy="Correct query_table in sources/*.yml."
            )

    @contextmanager
    def _connection(self) -> Iterator[Any]:  # PyMySQL ships no types
        import pymysql

        address = self._address
        try:
            with pymysql.connect(
                host=address.host, port=address.port or 3306, user=address.user or "", password=address.password or "",
                database=address.database, connect_timeout=_CONNECT_SECONDS, charset="utf8mb4",
            ) as connection:  # fmt: skip
                yield connection
        except (pymysql.Error, OSError) as fault:
            raise self._unreachable(fault) from None

    def _unreachable(self, fault: BaseException) -> SourceUnreachable:
        code = fault.args[0] if fault.args and isinstance(fault.args[0], int) else 0
        reason = _REASONS.get(code, f"the server refused (error {code})" if code else "the server does not answer")
        return SourceUnreachable(
            f"{self.shown}: {reason}",
            remedy=URL_REMEDY,
        )


_REASONS = {
    1044: "this user may not use the database",
    1045: "the server refuses this user or password",
    1049: "no such database",
    1142: "this user may not read a table",
    1698: "the server refuses this user or password",
    2003: "no server listens there",
    2005: "no such host",
    2013: "the server went away",
}


def _table(name: str, keys: list[tuple[Any, ...]]) -> DatabaseTable:
    mine = [key[1:] for key in keys if key[0] == name]
    constraints = dict.fromkeys(constraint for constraint, *_ in mine if constraint != "PRIMARY")
    foreign = []
    for constraint in constraints:
        parts = [part for part in mine if part[0] == constraint]
        foreign.append(
            ForeignKey(
                columns=tuple(str(own) for _, own, _, _ in parts), target=snake_case(str(parts[0][2])),
                target_columns=tuple(str(theirs) for *_, theirs in parts),
            )
        )  # fmt: skip
    primary = tuple(str(column) for constraint, column, *_ in mine if constraint == "PRIMARY")
    return DatabaseTable(snake_case(name), name, primary, tuple(foreign))


def _expression(own: str, kind: str, full: str) -> str:
    """What connectorx reads exactly is read as it is; the rest travels as text. A date of zeros is no date: NULL."""
    if kind == "date":
        return f"nullif({own}, '0000-00-00')"
    if kind in ("datetime", "timestamp"):
        return f"cast(nullif({own}, '0000-00-00 00:00:00') as datetime(6))"
    if kind == "bigint" and "unsigned" in full:
        return f"cast({own} as char)"
    if kind == "year":
        return f"cast({own} as signed)"
    if kind == "float":
        return f"cast({own} as double)"
    if kind in _READ_AS_IS or kind in _BINARY:
        return own
    return f"cast({own} as char character set utf8mb4)" if kind not in _TEXT else own


def _rows(connection: Any, sql: str, *values: str) -> list[tuple[Any, ...]]:  # PyMySQL ships no types
    with connection.cursor() as cursor:
        cursor.execute(sql, values or None)
        return list(cursor.fetchall())


def _quoted(name: str) -> str:
    return "`" + name.replace("`", "``") + "`"
