"""What members are called in words: readable names, entity nouns with their plurals, labels that read back uniquely."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from functools import lru_cache
from typing import Literal

from verity.contracts.question import Language
from verity.data.catalog import TO_MANY, Catalog, CatalogTable
from verity.data.lexicon import plural_en, plural_es
from verity.reading.aggregates import counts_of, simple_aggregate
from verity.reading.lexicon import lexicon
from verity.reading.normalise import words_of
from verity.reading.word_forms import says_distinct

AliasMap = Mapping[Literal["any", "en", "es"], tuple[str, ...]]

GENERIC_METRICS = frozenset({"count", "total", "sum", "average"})


_HUMP = re.compile(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])")


def readable(name: str) -> str:
    """`order_status` as `order status`, `InvoiceDate` as `Invoice Date`."""
    return " ".join(_HUMP.sub(" ", name.replace("_", " ").replace("-", " ")).split())


def every_alias(aliases: AliasMap) -> tuple[str, ...]:
    """The aliases of every language."""
    return tuple(dict.fromkeys(text for texts in aliases.values() for text in texts))


def aliases_in(aliases: AliasMap, language: Language) -> tuple[str, ...]:
    """The aliases said to be of one language."""
    return aliases.get(language, ())


def entity(table: CatalogTable, language: Language) -> str:
    """What one row is called, singular, lower case: the dictionary's word, else the table's name."""
    said = table.entry.entity
    if isinstance(said, dict):
        return said.get(language) or next(iter(said.values()), readable(table.name))
    return said or readable(table.name)


def entity_names(table: CatalogTable) -> tuple[str, ...]:
    """The entity's nouns in both languages, singular and plural."""
    return tuple(dict.fromkeys(_entity_names(table)))


def plural_entity(table: CatalogTable, language: Language) -> str:
    """What several rows are called."""
    said = table.entry.entity
    if said is None:
        return readable(table.name)
    spanish = isinstance(said, dict) and language == "es" and "es" in said
    return plural_es(entity(table, "es")) if spanish else plural_en(entity(table, language))


def _entity_names(table: CatalogTable) -> Iterator[str]:
    said = table.entry.entity
    if isinstance(said, dict):
        for language, noun in said.items():
            yield noun
            yield plural_es(noun) if language == "es" else plural_en(noun)
    elif said:
        yield from (said, plural_en(said), plural_es(said))


def first(texts: Iterable[str], otherwise: str) -> str:
    """The first text, else another."""
    return next(iter(texts), otherwise)


class Labels:
    """What each member is called in one language, so that the words read back to that member alone."""

    def __init__(self, catalog: Catalog, language: Language) -> None:
        self.catalog, self.language = catalog, language
        self._counts = counts_of(catalog)
        self._nouns = [plural_entity(table, language) for table in catalog.tables.values()]
        self._metric_owners = _owners(
            (words_of(text), metric.member)
            for metric in catalog.metrics()
            for text in (readable(metric.name), *every_alias(metric.entry.aliases))
        )
        self._column_owners = _owners(
            (words_of(text), column.member)
            for table in catalog.tables.values()
            for column in table.columns.values()
            for text in (readable(column.name), *(every_alias(column.entry.aliases) if column.entry else ()))
        )

    def metric(self, member: str) -> str:
        """The label of a metric: an alias of the language or its readable name, else with its table's name."""
        metric = self.catalog.metric(member)
        table = self.catalog.tables[metric.table]
        said = [*aliases_in(metric.entry.aliases, self.language)]
        if metric.name in GENERIC_METRICS:
            said += metric.entry.aliases.get("any", ())
        else:
            said.insert(0 if self.language == "en" else len(said), readable(metric.name))
        wordless = self.language == "es" and not aliases_in(metric.entry.aliases, "es")
        only_count = self._counts.get(metric.table) == (metric.member,) and table.entry.entity is not None
        if only_count and (wordless or metric.name in GENERIC_METRICS):
            return lexicon(self.language).texts["count"].format(entity=plural_entity(table, self.language))
        own = {words_of(text): text for text in said if self._metric_owners.get(words_of(text)) == {metric.member}}
        if own and says_distinct(first(own.values(), "")) and counts_of_the_same(self.catalog, self._counts, member):
            words = lexicon(self.language).texts["of_table"]
            return words.format(metric=first(own.values(), ""), table=self._table(table))
        return first(own.values(), f"{self._table(table)} {readable(metric.name)}")

    def column(self, member: str) -> str:
        """The label of `root.join.column`: its readable name or an alias, with its entity where two share the name."""
        root, *joins, name = member.split(".")
        dimension = self.catalog.column(root, joins, name)
        if dimension is None:
            return readable(name)
        column = dimension.column
        said = [*(aliases_in(column.entry.aliases, self.language) if column.entry else ())]
        said.insert(0 if self.language == "en" else len(said), readable(name))
        own = [text for text in said if not self._rivals(words_of(text), column.member, root)]
        label = first(own, "") or f"{self._table(self.catalog.tables[column.table])} {readable(name)}"
        if joins and len(self.catalog.paths(root, column.table)) > 1:
            return f"{readable(joins[-1])} {readable(name)}"
        return label

    def _rivals(self, words: tuple[str, ...], member: str, root: str) -> set[str]:
        """Other columns of these words that a question about `root` could mean."""
        reach = self.catalog.reachable(root)
        key = shared_key(self.catalog, member)
        return {
            other
            for other in self._column_owners.get(words, {""})
            if not other or (other.partition(".")[0] in reach and shared_key(self.catalog, other) != key)
        }

    def _table(self, table: CatalogTable) -> str:
        """What tells the table's members from others of the same name: its entity, else its own name."""
        noun = plural_entity(table, self.language)
        return readable(table.name) if self._nouns.count(noun) > 1 else noun

    def time(self, metrics: Iterable[str]) -> str | None:
        """The label of the one time column that all metrics have, else None."""
        members = {time_member(self.catalog, metric) for metric in metrics}
        only = members.pop() if len(members) == 1 else None
        return self.column(only) if only else None


