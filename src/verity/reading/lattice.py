"""Every reading of every span of the question, before any is chosen."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date

from verity.contracts.question import Language
from verity.reading.dates.phrases import DateReading, dates_at
from verity.reading.lexicon import lexicon
from verity.reading.meaning import Kind, Meaning, Nearness
from verity.reading.normalise import Token
from verity.reading.vocabulary import Vocabulary
from verity.reading.word_forms import LINKING, Words

LONGEST_PHRASE = 9
"""Words of a noun phrase that is read through the lexicon of concepts."""

CATEGORY_OF: dict[Kind, str] = {
    "metric": "METRIC", "entity": "ENTITY", "column": "COLUMN", "measure": "MEASURE", "value": "VALUE",
    "segment": "SEGMENT", "implied": "IMPLIED", "contradicts": "CONTRADICTS",
}  # fmt: skip


@dataclass(frozen=True)
class Edge:
    """The tokens from `start` to `end` (exclusive) read as one category.

    `detail` is the part after the colon of a lexicon category (`month` of `GRAIN:month`); `meanings` are the members
    that the words may stand for; a number and a date carry theirs.
    """

    start: int
    end: int
    category: str
    detail: str = ""
    meanings: tuple[Meaning, ...] = ()
    number: int | float | None = None
    date: DateReading | None = None


@dataclass(frozen=True)
class Lattice:
    """All edges by where they start."""

    tokens: tuple[Token, ...]
    language: Language
    edges: tuple[tuple[Edge, ...], ...]

    def text(self, start: int, end: int) -> str:
        """The words of a span as they were written, a blank between them."""
        return " ".join(token.text for token in self.tokens[start:end])

    def uncovered(self) -> tuple[int, ...]:
        """Tokens that no edge reads at all."""
        covered = {place for edges in self.edges for edge in edges for place in range(edge.start, edge.end)}
        return tuple(place for place in range(len(self.tokens)) if place not in covered)

    def with_edges(self, more: Sequence[Edge]) -> Lattice:
        """The same with more edges."""
        added: list[list[Edge]] = [list(edges) for edges in self.edges]
        for edge in more:
            added[edge.start].append(edge)
        return replace(self, edges=tuple(tuple(edges) for edges in added))


def build_lattice(
    tokens: tuple[Token, ...], vocabulary: Vocabulary, today: date, language: Language, shouted: bool
) -> Lattice:
    """The lattice of a question in one language. `shouted`: written in capitals, so case says nothing."""
    blocked = _negative_spans(tokens, vocabulary)
    edges = []
    for start in range(len(tokens)):
        here = [
            *_lexicon_edges(tokens, start, language),
            *_number_edges(tokens, start, language),
            *(Edge(start, r.end, "DATE", date=r) for r in dates_at(tokens, start, today, language)),
            *_member_edges(tokens, start, vocabulary, language, blocked),
            *_value_edges(tokens, start, vocabulary, shouted),
        ]
        edges.append(tuple(here))
    return Lattice(tokens, language, tuple(edges))


def member_edges(start: int, end: int, meanings: Sequence[Meaning]) -> Iterator[Edge]:
    """One edge for each kind of meaning of a span."""
    for kind, category in CATEGORY_OF.items():
        of_kind = sorted((m for m in meanings if m.kind == kind), key=_by_preference)
        if of_kind:
            yield Edge(start, end, category, meanings=tuple(of_kind))


def _by_preference(meaning: Meaning) -> tuple[int, str, str]:
    return (meaning.nearness, meaning.member, meaning.detail)


def _lexicon_edges(tokens: tuple[Token, ...], start: int, language: Language) -> Iterator[Edge]:
    words = lexicon(language)
    if tokens[start].key == ",":
        yield Edge(start, start + 1, "COMMA")
    for end in range(start + 1, min(len(tokens), start + words.longest) + 1):
        for category in words.phrases.get(tuple(t.key for t in tokens[start:end]), ()):
            name, _, detail = category.partition(":")
            yield Edge(start, end, name, detail)


def _number_edges(tokens: tuple[Token, ...], start: int, language: Language) -> Iterator[Edge]:
    number = tokens[start].number
    if number is None:
        number = lexicon(language).numbers.get(tokens[start].key)
    if number is not None and not (language == "en" and _DECIMAL_OR_THOUSANDS.fullmatch(tokens[start].text)):
        yield Edge(start, start + 1, "NUMBER", number=number)


_DECIMAL_OR_THOUSANDS = re.compile(r"\d{1,3}\.\d{3}")
"""`1.500` is one and a half to an English reader and fifteen hundred to others who write English: no number at all."""


def _member_edges(
    tokens: tuple[Token, ...],
    start: int,
    vocabulary: Vocabulary,
    language: Language,
    blocked: Sequence[tuple[int, int, str]],
) -> Iterator[Edge]:
    longest = max(vocabulary.longest, LONGEST_PHRASE)
    aggregates = lexicon(language).phrases
    for end in range(start + 1, min(len(tokens), start + longest) + 1):
        last = tokens[end - 1].key
        if not vocabulary.may_read(last) and last not in LINKING:
            break
        words = tuple(token.key for token in tokens[start:end])
        found = set(vocabulary.members_at(words))
        if words[0] not in LINKING and words[-1] not in LINKING and end - start <= LONGEST_PHRASE:
            turned = language == "es" or any(
                word in LINKING or any(c.startswith("AGG:") for c in aggregates.get((word,), ())) for word in words
            )
            if turned:
                kinds = {meaning.kind for meaning in found}
                found |= {m for m in vocabulary.members_in_bag(words) if m.kind not in kinds}
        others = _aggregated_metrics(words, vocabulary)
        kept = [
            m
            for m in found
            if not (m.kind == "metric" and others and m.member not in others and m.nearness is not Nearness.EXACT)
        ]
        kept = [
            m for m in kept
            if m.kind != "metric" or not any(s <= start and end <= e and (s, e) != (start, end) and m.member == metric
                                             for s, e, metric in blocked)
        ]  # fmt: skip
        if kept:
            yield from member_edges(start, end, kept)


def _aggregated_metrics(words: Words, vocabulary: Vocabulary) -> frozenset[str]:
    """The metrics that `average` or the like is said of: `average sales` is not the average sale, though it may be
    called so in the singular or turned round; their average is another number."""
    rest = tuple(w for w in words if w not in LINKING and not _is_aggregate(w))
    if not rest or all(not _is_aggregate(w) for w in words):
        return frozenset()
    return frozenset(
        m.member for m in vocabulary.members_at(rest) if m.kind == "metric" and m.nearness is Nearness.EXACT
    )


def _is_aggregate(word: str) -> bool:
    return any(
        category.startswith("AGG:") for each in ("en", "es") for category in lexicon(each).phrases.get((word,), ())
    )


def _negative_spans(tokens: tuple[Token, ...], vocabulary: Vocabulary) -> tuple[tuple[int, int, str], ...]:
    """Spans that are a metric's negative alias: the metric may not be read inside them."""
    if not vocabulary.has_negatives:
        return ()
    return tuple(
        (start, end, meaning.member)
        for start in range(len(tokens))
        for end in range(start + 1, min(len(tokens), start + vocabulary.longest) + 1)
        for meaning in vocabulary.members_at(tuple(token.key for token in tokens[start:end]))
        if meaning.kind == "negative"
    )


def _value_edges(tokens: tuple[Token, ...], start: int, vocabulary: Vocabulary, shouted: bool) -> Iterator[Edge]:
    for end in range(start + 1, min(len(tokens), start + vocabulary.longest_value) + 1):
        span = tokens[start:end]
        found = vocabulary.values_at(tuple(token.key for token in span))
        if not found:
            continue
        text = " ".join(token.text for token in span)
        kept = [m for m in found if not m.case_only or (_is_written(m, text) and not shouted and _is_typed_code(text))]
        as_written = [m for m in kept if _is_written(m, text)]
        written_in = {m.member for m in as_written}
        kept = [m for m in kept if m in as_written or m.member not in written_in]
        yield from member_edges(start, end, kept)


def _is_written(meaning: Meaning, text: str) -> bool:
    return text == (meaning.written or meaning.detail)


def _is_typed_code(value: str) -> bool:
    """A code in capitals or digits can be told from a word; `it` or `no` in small letters cannot."""
    return value != value.lower() or not value.isalpha()


def nearest_nearness(edge: Edge) -> Nearness:
    """How close the closest meaning of an edge is."""
    return min((meaning.nearness for meaning in edge.meanings), default=Nearness.EXACT)
