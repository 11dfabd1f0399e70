"""Count every field of what is imported, and say what became of each: imported, approximated or lost.

A field is one value in the source: a scalar, a list of scalars, or an empty block. Readers mark places; what nobody
marked is lost, so that nothing can be lost in silence. A mark on a block counts for every field below it, and of
several marks the worst counts.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any, Literal

from verity.contracts.base import Contract
from verity.data.yaml_events import Document, Path

Outcome = Literal["imported", "approximated", "lost"]
FOLDED = 4
"""As many losses of one file for one reason are shown as one; the JSON has them all."""
MOST_LINES = 12
_RANK: dict[Outcome, int] = {"imported": 0, "approximated": 1, "lost": 2}

UNKNOWN = "no part of Verity's reader knows this key"
UNKNOWN_REMEDY = "Check its spelling; if it is right, say what it means in business_notes or define it by hand."


class Loss(Contract):
    """One place that was not imported exactly, with the number of fields that it holds."""

    outcome: Outcome
    file: str
    line: int | None = None
    path: str
    """Where in the file, names in brackets: `cubes[orders].measures[revenue].format`."""
    reason: str
    remedy: str = ""
    fields: int = 1


class ImportReport(Contract):
    """What became of every field. `share` is the part that was imported, exactly or approximately."""

    tool: str
    files: int
    tables: int = 0
    metrics: int = 0
    fields: int
    imported: int
    approximated: int
    lost: int
    losses: tuple[Loss, ...] = ()
    notes: tuple[str, ...] = ()
    """Decisions that the import made where the source says nothing."""

    @property
    def share(self) -> float:
        """Between 0 and 1; 1 where there was nothing to import."""
        return (self.imported + self.approximated) / self.fields if self.fields else 1.0

    def document(self) -> dict[str, Any]:
        """As JSON."""
        return {**self.model_dump(mode="json"), "share": round(self.share, 4)}

    def text(self) -> str:
        """As the terminal shows it, the losses first."""
        head = (
            f"{self.tool}: {self.tables} tables, {self.metrics} metrics from {self.files} files\n"
            f"{self.share:.1%} of {self.fields} fields imported: {self.imported} exactly, "
            f"{self.approximated} approximately; {self.lost} lost"
        )
        return "\n".join(
            [head, *self._lines("lost"), *self._lines("approximated"), *map("  note {}".format, self.notes)]
        )

    def _lines(self, outcome: Outcome) -> Iterator[str]:
        for losses in _alike(loss for loss in self.losses if loss.outcome == outcome):
            loss, *more = losses
            place = f"{loss.file}:{loss.line}" if loss.line else loss.file
            yield f"  {outcome} {place} {loss.path}: {loss.reason}"
            if loss.remedy:
                yield f"      {loss.remedy}"
            if more:
                lines = ", ".join(str(one.line) for one in more[:MOST_LINES])
                yield f"      the same {len(more)} times more: lines {lines}{', ...' if len(more) > MOST_LINES else ''}"


def _alike(losses: Iterable[Loss]) -> Iterator[list[Loss]]:
    """What was lost of one file for one reason, together where it is more than a few."""
    found: dict[tuple[str, str, str], list[Loss]] = {}
    for loss in losses:
        found.setdefault((loss.file, loss.reason, loss.remedy), []).append(loss)
    groups = [[one] for group in found.values() if len(group) < FOLDED for one in group]
    groups += [group for group in found.values() if len(group) >= FOLDED]
    yield from sorted(groups, key=lambda group: (group[0].file, group[0].line or 0, group[0].path))


@dataclass(frozen=True)
class SourceFile:
    """One file that is imported."""

    name: str
    document: Document
    unread: tuple[str, str] | None = None
    """Why it is not read, and what to do."""

    def place(self, path: Path = ()) -> str:
        """`file:line` of an entry."""
        line = self.document.line(path)
        return f"{self.name}:{line}" if line else self.name


@dataclass(frozen=True)
class _Mark:
    outcome: Outcome
    reason: str = ""
    remedy: str = ""


@dataclass
class Ledger:
    """The marks of one import."""

    files: list[SourceFile] = field(default_factory=list)
    _marks: dict[str, dict[Path, list[_Mark]]] = field(default_factory=dict)
    """By file and place in it."""

    def mark(self, file: SourceFile, path: Path, outcome: Outcome, reason: str = "", remedy: str = "") -> None:
        """Say what became of everything at `path` of `file`."""
        marks = self._marks.setdefault(file.name, {}).setdefault(path, [])
        made = _Mark(outcome, reason, remedy)
        if made not in marks:
            marks.append(made)

    def report(self, tool: str, *, tables: int = 0, metrics: int = 0, notes: Iterable[str] = ()) -> ImportReport:
        """Every field counted once, every mark that is not `imported` listed, and what nobody marked."""
        counts: dict[Outcome, int] = {"imported": 0, "approximated": 0, "lost": 0}
        losses: list[Loss] = []
        for file in self.files:
            leaves = list(fields_of(file.document.value))
            touched = {path[:depth] for path in self._marks.get(file.name, ()) for depth in range(len(path) + 1)}
            unknown: dict[Path, int] = {}
            for leaf in leaves:
                outcome = self._outcome(file, leaf)
                if outcome is None:
                    counts["lost"] += 1
                    top = next(leaf[:depth] for depth in range(1, len(leaf) + 2) if leaf[:depth] not in touched)
                    unknown[top] = unknown.get(top, 0) + 1
                else:
                    counts[outcome] += 1
            losses += [self._loss(file, path, _Mark("lost", UNKNOWN, UNKNOWN_REMEDY), n) for path, n in unknown.items()]
            losses += self._told(file, leaves)
        losses.sort(key=lambda loss: (loss.file, loss.line or 0, loss.path))
        return ImportReport(
            tool=tool,
            files=len(self.files),
            tables=tables,
            metrics=metrics,
            fields=sum(counts.values()),
            imported=counts["imported"],
            approximated=counts["approximated"],
            lost=counts["lost"],
            losses=tuple(losses),
            notes=tuple(notes),
        )

    def _outcome(self, file: SourceFile, leaf: Path) -> Outcome | None:
        """The worst mark of a field: its own, those of the blocks around it, and those of the entries of a list."""
        places = [leaf[:depth] for depth in range(len(leaf) + 1)]
        value = value_at(file.document.value, leaf)
        places += [(*leaf, index) for index in range(len(value))] if isinstance(value, list) else []
        marks = self._marks.get(file.name, {})
        found = [mark.outcome for place in places for mark in marks.get(place, ())]
        return max(found, key=_RANK.__getitem__, default=None)

    def _told(self, file: SourceFile, leaves: list[Path]) -> Iterator[Loss]:
        below = Counter(leaf[:depth] for leaf in leaves for depth in range(len(leaf) + 1))
        for path, marks in self._marks.get(file.name, {}).items():
            for mark in marks:
                if mark.outcome != "imported":
                    yield self._loss(file, path, mark, below[path])

    def _loss(self, file: SourceFile, path: Path, mark: _Mark, below: int) -> Loss:
        return Loss(
            outcome=mark.outcome,
            file=file.name,
            line=file.document.line(path),
            path=path_text(file.document.value, path),
            reason=mark.reason,
            remedy=mark.remedy,
            fields=below,
        )


def fields_of(value: Any, path: Path = ()) -> Iterator[Path]:
    """The path of every field below a value. A null says nothing and is no field."""
    if isinstance(value, dict) and value:
        for key, part in value.items():
            yield from fields_of(part, (*path, key))
    elif isinstance(value, list) and any(isinstance(part, dict | list) for part in value):
        for index, part in enumerate(value):
            yield from fields_of(part, (*path, index))
    elif value is not None:
        yield path


def path_text(value: Any, path: Path) -> str:
    """A path as people read it: entries of a list by their `name` where they have one."""
    text = ""
    for step in path:
        value = _below(value, step)
        if isinstance(step, int):
            named = value.get("name") or value.get("join_path") if isinstance(value, dict) else None
            text += f"[{named if isinstance(named, str) else step}]"
        else:
            text += f".{step}" if text else step
    return text or "(the whole file)"


def value_at(value: Any, path: Path) -> Any:
    """What stands at a path of a document; None where nothing does."""
    for step in path:
        value = _below(value, step)
    return value


def _below(value: Any, step: str | int) -> Any:
    if isinstance(value, dict):
        return value.get(step)
    return value[step] if isinstance(value, list) and isinstance(step, int) and step < len(value) else None
