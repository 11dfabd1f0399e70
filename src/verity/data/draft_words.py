"""Readable words out of physical names: `CustomerID` -> customer id, `order_purchase_timestamp` -> fecha de compra del pedido.

Pure and deterministic. A name is split where its writer split it (underscores, spaces, capitals, digits stay with their
word); what the lexicon knows gets English and Spanish phrases, what it does not know keeps its own spelling.
"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Literal

from verity.data.lexicon import Term, fold, load_lexicon, plural_en, plural_es, singular_en, singular_es

Language = Literal["en", "es"]

STRONG_ID = frozenset({"id", "ids", "uuid", "guid", "key", "pk", "fk", "sk", "oid", "identifier", "identificador"})
CODE_LIKE = frozenset(
    [
        "code",
        "cod",
        "codigo",
        "no",
        "num",
        "nr",
        "nbr",
        "number",
        "numero",
        "sku",
        "ean",
        "upc",
        "isbn",
        "iban",
        "barcode",
        "ref",
        "reference",
        "referencia",
        "serial",
        "folio",
        "matricula",
        "cuit",
        "cpf",
        "cnpj",
        "nif",
        "sequential",
        "sequencial",
        "seq",
        "sequence",
        "line",
        "linenumber",
    ]
)
_GENERIC_SUFFIXES = frozenset(
    [
        "dataset",
        "data",
        "table",
        "tbl",
        "tabla",
        "raw",
        "export",
        "dump",
        "csv",
        "tsv",
        "json",
        "parquet",
        "xlsx",
        "final",
    ]
)
_GENERIC_PREFIXES = frozenset(["tbl", "tb", "t", "dim", "fact", "fct", "stg", "src", "raw", "vw"])
_FUNCTION_WORDS = frozenset(
    [
        "with",
        "without",
        "no",
        "of",
        "for",
        "by",
        "in",
        "at",
        "on",
        "from",
        "to",
        "per",
        "and",
        "or",
        "not",
        "de",
        "del",
        "la",
        "el",
        "los",
        "las",
        "con",
        "sin",
    ]
)
_SPLIT = re.compile(r"[^\w]+|_+")
_CAMEL = re.compile(r"(?<=[a-zà-ÿ0-9])(?=[A-ZÀ-Þ])|(?<=[A-ZÀ-Þ])(?=[A-ZÀ-Þ][a-zà-ÿ])")


def snake_case(text: str) -> str:
    """A name safe in every layer: lower case, words joined by `_`, letters of any script kept, never empty, at most
    63 bytes (what PostgreSQL keeps), a digit never first. The same text always gives the same name."""
    words = words_of(text) or ["table"]
    name = "_".join(words)
    if name[0].isdigit():
        name = f"t_{name}"
    if len(name.encode()) <= 63:
        return name
    return f"{name.encode()[:54].decode(errors='ignore').rstrip('_')}_{_digest(name)}"


def words_of(name: str) -> list[str]:
    """The words of a physical name, lower case: `CustomerID` -> [customer, id]; `order-items` -> [order, items]."""
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
    return last in CODE_LIKE or (first in {"cod", "codigo", "sku", "ref"} and len(words) > 1)


def without_id(words: Sequence[str]) -> list[str]:
    """The words that an id names: [order, id] -> [order]; [id, cliente] -> [cliente]; [id] -> []."""
    kept = list(words)
    marks = STRONG_ID | (CODE_LIKE - {"line"})
    while kept and fold(kept[-1]) in marks:
        kept.pop()
    while kept and fold(kept[0]) in STRONG_ID | {"cod", "codigo", "num", "no"}:
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
        while len(kept) > 1 and kept[-1] in _GENERIC_SUFFIXES:
            kept = kept[:-1]
        while len(kept) > 1 and kept[0] in _GENERIC_PREFIXES:
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


@dataclass(frozen=True)
class Phrase:
    """A name in readable words. Empty where that language's words are not known; `own` is the name's own spelling."""

    own: str
    en: tuple[str, ...]
    es: tuple[str, ...]
    language: Language
    gender: Literal["m", "f"]
    known: bool
    """False when no word of it is in the lexicon."""


def read_phrase(words: Sequence[str], entities: frozenset[str] = frozenset()) -> Phrase:
    """Read words as a phrase of English or Spanish and say it in both. `entities` are the folded singular words that
    name tables: `customer state` is then *estado del cliente*, not only *estado de cliente*."""
    terms_en, terms_es = _segment(words, "en"), _segment(words, "es")
    language: Language = "es" if _known(terms_es) > _known(terms_en) else "en"
    own = " ".join(words)
    if language == "en":
        whole = all(term is not None for _, term in terms_en)
        es = _spanish(terms_en, entities) if whole else ()
        return Phrase(own, _english_variants(own, terms_en), es, "en", _gender(terms_en, -1), _known(terms_en) > 0)
    whole = all(term is not None for _, term in terms_es)
    en = (_english_from_spanish(terms_es),) if whole else ()
    es = _accented(own, terms_es)
    return Phrase(own, en, es, "es", _gender(terms_es, 0), True)


def pluralise(phrase: str, language: Language) -> str:
    """The plural of an entity's phrase: `order item` -> order items, `línea de pedido` -> líneas de pedido."""
    if not phrase:
        return phrase
    lexicon = load_lexicon()
    if language == "es":
        term = lexicon.foreign.get(fold(phrase))
        if term is not None and term.es_plural and fold(term.es[0]) == fold(phrase):
            return term.es_plural
        return plural_es(phrase)
    head, _, last = phrase.rpartition(" ")
    term = lexicon.english.get(fold(last))
    plural = term.en_plural if term is not None and term.en_plural and fold(term.en) == fold(last) else plural_en(last)
    return f"{head} {plural}" if head else plural


