"""Tables and views of some schemas, with what a swap must know of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from graphlib import TopologicalSorter

import psycopg

from verity.warehouse.engines.postgres.layers import BORROWED, base_of
from verity.warehouse.sql_names import quoted

_RELATIONS = """
    select c.oid, n.nspname, c.relname, c.relkind::text,
        obj_description(c.oid, 'pg_class'),
        case when c.relkind = 'v' then pg_get_viewdef(c.oid) end,
        case when c.relkind = 'v' then c.reloptions end
    from pg_class c join pg_namespace n on n.oid = c.relnamespace
    where n.nspname = any(%s) and c.relkind in ('r', 'v', 'm', 'p') order by c.oid"""
_USES = """
    select distinct r.ev_class, d.refobjid
    from pg_depend d join pg_rewrite r on r.oid = d.objid
    where d.classid = 'pg_rewrite'::regclass and d.refclassid = 'pg_class'::regclass
        and d.refobjid <> r.ev_class and r.ev_class = any(%s)"""
_GRANTS = """
    select n.nspname, c.relname, case when a.grantee = 0 then 'public' else quote_ident(pg_get_userbyid(a.grantee)) end,
        a.privilege_type, a.is_grantable
    from pg_class c join pg_namespace n on n.oid = c.relnamespace, aclexplode(c.relacl) a
    where n.nspname = any(%s) and c.relkind in ('r', 'v', 'm', 'p') and a.grantee <> c.relowner"""


@dataclass(frozen=True)
class Relation:
    """One relation. `definition` and `options` are a view's; names in the definition are qualified."""

    oid: int
    schema: str
    name: str
    kind: str
    comment: str | None
    definition: str | None
    options: tuple[str, ...]

    @property
    def key(self) -> tuple[str, str]:
        """Where it lies or will lie when published."""
        return base_of(self.schema), self.name

    @property
    def is_view(self) -> bool:
        """A plain view; a materialised one moves like a table."""
        return self.kind == "v"

    @property
    def is_borrowed(self) -> bool:
        """A shadow view that stands for a published relation."""
        return self.is_view and self.comment == BORROWED

    @property
    def quoted(self) -> str:
        """Its name for SQL."""
        return quoted(self.schema, self.name)


def relations_in(connection: psycopg.Connection, schemas: Sequence[str]) -> tuple[Relation, ...]:
    """Every table and view, oldest first. The session's search_path must be empty for qualified definitions."""
    rows = connection.execute(_RELATIONS, (list(schemas),)).fetchall()
    return tuple(
        Relation(oid, schema, name, kind, comment, definition, tuple(options or ()))
        for oid, schema, name, kind, comment, definition, options in rows
    )


def in_order_of_use(connection: psycopg.Connection, views: Sequence[Relation]) -> tuple[Relation, ...]:
    """Views so that each comes after those it reads, by their published names."""
    uses = connection.execute(_USES, ([view.oid for view in views],)).fetchall()
    by_key = {view.key: view for view in views}
    names = {
        row[0]: (base_of(row[1]), row[2])
        for row in connection.execute(
            "select c.oid, n.nspname, c.relname from pg_class c join pg_namespace n on n.oid = c.relnamespace "
            "where c.oid = any(%s)",
            (sorted({oid for pair in uses for oid in pair}),),
        )
    }
    graph: dict[tuple[str, str], set[tuple[str, str]]] = {key: set() for key in by_key}
    for user, used in uses:
        if names[used] in by_key and names[used] != names[user]:
            graph[names[user]].add(names[used])
    return tuple(by_key[key] for key in TopologicalSorter(graph).static_order())


def published_definition(view: Relation, schemas: Sequence[str]) -> str:
    """The view's SELECT with shadow schemas replaced by those that they stand for."""
    text = (view.definition or "").rstrip().rstrip(";")
    for shadow in schemas:
        for spelled in (shadow, quoted(shadow)):
            text = text.replace(f"{spelled}.", f"{quoted(base_of(shadow))}.")
    return text


def grants_in(connection: psycopg.Connection, schemas: Sequence[str]) -> dict[tuple[str, str], tuple[str, ...]]:
    """For each relation, the ends of the GRANT statements that give others what they have: `select ... to reader`."""
    found: dict[tuple[str, str], tuple[str, ...]] = {}
    for schema, name, grantee, privilege, grantable in connection.execute(_GRANTS, (list(schemas),)):
        option = " with grant option" if grantable else ""
        sql = f"grant {privilege} on {quoted(schema, name)} to {grantee}{option}"
        found[schema, name] = (*found.get((schema, name), ()), sql)
    return found
