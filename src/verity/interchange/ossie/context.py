"""What Ossie says beside the model: context for AI, and the extensions of vendors, Verity's own among them."""

from __future__ import annotations

import json
from typing import Any

from verity.exceptions import ForeignForm
from verity.interchange.cursor import Cursor

VENDOR = "VERITY"


def context(cursor: Cursor) -> tuple[list[str] | None, list[str]]:
    """Synonyms as other words; instructions and examples as notes."""
    found = cursor.at("ai_context")
    if found is None:
        return None, []
    if isinstance(found.value, str):
        found.approximated("context as one text is kept as a note")
        return None, [found.value]
    if not isinstance(found.value, dict):
        raise found.wrong("text, or a mapping")
    words = list(found.names("synonyms")) or None
    notes = []
    if "instructions" in found:
        notes.append(found.text("instructions") or "")
    examples = found.names("examples")
    if examples:
        notes.append(f"Sample questions: {' | '.join(examples)}")
        found.approximated("sample questions are kept as a note", key="examples")
    return words, notes


def foreign(cursor: Cursor, patch: dict[str, Any] | None) -> list[dict[str, Any]]:
    """What other vendors say, to be kept; Verity's own goes into `patch`."""
    kept = []
    for extension in cursor.blocks("custom_extensions"):
        vendor, data = extension.text("vendor_name"), extension.text("data")
        if vendor != VENDOR:
            kept.append({"vendor_name": vendor, "data": data})
        elif patch is not None:
            patch.update(_own_extension(extension, data or "{}"))
    return kept


def _own_extension(extension: Cursor, data: str) -> dict[str, Any]:
    try:
        read = json.loads(data)
    except (ValueError, RecursionError):
        read = None
    if not isinstance(read, dict):
        raise ForeignForm("Verity's extension is no JSON object", place=extension.place, remedy="Export again.")
    return read


def keep(entry: dict[str, Any], key: str, value: Any) -> None:
    """Keep something of Ossie's under an entry's `meta`."""
    entry.setdefault("meta", {}).setdefault("ossie", {})[key] = value
