"""Questions about the dictionary itself, answered from it: `how is revenue defined?`, `what can I ask?`."""

from __future__ import annotations

from collections.abc import Sequence

from verity.contracts.question import Language
from verity.reading.lexicon import lexicon
from verity.reading.naming import labels_of
from verity.reading.normalise import Token
from verity.reading.vocabulary import Vocabulary
from verity.reading.word_forms import Words

MOST_LISTED = 20

_DEFINE: dict[Language, tuple[tuple[str, str], ...]] = {
    "en": (
        ("how is", "defined"), ("how is", "calculated"), ("how is", "computed"), ("how are", "defined"),
        ("how are", "calculated"), ("how do you calculate", ""), ("how do you define", ""), ("what does", "mean"),
        ("what is the definition of", ""), ("what is the meaning of", ""), ("define", ""), ("definition of", ""),
        ("explain", ""),
    ),
    "es": (
        ("como se define", ""), ("como se definen", ""), ("como se calcula", ""), ("como se calculan", ""),
        ("que significa", ""), ("que significan", ""), ("cual es la definicion de", ""), ("define", ""),
        ("definicion de", ""), ("explica", ""), ("explicame", ""), ("que quiere decir", ""),
    ),
}  # fmt: skip

_LIST: dict[Language, tuple[str, ...]] = {
    "en": ("what can i ask", "what can you answer", "what metrics are there", "which metrics are there",
           "what metrics do you have", "which metrics do you have", "list metrics", "list all metrics", "help"),
    "es": ("que puedo preguntar", "que metricas hay", "que metricas tienes", "cuales metricas hay", "lista de metricas",
           "que puedes responder", "ayuda"),
}  # fmt: skip


def explanation(tokens: Sequence[Token], vocabulary: Vocabulary, language: Language) -> str | None:
    """The dictionary's text where the whole question asks for a definition or for what exists; else None."""
    words = tuple(token.key for token in tokens)
    if any(" ".join(words) in questions for questions in _LIST.values()):
        return _listed(vocabulary, language)
    inner = _what_is_defined(words)
    return _definition(inner, vocabulary, language) if inner else None


def asks_for_explanation(tokens: Sequence[Token]) -> bool:
    """Whether the words have the form of a question about the dictionary."""
    words = tuple(token.key for token in tokens)
    return any(" ".join(words) in questions for questions in _LIST.values()) or bool(_what_is_defined(words))


def _what_is_defined(words: Words) -> Words:
    for forms in _DEFINE.values():
        for opening, closing in forms:
            inner = _between(words, tuple(opening.split()), tuple(closing.split()))
            if inner:
                return inner
    return ()


def _between(words: Words, opening: Words, closing: Words) -> Words:
    if words[: len(opening)] != opening or (closing and words[-len(closing) :] != closing):
        return ()
    inner = words[len(opening) : len(words) - len(closing)]
    return inner[1:] if inner and inner[:1] in {("the",), ("el",), ("la",), ("los",), ("las",)} else inner


def _definition(words: Words, vocabulary: Vocabulary, language: Language) -> str | None:
    """The definitions of all metrics that the words name exactly; nothing else may stand beside them."""
    found = sorted({m.member for m in vocabulary.members_at(words) if m.kind == "metric"})
    if not found:
        return None
    labels = labels_of(vocabulary.catalog, language)
    lines = []
    for member in found:
        entry = vocabulary.metrics[member].entry
        condition = f" ({'where' if language == 'en' else 'donde'} {entry.filter})" if entry.filter else ""
        described = f": {entry.description.rstrip('.')}." if entry.description else "."
        lines.append(f"{labels.metric(member)} ({member}){described} = {entry.definition}{condition}")
    return "\n".join(lines)


def _listed(vocabulary: Vocabulary, language: Language) -> str:
    labels = labels_of(vocabulary.catalog, language)
    names = [labels.metric(member) for member in vocabulary.metrics]
    more = len(names) - MOST_LISTED
    listed = ", ".join(names[:MOST_LISTED]) + (f" (+{more})" if more > 0 else "")
    return f"{'You can ask for' if language == 'en' else 'Puede preguntar por'}: {listed}, " + (
        f"{lexicon(language).texts['by']} {'month or a dimension' if language == 'en' else 'mes o una dimensión'}."
    )
