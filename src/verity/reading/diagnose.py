"""Why no reading covers the question: which words, and what they lack."""

from __future__ import annotations

from collections.abc import Iterator

from verity.contracts.question import Language, Reason
from verity.reading.chart import TooComplex
from verity.reading.codes import not_understood, reason
from verity.reading.grammar import parse
from verity.reading.lattice import Edge, Lattice
from verity.reading.leftovers import corrections, is_typo_candidate
from verity.reading.lexicon import lexicon
from verity.reading.vocabulary import Vocabulary

MOST_WORDS = 8
MOST_TRIED = 6
NEAREST_VALUES = 3
MOST_COMPARED = 2_000

INTENT_CODES = {
    "compare": "not-yet-compare", "forecast": "not-yet-forecast", "recommend": "no-advice", "share": "not-yet-share",
    "cumulative": "not-yet-cumulative", "trend": "not-yet-trend", "cause": "not-yet-cause",
}  # fmt: skip

_WITHOUT_ROLE = {
    "METRIC": "metric-without-role", "ENTITY": "metric-without-role", "MEASURE": "metric-without-role",
    "COLUMN": "dimension-without-role", "VALUE": "value-without-role", "DATE": "period-without-role",
    "GRAIN": "dimension-without-role",
}  # fmt: skip


def unread_words(lattice: Lattice, vocabulary: Vocabulary, language: Language) -> tuple[Reason, ...]:
    """One reason for the words that nothing reads, with what may have been meant; one more for each word that stands
    where a named column's value should."""
    unknown: list[str] = []
    hints: list[str] = []
    reasons = []
    for start, end in _runs(lattice.uncovered()):
        words = tuple(token.text for token in lattice.tokens[start:end])[:MOST_WORDS]
        column = _column_before(lattice, start)
        hint = _hint(lattice, start, end, column, vocabulary, language)
        if column is not None:
            reasons.append(reason("unknown-value", language, words, hint))
        else:
            unknown += words
            hints += [hint] if hint else []
    if unknown:
        reasons.insert(0, not_understood(tuple(dict.fromkeys(unknown))[:MOST_WORDS], language, " ".join(hints)))
    return tuple(reasons)


def intent_reasons(lattice: Lattice, language: Language) -> tuple[Reason, ...]:
    """A reason for each intent word (compare, forecast, advice...) that no longer governed phrase covers."""
    governed = [edge for edges in lattice.edges for edge in edges if edge.meanings]
    found = []
    for edges in lattice.edges:
        for edge in edges:
            inside = any(g.start <= edge.start and edge.end <= g.end for g in governed)
            if edge.category == "INTENT" and not inside:
                found.append(reason(INTENT_CODES[edge.detail], language, (lattice.text(edge.start, edge.end),)))
    return tuple(dict.fromkeys(found))


def without_role(lattice: Lattice, language: Language) -> tuple[Reason, ...]:
    """What stands in the way of a parse: the one recognised span without which the rest would be a question."""
    aggregated = _aggregated_column(lattice)
    if aggregated is not None:
        words = lattice.text(aggregated.start, aggregated.end)
        return (reason("no-such-aggregate", language, (words,)),)
    if not _metric_spans(lattice):
        return (reason("no-metric", language),)
    periods = _periods(lattice)
    if len(periods) > 1:
        said = tuple(lattice.text(edge.start, edge.end) for edge in periods)
        return (reason("period-without-role", language, said),)
    for edge in _content(lattice)[:MOST_TRIED]:
        if _parses_without(lattice, edge):
            return (reason(_WITHOUT_ROLE[edge.category], language, (lattice.text(edge.start, edge.end),)),)
    return (reason("not-understood", language),)


def _periods(lattice: Lattice) -> list[Edge]:
    """The longest date phrases, one after the other."""
    found: list[Edge] = []
    for edges in lattice.edges:
        dates = [edge for edge in edges if edge.category == "DATE"]
        longest = max(dates, key=lambda edge: edge.end, default=None)
        if longest is not None and (not found or found[-1].end <= longest.start):
            found.append(longest)
    return found


def _metric_spans(lattice: Lattice) -> list[Edge]:
    """Metrics, measures and entities that are no part of a longer dimension or value (`customer` of customer state)."""
    edges = [edge for edges in lattice.edges for edge in edges]
    longer = [(e.start, e.end) for e in edges if e.category in ("COLUMN", "VALUE")]
    return [
        edge
        for edge in edges
        if edge.category in ("METRIC", "ENTITY", "MEASURE")
        and not any(s <= edge.start and edge.end <= e and e - s > edge.end - edge.start for s, e in longer)
    ]


