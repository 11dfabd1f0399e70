"""The words of one dictionary, as one principal may use it: every phrase and what it may stand for.

Built once for a dictionary, a policy and a data version, then only looked up: a question costs a few hundred dictionary
look-ups, whatever the number of metrics and values.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from functools import cached_property
from typing import Protocol

from verity.data.catalog import Catalog, CatalogColumn, CatalogTable, MetricMember
from verity.reading.aggregates import counts_of, simple_aggregate
from verity.reading.lexicon import lexicon, name_parts
from verity.reading.meaning import Kind, Meaning, Nearness
from verity.reading.naming import entity_names, every_alias, readable
from verity.reading.normalise import words_of
from verity.reading.word_forms import Words, bags, concepts, lemma, singular, singular_phrases

LONGEST_VALUE = 8
"""Words. Longer texts are never typed as a value."""
MOST_LETTERS_OF_A_CODE = 3
MOST_REMEMBERED = 20_000
"""Words of questions whose forms are kept."""

GENERIC_HEADS = name_parts("generic_heads")
"""Last words of column names that say too little to stand for the column."""

UNIT_ENDINGS = name_parts("unit_endings")
"""Last words of column names that are a unit: `product_weight_g` is also called `product weight`."""

_SAID = {"SUM": "total", "AVG": "average", "MIN": "minimum", "MAX": "maximum", "COUNT": "distinct"}


class MemberValues(Protocol):
    """The distinct values of one dimension column, as `query.service` reads them."""

    @property
    def member(self) -> str:
        """`table.column`."""
        ...

    @property
    def values(self) -> tuple[str, ...]:
        """Distinct values as text."""
        ...


def build_vocabulary(catalog: Catalog, values: Sequence[MemberValues] = ()) -> Vocabulary:
    """The vocabulary of a catalog (already narrowed to its principal) and the values that the principal may see."""
    return Vocabulary(catalog, values)


class Vocabulary:
    """Phrases to meanings. `catalog` answers what the members are."""

    def __init__(self, catalog: Catalog, values: Sequence[MemberValues]) -> None:
        self.catalog = catalog
        self.metrics: Mapping[str, MetricMember] = {m.member: m for m in catalog.metrics()}
        self.counts: Mapping[str, tuple[str, ...]] = counts_of(catalog)
        self._exact: dict[Words, set[Meaning]] = {}
        self._singular: dict[Words, set[Meaning]] = {}
        self._bags: dict[Words, set[Meaning]] = {}
        for phrase, meaning in _phrases(catalog):
            self._add(phrase, meaning)
        self._known: dict[str, bool] = {}
        self._values: dict[Words, list[Meaning]] = {}
        self._by_column: dict[str, list[str]] = {}
        for words, meaning in _values(catalog, values):
            held = self._values.setdefault(words, [])
            if meaning not in held:
                held.append(meaning)
                self._by_column.setdefault(meaning.member, []).append(meaning.detail)
        self.longest = max(map(len, (*self._exact, ("",))))
        self.longest_value = max(map(len, (*self._values, ("",))))

    def members_at(self, words: Words) -> frozenset[Meaning]:
        """What a phrase may stand for, apart from values: for each kind by name or alias, else in another number."""
        exact = self._exact.get(words, set())
        kinds = {meaning.kind for meaning in exact}
        found: set[Meaning] = set(exact)
        for phrase in singular_phrases(words):
            for meaning in self._singular.get(phrase, ()):
                if meaning.kind not in kinds:
                    found.add(replace(meaning, nearness=max(meaning.nearness, Nearness.INFLECTED)))
        return frozenset(found)

    def may_read(self, word: str) -> bool:
        """Whether some governed phrase holds the word in any number or language: other words end every phrase."""
        if len(self._known) > MOST_REMEMBERED:
            self._known.clear()
        if word not in self._known:
            forms = {word, *(form for (form,) in singular_phrases((word,)))}
            self._known[word] = not forms.isdisjoint(self._phrase_words) or not concepts(word).isdisjoint(
                self._concepts
            )
        return self._known[word]

    @cached_property
    def has_negatives(self) -> bool:
        """Whether any metric has negative aliases."""
        return any(meaning.kind == "negative" for meanings in self._exact.values() for meaning in meanings)

    @cached_property
    def _phrase_words(self) -> frozenset[str]:
        return frozenset(word for phrase in (*self._exact, *self._singular) for word in phrase)

    @cached_property
    def _concepts(self) -> frozenset[str]:
        return frozenset(concept for bag in self._bags for concept in bag)

    def members_in_bag(self, words: Words) -> frozenset[Meaning]:
        """What a noun phrase may stand for in the other language, or turned round an `of`."""
        found: set[Meaning] = set()
        for bag in bags(words):
            found |= self._bags.get(bag, set())
        return frozenset(replace(m, nearness=max(m.nearness, Nearness.TRANSLATED)) for m in found)

    def members_by_lemma(self, words: Words, language: str) -> frozenset[Meaning]:
        """What a phrase may stand for when each word is taken in its dictionary form."""
        index = self._lemmas_en if language == "en" else self._lemmas_es
        key = tuple(lemma(word, "en" if language == "en" else "es") for word in words)
        return frozenset(replace(m, nearness=Nearness.LEMMA) for m in index.get(key, ()))

    def values_at(self, words: Words) -> Sequence[Meaning]:
        """The values that a phrase may stand for."""
        return self._values.get(words, ())

    def values_of(self, column: str) -> Sequence[str]:
        """The values of `table.column`, as they are stored."""
        return self._by_column.get(column, ())

    def names_with(self, word: str) -> list[str]:
        """The shortest names of metrics and columns that hold a word: what it may have been meant for."""
        phrases = (
            phrase
            for phrase, meanings in self._exact.items()
            if word in phrase and any(m.kind in ("metric", "column") and m.nearness == 0 for m in meanings)
        )
        return [" ".join(phrase) for phrase in sorted(phrases, key=lambda phrase: (len(phrase), phrase))][:3]

    @cached_property
    def names(self) -> tuple[tuple[str, tuple[str, ...]], ...]:
        """Each metric with the texts that it may be looked for by, in the dictionary's order."""
        return tuple(
            (
                member,
                tuple(
                    text.lower()
                    for text in (readable(metric.name), *every_alias(metric.entry.aliases), readable(metric.table))
                ),
            )
            for member, metric in self.metrics.items()
        )

    @cached_property
    def words(self) -> frozenset[str]:
        """Every single word of a governed phrase."""
        return frozenset(word for phrase in self._exact for word in phrase)

    @cached_property
    def value_words(self) -> frozenset[str]:
        """Every single word of a value."""
        return frozenset(word for phrase in self._values for word in phrase)

    @cached_property
    def words_by_length(self) -> Mapping[tuple[int, str], tuple[str, ...]]:
        """Words of phrases and values by length and first letter: the bounded candidates for a typo."""
        found: dict[tuple[int, str], list[str]] = {}
        for word in sorted(self.words | self.value_words):
            if len(word) > MOST_LETTERS_OF_A_CODE and word.isalpha():
                found.setdefault((len(word), word[0]), []).append(word)
        return {key: tuple(words) for key, words in found.items()}

    def is_entity(self, text: str) -> bool:
        """Whether the words are the bare noun of a table's rows."""
        return any(meaning.kind == "entity" for meaning in self.members_at(words_of(text)))

    def column(self, member: str) -> CatalogColumn:
        """The column of `table.name`."""
        table, _, name = member.partition(".")
        return self.catalog.tables[table].columns[name]

    def _add(self, phrase: Words, meaning: Meaning) -> None:
        if not phrase:
            return
        self._exact.setdefault(phrase, set()).add(meaning)
        for form in singular_phrases(phrase):
            self._singular.setdefault(form, set()).add(meaning)
        if meaning.kind in ("metric", "column", "measure"):
            for bag in bags(phrase):
                self._bags.setdefault(bag, set()).add(meaning)

    @cached_property
    def _lemmas_en(self) -> Mapping[Words, set[Meaning]]:
        return self._lemmas("en")

    @cached_property
    def _lemmas_es(self) -> Mapping[Words, set[Meaning]]:
        return self._lemmas("es")

    def _lemmas(self, language: str) -> Mapping[Words, set[Meaning]]:
        found: dict[Words, set[Meaning]] = {}
        for phrase, meanings in self._exact.items():
            key = tuple(lemma(word, "en" if language == "en" else "es") for word in phrase)
            found.setdefault(key, set()).update(meanings)
        return found


