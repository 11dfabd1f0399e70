"""Names and texts quoted for SQL; both engines quote alike."""

from __future__ import annotations


def quoted(*names: str) -> str:
    """A dotted, quoted name."""
    return ".".join('"' + name.replace('"', '""') + '"' for name in names)


def literal(text: str) -> str:
    """A quoted text."""
    return "'" + text.replace("'", "''") + "'"
