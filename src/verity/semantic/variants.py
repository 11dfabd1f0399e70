"""Under which steps a leaf of the query is read: the key of a frame."""

from __future__ import annotations

from dataclasses import dataclass, replace

from verity.contracts.metric import Span
from verity.semantic.metrics import Reach


@dataclass(frozen=True, slots=True)
class Variant:
    """`shifts` periods earlier, reaching back (`reach`), over the dimensions of these indices (`keep`; None: all)."""

    shifts: tuple[Span, ...] = ()
    reach: Reach | None = None
    keep: frozenset[int] | None = None

    def shifted(self, span: Span) -> Variant:
        """Earlier by another span; spans of one grain add up."""
        counts = {known.grain: known for known in self.shifts}
        known = counts.get(span.grain)
        counts[span.grain] = Span(known.count + span.count, span.grain) if known else span
        return replace(self, shifts=tuple(counts[grain] for grain in sorted(counts)))

    def kept(self, dimensions: frozenset[int], count: int) -> Variant:
        """Over these dimensions of `count` only."""
        keep = dimensions if self.keep is None else dimensions & self.keep
        return replace(self, keep=None if len(keep) == count else keep)

    @property
    def makes_rows(self) -> bool:
        """True where the frame's groups are rows of the result, not only looked up from them."""
        return not self.shifts and self.keep is None


PLAIN = Variant()