@lru_cache(maxsize=16)
def labels_of(catalog: Catalog, language: Language) -> Labels:
    """The labels of a catalog, made once."""
    return Labels(catalog, language)


def time_member(catalog: Catalog, metric: str) -> str | None:
    """`table.column` (or over joins) of a metric's own time column; None where it has none."""
    member = catalog.metric(metric)
    column = member.entry.time_column or catalog.tables[member.table].time_column
    return f"{member.table}.{column}" if column else None


def nearest_side(member: str, catalog: Catalog) -> str:
    """The same key with the fewest joins: `items.seller.seller_id` is `items.seller_id`, which joins to it."""
    root, *joins, name = member.split(".")
    while joins:
        table = catalog.usable_tables[root]
        for join in joins[:-1]:
            table = catalog.usable_tables[table.joins[join].table]
        own = [near for near, target in _joined_on(table, joins[-1]) if target == name and near in table.columns]
        if not own or table.columns[own[0]].hidden:
            break
        joins, name = joins[:-1], own[0]
    return ".".join((root, *joins, name))


def shared_key(catalog: Catalog, member: str) -> str:
    """The column that a foreign key's joins lead to, `table.column`: `order_id` of items and of orders are one name."""
    seen = {member}
    while True:
        table, _, name = member.partition(".")
        joins = catalog.usable_tables[table].joins
        ends = [
            f"{join.table}.{target}"
            for key, join in joins.items()
            if join.type not in TO_MANY
            for own, target in _joined_on(catalog.usable_tables[table], key)
            if own == name
        ]
        if not ends or ends[0] in seen or ends[0].partition(".")[0] not in catalog.usable_tables:
            return member
        member = ends[0]
        seen.add(member)


def counts_of_the_same(catalog: Catalog, counts: Mapping[str, tuple[str, ...]], member: str) -> tuple[str, ...]:
    """'Distinct sellers' of the items may also mean the sellers that there are: the counts of the table whose key the
    metric counts, where that is another table."""
    metric = catalog.metric(member)
    said = simple_aggregate(metric.entry)
    if said is None or not said.distinct:
        return ()
    table, _, column = shared_key(catalog, f"{metric.table}.{said.column}").partition(".")
    is_key = catalog.usable_tables[table].primary_key == (column,)
    return counts.get(table, ()) if table != metric.table and is_key else ()


def _joined_on(table: CatalogTable, join: str) -> tuple[tuple[str, str], ...]:
    """(own column, target column) pairs of a join; empty where it is made by SQL."""
    on = table.joins[join].on
    if on is None:
        return ()
    return ((on, on),) if isinstance(on, str) else tuple(on.items())


def _owners(pairs: Iterable[tuple[tuple[str, ...], str]]) -> Mapping[tuple[str, ...], set[str]]:
    found: dict[tuple[str, ...], set[str]] = {}
    for words, member in pairs:
        found.setdefault(words, set()).add(member)
    return found
