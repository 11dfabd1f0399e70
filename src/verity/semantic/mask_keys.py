"""Bind the key of a hashed column for one query, as a parameter that no SQL for people shows."""

from __future__ import annotations

from sqlglot import exp

from verity.semantic.dialects import WITHHELD
from verity.semantic.masks import SALT
from verity.semantic.work import Work


def keyed(work: Work, node: exp.Expr, salt: str | None) -> exp.Expr:
    """The expression with its key bound; as it is where nothing in it is hashed."""
    if salt is None:
        return node
    for placeholder in [n for n in node.find_all(exp.Placeholder) if n.name == SALT]:
        bound = work.bind(salt, "text")
        bound.meta[WITHHELD] = True
        placeholder.replace(bound)
    return node
