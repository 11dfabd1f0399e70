"""First metrics of a table: how many, how many different, sums and averages of what may be added or averaged."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from verity.data.draft_columns import Described
from verity.data.draft_entities import Entity
from verity.data.draft_phrases import of_the, pluralise, read_phrase, with_adjective
from verity.data.draft_vocabulary import RESERVED
from verity.data.draft_words import singular, snake_case, without_id
from verity.data.lexicon import fold
from verity.data.metric_entry import MetricEntry

_MOST_ALIASES = 14
_VAGUE = frozenset({"value", "amount"})
_TOO_SHORT = frozenset(
    {"id", "no", "key", "value", "amount", "total", "number", "count", "quantity", "valor", "importe"}
)
"""Words that alone name nothing: the total value of what?"""
_DIFFERENT = ("distinto", "único", "diferente")

Named = tuple[str, MetricEntry]


@dataclass(frozen=True)
class Reference:
    """An id-like column that stands for another thing: the entity of that thing's table, if it has one, and whether
    other tables refer to the same."""

    column: Described
    target: Entity | None
    is_shared: bool = False


def draft_metrics(
    entity: Entity, columns: Sequence[Described], *,
    head_is_its_own: bool, references: Sequence[Reference], key: Sequence[str],
) -> dict[str, MetricEntry]:  # fmt: skip
    """The metrics of one table, in reading order.

    `references` are the id-like columns that stand for other things;
    `head_is_its_own`: no other table shares the entity's last word.
    """
    taken = {fold(column.profile.name) for column in columns}
    metrics: dict[str, MetricEntry] = {}

    def add(name: str, entry: MetricEntry) -> None:
        name = snake_case(name)
        name = name if fold(name) not in taken else f"{name}_metric"
        while fold(name) in taken or name in metrics:
            name += "_2"
        metrics[name] = entry

    add(*_count(entity, columns, head_is_its_own))
    for reference in references:
        if _worth_counting(reference.column, key):
            add(*_distinct(reference, entity))
    for column in columns:
        if column.kind != "time" and column.adding == "sum":
            add(*_sum(column, entity))
        if column.adding in ("sum", "average"):
            add(*_average(column))
    return metrics


def column_phrases(column: Described, entity: Entity) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """What people call a column, in English and Spanish: in full, and without the name of its own table."""
    en, es = list(column.phrase.en), list(column.phrase.es)
    if column.phrase.language == "es" and column.phrase.own not in es:
        es.insert(0, column.phrase.own)
    for own in dict.fromkeys((entity.words, entity.words[-1:], entity.words[:1])):
        words = [singular(word) for word in column.words]
        if len(words) > len(own) and tuple(words[: len(own)]) == tuple(own):
            short = read_phrase(column.words[len(own) :])
            if short.own not in _TOO_SHORT:
                en.extend(short.en)
                es.extend(short.es)
    return tuple(dict.fromkeys(en)), tuple(dict.fromkeys(es))


def _count(entity: Entity, columns: Sequence[Described], head_is_its_own: bool) -> Named:
    plural = entity.plural_en
    english, spanish = [plural], list(entity.plurals_es)
    words = entity.en.split()
    if len(words) > 1 and head_is_its_own and entity.language == "en":
        english.append(pluralise(words[-1], "en"))
        spanish.extend(pluralise(phrase, "es") for phrase in read_phrase([words[-1]]).es)
    if not entity.named:
        english.extend(["records", "lines"])
        spanish.extend(["líneas"])
    money = any(column.unit == "money" for column in columns)
    en = [
        text
        for p in english
        for text in (f"number of {p}", p, f"count of {p}", *(() if money else (f"total {p}", f"total number of {p}")))
    ]
    en.extend(
        f"{singular_phrase} count"
        for singular_phrase in (entity.en, *(words[-1:] if len(english) > 1 and entity.named else ()))
    )
    es = [
        text
        for p in spanish
        for text in (f"número de {p}", f"cantidad de {p}", p, *(() if money else (f"total de {p}",)))
    ]
    slug = (
        "_".join(plural.split())
        if entity.language == "en"
        else "_".join(pluralise(" ".join(entity.words), "es").split())
    )
    return f"number_of_{slug}", MetricEntry(
        description=f"Number of {plural}.", sql="COUNT(*)", aliases=_aliases(en, es, 22), unit="count", draft=True
    )


def _worth_counting(column: Described, key: Sequence[str]) -> bool:
    """Not the key itself, and not a column that differs in every row: that is the count again."""
    profile = column.profile
    return tuple(key) != (profile.name,) and 1 < profile.distinct < profile.rows


def counted_words(column: Described) -> tuple[str, ...]:
    """The singular words of what an id-like column names: customer_unique_id -> customer, StockCode -> stock code."""
    base = without_id(column.words) or list(column.words)
    if base[-1:] == ["unique"] and len(base) > 1:
        base = base[:-1]
    if fold(column.words[-1]) in ("code", "sku"):
        base = list(column.words)
    return (*base[:-1], singular(base[-1]))


def _distinct(reference: Reference, entity: Entity) -> Named:
    column, target = reference.column, reference.target
    base = list(counted_words(column))
    if target is not None and fold(column.words[-1]) in ("code", "sku"):
        base = list(target.words)
    phrase = read_phrase(base)
    known = phrase.en[-1:] if phrase.language == "en" else phrase.en
    en, es = [pluralise(text, "en") for text in known], [pluralise(text, "es") for text in phrase.es]
    english, spanish = _shared_words(en, es, entity) if reference.is_shared else _distinct_words(column, en, es)
    slug = "_".join((en[0] if en and phrase.language == "en" else pluralise(" ".join(base), phrase.language)).split())
    if target is None and not reference.is_shared:
        english = [text for p in en for text in (f"number of {p}", p, f"count of {p}")] + english
        spanish = [text for p in es for text in (f"número de {p}", f"cantidad de {p}", p)] + spanish
    shown = (en or [" ".join(base)])[0]
    return f"{'number_of' if target is None else 'distinct'}_{slug}", MetricEntry(
        description=f"Number of different {shown} ({column.profile.name}).",
        sql=f"COUNT(DISTINCT {_sql_name(column.profile.name)})",
        aliases=_aliases(english, spanish, 24), unit="count", draft=True,
    )  # fmt: skip


def _distinct_words(column: Described, en: Sequence[str], es: Sequence[str]) -> tuple[list[str], list[str]]:
    """What people call a distinct count: by the thing, and by the column's own name."""
    english = [f"{kind} {p}" for p in en for kind in ("distinct", "unique", "different")]
    english += [f"number of {text}" for text in english]
    spanish = [with_adjective(p, kind) for p in es[:2] for kind in _DIFFERENT]
    spanish += [f"número de {text}" for text in spanish[:3]]
    own = dict.fromkeys((column.phrase.own, pluralise(column.phrase.own, "en"), column.profile.name))
    english += [f"{kind} {name}" for name in own for kind in ("distinct", "unique", "different")]
    spanish += [f"{name} {kind}s" for name in (column.profile.name, *column.phrase.es[-1:]) for kind in _DIFFERENT]
    return english, spanish


