"""The nearest governed metrics, as questions that are answered. Likeness orders them and chooses nothing."""

from __future__ import annotations

from collections.abc import Sequence

from verity.contracts.question import Language
from verity.reading.naming import every_alias, labels_of, readable
from verity.reading.normalise import Token
from verity.reading.vocabulary import Vocabulary

MOST_SUGGESTIONS = 3
MOST_COMPARED = 2_000


def suggestions(tokens: Sequence[Token], vocabulary: Vocabulary, language: Language) -> tuple[str, ...]:
    """Labels of the metrics whose names share most with the question; the first of the dictionary where none does."""
    from rapidfuzz.fuzz import token_set_ratio

    labels = labels_of(vocabulary.catalog, language)
    metrics = list(vocabulary.metrics.values())[:MOST_COMPARED]
    asked = " ".join(token.key for token in tokens)
    scores = {
        metric.member: max(
            token_set_ratio(asked, text.lower())
            for text in (readable(metric.name), *every_alias(metric.entry.aliases), readable(metric.table))
        )
        for metric in metrics
    }
    order = sorted(range(len(metrics)), key=lambda place: (-scores[metrics[place].member], place))
    return tuple(dict.fromkeys(labels.metric(metrics[place].member) for place in order))[:MOST_SUGGESTIONS]
