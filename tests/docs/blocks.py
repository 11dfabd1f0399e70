"""The code blocks of a document: commands with what they print, and everything else by language."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

_BLOCK = re.compile(r"^```(\w+)\n(.*?)^```", re.MULTILINE | re.DOTALL)


class Block(NamedTuple):
    """One fenced block: its language and its lines as one text."""

    language: str
    body: str


def blocks(text: str) -> Iterator[Block]:
    """Every fenced block, in order."""
    yield from (Block(*found) for found in _BLOCK.findall(text))


def commands(body: str) -> list[tuple[str, list[str]]]:
    """Each command of a console block with the lines shown below it; `...` stands for lines left out."""
    found: list[tuple[str, list[str]]] = []
    for line in body.splitlines():
        if line.startswith("$ "):
            found.append((line[2:], []))
        elif line.strip() != "..." and found:
            found[-1][1].append(line)
    return found


def missing(shown: list[str], printed: str) -> list[str]:
    """The lines shown that were not printed, a run of blanks counting as one."""
    whole = squeezed(printed)
    return [line for line in shown if squeezed(line) not in whole]


def squeezed(text: str) -> str:
    """Runs of blanks as one, so that a wider column does not matter."""
    return re.sub(r"\s+", " ", text).strip()