def says_nothing(words: Sequence[str]) -> bool:
    """True for table words that name no thing, only a manner: [with, invoice], [full, no, invoice], [2024]."""
    return not words or any(fold(word) in _FUNCTION_WORDS for word in words) or all(w.isdigit() for w in words)


Segments = list[tuple[str, Term | None]]


def _segment(words: Sequence[str], language: Language) -> Segments:
    lexicon = load_lexicon()
    known = lexicon.english if language == "en" else lexicon.foreign
    out: Segments = []
    at = 0
    while at < len(words):
        for size in range(min(lexicon.longest, len(words) - at), 0, -1):
            text = " ".join(words[at : at + size])
            term = known.get(fold(text))
            if term is not None or size == 1:
                out.append((text, term))
                at += size
                break
    return out


def _known(segments: Segments) -> int:
    return sum(len(text.split()) for text, term in segments if term is not None)


def _gender(segments: Segments, head: int) -> Literal["m", "f"]:
    if not segments:
        return "m"
    term = segments[head][1]
    return term.gender if term is not None else "m"


def _english_variants(own: str, segments: Segments) -> tuple[str, ...]:
    """The name's own words first, then with abbreviations and misspellings written out (`qty` -> quantity)."""
    full = " ".join(
        text if term is None or fold(text) == fold(term.en_plural or plural_en(term.en)) else term.en
        for text, term in segments
    )
    plain = [own, full]
    if segments and segments[-1][0] == "at" and len(segments) > 1 and segments[-2][1] is not None:
        event = segments[-2][1]
        stem = [text for text, _ in segments[:-2]] + [event.event or event.en, "date"]
        plain.append(" ".join(stem))
    return tuple({fold(text): text.lower() for text in reversed(plain)}.values())[::-1]


