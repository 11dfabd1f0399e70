"""Walk a document of another tool; each read marks what was read, so that the ledger can tell what was not."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from verity.data.yaml_events import Path
from verity.exceptions import ForeignForm
from verity.interchange.ledger import Ledger, Outcome, SourceFile


@dataclass(frozen=True)
class Cursor:
    """One entry of a document. Reading a value marks it as imported; a later, worse mark counts instead."""

    ledger: Ledger
    file: SourceFile
    path: Path
    value: Any

    @property
    def place(self) -> str:
        """`file:line`."""
        return self.file.place(self.path)

    def __contains__(self, key: str) -> bool:
        return isinstance(self.value, dict) and self.value.get(key) is not None

    def named(self) -> tuple[str, ...]:
        """The keys of a mapping that hold something."""
        return tuple(key for key, part in self._mapping().items() if part is not None)

    def at(self, key: str | int) -> Cursor | None:
        """The entry below, unmarked; None where there is none."""
        if isinstance(key, str) and key not in self:
            return None
        return Cursor(self.ledger, self.file, (*self.path, key), self.value[key])

    def peek(self, key: str) -> Any:
        """A value, unmarked."""
        return self.value.get(key) if isinstance(self.value, dict) else None

    def text(self, key: str) -> str | None:
        """A scalar as text."""
        found = self.at(key)
        if found is None:
            return None
        if isinstance(found.value, dict | list):
            raise found.wrong("text")
        found.imported()
        if isinstance(found.value, bool):
            return "true" if found.value else "false"
        return str(getattr(found.value, "text", found.value))

    def required(self, key: str) -> str:
        """A text that must be there. Raises `ForeignForm`."""
        found = self.text(key)
        if found is None or not found.strip():
            raise ForeignForm(f"the key '{key}' is missing", place=self.place, remedy=f"Add '{key}: ...'.")
        return found

    def number(self, key: str) -> float:
        """A number that must be there. Raises `ForeignForm`."""
        text = self.required(key)
        try:
            return float(text)
        except ValueError:
            raise ForeignForm(f"'{key}' is no number: '{text[:60]}'", place=self.place, remedy="Correct it.") from None

    def flag(self, key: str) -> bool | None:
        """A boolean; LookML writes yes and no."""
        found = self.at(key)
        if found is None:
            return None
        words = {True: True, False: False, "yes": True, "no": False, "true": True, "false": False}
        if isinstance(found.value, dict | list) or found.value not in words:
            raise found.wrong("true or false")
        found.imported()
        return words[found.value]

    def names(self, key: str) -> tuple[str, ...]:
        """A list of scalars, or one."""
        found = self.at(key)
        if found is None:
            return ()
        values = found.value if isinstance(found.value, list) else [found.value]
        if any(isinstance(value, dict | list) for value in values):
            raise found.wrong("a list of names")
        found.imported()
        return tuple(str(value) for value in values)

    def block(self, key: str) -> Cursor | None:
        """A mapping below. Raises `ForeignForm` where it is anything else."""
        found = self.at(key)
        if found is not None and not isinstance(found.value, dict):
            raise found.wrong("a mapping (key: value)")
        return found

    def blocks(self, key: str) -> tuple[Cursor, ...]:
        """The mappings of a list below. Raises `ForeignForm` where it is anything else."""
        found = self.at(key)
        if found is None:
            return ()
        if not isinstance(found.value, list):
            raise found.wrong("a list")
        parts = tuple(found.children())
        for part in parts:
            if not isinstance(part.value, dict):
                raise part.wrong("a mapping (key: value)")
        return parts

    def children(self) -> Iterator[Cursor]:
        """The entries of a list or mapping."""
        keys = range(len(self.value)) if isinstance(self.value, list) else list(self._mapping())
        for key in keys:
            if self.value[key] is not None:
                yield Cursor(self.ledger, self.file, (*self.path, key), self.value[key])

    def imported(self, *keys: str) -> None:
        """Mark this entry, or these keys of it, as imported."""
        self._mark("imported", keys)

    def approximated(self, reason: str, remedy: str = "", *, key: str | None = None) -> None:
        """Mark this entry, or a key of it, as mapped to something near."""
        self._mark("approximated", (key,) if key else (), reason, remedy)

    def lost(self, reason: str, remedy: str = "", *, key: str | None = None) -> None:
        """Mark this entry, or a key of it, as lost."""
        self._mark("lost", (key,) if key else (), reason, remedy)

    def wrong(self, wanted: str) -> ForeignForm:
        """The error for a value of another kind."""
        shown = "a mapping" if isinstance(self.value, dict) else "a list" if isinstance(self.value, list) else None
        key = self.path[-1] if self.path else "the file"
        return ForeignForm(
            f"'{key}' must be {wanted}, not {shown or repr(self.value)[:60]}",
            place=self.place,
            remedy="Correct it in the source.",
        )

    def _mark(self, outcome: Outcome, keys: tuple[str, ...], reason: str = "", remedy: str = "") -> None:
        for path in [(*self.path, key) for key in keys] or [self.path]:
            self.ledger.mark(self.file, path, outcome, reason, remedy)

    def _mapping(self) -> dict[str, Any]:
        if not isinstance(self.value, dict):
            raise self.wrong("a mapping (key: value)")
        return self.value
