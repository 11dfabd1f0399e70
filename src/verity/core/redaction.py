"""Make a stranger's error text fit to be shown and recorded: one line, bounded, without passwords.

Vendors put connection strings and tokens into their messages. This is a net under the rule that vendor errors are
translated where the vendor is imported; it looks for the usual shapes and promises no more.
"""

from __future__ import annotations

import re

_SECRETS = (
    (re.compile(r"(?<=://)([^\s/@:]*):[^\s@]*@"), r"\1:***@"),
    (
        re.compile(
            r"(?i)\b(password|passwd|pwd|secret|token|api[_-]?key|access[_-]?key|authorization)"
            r"(['\"]?\s*[=:]\s*)(?:bearer\s+)?('[^']*'|\"[^\"]*\"|[^\s,;&'\"]+)"
        ),
        r"\1\2***",
    ),
    (re.compile(r"(?i)\b(bearer)\s+[a-z0-9._~+/=-]{8,}"), r"\1 ***"),
    (re.compile(r"\b(?:sk|pk|ghp|gho|xox[bp])[-_][A-Za-z0-9_-]{12,}"), "***"),
)


def redact(text: str) -> str:
    """The text with passwords, tokens and keys of the usual shapes replaced by `***`."""
    for pattern, replacement in _SECRETS:
        text = pattern.sub(replacement, text)
    return text


def one_line(text: str, limit: int = 300) -> str:
    """The first non-empty line, redacted and cut to `limit` characters."""
    first = next((line.strip() for line in text.splitlines() if line.strip()), "")
    safe = redact(first)
    return safe if len(safe) <= limit else safe[: limit - 1] + "…"