def _spanish(segments: Segments, entities: frozenset[str]) -> tuple[str, ...]:
    """Head first, then each modifier from the nearest to the farthest: [customer, state] -> estado del cliente."""
    said = [(text, term) for text, term in segments if term is not None]
    if any(term.part == "function" for _, term in said[:-1]) or said[0][1].part == "function":
        return (" ".join(term.es[0] for _, term in said),)
    if len(said) > 1 and said[-1][1].en in _LANGUAGES:
        return tuple(f"{phrase} en {said[-1][1].es[0]}" for phrase in _spanish([*said[:-1]], entities))
    lexicon = load_lexicon()
    if said[-1][1].part == "function":  # order approved at: a time
        said = [*said[:-1], ("date", lexicon.english["date"])]
    head_text, head = said[-1]
    timely = head.en in _TIME_HEADS
    before = list(reversed(said[:-1]))
    adjectives = "".join(
        f" {_agree(t, head.gender)}" for _, t in before if t.part == "adjective" and not (timely and t.event)
    )
    events = [("", lexicon.english[fold(t.event)]) for _, t in before if timely and t.event]
    nouns = [*events, *((text, t) for text, t in before if t.part == "noun")]
    phrases = []
    for form in head.es:
        first = plural_es(form) if _is_english_plural(head_text, head) else form
        for article in (True, False) if any(fold(t.en) in entities for _, t in nouns) else (False,):
            phrases.append(
                first + adjectives + "".join(_of(text, t, article and fold(t.en) in entities) for text, t in nouns)
            )
    return tuple(dict.fromkeys(phrases))


def _of(text: str, term: Term, article: bool) -> str:
    if _is_english_plural(text, term):
        return f" de {term.es_plural or plural_es(term.es[0])}"
    if article:
        return (" del " if term.gender == "m" else " de la ") + term.es[0]
    return f" de {term.es[0]}"


def _is_english_plural(text: str, term: Term) -> bool:
    plural = term.en_plural or plural_en(term.en)
    return fold(text) == fold(plural) != fold(term.en)


_LANGUAGES = frozenset({"English", "Spanish", "Portuguese", "French", "German"})
_TIME_HEADS = frozenset({"date", "timestamp", "datetime", "time", "day", "month", "year"})


def _agree(term: Term, gender: str) -> str:
    return (term.es_feminine or term.es[0]) if gender == "f" else term.es[0]


def _english_from_spanish(segments: Segments) -> str:
    """Spanish is head first: [fecha, pedido] -> order date; an adjective goes before its noun, function words go."""
    terms = [term for _, term in segments if term is not None and term.part != "function"]
    plural_head = bool(segments) and terms and _is_plural(segments[0][0], terms[0])
    words = [term.en for term in reversed(terms)]
    if plural_head:
        words[-1] = terms[0].en_plural or plural_en(words[-1])
    return " ".join(words)


def _is_plural(text: str, term: Term) -> bool:
    plurals = {fold(plural_es(form)) for form in (*term.es, *term.pt)} | {fold(term.es_plural)}
    singles = {fold(form) for form in (*term.es, *term.pt)}
    return fold(text) in plurals - singles


def _accented(own: str, segments: Segments) -> tuple[str, ...]:
    """The own words, then with the lexicon's accents, then joined as people say them (`fecha de pedido`)."""
    words = []
    for text, term in segments:
        forms = [
            form for form in (term.es if term else ()) for form in (form, plural_es(form)) if fold(form) == fold(text)
        ]
        words.append(forms[0] if forms else text)
    spoken = [words[0]] if words else []
    for (_, term), word in zip(segments[1:], words[1:], strict=True):
        joined = term is not None and term.part == "noun" and fold(spoken[-1]) not in _FUNCTION_WORDS
        spoken.extend(["de", word] if joined else [word])
    return tuple(dict.fromkeys([own, " ".join(words), " ".join(spoken)]))


def gender_of(word: str) -> Literal["m", "f"]:
    """The gender of a Spanish noun: the lexicon's where it is a first form there, else by its ending."""
    term = load_lexicon().foreign.get(fold(word))
    if term is not None and fold(term.es[0]) == fold(word):
        return term.gender
    return "f" if fold(word).endswith(("a", "ion", "dad", "tud", "sis")) else "m"


def _digest(text: str) -> str:
    import hashlib

    return hashlib.sha256(text.encode()).hexdigest()[:8]
