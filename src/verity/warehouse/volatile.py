"""Views that say something else each time: one that reads the clock or rolls dice has no data version."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

Relation = tuple[str, str]
_VOLATILE = re.compile(
    r"\b(current_date|current_time|current_timestamp|localtime|localtimestamp|current_user|session_user)\b"
    r"|\b(now|today|get_current_time|get_current_timestamp|transaction_timestamp|statement_timestamp|clock_timestamp"
    r"|timeofday|age|random|uuid|uuidv4|uuidv7|gen_random_uuid|nextval|current_setting|getvariable)\s*\(",
    re.IGNORECASE,
)


def is_volatile(sql: str) -> bool:
    """True where the text names a function whose value is not the data's; too careful rather than too little."""
    return _VOLATILE.search(sql) is not None


def volatile_among(relations: Iterable[Relation], views: Mapping[Relation, str]) -> frozenset[Relation]:
    """Those of the relations that are views which, themselves or through views that they name, are volatile."""
    return frozenset(relation for relation in relations if _is_volatile_view(relation, views))


def _is_volatile_view(relation: Relation, views: Mapping[Relation, str]) -> bool:
    seen: set[Relation] = set()
    waiting = [relation]
    while waiting:
        name = waiting.pop()
        sql = views.get(name)
        if sql is None or name in seen:
            continue
        seen.add(name)
        if is_volatile(sql):
            return True
        waiting += [other for other in views if other not in seen and other[1] in sql]
    return False
