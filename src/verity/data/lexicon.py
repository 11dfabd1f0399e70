"""The lexicon of general business words, English to Spanish and back, that drafts compose readable names from.

Reviewed by hand and general on purpose: nouns of shops, clinics, schools, offices; never words of one data set.
The words lie in `lexicon.json`; Portuguese spellings are read (many exports carry them) but never written.
"""

from __future__ import annotations

import json
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Literal

Part = Literal["noun", "adjective", "function"]


@dataclass(frozen=True)
class Term:
    """One word or fixed phrase: `en` singular, `es` forms with the usual one first, `gender` of that first form.

    `en_plural` and `es_plural` are given only where the rule would be wrong. `pt` holds Portuguese spellings, `short`
    abbreviations seen in column names (`qty`), `event` the noun of a participle (`delivered` -> `delivery`).
    """

    en: str
    es: tuple[str, ...]
    part: Part = "noun"
    gender: Literal["m", "f"] = "m"
    en_plural: str = ""
    es_plural: str = ""
    es_feminine: str = ""
    pt: tuple[str, ...] = ()
    short: tuple[str, ...] = ()
    event: str = ""


@dataclass(frozen=True)
class Lexicon:
    """Every term, found by its words in English (`english`) or in Spanish and Portuguese (`foreign`)."""

    english: dict[str, Term]
    foreign: dict[str, Term]
    longest: int
    """Words in the longest phrase."""


@cache
def load_lexicon() -> Lexicon:
    """The lexicon that ships with Verity. Keys are folded: lower case, without accents."""
    text = (resources.files("verity.data") / "lexicon.json").read_text(encoding="utf-8")
    terms = [_term(part, row) for part, rows in json.loads(text).items() for row in rows]
    english: dict[str, Term] = {}
    foreign: dict[str, Term] = {}
    for term in terms:
        for key in (term.en, *term.short):
            english.setdefault(fold(key), term)
    for term in terms:
        english.setdefault(fold(term.en_plural or plural_en(term.en)), term)
        for key in _spellings(term):
            foreign.setdefault(fold(key), term)
            foreign.setdefault(" ".join(word for word in fold(key).split() if word not in ("de", "del", "la")), term)
    return Lexicon(english, foreign, max(len(key.split()) for key in (*english, *foreign)))


def fold(text: str) -> str:
    """Lower case without accents, for comparing words: `Dirección` and `direccion` are one."""
    decomposed = unicodedata.normalize("NFKD", text.casefold())
    return "".join(char for char in decomposed if not unicodedata.combining(char))


def plural_en(word: str) -> str:
    """The regular English plural of the last word of a phrase; a word of another script stays as it is."""
    if not word[-1:].isascii() or not word[-1:].isalpha():
        return word
    if word.endswith(("s", "x", "z", "ch", "sh")):
        return word + "es"
    if word.endswith("y") and word[-2:-1] not in set("aeiou"):
        return word[:-1] + "ies"
    return word + "s"


def plural_es(phrase: str) -> str:
    """The regular Spanish plural of the first word of a phrase (`línea de pedido` -> `líneas de pedido`)."""
    head, _, rest = phrase.partition(" ")
    if head.endswith("z"):
        head = head[:-1] + "ces"
    elif head.endswith("ión"):
        head = head[:-3] + "iones"
    elif head.endswith(("ón", "én", "án", "és", "ín")):
        head = head[:-2] + _UNACCENTED[head[-2]] + head[-1] + "es"
    elif head in _ACCENTED:
        head = _ACCENTED[head]
    elif head.endswith(("s", "x")):
        pass
    else:
        head += "s" if head[-1:] in "aeiouáéó" else "es"
    return f"{head} {rest}" if rest else head


_UNACCENTED = {"ó": "o", "é": "e", "á": "a", "í": "i"}
_ACCENTED = {
    "orden": "órdenes", "imagen": "imágenes", "examen": "exámenes", "margen": "márgenes", "volumen": "volúmenes",
    "resumen": "resúmenes", "origen": "orígenes", "joven": "jóvenes", "ítem": "ítems", "ticket": "tickets",
    "stock": "stocks", "email": "emails", "chef": "chefs",
}  # fmt: skip


def singular_en(word: str) -> str:
    """The English singular of one word by rule; words that only look plural (`status`, `address`) stay."""
    if word.endswith(("ss", "us", "is")) or len(word) < 4:
        return word
    if word.endswith("ies") and len(word) > 4:
        return word[:-3] + "y"
    if word.endswith(("ches", "shes", "xes", "sses", "zzes")):
        return word[:-2]
    return word[:-1] if word.endswith("s") else word


def singular_es(word: str) -> str:
    """The Spanish or Portuguese singular of one word by rule."""
    if word.endswith("iones"):
        return word[:-5] + "ión"
    if word.endswith("ces") and len(word) > 4:
        return word[:-3] + "z"
    if word.endswith("es") and word[-3:-2] in set("lrndjs") and len(word) > 4:
        return word[:-2]
    return word[:-1] if word.endswith("s") and len(word) > 3 else word


def _spellings(term: Term) -> Iterable[str]:
    for word in (*term.es, *term.pt):
        yield word
        yield plural_es(word)
    for extra in (term.es_plural, term.es_feminine):
        if extra:
            yield extra
            yield plural_es(extra)


def _term(part: str, row: dict[str, str]) -> Term:
    forms = tuple(row["es"].split("|"))
    gender: Literal["m", "f"] = "f" if row.get("g") == "f" else "m"
    return Term(
        en=row["en"], es=forms, part=_PARTS[part], gender=gender,
        en_plural=row.get("ens", ""), es_plural=row.get("ess", ""), es_feminine=row.get("esf", ""),
        pt=tuple(filter(None, row.get("pt", "").split("|"))),
        short=tuple(filter(None, row.get("short", "").split("|"))), event=row.get("event", ""),
    )  # fmt: skip


_PARTS: dict[str, Part] = {
    "nouns": "noun", "phrases": "noun", "adjectives": "adjective", "function_words": "function"
}  # fmt: skip
