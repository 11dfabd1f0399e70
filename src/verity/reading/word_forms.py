"""One word, several forms: singulars of both languages, lemmas, and the concept that a translated pair shares."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache, lru_cache
from itertools import product

from verity.contracts.question import Language
from verity.data.lexicon import load_lexicon, plural_en, plural_es, singular_en, singular_es
from verity.reading.lexicon import lexicon
from verity.reading.normalise import fold, words_of

Words = tuple[str, ...]

MOST_BAGS = 16
_LANGUAGES: tuple[Language, ...] = ("en", "es")


@lru_cache(maxsize=50_000)
def singular(word: str, language: Language) -> str:
    """The singular of one folded word by rule, folded."""
    if word == "ids":  # too short for the rules, and the commonest plural of column names
        return "id"
    return fold(singular_en(word) if language == "en" else singular_es(word))


def singular_phrases(words: Words) -> tuple[Words, ...]:
    """The phrase with every word in the singular, by the rules of each language."""
    return tuple(dict.fromkeys(tuple(singular(word, language) for word in words) for language in ("en", "es")))


@lru_cache(maxsize=50_000)
def lemma(word: str, language: Language) -> str:
    """The dictionary form of one folded word; loads the word list of the language at first use (0.3 s)."""
    import simplemma

    return fold(simplemma.lemmatize(word, lang=language))


@lru_cache(maxsize=50_000)
def is_real_word(word: str, language: Language) -> bool:
    """True for a word that the language has: it is no typo of another."""
    import simplemma

    return bool(simplemma.is_known(word, lang=language))


@lru_cache(maxsize=50_000)
def concepts(word: str) -> frozenset[str]:
    """What a folded word may mean, as English singulars; the word's own singular where the lexicon has no entry."""
    found = {concept for form in {word, singular(word, "en"), singular(word, "es")} for concept in _concepts_of(form)}
    return frozenset(found) or frozenset({singular(word, "en")})


def bags(words: Words) -> tuple[Words, ...]:
    """The concepts of a phrase, sorted, linking words left out: `valor total de pagos` = `total payment value`."""
    content = [word for word in words if word not in LINKING]
    if not content or len(content) > 8:
        return ()
    choices = [sorted(concepts(word)) for word in content]
    size = 1
    for choice in choices:
        size *= len(choice)
    if size > MOST_BAGS:
        return ()
    return tuple(dict.fromkeys(tuple(sorted(bag)) for bag in product(*choices)))


def says_distinct(text: str) -> bool:
    """Whether `distinct`, `unique` or the like is among the words."""
    found = words_of(text)
    return any("AGG:distinct" in lexicon(each).phrases.get((word,), ()) for word in found for each in _LANGUAGES)


LINKING = frozenset({"of", "the", "de", "del", "la", "el", "los", "las", "a", "s"})
"""Words that part the content words of one noun phrase."""


def _concepts_of(word: str) -> frozenset[str]:
    return _translations().get(word, frozenset())


@cache
def _translations() -> Mapping[str, frozenset[str]]:
    found: dict[str, set[str]] = {}

    def add(form: str, concept: str) -> None:
        words = words_of(form)
        if len(words) == 1:
            found.setdefault(words[0], set()).add(concept)

    terms = {id(term): term for side in (load_lexicon().english, load_lexicon().foreign) for term in side.values()}
    for term in terms.values():
        if term.part == "function" or " " in term.en:
            continue
        for form in (term.en, term.en_plural or plural_en(term.en)):
            add(form, term.en)
        for form in (*term.es, *map(plural_es, term.es), term.es_plural, term.es_feminine):
            add(form, term.en)
            if form:
                add(plural_es(form), term.en)
    for language in ("en", "es"):
        for phrase, categories in lexicon(language).phrases.items():
            for category in categories:
                if category.startswith("AGG:") and len(phrase) == 1:
                    found[phrase[0]] = {category.removeprefix("AGG:")}
    return {form: frozenset(meanings) for form, meanings in found.items()}
