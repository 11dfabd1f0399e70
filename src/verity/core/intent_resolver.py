"""Place a question in the closed list of intents. It only classifies; it runs no tool.

The classifier proposes (rules today, a model where one is set up); the parse disposes: a label stands only where the
question, as it was understood, has that shape. So a wrong or hostile classifier changes no number.
"""

from __future__ import annotations

from typing import Literal

from verity.contracts.question import Intent, IntentResult, Resolution
from verity.core.ports import IntentClassifier
from verity.exceptions import IntentNotRecognized

Need = Literal["data", "chart", "text", "forecast"]

NEEDS: dict[Intent, tuple[Need, ...]] = {
    Intent.QUERY_DATA: ("data",),
    Intent.AGGREGATE_METRICS: ("data", "chart"),
    Intent.COMPARE_PERIODS: ("data", "chart"),
    Intent.FORECAST: ("data", "forecast", "chart"),
    Intent.EXPLAIN_DATA: ("text",),
    Intent.UNKNOWN: (),
}
"""What each intent needs, where the classifier's own list does not stand."""


class IntentResolver:
    """Accepts a classifier's label where the parse agrees with it."""

    def __init__(self, classifier: IntentClassifier) -> None:
        self._classify = classifier

    def first(self, text: str) -> IntentResult:
        """What the words alone say, before anything was read."""
        return self._classify(text, None)

    def settle(self, text: str, resolution: Resolution) -> IntentResult:
        """The intent of a question that has been read.

        Raises `IntentNotRecognized` where the classifier knows none and no reading stands: ask back.
        """
        proposed = self._classify(text, resolution)
        shapes = _shapes(resolution)
        if shapes:
            return proposed if proposed.intent in shapes else _certain(shapes[0])
        if proposed.intent is Intent.UNKNOWN and resolution.status == "refused":
            raise IntentNotRecognized(
                "the question fits none of the things that can be asked", remedy="Name a metric, or ask what exists."
            )
        return proposed


def _shapes(resolution: Resolution) -> tuple[Intent, ...]:
    """The intents that a resolved question may have, likeliest first; empty where it is not resolved."""
    if resolution.status != "resolved":
        return ()
    query = resolution.query
    if query is None:
        return (Intent.EXPLAIN_DATA,)
    if query.compare is not None:
        return (Intent.COMPARE_PERIODS, Intent.FORECAST)
    if query.metrics and not query.ungrouped:
        return (Intent.AGGREGATE_METRICS, Intent.FORECAST)
    return (Intent.QUERY_DATA,)


def _certain(intent: Intent) -> IntentResult:
    """The parse is by rule: where it says so, it is so."""
    return IntentResult(intent=intent, confidence=1.0, needs=NEEDS[intent])
