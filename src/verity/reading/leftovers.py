"""Words that nothing reads: other forms of known words, then typos; both are shown as assumptions, never silent."""

from __future__ import annotations

from collections.abc import Iterator

from verity.contracts.question import Language
from verity.reading.lattice import LONGEST_PHRASE, Edge, Lattice, member_edges
from verity.reading.lexicon import lexicon
from verity.reading.meaning import Meaning, Nearness
from verity.reading.vocabulary import Vocabulary
from verity.reading.word_forms import Words, is_real_word

SHORTEST_TYPO = 4
"""Letters. A shorter word is one edit from too many others."""
LONG_WORD = 7
"""Up to so many letters one edit is allowed, above it two."""
LEAST_LIKENESS = 90.0
"""Of rapidfuzz token_sort_ratio over the whole phrase: worst right pair 93, best wrong pair 76 (notes, measured)."""


def with_leftovers(lattice: Lattice, vocabulary: Vocabulary) -> Lattice:
    """The lattice with edges for its unread words, as far as a lemma or a small typo explains them."""
    left = lattice.uncovered()
    if not left or len(left) > 5:
        return lattice
    lattice = lattice.with_edges([edge for place in left for edge in _lemma_edges(lattice, place, vocabulary)])
    still = lattice.uncovered()
    return lattice.with_edges([edge for place in still for edge in _typo_edges(lattice, place, vocabulary)])


def _windows(lattice: Lattice, place: int, longest: int) -> Iterator[tuple[int, int]]:
    """Spans around a token, without crossing a comma."""
    for start in range(max(0, place - longest + 1), place + 1):
        for end in range(place + 1, min(len(lattice.tokens), start + longest) + 1):
            if all(token.key != "," for token in lattice.tokens[start:end]):
                yield start, end


def _lemma_edges(lattice: Lattice, place: int, vocabulary: Vocabulary) -> Iterator[Edge]:
    if lattice.tokens[place].kind != "word" or len(lattice.tokens[place].key) < SHORTEST_TYPO:
        return
    for start, end in _windows(lattice, place, min(vocabulary.longest, LONGEST_PHRASE)):
        words = tuple(token.key for token in lattice.tokens[start:end])
        found = vocabulary.members_by_lemma(words, lattice.language)
        yield from member_edges(start, end, [m for m in found if m.kind in _BY_LEMMA])


_BY_LEMMA = frozenset({"metric", "entity", "column", "measure"})
"""Values and codes are never lemmatised: function words fold into them."""


def _typo_edges(lattice: Lattice, place: int, vocabulary: Vocabulary) -> Iterator[Edge]:
    token = lattice.tokens[place]
    if token.kind != "word" or not is_typo_candidate(token.key, lattice.language):
        return
    for right in corrections(token.key, vocabulary):
        for start, end in _windows(lattice, place, max(vocabulary.longest, vocabulary.longest_value)):
            words = tuple(t.key for t in lattice.tokens[start:end])
            mended = (*words[: place - start], right, *words[place - start + 1 :])
            if _likeness(words, mended) >= LEAST_LIKENESS:
                yield from member_edges(start, end, [_typo(m) for m in _meanings(mended, vocabulary)])


def _meanings(words: Words, vocabulary: Vocabulary) -> list[Meaning]:
    values = [meaning for meaning in vocabulary.values_at(words) if not meaning.case_only]
    return [*vocabulary.members_at(words), *values]


def _typo(meaning: Meaning) -> Meaning:
    return Meaning(meaning.kind, meaning.member, meaning.detail, Nearness.TYPO, meaning.case_only)


def is_typo_candidate(word: str, language: Language) -> bool:
    """A word of four letters or more that the language does not have. A real word is never taken for another."""
    in_lexicon = any(word in lexicon(each).words for each in ("en", "es"))
    return len(word) >= SHORTEST_TYPO and word.isalpha() and not in_lexicon and not is_real_word(word, language)


def corrections(word: str, vocabulary: Vocabulary) -> tuple[str, ...]:
    """The governed words within the edit budget, nearest only. A typo is taken to spare the first letter."""
    from rapidfuzz.distance import OSA

    budget = 1 if len(word) <= LONG_WORD else 2
    found: dict[int, list[str]] = {}
    for length in range(len(word) - budget, len(word) + budget + 1):
        for candidate in vocabulary.words_by_length.get((length, word[0]), ()):
            distance = OSA.distance(word, candidate, score_cutoff=budget)
            if distance <= budget:
                found.setdefault(distance, []).append(candidate)
    return tuple(found[min(found)]) if found else ()


def _likeness(words: Words, mended: Words) -> float:
    from rapidfuzz.fuzz import token_sort_ratio

    return token_sort_ratio(" ".join(words), " ".join(mended))
