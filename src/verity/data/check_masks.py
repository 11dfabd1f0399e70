"""Check masks, hierarchies, calendars and zones of a dictionary, without a database."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Literal
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from verity.data.catalog import Catalog
from verity.data.finding import Finding
from verity.data.members import CatalogTable
from verity.data.tables import own_columns

_TEMPORAL = ("date", "timestamp", "timestamptz")
_Path = tuple[str | int, ...]


def check_masks(catalog: Catalog) -> Iterator[Finding]:
    """A mask fits its column, and is not on what everything hangs on."""
    for table in catalog.usable_tables.values():
        keys = {name for join in table.entry.joins.values() for name in own_columns(join)} | {*table.primary_key}
        for role, access in (table.entry.access or {}).items():
            for name, mask in access.columns_masked.items():
                where = ("access", role, "columns_masked", name)
                column = table.usable.get(name)
                if name in access.columns_hidden:
                    message = f"'{name}' is both hidden and masked for the role '{role}'; it is hidden"
                    yield _told(catalog, table, where, message, "Keep it in one of them.", "warning")
                elif column is not None and mask == "year" and (column.type or "date").split("(")[0] not in _TEMPORAL:
                    message = f"'{name}' is masked to its year, and it is {column.type}"
                    yield _told(catalog, table, where, message, "Use another mask: redact, hash, first_1.")
                elif name in keys or name == table.time_column:
                    message = f"the role '{role}' sees '{name}' masked, and no join, key or time made of it"
                    remedy = "Mask other columns, or accept that such questions are refused."
                    yield _told(catalog, table, where, message, remedy, "warning")


def check_hierarchies(catalog: Catalog) -> Iterator[Finding]:
    """The name of a hierarchy means nothing else, and no level stands in it twice."""
    for table in catalog.usable_tables.values():
        for name, levels in table.entry.hierarchies.items():
            where = ("hierarchies", name)
            if name in table.usable or name in table.joins or name in table.usable_metrics:
                message = f"the hierarchy '{name}' has the name of a column, join or metric, which is meant instead"
                yield _told(catalog, table, where, message, "Give it another name.", code="VRT-214")
            twice = next((level for level in levels if levels.count(level) > 1), None)
            if twice is not None:
                message = f"the level '{twice}' stands in the hierarchy '{name}' twice"
                yield _told(catalog, table, where, message, "Keep it once.", code="VRT-214")


def check_zones(catalog: Catalog) -> Iterator[Finding]:
    """A column's zone is one, and stands on a plain timestamp."""
    for table in catalog.usable_tables.values():
        for name, entry in table.entry.columns.items():
            if entry.timezone is None:
                continue
            where = ("columns", name, "timezone")
            of = table.usable[name].type if name in table.usable else entry.type
            if of not in (None, "timestamp", "datetime"):
                message = f"'{name}' is {of}, which has no wall clock of its own"
                yield _told(catalog, table, where, message, "Remove 'timezone'; it belongs to a plain timestamp.")
            elif not _is_zone(entry.timezone):
                message = f"'{entry.timezone}' is no time zone"
                yield _told(catalog, table, where, message, "Write an IANA name, such as Asia/Manila.")


def _is_zone(name: str) -> bool:
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return False
    return name[:1].isupper()


def _told(
    catalog: Catalog,
    table: CatalogTable,
    path: _Path,
    message: str,
    remedy: str,
    level: Literal["error", "warning"] = "error",
    *,
    code: str = "",
) -> Finding:
    coded = code or ("VRT-218" if path[0] == "access" else "VRT-200")
    member = f"{table.name}.{path[1]}" if path[0] == "columns" else table.name
    place = catalog.dictionary.place(table.name, *path)
    return Finding(code=coded, level=level, place=place, message=message, remedy=remedy, member=member)