def _aggregated_column(lattice: Lattice) -> Edge | None:
    """A column that total, average or the like was asked of, and that has no such metric: an id, a code, a text."""
    metrics = [(e.start, e.end) for edges in lattice.edges for e in edges if e.category == "METRIC"]
    for edges in lattice.edges:
        for edge in edges:
            if edge.category != "AGG" or any(s <= edge.start and edge.end <= e for s, e in metrics):
                continue
            places = {edge.end}
            for _ in range(2):
                places |= {e.end for place in places if place < len(lattice.edges) for e in lattice.edges[place]
                           if e.category in ("OF", "DET")}  # fmt: skip
            columns = [e for place in places if place < len(lattice.edges) for e in lattice.edges[place]
                       if e.category in ("COLUMN", "MEASURE")]  # fmt: skip
            if columns:
                return max(columns, key=lambda e: e.end - e.start)
    return None


def _runs(places: tuple[int, ...]) -> Iterator[tuple[int, int]]:
    start = None
    for place in places:
        if start is None:
            start = place
        if place + 1 not in places:
            yield start, place + 1
            start = None


def _column_before(lattice: Lattice, place: int) -> Edge | None:
    """The column that was named just before an unread word (`with payment type bitcoin`)."""
    linking = {
        (edge.start, edge.end)
        for edges in lattice.edges
        for edge in edges
        if edge.category in ("IS", "NOT", "OF", "DET")
    }
    ends = {place}
    for start, end in sorted(linking, reverse=True):
        if end in ends:
            ends.add(start)
    columns = [edge for edges in lattice.edges for edge in edges if edge.category == "COLUMN" and edge.end in ends]
    return max(columns, key=lambda edge: edge.end - edge.start, default=None)


def _hint(
    lattice: Lattice, start: int, end: int, column: Edge | None, vocabulary: Vocabulary, language: Language
) -> str:
    if column is not None:
        near = _nearest_values(lattice.text(start, end), column, vocabulary)
    else:
        near = _nearest_phrases(lattice, start, end, vocabulary)
    if not near:
        return ""
    quoted = ", ".join(f"'{word}'" for word in near[:NEAREST_VALUES])
    return f"Did you mean {quoted}?" if language == "en" else f"¿Quiso decir {quoted}?"


def _nearest_phrases(lattice: Lattice, start: int, end: int, vocabulary: Vocabulary) -> list[str]:
    """A code in other case, names that hold the word, and governed words one typo away."""
    found: list[str] = []
    for token in lattice.tokens[start:end]:
        if token.key not in lexicon(lattice.language).function_words:
            same = (meaning.detail for meaning in vocabulary.values_at((token.key,)))
            found += [value for value in same if value.casefold() == token.text.casefold() and value != token.text]
        found += vocabulary.names_with(token.key)
        if is_typo_candidate(token.key, lattice.language):
            found += corrections(token.key, vocabulary)
    return list(dict.fromkeys(found))


def _nearest_values(text: str, column: Edge, vocabulary: Vocabulary) -> list[str]:
    """The values of the named column that are most like the word; with few values, the first of them."""
    from rapidfuzz import fuzz, process

    values = [value for meaning in column.meanings for value in vocabulary.values_of(meaning.member)[:MOST_COMPARED]]
    scored = process.extract(text, values, scorer=fuzz.ratio, limit=NEAREST_VALUES, score_cutoff=60)
    return [value for value, _, _ in scored] or (values if len(values) <= NEAREST_VALUES * 2 else [])


def _content(lattice: Lattice) -> list[Edge]:
    """The recognised spans, longest first, one for each span, later ones first."""
    found = {
        (edge.start, edge.end): edge for edges in lattice.edges for edge in edges if edge.category in _WITHOUT_ROLE
    }
    return sorted(found.values(), key=lambda edge: (edge.start - edge.end, -edge.start))


def _parses_without(lattice: Lattice, edge: Edge) -> bool:
    """Whether the other words are a question. Edges are moved as if the span had not been written."""
    width = edge.end - edge.start

    def moved(place: int) -> int:
        return place if place <= edge.start else place - width

    kept: list[list[Edge]] = [[] for _ in range(len(lattice.tokens) - width)]
    for edges in lattice.edges:
        for each in edges:
            if each.end <= edge.start or each.start >= edge.end:
                kept[moved(each.start)].append(
                    Edge(
                        moved(each.start),
                        moved(each.end),
                        each.category,
                        each.detail,
                        each.meanings,
                        each.number,
                        each.date,
                    )
                )
    tokens = lattice.tokens[: edge.start] + lattice.tokens[edge.end :]
    try:
        return bool(tokens) and bool(parse(Lattice(tokens, lattice.language, tuple(map(tuple, kept)))))
    except TooComplex:
        return False
