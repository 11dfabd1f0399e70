"""The schemas of a warehouse database and Verity's own tables in it."""

from __future__ import annotations

import psycopg

from verity.warehouse.sql_names import quoted

SUFFIX = "__next"
"""What a schema's shadow is called: models are built in `gold__next` and swapped into `gold`."""
LANDING = "bronze__load"
"""Where rows land before they are kept; whatever is found there at the start belongs to a dead writer."""
LAYERS = ("bronze", "silver", "gold", "platinum")
BORROWED = "verity: stands for the published table of this name"
"""The comment of a shadow view that stands for a published relation which the build does not replace."""
WRITE_LOCK = 0x5645_5249_5459
"""The advisory lock of the database's one writer."""

_OURS = """
create schema if not exists verity;
create table if not exists verity.data_version (
    only_one boolean primary key default true check (only_one),
    sequence bigint not null, build_id text not null, data_version text not null,
    published_at timestamptz not null, tables text not null);
create table if not exists verity.staged_table (
    name text primary key, dropped boolean not null, load_id text, loaded_at timestamptz, rows bigint);
create table if not exists verity.published_relation (
    schema_name text, name text, row_count bigint, primary key (schema_name, name));
"""


def prepare_database(connection: psycopg.Connection) -> None:
    """Make what is missing; cheap when nothing is. Removes what a dead writer left half loaded."""
    connection.execute(_OURS)
    for layer in LAYERS:
        connection.execute(f"create schema if not exists {quoted(layer)}".encode())
    connection.execute(f"drop schema if exists {quoted(LANDING)} cascade".encode())
    connection.execute(f"create schema {quoted(LANDING)}".encode())
    connection.execute(f"create schema if not exists {quoted('bronze' + SUFFIX)}".encode())


def shadow_schemas(connection: psycopg.Connection) -> tuple[str, ...]:
    """Every schema with the shadow suffix."""
    rows = connection.execute(
        "select nspname from pg_namespace where right(nspname, %s) = %s order by 1", (len(SUFFIX), SUFFIX)
    )
    return tuple(row[0] for row in rows)


def base_of(shadow: str) -> str:
    """`gold__next` -> `gold`."""
    return shadow.removesuffix(SUFFIX)


def published_schemas(connection: psycopg.Connection) -> tuple[str, ...]:
    """The schemas that hold published relations, and the standard ones."""
    rows = connection.execute("select distinct schema_name from verity.published_relation")
    return tuple(sorted({*LAYERS, *(row[0] for row in rows)}))
