"""The closed list of intents, told by rule from the words, and from the reading where there is one."""

from __future__ import annotations

from verity.contracts.question import Intent, IntentResult, Language, Resolution
from verity.reading.explain import asks_for_explanation
from verity.reading.lexicon import lexicon
from verity.reading.normalise import LONGEST_QUESTION, Token, detect_language, tokens_of

_OF_WORDS = {"compare": Intent.COMPARE_PERIODS, "forecast": Intent.FORECAST}
_AGGREGATING = frozenset({"HOWMANY", "HOWMUCH", "AGG", "BY", "EACH", "EVERY", "TOP", "BOTTOM", "MOST", "LEAST"})

CERTAIN, LIKELY, PLAIN = 1.0, 0.9, 0.5


def classify(text: str, resolution: Resolution | None = None) -> IntentResult:
    """The intent of a question. A resolution that stands decides; before it, or without one, the words do.

    `unknown` only where there is nothing to read at all: a question that is merely not understood still asks for data.
    """
    if resolution is not None and resolution.status == "resolved":
        return _of_resolution(resolution)
    tokens = tokens_of(text[:LONGEST_QUESTION])
    if not any(token.kind != "mark" for token in tokens):
        return IntentResult(intent=Intent.UNKNOWN, confidence=CERTAIN)
    if asks_for_explanation(tokens):
        return IntentResult(intent=Intent.EXPLAIN_DATA, confidence=LIKELY, needs=("text",))
    details, categories = _lexicon_roles(tokens)
    for word, intent in _OF_WORDS.items():
        if word in details:
            needs = ("data", "forecast", "chart") if intent is Intent.FORECAST else ("data", "chart")
            return IntentResult(intent=intent, confidence=LIKELY, needs=needs)
    if categories & _AGGREGATING:
        return IntentResult(intent=Intent.AGGREGATE_METRICS, confidence=LIKELY, needs=("data", "chart"))
    return IntentResult(intent=Intent.QUERY_DATA, confidence=PLAIN, needs=("data",))


def _of_resolution(resolution: Resolution) -> IntentResult:
    query = resolution.query
    if query is None:
        return IntentResult(intent=Intent.EXPLAIN_DATA, confidence=CERTAIN, needs=("text",))
    if query.compare is not None:
        return IntentResult(intent=Intent.COMPARE_PERIODS, confidence=CERTAIN, needs=("data", "chart"))
    if query.metrics:
        return IntentResult(intent=Intent.AGGREGATE_METRICS, confidence=CERTAIN, needs=("data", "chart"))
    return IntentResult(intent=Intent.QUERY_DATA, confidence=CERTAIN, needs=("data",))


def _lexicon_roles(tokens: tuple[Token, ...]) -> tuple[frozenset[str], frozenset[str]]:
    """The intent words and the categories of every phrase of the closed lexicon in the text."""
    details: set[str] = set()
    categories: set[str] = set()
    languages: tuple[Language, ...] = detect_language(tokens)
    for words in (lexicon(language) for language in languages):
        for start in range(len(tokens)):
            for end in range(start + 1, min(len(tokens), start + words.longest) + 1):
                for category in words.phrases.get(tuple(token.key for token in tokens[start:end]), ()):
                    name, _, detail = category.partition(":")
                    categories.add(name)
                    if name == "INTENT":
                        details.add(detail)
    return frozenset(details), frozenset(categories)
