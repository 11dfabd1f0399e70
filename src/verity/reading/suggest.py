"""The nearest governed metrics, as questions that are answered. Likeness orders them and chooses nothing."""

from __future__ import annotations

from collections.abc import Sequence

from verity.contracts.question import Language
from verity.reading.naming import labels_of
from verity.reading.normalise import Token
from verity.reading.vocabulary import Vocabulary

MOST_SUGGESTIONS = 3
MOST_COMPARED = 2_000


def suggestions(tokens: Sequence[Token], vocabulary: Vocabulary, language: Language) -> tuple[str, ...]:
    """Labels of the metrics whose names share most with the question; the first of the dictionary where none does."""
    from rapidfuzz.fuzz import token_set_ratio

    labels = labels_of(vocabulary.catalog, language)
    asked = " ".join(token.key for token in tokens)
    scores = [max(token_set_ratio(asked, text) for text in texts) for _, texts in vocabulary.names[:MOST_COMPARED]]
    order = sorted(range(len(scores)), key=lambda place: (-scores[place], place))
    members = [vocabulary.names[place][0] for place in order[: MOST_SUGGESTIONS * 2]]
    return tuple(dict.fromkeys(labels.metric(member) for member in members))[:MOST_SUGGESTIONS]
