"""Readable phrases out of words: [order, purchase, timestamp] -> order purchase timestamp, fecha de compra del pedido.

Pure and deterministic. What the lexicon knows is said in English and Spanish; a name with a word that it does not know
keeps its own spelling and gets no translation, because half a translation is a wrong one.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from verity.data.draft_vocabulary import FUNCTION_WORDS
from verity.data.lexicon import Term, fold, load_lexicon, plural_en, plural_es, singular_es

Language = Literal["en", "es"]
Gender = Literal["m", "f"]
Segments = list[tuple[str, Term | None]]
Said = list[tuple[str, Term]]


@dataclass(frozen=True)
class Phrase:
    """A name in readable words. Empty where that language's words are not known; `own` is the name's own spelling."""

    own: str
    en: tuple[str, ...]
    es: tuple[str, ...]
    language: Language
    gender: Gender
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


def gender_of(word: str) -> Gender:
    """The gender of a Spanish noun: the lexicon's where it is a first form there, else by its ending."""
    term = _singular_term(word)
    if term is not None and fold(term.es[0]) in (fold(word), fold(singular_es(word))):
        return term.gender
    if fold(word) in _FEMININE or fold(singular_es(word)) in _FEMININE:
        return "f"
    return "f" if fold(word).endswith(("a", "as", "ion", "iones", "dad", "tud", "sis")) else "m"


_FEMININE = frozenset(
    {"orden", "imagen", "parte", "clase", "fuente", "sede", "calle", "serie", "fase", "noche", "base", "clave", "red"}
)
"""Nouns whose ending does not say that they are feminine."""


def with_adjective(phrase: str, adjective: str) -> str:
    """An adjective behind the head of a Spanish phrase, agreeing with it: cuotas de pago -> cuotas totales de pago."""
    described, joined, rest = phrase.partition(" de")
    head = described.partition(" ")[0]
    return f"{described} {_inflected(adjective, gender_of(head), _is_spanish_plural(head))}{joined}{rest}"


def of_the(phrase: str) -> str:
    """A Spanish phrase behind `de` with its article: del precio, de las cuotas."""
    head = phrase.partition(" ")[0]
    feminine, plural = gender_of(head) == "f", _is_spanish_plural(head)
    if plural:
        return f"de {'las' if feminine else 'los'} {phrase}"
    return f"de la {phrase}" if feminine else f"del {phrase}"


def _inflected(adjective: str, gender: Gender, plural: bool) -> str:
    if adjective == "promedio":
        return adjective
    base = adjective[:-1] + "a" if gender == "f" and adjective.endswith("o") else adjective
    return plural_es(base) if plural else base


def _is_spanish_plural(word: str) -> bool:
    return word.endswith("s") and fold(singular_es(word)) != fold(word) and _singular_term(word) is not None


def _singular_term(word: str) -> Term | None:
    known = load_lexicon().foreign
    return known.get(fold(singular_es(word))) or known.get(fold(word))


def _segment(words: Sequence[str], language: Language) -> Segments:
    lexicon = load_lexicon()
    known = lexicon.english if language == "en" else lexicon.foreign
    out: Segments = []
    at = 0
    while at < len(words):
        for size in range(min(lexicon.longest, len(words) - at), 0, -1):
            text = " ".join(words[at : at + size])
            term = known.get(fold(text))
            if language == "en" and fold(text) == "no" and at + 1 < len(words):
                term = lexicon.foreign["no"]  # a number only where it ends the name: InvoiceNo
            if term is not None or size == 1:
                out.append((text, term))
                at += size
                break
    return out


def _known(segments: Segments) -> int:
    return sum(len(text.split()) for text, term in segments if term is not None)


def _gender(segments: Segments, head: int) -> Gender:
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
    adjectives = [t for _, t in before if _describes(t) and not (timely and t.event)]
    described = "".join(f" {_agree(t, head.gender)}" for t in adjectives)
    events = [("", lexicon.english[fold(t.event)]) for _, t in before if timely and t.event]
    nouns = [*events, *((text, t) for text, t in before if t.part == "noun" and not _describes(t))]
    every = frozenset(fold(t.en) for _, t in nouns)
    return tuple(
        dict.fromkeys(
            (plural_es(form) if _is_english_plural(head_text, head) else form) + described + _of_all(nouns, articled)
            for form in head.es
            for articled in (every & entities, frozenset[str](), every)
        )
    )


def _describes(term: Term) -> bool:
    """Adjectives, and nouns that Spanish sets behind another as one: importe total, precio promedio."""
    return term.part == "adjective" or term.en in ("total", "subtotal", "average", "minimum", "maximum")


def _bare(text: str) -> str:
    return " ".join(word for word in fold(text).split() if word not in FUNCTION_WORDS)


def _of_all(nouns: Said, articled: frozenset[str]) -> str:
    return "".join(_of(text, term, fold(term.en) in articled) for text, term in nouns)


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
        known = term.es if term is not None else ()
        forms = [form for one in known for form in (one, plural_es(one)) if _bare(form) == _bare(text)]
        words.append(forms[0] if forms else text)
    spoken = [words[0]] if words else []
    for (_, term), word in zip(segments[1:], words[1:], strict=True):
        joined = term is not None and term.part == "noun" and fold(spoken[-1]) not in FUNCTION_WORDS
        spoken.extend(["de", word] if joined else [word])
    return tuple(dict.fromkeys([own, " ".join(words), " ".join(spoken)]))
