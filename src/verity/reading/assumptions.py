"""What was read into the words, in sentences of the question's language."""

from __future__ import annotations

from collections.abc import Iterator

from verity.contracts.metric import TIME
from verity.contracts.question import Language
from verity.data.lexicon import plural_en, plural_es
from verity.reading.agreement import conditions_of
from verity.reading.candidates import Candidate
from verity.reading.choices import Assumed
from verity.reading.dates.periods import Period
from verity.reading.frame import Frame
from verity.reading.lexicon import lexicon
from verity.reading.naming import entity, labels_of, plural_entity, time_member
from verity.reading.restate import period_words
from verity.reading.vocabulary import Vocabulary

FEW_PARTNERS = 0.95
"""A join that a smaller share of the rows goes through is said."""


def assumptions(candidate: Candidate, frame: Frame, vocabulary: Vocabulary, language: Language) -> tuple[str, ...]:
    """Every assumption of an accepted reading: typos, shortened names, columns of values, periods, time columns."""
    said = [_sentence(each, frame, vocabulary, language) for each in candidate.assumed]
    return tuple(
        dict.fromkeys(
            (
                *filter(None, said),
                *_time_columns(candidate, vocabulary, language),
                *_partnerless(candidate, vocabulary, language),
            )
        )
    )


def _sentence(each: Assumed, frame: Frame, vocabulary: Vocabulary, language: Language) -> str:
    texts = lexicon(language).texts
    if each.kind.startswith("period:"):
        return _period(each, frame, language)
    if each.kind == "all_ranked":
        return texts["all_ranked"].format(direction=texts["highest_first" if each.value == "desc" else "lowest_first"])
    if each.kind == "ties":
        return texts["ties"]
    label = _label(each.member, vocabulary, language)
    if each.kind == "value_column":
        return texts["value_column"].format(words=each.words, column=label, value=each.value)
    return texts[each.kind].format(words=each.words, target=each.value or label, column=label)


def _period(each: Assumed, frame: Frame, language: Language) -> str:
    words = lexicon(language)
    if frame.date is None:
        return ""
    reading = frame.date.reading
    period = period_words(Period(reading.period.since, reading.period.until, "range"), language)
    if reading.how == "complete":
        grain = words.grains.get(reading.unit if reading.count == 1 else _unit_of(reading.period, reading.count), "")
        if reading.count > 1:
            grain = plural_en(grain) if language == "en" else plural_es(grain)
        return words.texts["last_complete"].format(words=each.words, count=reading.count, grain=grain, period=period)
    return words.texts["period"].format(words=each.words, period=period)


def _unit_of(period: Period, count: int) -> str:
    """The unit of a rolling range, from its length."""
    if period.since is None or period.until is None:
        return ""
    days = (period.until - period.since).days / count
    return next(
        (unit for unit, most in (("day", 1), ("week", 7), ("month", 31), ("quarter", 92)) if days <= most), "year"
    )


def _time_columns(candidate: Candidate, vocabulary: Vocabulary, language: Language) -> Iterator[str]:
    query, labels = candidate.query, labels_of(vocabulary.catalog, language)
    own = (query.time_range is not None and query.time_range.dimension is None) or any(
        by.dimension == TIME for by in query.by
    )
    for metric in query.metrics if own else ():
        member = time_member(vocabulary.catalog, metric)
        if member is not None:
            text = lexicon(language).texts["time_column"]
            yield text.format(column=labels.column(member), metric=labels.metric(metric))


def _partnerless(candidate: Candidate, vocabulary: Vocabulary, language: Language) -> Iterator[str]:
    """A join that few rows go through leaves the others without the column: a row of their own, or no row at all."""
    query, catalog = candidate.query, vocabulary.catalog
    members = [by.dimension for by in query.by if by.dimension != TIME]
    members += [node.member for node in conditions_of(query.filters)]
    for member in members:
        root, *joins, _ = member.split(".")
        table = catalog.usable_tables[root]
        for join in joins:
            entry, target = table.joins[join], catalog.usable_tables[table.joins[join].table]
            if entry.matched is not None and entry.matched < FEW_PARTNERS:
                yield lexicon(language).texts["partnerless"].format(
                    share=f"{entry.matched:.1%}", rows=plural_entity(table, language),
                    partner=entity(target, language), column=labels_of(catalog, language).column(member),
                )  # fmt: skip
            table = target


def _label(member: str, vocabulary: Vocabulary, language: Language) -> str:
    labels = labels_of(vocabulary.catalog, language)
    if member in vocabulary.metrics:
        return labels.metric(member)
    return labels.column(member) if "." in member else member