def _phrases(catalog: Catalog) -> Iterator[tuple[Words, Meaning]]:
    for metric in catalog.metrics():
        yield from _metric_phrases(catalog, metric)
    for segment in catalog.segments():
        for text in (readable(segment.name), *every_alias(segment.entry.aliases)):
            yield words_of(text), Meaning("segment", segment.member)
    for table in catalog.tables.values():
        if table.entry.hidden:
            continue
        for text in (readable(table.name), *entity_names(table), *every_alias(table.entry.aliases)):
            yield words_of(text), Meaning("entity", table.name)
        for column in table.columns.values():
            if not column.hidden:
                yield from _column_phrases(table, column)
        for name, join in table.joins.items():
            target = catalog.tables.get(join.table)
            if target is not None and not target.entry.hidden:
                yield from _joined_phrases(name, every_alias(join.aliases), target)


def _metric_phrases(catalog: Catalog, metric: MetricMember) -> Iterator[tuple[Words, Meaning]]:
    entry, member = metric.entry, metric.member
    if metric.name not in ("count", "total", "sum", "average"):
        yield words_of(readable(metric.name)), Meaning("metric", member)
    yield words_of(f"{metric.table} {readable(metric.name)}"), Meaning("metric", member)
    for noun in entity_names(catalog.tables[metric.table]):
        yield words_of(f"{noun} {readable(metric.name)}"), Meaning("metric", member)
    for text in every_alias(entry.aliases):
        yield words_of(text), Meaning("metric", member)
    said = simple_aggregate(entry)
    table = catalog.tables[metric.table]
    if said and said.column in table.columns and (said.function != "COUNT" or said.distinct):
        near = Meaning("metric", member, nearness=Nearness.TRANSLATED)
        for words in _column_words(table.columns[said.column]):
            yield (_SAID[said.function], *words), near
            if words[-1] in ("id", "key") and len(words) > 1:
                yield (_SAID[said.function], *words[:-1]), near
            if words[-1] in UNIT_ENDINGS and len(words) > 1:
                yield (_SAID[said.function], *words[:-1]), replace(near, nearness=Nearness.SHORTENED)
    terms: tuple[tuple[Kind, Iterable[str]], ...] = (
        ("implied", every_alias(entry.implied_terms)), ("implied", every_alias(entry.verb_forms)),
        ("contradicts", every_alias(entry.contradicts_terms)), ("negative", every_alias(entry.negative_aliases)),
    )  # fmt: skip
    for kind, texts in terms:
        for text in texts:
            yield words_of(text), Meaning(kind, member)


