"""Entries that were read before, by the digest of the file they were read from: a new process need not read YAML again.

One line an entry: the digest of the file, of its meaning, of the line itself, and the entry as JSON. Nothing in it is
ever executed, a line that is damaged is not used, and a file that others could have written is not read at all
(docs/adr/0007-dictionary-cache.md).
"""

from __future__ import annotations

import hashlib
import os
import stat
import sys
from collections.abc import Collection, Iterable, Iterator, Mapping
from functools import lru_cache
from pathlib import Path
from typing import NamedTuple

import pydantic

_CHECK = 16
"""Hex digits of the digest that a line carries against damage."""
_MOST_STALE = 4
"""Lines for each entry in use, above which the file is written anew."""


class Kept(NamedTuple):
    """One entry: the digest of what it means, and the entry as JSON."""

    meaning: str
    json: bytes


class EntryCache:
    """The entries kept in one file. A cache that cannot be read or written is as if empty: nothing depends on it."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._lines = 0

    def read(self) -> dict[str, Kept]:
        """What is kept, by the digest of the file it was read from."""
        try:
            with self._path.open("rb") as file:
                if not _is_ours(file.fileno()):
                    return {}
                content = file.read()
        except OSError:
            return {}
        first, _, rest = content.partition(b"\n")
        if first.decode(errors="replace") != form():
            return {}
        lines = [line for line in rest.split(b"\n") if line]
        self._lines = len(lines)
        return dict(_entries(lines))

    def keep(self, fresh: Mapping[str, Kept], used: Collection[str]) -> None:
        """Add what was read anew; where most lines are of files that are no more, keep only what is `used`."""
        stale = self._lines + len(fresh) > _MOST_STALE * len(used)
        chosen = {**{d: kept for d, kept in self.read().items() if d in used}, **fresh} if stale else fresh
        text = b"".join(_line(digest, kept) for digest, kept in chosen.items())
        try:
            if stale or not self._lines:
                self._replace(form().encode() + b"\n" + text)
                self._lines = len(chosen)
            else:
                with self._path.open("ab") as file:
                    file.write(text)
                self._lines += len(chosen)
        except OSError:
            return  # a full disk or a read-only folder: the next process reads the YAML, as the first did

    def _replace(self, content: bytes) -> None:
        self._path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        partial = self._path.with_name(f".{self._path.name}.{os.getpid()}.partial")
        try:
            with os.fdopen(os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
                file.write(content)
            partial.replace(self._path)
        finally:
            partial.unlink(missing_ok=True)


def digest_of(suffix: str, content: bytes) -> str:
    """What identifies a file: its bytes, and whether they are read as JSON."""
    return hashlib.sha256(suffix.lower().encode() + b"\0" + content).hexdigest()


@lru_cache(maxsize=1)
def form() -> str:
    """The first line: a digest of the code that reads entries, so that another version's are never taken for ours."""
    folder = Path(__file__).parent
    sources = [*sorted(folder.glob("*.py")), *sorted((folder.parent / "contracts").glob("*.py"))]
    digest = hashlib.sha256(f"{pydantic.VERSION} {sys.version_info[:2]}".encode())
    for source in sources:
        digest.update(source.read_bytes())
    return f"verity dictionary entries {digest.hexdigest()}"


def _is_ours(descriptor: int) -> bool:
    """Written by this user, and writable by nobody else."""
    found = os.fstat(descriptor)
    return found.st_uid == os.geteuid() and not found.st_mode & (stat.S_IWGRP | stat.S_IWOTH)


def _line(digest: str, kept: Kept) -> bytes:
    body = b" ".join((digest.encode(), kept.meaning.encode(), kept.json))
    return _check(body) + b" " + body + b"\n"


def _entries(lines: Iterable[bytes]) -> Iterator[tuple[str, Kept]]:
    for line in lines:
        check, _, body = line.partition(b" ")
        if check == _check(body):
            digest, meaning, json = body.split(b" ", 2)
            yield digest.decode(), Kept(meaning.decode(), json)


def _check(body: bytes) -> bytes:
    """Of the line and of the version that wrote it: two versions may append to one file."""
    return hashlib.sha256(form().encode() + body).hexdigest()[:_CHECK].encode()
