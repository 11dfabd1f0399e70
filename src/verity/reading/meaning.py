"""What a span of words may stand for in the dictionary."""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum
from typing import Literal

Kind = Literal["metric", "entity", "column", "measure", "value", "segment", "implied", "contradicts", "negative"]


class Nearness(IntEnum):
    """How close the words stand to the dictionary's own. Preference goes by it."""

    EXACT = 0
    """A name or alias as written."""
    INFLECTED = 1
    """The same in another number (`order`, `orders`)."""
    TRANSLATED = 2
    """The same by the reviewed lexicon, or turned round an `of`."""
    SHORTENED = 3
    """A part of a name that says it (`status` of `order_status`)."""
    LEMMA = 4
    """Another form of the same word."""
    TYPO = 5
    """One or two letters away."""


@dataclass(frozen=True, slots=True)
class Meaning:
    """One thing of the dictionary: a metric, an entity's table, a column, a value of a column, a segment, or a term.

    `member` is `table.name` (the table's name for an entity). `detail` is the value of a value, and for a column the
    join that the words name (`buyer city`), else empty.
    """

    kind: Kind
    member: str
    detail: str = ""
    nearness: Nearness = Nearness.EXACT
    case_only: bool = False
    written: str = ""
    """How an alias or a label of a value is written, where that is not the value itself."""

    @property
    def table(self) -> str:
        """The table that the member belongs to."""
        return self.member.partition(".")[0]
