"""Under which steps a leaf of the query is read: the key of a frame."""

from __future__ import annotations

from dataclasses import dataclass, replace

from verity.contracts.metric import MONTHS, Span
from verity.semantic.metrics import Reach


@dataclass(frozen=True, slots=True)
class Variant:
    """`shifts` periods earlier, reaching back (`reach`), over the dimensions of these indices (`keep`; None: all)."""

    shifts: tuple[Span, ...] = ()
    reach: Reach | None = None
    keep: frozenset[int] | None = None

    def shifted(self, span: Span) -> Variant:
        """Earlier by another span, after those before it: back a month and then a week is another day than back a week
        and then a month. Spans of one grain add up, but not months: from 31 March, two lead to 31 January, one and one
        more to 29 or 28."""
        *before, last = self.shifts or (None,)
        if last is None or last.grain != span.grain or span.grain in MONTHS:
            return replace(self, shifts=(*self.shifts, span))
        return replace(self, shifts=(*before, Span(last.count + span.count, span.grain)))

    def kept(self, dimensions: frozenset[int], count: int) -> Variant:
        """Over these dimensions of `count` only."""
        keep = dimensions if self.keep is None else dimensions & self.keep
        return replace(self, keep=None if len(keep) == count else keep)

    @property
    def makes_rows(self) -> bool:
        """True where the frame's groups are rows of the result, not only looked up from them."""
        return not self.shifts and self.keep is None


PLAIN = Variant()
