"""Lay one document over another, and find what to lay: how an export keeps what the other tool's form cannot say."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

Json = dict[str, Any]
KINDS = ("columns", "joins", "segments", "metrics")
"""The members of a table's document."""
WHOLE = frozenset({"meta"})
"""Keys whose value is replaced as one: it is other people's, and may hold nulls."""


def as_drafted(document: Mapping[str, Any]) -> Json:
    """A table's document with every entry of it marked as a draft."""
    made: Json = {**document, "draft": True}
    for kind in KINDS:
        if kind in made:
            made[kind] = {name: {**member, "draft": True} for name, member in made[kind].items()}
    return made


def undrafted(document: Mapping[str, Any]) -> Json:
    """A table's document without the marks of a draft."""
    made = {key: value for key, value in document.items() if key != "draft"}
    for kind in KINDS:
        if kind in made:
            made[kind] = {n: {k: v for k, v in m.items() if k != "draft"} for n, m in made[kind].items()}
    return made


def patched(base: Mapping[str, Any], patch: Mapping[str, Any]) -> Json:
    """A document with another laid over it: mappings are merged, None takes a key away, anything else replaces."""
    made = dict(base)
    for key, value in patch.items():
        if value is None:
            made.pop(key, None)
        elif isinstance(value, Mapping) and key not in WHOLE:
            inside = made.get(key)
            made[key] = patched(inside if isinstance(inside, Mapping) else {}, value)
        else:
            made[key] = value
    return made


def difference(base: Mapping[str, Any], target: Mapping[str, Any]) -> Json:
    """The patch that makes `target` of `base`."""
    patch: Json = {key: None for key in base if key not in target}
    for key, value in target.items():
        if key not in base:
            patch[key] = value
        elif isinstance(value, Mapping) and isinstance(base[key], Mapping) and key not in WHOLE:
            inner = difference(base[key], value)
            if inner:
                patch[key] = inner
        elif value != base[key]:
            patch[key] = value
    return patch
