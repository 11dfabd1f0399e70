"""The TPC-H data, made once under .cache/tpch and published as one immutable warehouse version.

`tpchgen-cli` writes Parquet in an environment of its own; the tables are copied as they are into the schema `gold`.
One table is added, because TPC-H has no balance over time: `account_day`, a tenth of the suppliers' balances on every
working day but two in a hundred, made by arithmetic from the keys alone.

    python -m benchmarks.tpch.data [SCALE] [--edge]
"""

from __future__ import annotations

import shutil
import subprocess
import sys
import venv
from pathlib import Path

import duckdb

from benchmarks.tpch.small import make_tables
from verity.warehouse.engines.duckdb.engine import DuckDBEngine
from verity.warehouse.settings import Settings

CACHE = Path(__file__).parents[2] / ".cache" / "tpch"
GENERATOR = "tpchgen-cli==4.0.0"
TABLES = ("region", "nation", "supplier", "customer", "part", "partsupp", "orders", "lineitem")
FORM = 1
"""Goes up when the tables change, so that an old copy is made anew."""

ACCOUNT_DAY = """
create table gold.account_day as
select s_suppkey as a_suppkey, day::date as a_date,
    (((s_suppkey * 7919 + epoch_ms(day) // 86400000 * 104729) * 31 % 2000003 - 500000) / 100)
        ::decimal(15, 2) as a_balance
from gold.supplier, generate_series(timestamp '1992-01-01', timestamp '1998-12-31', interval 1 day) as days(day)
where s_suppkey % 10 = 0 and isodow(day) < 6 and (s_suppkey * 31 + epoch_ms(day) // 86400000 * 17) % 50 <> 0
order by a_date, a_suppkey
"""

# What real tables hold and TPC-H does not: foreign keys that are NULL, orders without lines, nations without suppliers.
EDGES = (
    "update gold.orders set o_custkey = null where o_orderkey % 13 = 0",
    "delete from gold.lineitem where l_orderkey % 5 = 0",
    "update gold.lineitem set l_suppkey = null where (l_orderkey + l_linenumber) % 17 = 0",
    "update gold.lineitem set l_shipdate = null where (l_orderkey + l_linenumber) % 29 = 0",
    "delete from gold.lineitem where l_shipdate between '1994-04-01' and '1994-06-30'",
    "update gold.customer set c_nationkey = null where c_custkey % 11 = 0",
    "update gold.customer set c_mktsegment = null where c_custkey % 19 = 0",
    "delete from gold.supplier where s_nationkey in (3, 8)",
    "delete from gold.customer where c_nationkey in (5, 8)",
    "update gold.supplier set s_acctbal = null where s_suppkey % 23 = 0",
    "delete from gold.partsupp where ps_partkey % 10 = 0",
    "delete from gold.account_day where a_date between '1995-03-01' and '1995-03-31'",
)


def project(scale: float = 1, *, edge: bool = False, seed: int = 0) -> Path:
    """The folder whose warehouse holds TPC-H of this scale, made where it is not there yet. Scale 0: `small.py`'s."""
    place = CACHE / f"{'edge' if edge else 'sf'}{scale:g}{f'-{seed}' if not scale else ''}"
    if not (place / f"ready-{FORM}").is_file():
        _make(place, parquet(scale) if scale else None, seed, edge=edge)
        (place / f"ready-{FORM}").touch()
    return place


def parquet(scale: float) -> Path:
    """The folder of the generated Parquet files."""
    folder = CACHE / f"parquet{scale:g}"
    if not (folder / "ready").is_file():
        subprocess.run([_generator(), "parquet", "-s", f"{scale:g}", "-o", folder, "--overwrite"], check=True)
        (folder / "ready").touch()
    return folder


def engine(scale: float = 1, *, edge: bool = False, threads: int | None = None, seed: int = 0) -> DuckDBEngine:
    """The warehouse as queries see it: read-only and locked down."""
    settings = Settings(threads=threads)
    return DuckDBEngine(project(scale, edge=edge, seed=seed), settings)


def empty_database() -> Path:
    """A database of the same name with the same tables and no rows: what another tool may open, even to write."""
    place = CACHE / f"empty-{FORM}" / "build.duckdb"
    if not place.is_file():
        place.parent.mkdir(parents=True, exist_ok=True)
        with duckdb.connect(str(place)) as connection:
            _tables(connection, None, 0, edge=False)
            for (table,) in connection.execute("select table_name from duckdb_tables()").fetchall():
                connection.execute(f"delete from gold.{table}")
    return place


def _generator() -> Path:
    place = CACHE / "env"
    program = place / "bin" / "tpchgen-cli"
    if not program.is_file():
        venv.create(place, with_pip=True)
        pip = [place / "bin" / "python", "-m", "pip", "--disable-pip-version-check", "-q", "install"]
        subprocess.run([*pip, GENERATOR], check=True)
    return program


def _make(place: Path, files: Path | None, seed: int, *, edge: bool) -> None:
    shutil.rmtree(place, ignore_errors=True)
    place.mkdir(parents=True)
    warehouse = DuckDBEngine(place, Settings())
    with warehouse.writer() as writer:
        target = writer.build_target()
        with duckdb.connect(str(target.path)) as connection:
            _tables(connection, files, seed, edge=edge)
        writer.publish(f"tpch-{FORM}")
    warehouse.close()


def _tables(connection: duckdb.DuckDBPyConnection, files: Path | None, seed: int, *, edge: bool) -> None:
    connection.execute("create schema gold")
    if files is None:
        make_tables(connection, seed)
    else:
        for table in TABLES:
            connection.execute(f"create table gold.{table} as from '{files / table}.parquet'")
    connection.execute(ACCOUNT_DAY)
    for statement in EDGES if edge else ():
        connection.execute(statement)


if __name__ == "__main__":
    numbers = [float(word) for word in sys.argv[1:] if not word.startswith("-")]
    sys.stdout.write(f"{project(*numbers, edge='--edge' in sys.argv)}\n")
