"""Words out of physical names, and what they say of identity: `CustomerID` -> customer, id.

Pure and deterministic. A name is split where its writer split it: underscores, spaces, capitals; digits stay with their
word. `draft_phrases.py` makes readable English and Spanish of the words.
"""

from __future__ import annotations

import hashlib
import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Sequence

from verity.data.draft_vocabulary import CODE_LIKE, FUNCTION_WORDS, GENERIC_PREFIXES, GENERIC_SUFFIXES, STRONG_ID
from verity.data.lexicon import fold, load_lexicon, plural_en, singular_en, singular_es

_SPLIT = re.compile(r"[^\w]+|_+")
_CAMEL = re.compile(r"(?<=[a-zà-ÿ0-9])(?=[A-ZÀ-Þ])|(?<=[A-ZÀ-Þ])(?=[A-ZÀ-Þ][a-zà-ÿ])")


def snake_case(text: str) -> str:
    """A name safe in every layer: lower case, words joined by `_`, letters of any script kept, never empty, at most
    63 bytes (what PostgreSQL keeps), a digit never first. The same text always gives the same name."""
    words = _split(text) or ["table"]
    name = "_".join(words)
    if name[0].isdigit():
        name = f"t_{name}"
    if len(name.encode()) <= 63:
        return name
    return f"{name.encode()[:54].decode(errors='ignore').rstrip('_')}_{_digest(name)}"


def words_of(name: str) -> list[str]:
    """The words of a physical name, lower case, at least one: `CustomerID` -> [customer, id]; `%` -> [%]."""
    return _split(name) or [name.strip().lower() or "unnamed"]


def _split(name: str) -> list[str]:
    pieces = _SPLIT.split(unicodedata.normalize("NFC", name))
    return [word.lower() for piece in pieces if piece for word in _CAMEL.split(piece) if word]


def is_strong_id(words: Sequence[str]) -> bool:
    """True for names that say identifier outright: `order_id`, `id_cliente`, `uuid`."""
    return bool(words) and (fold(words[-1]) in STRONG_ID or fold(words[0]) in STRONG_ID)


def is_code_like(words: Sequence[str]) -> bool:
    """True for names of codes and numbers that stand for a thing: `InvoiceNo`, `codigo_producto`, `line_number`."""
    if not words or "of" in words:
        return False
    last, first = fold(words[-1]), fold(words[0])
    return last in CODE_LIKE or (first in {"cod", "codigo", "sku", "ref", "num", "nro", "numero"} and len(words) > 1)


def without_id(words: Sequence[str]) -> list[str]:
    """The words that an id names: [order, id] -> [order]; [id, cliente] -> [cliente]; [id] -> []."""
    kept = list(words)
    marks = STRONG_ID | (CODE_LIKE - {"line"})
    while kept and fold(kept[-1]) in marks:
        kept.pop()
    while kept and fold(kept[0]) in STRONG_ID | {"cod", "codigo", "num", "nro", "numero", "no"}:
        kept.pop(0)
    return [word for word in kept if fold(word) not in {"de", "del", "la", "el", "do", "da"}]


def singular(word: str) -> str:
    """The singular of one word, in whichever language the lexicon knows it; else by the English rule."""
    lexicon = load_lexicon()
    key = fold(word)
    term = lexicon.english.get(key)
    if term is not None:
        return term.en if key in {fold(term.en), fold(term.en_plural or plural_en(term.en))} else word
    if key in lexicon.foreign:
        guess = singular_es(word)
        return guess if fold(guess) in lexicon.foreign else word
    return singular_en(word)


def table_words(names: Sequence[str]) -> dict[str, list[str]]:
    """Each table's words without the prefix that most tables share (`olist_`) and suffixes that say nothing
    (`_dataset`). Only words are shortened, never names."""
    split = {name: words_of(name) for name in names}
    prefix = _common_prefix(split.values())
    shortened = {}
    for name, words in split.items():
        kept = words[len(prefix) :] if prefix and words[: len(prefix)] == prefix and len(words) > len(prefix) else words
        while len(kept) > 1 and kept[-1] in GENERIC_SUFFIXES:
            kept = kept[:-1]
        while len(kept) > 1 and kept[0] in GENERIC_PREFIXES:
            kept = kept[1:]
        shortened[name] = list(kept)
    return shortened


def _common_prefix(all_words: Iterable[list[str]]) -> list[str]:
    """The longest run of first words that at least two tables in three share, of two tables or more."""
    rows = list(all_words)
    prefix: list[str] = []
    while len(rows) >= 2:
        counted = Counter(tuple(words[: len(prefix) + 1]) for words in rows if len(words) > len(prefix) + 1)
        best = max(counted.items(), key=lambda kv: (kv[1], kv[0]), default=None)
        if best is None or list(best[0][:-1]) != prefix or best[1] * 3 < len(rows) * 2 or best[1] < 2:
            break
        if len(rows) > 2 and best[1] < 3:
            break
        prefix = list(best[0])
    return prefix


def says_nothing(words: Sequence[str]) -> bool:
    """True for table words that name no thing, only a manner: [with, invoice], [full, no, invoice], [2024]."""
    return not words or any(fold(word) in FUNCTION_WORDS for word in words) or all(w.isdigit() for w in words)


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:8]
