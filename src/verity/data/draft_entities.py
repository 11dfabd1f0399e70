"""What one row of a table is called, in readable words: `shop_order_items_dataset` -> order item, línea de pedido."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from verity.data.draft_phrases import Language, pluralise, read_phrase
from verity.data.draft_words import says_nothing, singular, table_words, words_of
from verity.data.lexicon import fold


@dataclass(frozen=True)
class Entity:
    """`words` are singular, in the name's own language; `en`/`es` singular phrases (es empty where unknown).

    `named` is False where the table's name says no thing; the entity is then a row. `title` are the table's words.
    """

    words: tuple[str, ...]
    en: str
    es: tuple[str, ...]
    language: Language
    named: bool
    title: str
    title_es: str = ""
    short_title: str = ""

    @property
    def plural_en(self) -> str:
        """The plural phrase in English."""
        return pluralise(self.en, "en")

    @property
    def plurals_es(self) -> tuple[str, ...]:
        """The plural phrases in Spanish, the usual one first."""
        return tuple(dict.fromkeys(pluralise(phrase, "es") for phrase in self.es))

    @property
    def slug(self) -> str:
        """The singular as part of a name."""
        return "_".join(self.words)


def read_entities(names: Sequence[str]) -> dict[str, Entity]:
    """The entity of each table, read together because a prefix that most of them share says nothing."""
    shortened = table_words(names)
    singulars = {name: _singular(words) for name, words in shortened.items()}
    known = frozenset(fold(" ".join(words)) for words in singulars.values())
    return {name: _entity(name, shortened[name], singulars[name], known) for name in names}


def _entity(name: str, title: list[str], words: list[str], known: frozenset[str]) -> Entity:
    said = read_phrase(title)
    title_es = said.es[0] if said.language == "en" and said.es else ""
    if says_nothing(title):
        return Entity(
            ("row",), "row", ("fila", "registro"), "en", False, " ".join(words_of(name)), title_es, " ".join(title)
        )
    phrase = read_phrase(words, known)
    own = " ".join(words)
    if phrase.language == "es":
        return Entity(
            tuple(words),
            phrase.en[0] if phrase.en else own,
            tuple(reversed(phrase.es[1:])) or phrase.es,
            "es",
            True,
            " ".join(title),
            "",
        )
    return Entity(tuple(words), phrase.en[-1], phrase.es, "en", True, " ".join(title), title_es)


def _singular(words: list[str]) -> list[str]:
    """English names end in what they count; Spanish names begin with it."""
    if not words:
        return words
    if read_phrase(words).language == "es":
        return [singular(words[0]), *(singular(word) if len(word) > 3 else word for word in words[1:])]
    return [*words[:-1], singular(words[-1])]
