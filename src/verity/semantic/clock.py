"""Time zones of a query: which wall clock its periods and its bare times are read by.

Dates have no zone and are never converted. An instant (`timestamptz`, and a plain `timestamp`, whose wall clock is UTC)
is shown on the query's wall clock only where that is not UTC's. Bounds go the other way, in Python: a bare time of the
query becomes an instant before the SQL is written, so that no row is converted to be compared.
"""

from __future__ import annotations

import difflib
import re
from datetime import UTC, datetime
from functools import lru_cache
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError, available_timezones

from sqlglot import exp

from verity.exceptions import UnknownTimeZone
from verity.semantic.fragments import held
from verity.semantic.types import Type

_UTC = frozenset({"UTC", "Etc/UTC", "Etc/UCT", "UCT", "Zulu", "Etc/Zulu", "Universal", "Etc/Universal"})
_NAME = re.compile(r"^[A-Z][A-Za-z0-9_+\-]*(/[A-Za-z0-9_+\-]+){0,2}$")
"""What an IANA name looks like: no path of a file, no `localtime`, no `posix/...`."""


def zone_of(name: str | None) -> str | None:
    """The zone whose wall clock a query is read by, None for UTC. Raises `UnknownTimeZone`."""
    if name is None or name in _UTC:
        return None
    _zone(name)
    return name


def require_zone(name: str) -> str:
    """The name, where it is a zone's. Raises `UnknownTimeZone`."""
    return zone_of(name) or "UTC"


def on_wall(node: exp.Expr, of: Type, zone: str | None) -> exp.Expr:
    """A time as the wall clock of the zone shows it (None: UTC); dates and plain times in UTC stay as they are."""
    if of == "timestamptz":
        own = _own_zone(node)
        if own is not None and own == (zone or "UTC"):
            return node.this.copy() if isinstance(node, exp.AtTimeZone) else node
        return _at(node, zone or "UTC")
    if of == "timestamp" and zone is not None:
        return _at(_at(node, "UTC"), zone)
    return node


def instant(wall: datetime, zone: str | None) -> datetime | None:
    """The one instant in UTC (aware) at which the zone's clock shows a bare time; None where there is none or two.

    There is none in the hour that a clock leaves out in spring, and two in the one that it repeats in autumn.
    """
    if zone is None:
        return wall.replace(tzinfo=UTC)
    first, second = (wall.replace(tzinfo=_zone(zone), fold=fold).astimezone(UTC) for fold in (0, 1))
    return first if first == second else None


@lru_cache(maxsize=600)
def _zone(name: str) -> ZoneInfo:
    if _NAME.match(name) and name not in ("Factory",):
        try:
            return ZoneInfo(name)
        except (ZoneInfoNotFoundError, ValueError, OSError):
            pass
    known = {zone.casefold(): zone for zone in available_timezones()}
    last = {zone.rpartition("/")[2].casefold(): zone for zone in sorted(known.values())}
    folded = name.casefold().strip().replace(" ", "_")
    near = [known.get(folded) or last.get(folded) or ""]
    if not near[0]:
        near = [known[word] for word in difflib.get_close_matches(folded, list(known), n=1, cutoff=0.6)]
    raise UnknownTimeZone(name, near[0] if near else "")


def _own_zone(node: exp.Expr) -> str | None:
    """The zone that a column declares for its plain wall clock, as `Binder` writes it."""
    return node.args["zone"].name if isinstance(node, exp.AtTimeZone) else None


def _at(node: exp.Expr, zone: str) -> exp.Expr:
    return exp.AtTimeZone(this=held(node), zone=exp.Literal.string(zone))
