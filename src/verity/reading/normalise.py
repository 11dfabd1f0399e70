"""Text to tokens: offsets kept, Unicode folded, numbers read, the language told by its function words."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Container, Sequence
from dataclasses import dataclass
from typing import Literal

from verity.contracts.question import Language
from verity.data.lexicon import load_lexicon
from verity.reading.lexicon import lexicon

LONGEST_QUESTION = 600
"""Characters. A longer text is not a question about numbers; it is refused before any work is done on it."""

_WORD = re.compile(
    r"\d{4}-\d{2}(?:-\d{2})?(?![\w-]*\d)"  # an ISO date or month is one token
    r"|\d{1,3}(?:[.,]\d{3})+(?:[.,]\d+)?(?![\w.,]*\d)|\d+(?:[.,]\d+)?(?![.,]?\d)"  # 1,234.5  1.234,5  12.5  2018
    r"|[^\W_]+"  # words; '_' and '-' part them
    r"|[<>!]=|<>|\S"
)

_PLAIN = re.compile(r"(?:[A-Za-z]+|[0-9]+)(?:[ _]+(?:[A-Za-z]+|[0-9]+))*")
"""Words and whole numbers, blanks between them: nothing that would have to be looked at more closely."""

_PARTING = frozenset("_-'\"“”‘’«»`´¿?¡!.()[]{}…–—:/")
"""Marks that part words and mean nothing by themselves (a trailing question mark, quotes, hyphens)."""


@dataclass(frozen=True)
class Token:
    """One word, number or mark. `start` and `end` are offsets in the question; `key` is folded, without accents."""

    text: str
    start: int
    end: int
    key: str
    kind: Literal["word", "number", "date", "mark"]
    number: int | float | None = None


def fold(text: str) -> str:
    """Lower case, compatibility forms united, accents stripped: what words are compared by."""
    plain = unicodedata.normalize("NFKC", text).casefold()
    return "".join(c for c in unicodedata.normalize("NFKD", plain) if not unicodedata.combining(c))


def tokens_of(text: str) -> tuple[Token, ...]:
    """Every token of `text` in order. Marks that only part words are dropped; a comma is kept, it coordinates."""
    found = []
    for match in _WORD.finditer(text):
        token = _token(match.group(), match.start(), match.end())
        if token.key not in _PARTING or _meaningful(text, token):
            found.append(token)
    return tuple(found)


def words_of(text: str) -> tuple[str, ...]:
    """The folded words of a name, alias or value: `credit_card` and `Credit Card` are both `('credit', 'card')`."""
    if _PLAIN.fullmatch(text):  # most values: a tenth of the time
        return tuple(text.lower().replace("_", " ").split())
    return tuple(token.key for token in tokens_of(text) if token.key != ",")


def detect_language(tokens: Sequence[Token], values: Container[str] = ()) -> tuple[Language, ...]:
    """The languages to read in, likelier first, by counting words of each closed lexicon; a tie is English.

    The other language is tried after it only where a word is in its lexicon alone, so that a construction of one
    language (`pedidos entregados`) never opens a door in the other. `values`: words of values, which tell no language.
    """
    english, spanish = lexicon("en").words, lexicon("es").words
    keys = [token.key for token in tokens]
    only_english = sum(key in english and key not in spanish for key in keys)
    only_spanish = sum(key in spanish and key not in english for key in keys)
    if not only_english and not only_spanish:
        return ("es",) if _has_spanish_nouns([key for key in keys if key not in values]) else ("en",)
    if only_spanish > only_english:
        return ("es", "en") if only_english else ("es",)
    return ("en", "es") if only_spanish else ("en",)


def _has_spanish_nouns(keys: Sequence[str]) -> bool:
    """Of the general business nouns, more are Spanish: `pedidos 2018`."""
    nouns = load_lexicon()
    spanish = sum(key in nouns.foreign and key not in nouns.english for key in keys)
    return spanish > sum(key in nouns.english and key not in nouns.foreign for key in keys)


def _meaningful(text: str, mark: Token) -> bool:
    """A mark that touches a number changes it: a sign (`-5`), a slash date (`5/3/2018`), a range (`2016-2018`)."""
    before, after = text[mark.start - 1 : mark.start], text[mark.end : mark.end + 1]
    if not after.isdecimal() or mark.key not in "-–—/.:":
        return False
    return before.isdecimal() or (mark.key in "-–—" and not before.isalnum())


def _token(text: str, start: int, end: int) -> Token:
    key = fold(text)
    if re.fullmatch(r"\d{4}-\d{2}(-\d{2})?", key):
        return Token(text, start, end, key, "date")
    if text[0].isdecimal() and text[-1].isdecimal():
        number = _number(key)
        if number is not None:
            return Token(text, start, end, key, "number", number)
    return Token(text, start, end, key, "word" if text[0].isalnum() else "mark")


def _number(text: str) -> int | float | None:
    """`1,234.5`, `1.234,5`, `1,234` and `12.5` as numbers; the last mark is decimal unless three digits follow it."""
    if re.fullmatch(r"\d{1,3}(?:,\d{3})+(?:\.\d+)?|\d+\.\d{1,2}|\d+\.\d{4,}", text):
        plain = text.replace(",", "")
    elif re.fullmatch(r"\d{1,3}(?:\.\d{3})+(?:,\d+)?|\d+,\d{1,2}|\d+,\d{4,}", text):
        plain = text.replace(".", "").replace(",", ".")
    elif re.fullmatch(r"[0-9]{1,15}", text):
        plain = text
    else:
        return None
    return float(plain) if "." in plain else int(plain)