def _column_words(column: CatalogColumn) -> tuple[Words, ...]:
    aliases = every_alias(column.entry.aliases) if column.entry else ()
    named = dict.fromkeys(words_of(text) for text in (readable(column.name), column.name, *aliases))
    return tuple(words for words in named if words)  # a name such as '%' has none


def _column_phrases(table: CatalogTable, column: CatalogColumn) -> Iterator[tuple[Words, Meaning]]:
    kind: Kind = "measure" if column.kind == "measure" else "column"
    member = column.member
    entities = {words_of(text) for text in entity_names(table)}
    for words in _column_words(column):
        yield words, Meaning(kind, member)
        yield (*words_of(table.name), *words), Meaning(kind, member)
        for entity in entities:
            if words[: len(entity)] != entity:
                yield (*entity, *words), Meaning(kind, member, nearness=Nearness.INFLECTED)
        if words[-1] in UNIT_ENDINGS and len(words) > 1:
            yield words[:-1], Meaning(kind, member, nearness=Nearness.SHORTENED)
    if column.kind == "dimension":
        for words in _shortened(words_of(readable(column.name)), entities):
            yield words, Meaning(kind, member, nearness=Nearness.SHORTENED)


def _shortened(words: Words, entities: Iterable[Words]) -> Iterator[Words]:
    """`customer_state` is also called `state`, `product_category_name` also `product category` and `category`."""
    trimmed = words
    while len(trimmed) > 1 and trimmed[-1] in GENERIC_HEADS:
        trimmed = trimmed[:-1]
    candidates = {trimmed, trimmed[-1:]}
    for entity in entities:
        if trimmed[: len(entity)] == entity:
            candidates.add(trimmed[len(entity) :])
    for candidate in sorted(candidates):
        if candidate and candidate != words and candidate[-1] not in GENERIC_HEADS and candidate not in set(entities):
            yield candidate


def _joined_phrases(join: str, aliases: Iterable[str], target: CatalogTable) -> Iterator[tuple[Words, Meaning]]:
    """`buyer city`: a column behind a join that has a name of its own."""
    entities = {words_of(text) for text in entity_names(target)}
    for text in (join, *aliases):
        name = words_of(text)
        if name in entities or name == words_of(target.name):
            continue
        for column in target.columns.values():
            if column.hidden:
                continue
            kind: Kind = "measure" if column.kind == "measure" else "column"
            for words in _column_words(column):
                stripped = [words[len(entity) :] for entity in entities if words[: len(entity)] == entity]
                for rest in filter(None, (words, *stripped)):
                    yield (*name, *rest), Meaning(kind, column.member, join)


def _values(catalog: Catalog, values: Sequence[MemberValues]) -> Iterator[tuple[Words, Meaning]]:
    for found in values:
        table, _, name = found.member.partition(".")
        column = catalog.tables[table].columns.get(name) if table in catalog.tables else None
        if column is None or column.hidden:
            continue
        exact = bool(column.entry and column.entry.match == "exact_case")
        for value in found.values:
            yield from _value(column.member, value, value, exact)
    for described in catalog.tables.values():
        for column in described.columns.values():
            for entry in column.entry.values if column.entry and not column.hidden else ():
                texts = (entry.label, *entry.labels.values(), *every_alias(entry.aliases), str(entry.value))
                for text in filter(None, texts):
                    exact = text == entry.value and column.entry is not None and column.entry.match == "exact_case"
                    yield from _value(column.member, str(entry.value), text, exact)


def _value(member: str, value: str, text: str, exact: bool) -> Iterator[tuple[Words, Meaning]]:
    words = words_of(text)
    if words and len(words) <= LONGEST_VALUE:
        written = text if text != value else ""
        yield words, Meaning("value", member, value, case_only=exact or is_code(text), written=written)


def is_code(text: str) -> bool:
    """True for a value that could be mistaken for a common word: three letters or fewer, or a word of the lexicon."""
    words = words_of(text)
    letters = sum(len(word) for word in words)
    if letters <= MOST_LETTERS_OF_A_CODE and not text.isdigit():
        return True
    return len(words) == 1 and any(
        word in lexicon(language).function_words or word in lexicon(language).numbers
        for language in ("en", "es")
        for word in (words[0], singular(words[0], language))
    )