def _shared_words(en: Sequence[str], es: Sequence[str], entity: Entity) -> tuple[list[str], list[str]]:
    """Several tables refer to one thing: each says which rows are meant (orders with reviews). The plain words stay on
    each, once, so that they are asked back and not refused."""
    english = [f"distinct {p}" for p in en[:1]]
    english += [
        f"{p} with {plural}" for p in en for plural in dict.fromkeys((entity.plural_en, entity.plural_en.split()[-1]))
    ]
    spanish = [with_adjective(p, "distinto") for p in es[:1]]
    spanish += [f"{p} con {plural}" for p in es[:2] for plural in entity.plurals_es[:1]]
    return english, spanish


def _sum(column: Described, entity: Entity) -> Named:
    en, es = _said(column, entity)
    slug = "_".join(column.words)
    already = "total" in column.words or "sum" in column.words or "subtotal" in column.words
    english = [text for p in en for text in (f"total {p}", f"sum of {p}", f"{p} total", f"total of {p}")]
    spanish = [text for p in es for text in (with_adjective(p, "total"), f"total de {p}", f"suma de {p}", f"{p} total")]
    spanish += [f"{verb} {of_the(p)}" for p in es[:2] for verb in ("suma", "total")]
    if already:
        english = [*en, *english]
    return f"sum_of_{slug}" if already else f"total_{slug}", MetricEntry(
        description=f"Sum of {column.phrase.own}.", sql=f"SUM({_sql_name(column.profile.name)})",
        aliases=_aliases(english, spanish), unit=column.unit, draft=True,
    )  # fmt: skip


def _average(column: Described) -> Named:
    en, es = _said(column)
    slug = "_".join(column.words)
    english = [f"{kind} {p}" for p in en for kind in ("average", "mean", "avg")] + [f"average of {p}" for p in en[:1]]
    spanish = [
        text
        for p in es
        for text in (
            with_adjective(p, "promedio"),
            with_adjective(p, "medio"),
            f"promedio de {p}",
            f"media de {p}",
        )
    ]
    spanish += [f"{noun} {of_the(p)}" for p in es[:2] for noun in ("promedio", "media")]
    return f"average_{slug}", MetricEntry(
        description=f"Average of {column.phrase.own}.", sql=f"AVG({_sql_name(column.profile.name)})",
        aliases=_aliases(english, spanish, 20), unit=column.unit, draft=True,
    )  # fmt: skip


def _said(column: Described, entity: Entity | None = None) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Phrases for a measure. A vague last word may be left out (`freight value` is also freight), but in a sum not
    where what is left names the rows: total payments could be their number."""
    en, es = list(column.phrase.en) or [column.phrase.own], list(column.phrase.es)
    if (
        column.phrase.language == "en"
        and len(column.words) > 1
        and column.words[-1] in _VAGUE
        and (entity is None or column.words[-2] not in entity.words)
    ):
        short = read_phrase(column.words[:-1])
        en.extend(short.en)
        es.extend(short.es)
    return tuple(dict.fromkeys(en)), tuple(dict.fromkeys(es))[:3]


def _aliases(english: Iterable[str], spanish: Iterable[str], most: int = _MOST_ALIASES) -> dict[str, tuple[str, ...]]:
    found = {"en": tuple(dict.fromkeys(english))[:most], "es": tuple(dict.fromkeys(spanish))[:most]}
    return {language: texts for language, texts in found.items() if texts}


def _sql_name(name: str) -> str:
    """A column as SQL writes it: quoted unless it is a plain lower-case word."""
    plain = name.isascii() and name.isidentifier() and name == name.lower() and name not in RESERVED
    return name if plain else '"' + name.replace('"', '""') + '"'


def is_reserved(name: str) -> bool:
    """True for words that SQL keeps for itself."""
    return name in RESERVED
