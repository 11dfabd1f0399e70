"""What dbt says beside a definition: descriptions, labels, `config` and `meta`; and whether it is switched off."""

from __future__ import annotations

from typing import Any

from verity.interchange.cursor import Cursor
from verity.interchange.drafting import aliases

OFF = "it is switched off in dbt (enabled: false), so it is left out"
OWN = "it is dbt's own and stays in the dbt project"


def shown(cursor: Cursor, fallback: Cursor | None = None) -> dict[str, Any]:
    """Description, other words and meta; the description of `fallback` where there is none."""
    text = described(cursor)
    if text is None and fallback is not None:
        text = described(fallback)
    label = cursor.text("label")
    if label == cursor.peek("name"):
        label = None  # a manifest names what has no label by its name
    return {"description": text, "aliases": aliases(label), "meta": config(cursor)}


def described(cursor: Cursor) -> str | None:
    """The description, unless it is a doc block, which lies outside of what is read."""
    text = cursor.text("description")
    if text is not None and "{{" in text:
        cursor.lost("it holds a template, which is not run", "Write the text out.", key="description")
        return None
    return text


def unsaid(cursor: Cursor | None, *keys: str) -> None:
    """Mark keys that a manifest writes though they hold nothing."""
    for key in keys:
        if cursor is not None and _empty(cursor.peek(key)):
            cursor.imported(key)


def _empty(value: object) -> bool:
    return all(_empty(part) for part in value.values()) if isinstance(value, dict) else value in (None, False, [])


def is_off(cursor: Cursor) -> bool:
    """Whether `enabled: false` switches it off; everything of it is marked then."""
    block = cursor.block("config")
    if block is None or is_on(block, "enabled"):
        return False
    cursor.approximated(OFF)
    return True


def is_on(cursor: Cursor, key: str) -> bool:
    """A switch, on where it is not said; one that a template sets is taken as on."""
    value = cursor.peek(key)
    if isinstance(value, str) and "{{" in value:
        cursor.approximated("a template, which is not run: taken as true", key=key)
        return True
    return cursor.flag(key) is not False


def config(cursor: Cursor) -> dict[str, Any] | None:
    """What dbt keeps beside: `config.meta` and the rest of it."""
    kept: dict[str, Any] = {}
    block = cursor.block("config")
    if block is not None:
        for key in block.named():
            if key == "meta":
                kept |= meta(block)
            elif key != "enabled":
                kept[key] = block.peek(key)
                block.approximated("kept under meta", key=key)
            else:
                block.imported("enabled")
    kept |= meta(cursor)
    return {"dbt": kept} if kept else None


def meta(cursor: Cursor) -> dict[str, Any]:
    """What people keep under `meta`: whatever they write."""
    found = cursor.block("meta")
    if found is None:
        return {}
    found.imported()
    return dict(found.value)
