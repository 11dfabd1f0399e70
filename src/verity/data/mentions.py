"""The names that an expression mentions, found by its words alone: no parser, so never too few.

Only used to decide what a principal may not see, where one name too many is the safe side. Meaning is found by
`verity.semantic`, which parses.
"""

from __future__ import annotations

import re
from functools import lru_cache

_TOKENS = re.compile(
    r"'(?:[^']|'')*'"  # text
    r"|--[^\n]*|/\*.*?\*/"  # comments
    r'|(?P<chain>(?:"(?:[^"]|"")*"|[^\W\d]\w*)(?:\s*\.\s*(?:"(?:[^"]|"")*"|\w+))*)',
    re.DOTALL,
)
_PART = re.compile(r'"(?:[^"]|"")*"|\w+')
_BRACES = re.compile(r"\{([^{}]*)\}")


@lru_cache(maxsize=50_000)
def mentions(sql: str) -> frozenset[tuple[str, ...]]:
    """Every name in the expression, split at its dots and without quotes: `("customer", "region")`, `("amount",)`.

    Keywords and functions are among them; text and comments are not.
    """
    found = set()
    for match in _TOKENS.finditer(sql):
        if match["chain"]:
            found.add(tuple(_unquoted(part) for part in _PART.findall(match["chain"])))
    return frozenset(found)


def metric_names(sql: str) -> tuple[str, ...]:
    """The metric names in braces of a derived metric, in order, each once."""
    return tuple(dict.fromkeys(name.strip() for name in _BRACES.findall(sql)))


def _unquoted(part: str) -> str:
    return part[1:-1].replace('""', '"') if part.startswith('"') else part
