"""The shorthand that people write (a name for a list of one, a text for an entry), made into one shape each.

Every shorthand carries the form it is written in, so that the JSON Schema accepts it too.
"""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator


def as_tuple(value: object) -> object:
    """One name as a tuple of it."""
    return (value,) if isinstance(value, str) else value


def _as_alias_map(value: object) -> object:
    if isinstance(value, str):
        return {"any": (value,)}
    if isinstance(value, dict):
        return {language: as_tuple(words) for language, words in value.items()}
    return {"any": tuple(value)} if isinstance(value, list | tuple) else value


def as_described(value: object) -> object:
    """A bare text is a description; nothing is an entry without one."""
    if value is None:
        return {}
    return {"description": value} if isinstance(value, str) else value


def _as_written(value: object) -> object:
    """A version as it was written: a bare 2.10 stays '2.10'."""
    if isinstance(value, bool):
        return value
    return getattr(value, "text", str(value)) if isinstance(value, int | float) else value


def as_value(value: object) -> object:
    """A number with a fraction as it was written."""
    return getattr(value, "text", str(value)) if isinstance(value, float) else value


Names = Annotated[tuple[str, ...], BeforeValidator(as_tuple, json_schema_input_type=str | tuple[str, ...])]
"""A name or a list of names."""

Aliases = Annotated[
    dict[Literal["any", "en", "es"], tuple[str, ...]],
    BeforeValidator(
        _as_alias_map,
        json_schema_input_type=str | tuple[str, ...] | dict[Literal["any", "en", "es"], str | tuple[str, ...]],
    ),
]
"""A list of words in any language, or `{en: [...], es: [...]}`; kept as a map with the key `any` for the bare list."""

Version = Annotated[str, BeforeValidator(_as_written, json_schema_input_type=str | int | float)]
"""A version as written, `2.1`; quotes are not needed."""


Meta = dict[str, Any]
"""What other tools keep about an entry, by tool: `{cube: {drill_members: [...]}}`. Kept as it is, never executed."""


def as_values(value: object) -> object:
    """A map of values, or a list of bare ones, as a tuple of entries."""
    if isinstance(value, dict):  # {delivered: "Delivered"} or {delivered: {label:, aliases:}}
        return tuple(_value_entry(key, entry) for key, entry in value.items())
    if isinstance(value, list | tuple):
        return tuple(entry if isinstance(entry, dict | BaseModel) else {"value": entry} for entry in value)
    return value


def _value_entry(key: object, entry: object) -> object:
    if entry is None:
        return {"value": key}
    if isinstance(entry, dict):
        return {"value": key, **entry}
    return {"value": key, "label": entry}


def as_scalars(value: object) -> object:
    """One value as a tuple of it."""
    return (value,) if isinstance(value, str | int) else value


def as_freshness(value: object) -> object:
    """A bare age is the greatest one allowed."""
    return {"max_age": value} if isinstance(value, str) else value
