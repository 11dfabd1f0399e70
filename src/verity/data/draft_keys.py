"""Which proved-unique columns are a table's primary key: names that say identifier first, then the left-most."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from verity.contracts.dataset import ColumnProfile, TableProfile
from verity.data.draft_vocabulary import FREE_TEXT, KEY_PERIODS, MEASURE_WORDS, SEQUENCE
from verity.data.draft_words import is_code_like, is_strong_id, singular, without_id, words_of
from verity.data.lexicon import fold

_LONGEST_KEY = 64
_ENOUGH_ROWS = 20
"""Fewer rows prove nothing about columns whose names do not say key."""
_UNKNOWN = 4


@dataclass(frozen=True)
class KeyChoice:
    """The key chosen, if any. `sure` is False where only the values speak for it; `why` says what was unsure."""

    columns: tuple[str, ...]
    sure: bool = True
    why: str = ""


def key_rank(column: ColumnProfile) -> int | None:
    """How well a column suits a key: 0 an identifier by name or shape, 1 a code or number of a thing, 2 a date or
    period, 3 a timestamp or a short name, 4 an integer of unknown meaning; None never."""
    words = words_of(column.name)
    folded = {fold(word) for word in words}
    kind = column.type
    if kind in ("double", "json", "binary", "boolean", "time") or (
        kind.startswith("decimal") and not kind.endswith(",0)")
    ):
        return None
    if is_strong_id(words) or {"uuid", "hex32"} & set(column.patterns):
        return 0
    if is_code_like(words):
        return 1
    if kind == "date" or (kind == "bigint" and folded & KEY_PERIODS):
        return 2
    if kind in ("timestamp", "timestamptz"):
        return 3
    if folded & (MEASURE_WORDS | FREE_TEXT):
        return None
    if kind == "text":
        return 3 if (column.mean_length or 0) <= _LONGEST_KEY else None
    return _UNKNOWN


def can_be_key_alone(column: ColumnProfile) -> bool:
    """True where the column by itself may identify a row; a moment in time never does."""
    return key_rank(column) is not None and column.type not in ("timestamp", "timestamptz")


def choose_key(table: TableProfile, entity: Sequence[str]) -> KeyChoice:
    """The primary key to draft. `entity` are the singular words of what one row is."""
    if table.declared_key:
        return KeyChoice(table.declared_key)
    columns = {column.name: column for column in table.columns}
    places = {name: place for place, name in enumerate(columns)}

    def fits(key: tuple[str, ...]) -> bool:
        return (
            can_be_key_alone(columns[key[0]]) if len(key) == 1 else all(key_rank(columns[n]) is not None for n in key)
        )

    def preference(key: tuple[str, ...]) -> tuple[object, ...]:
        ranks = [key_rank(columns[name]) or 0 for name in key]
        numbered = len(key) == 1 or not any(_is_sequence(name) for name in key)
        own = 0 if any(_names(columns[name], entity) for name in key) else 1
        return (
            len(key),
            numbered if len(key) > 1 else False,
            max(ranks) if len(key) > 1 else ranks[0],
            own,
            sum(ranks),
            sorted(places[name] for name in key),
        )

    fitting = sorted((key for key in table.keys if fits(key)), key=preference)
    if not fitting:
        return KeyChoice((), why=_why_none(table))
    best = fitting[0]
    worst = max(key_rank(columns[name]) or 0 for name in best)
    if worst >= 3 and table.rows < _ENOUGH_ROWS and (len(best) > 1 or places[best[0]] > 0):
        return KeyChoice(
            (), why=f"({', '.join(best)}) is unique in its {table.rows} rows, too few to tell; no name says key"
        )
    if worst >= 3:
        listed = ", ".join(best)
        return KeyChoice(
            best, sure=False, why=f"({listed}) is unique by its values; its name does not say that it is a key"
        )
    return KeyChoice(best)


def _is_sequence(name: str) -> bool:
    """True for the number of a part within its whole: line_no, payment_sequential."""
    return bool({fold(word) for word in words_of(name)} & SEQUENCE)


def _names(column: ColumnProfile, entity: Sequence[str]) -> bool:
    base = [singular(word) for word in without_id(words_of(column.name))]
    return not base or base == list(entity) or base == list(entity[-1:])


def _why_none(table: TableProfile) -> str:
    if not table.rows:
        return "no rows: nothing can be proved unique"
    if table.keys:
        listed = ", ".join("(" + ", ".join(key) + ")" for key in table.keys[:3])
        return f"unique, but no identity by its name or kind: {listed}"
    return "no column, pair or triple of likely columns tells every row apart"
