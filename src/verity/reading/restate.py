"""A MetricQuery in plain words, English or Spanish, written from the plan alone; the words read back to the same query.

Number of orders, order purchase timestamp in 2018, by customer state, with order status delivered
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from datetime import date, timedelta

from verity.contracts.metric import TIME, AllOf, AnyOf, Condition, FilterNode, GroupBy, MetricQuery
from verity.contracts.question import Language
from verity.data.catalog import Catalog
from verity.data.lexicon import load_lexicon, plural_en, plural_es
from verity.reading.dates.periods import Period, add_months
from verity.reading.lexicon import Lexicon, lexicon
from verity.reading.naming import Labels, labels_of, readable
from verity.reading.normalise import fold

_NAME = re.compile(r"[A-Za-z_]\w*")


def restate(query: MetricQuery, catalog: Catalog, language: Language) -> str:
    """The query in words: metrics, period, dimensions, conditions, order; then what its definitions read regardless."""
    return "; ".join((as_question(query, catalog, language), *_notes(query, catalog, language)))


def as_question(query: MetricQuery, catalog: Catalog, language: Language) -> str:
    """The query as a question that reads back to it."""
    labels, words = labels_of(catalog, language), lexicon(language)
    ranked = _ranked(query, labels, words)
    parts = [ranked or _metrics(query, labels, words)]
    parts += _period(query, labels, words)
    if query.by and not ranked and query.metrics:
        parts.append(f"{words.texts['by']} {_joined([_dimension(by, labels, words) for by in query.by], words)}")
    parts += [_condition(node, labels, words) for node in query.filters]
    parts += [words.texts["segment"].format(segment=readable(name.rpartition(".")[2])) for name in query.segments]
    if not ranked:
        parts += _order(query, labels, words)
    text = ", ".join(parts)
    return text[:1].upper() + text[1:]


def _notes(query: MetricQuery, catalog: Catalog, language: Language) -> Iterator[str]:
    """Entity-level columns (`per`) are computed over every row, before the query's filters and period."""
    narrowed = query.time_range is not None or bool(query.filters) or bool(query.by)
    for metric in query.metrics if narrowed else ():
        member = catalog.metric(metric)
        used = set(_NAME.findall(f"{member.entry.sql or ''} {member.entry.filter or ''}"))
        for name, column in catalog.usable_tables[member.table].usable.items():
            if column.per and name in used:
                label = labels_of(catalog, language).column(f"{member.table}.{name}")
                yield lexicon(language).texts["over_all_rows"].format(column=label)


def period_words(period: Period, language: Language) -> str:
    """A period in words that read back to it: `in March 2018`, `from March 5, 2018 to March 10, 2018`."""
    words = lexicon(language)
    since, until = period.since, period.until
    if since is None or until is None:
        if since is not None:
            return words.texts["since"].format(since=_day(since, words))
        return words.texts["until"].format(until=_day(until, words)) if until is not None else ""
    named = _named(since, until, words)
    if named:
        return words.texts["in"].format(period=named)
    if until - since == timedelta(days=1):
        return words.texts["on"].format(period=_day(since, words))
    first, last = _ends(since, until, words)
    return words.texts["between"].format(since=first, last=last)


def _ends(since: date, until: date, words: Lexicon) -> tuple[str, str]:
    """The first and the last unit of a range: years, months, else days."""
    last = until - timedelta(days=1)
    if since.day != 1 or until.day != 1:
        return _day(since, words), _day(last, words)
    if since.month == until.month == 1:
        return str(since.year), str(last.year)
    form = words.texts["month_form"]
    first_month = form.format(month=words.months[since.month - 1], year=since.year)
    return first_month, form.format(month=words.months[last.month - 1], year=last.year)


def _named(since: date, until: date, words: Lexicon) -> str:
    if since.day != 1:
        return ""
    if until == add_months(since, 12) and since.month == 1:
        return str(since.year)
    if until == add_months(since, 3) and since.month % 3 == 1:
        return words.texts["quarter"].format(quarter=(since.month + 2) // 3, year=since.year)
    if until == add_months(since, 1):
        return words.texts["month_form"].format(month=words.months[since.month - 1], year=since.year)
    return ""


def _day(day: date, words: Lexicon) -> str:
    return words.texts["date_form"].format(day=day.day, month=words.months[day.month - 1], year=day.year)


def _metrics(query: MetricQuery, labels: Labels, words: Lexicon) -> str:
    if query.metrics:
        return _joined([labels.metric(metric) for metric in query.metrics], words)
    members = _joined([_dimension(by, labels, words) for by in query.by], words)
    return words.texts["distinct"].format(members=members)


def _ranked(query: MetricQuery, labels: Labels, words: Lexicon) -> str:
    """`top 5 customer state by number of orders`, where the query is that and nothing more."""
    one = len(query.by) == 1 and len(query.metrics) == 1 and len(query.order) == 1 and query.limit is not None
    if not one or query.order[0].member != query.metrics[0]:
        return ""
    form = words.texts["rank_desc" if query.order[0].desc else "rank_asc"]
    dimension = _dimension(query.by[0], labels, words)
    if query.limit != 1 and not query.by[0].grain:
        dimension = _plural(dimension, words)
    return form.format(limit=query.limit, dimension=dimension, metric=labels.metric(query.metrics[0]))


def _plural(phrase: str, words: Lexicon) -> str:
    """The phrase in the plural, where the word that takes it is a noun that the lexicon knows."""
    english = words is lexicon("en")
    nouns = load_lexicon().english if english else load_lexicon().foreign
    head = nouns.get(fold(phrase.split()[-1 if english else 0]))
    if head is None or head.part != "noun":
        return phrase
    return plural_en(phrase) if english else plural_es(phrase)


def _period(query: MetricQuery, labels: Labels, words: Lexicon) -> Iterator[str]:
    span = query.time_range
    if span is None or (span.since is None and span.until is None):
        return
    language: Language = "en" if words is lexicon("en") else "es"
    named = span.dimension is not None and span.dimension != TIME
    column = labels.column(span.dimension or "") if named else labels.time(query.metrics)
    said = period_words(Period(_date(span.since), _date(span.until), "range"), language)
    yield f"{column} {said}" if column else said


def _dimension(by: GroupBy, labels: Labels, words: Lexicon) -> str:
    grain = words.grains[by.grain] if by.grain else ""
    if by.dimension == TIME:
        return grain
    column = labels.column(by.dimension)
    return words.texts["grain_of"].format(grain=grain, column=column) if grain else column


def _condition(node: FilterNode, labels: Labels, words: Lexicon) -> str:
    if isinstance(node, AllOf):
        return f" {words.texts['and']} ".join(_condition(part, labels, words) for part in node.all)
    if isinstance(node, AnyOf):
        return "(" + f" {words.texts['or']} ".join(_condition(part, labels, words) for part in node.any) + ")"
    label = _member(node, labels)
    values = f" {words.texts['or']} ".join(_value(value) for value in node.values)
    if node.op in ("gt", "gte", "lt", "lte"):
        return words.texts["with_compare"].format(member=label, comparator=words.texts[node.op], value=values)
    if node.op in ("is_null", "is_not_null"):
        return words.texts["null" if node.op == "is_null" else "not_null"].format(member=label)
    if node.op in ("equals", "in"):
        return words.texts["with"].format(member=label, values=values)
    if node.op in ("not_equals", "not_in"):
        return words.texts["with_not"].format(member=label, values=values)
    return f"{label} {node.op.replace('_', ' ')} {values}"


def _member(node: Condition, labels: Labels) -> str:
    is_metric = any(metric.member == node.member for metric in labels.catalog.metrics())
    return labels.metric(node.member) if is_metric else labels.column(node.member)


def _order(query: MetricQuery, labels: Labels, words: Lexicon) -> Iterator[str]:
    for order in query.order:
        if order.member in query.metrics:
            direction = words.texts["desc" if order.desc else "asc"]
            yield words.texts["sorted"].format(member=labels.metric(order.member), direction=direction)
    if query.limit is not None:
        yield words.texts["limit"].format(limit=query.limit)


def _value(value: object) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    return str(value)


def _date(moment: date | None) -> date | None:
    """The day of a bound; a datetime's day, since the sentence speaks of days."""
    return date(moment.year, moment.month, moment.day) if moment is not None else None


def _joined(parts: Sequence[str], words: Lexicon) -> str:
    if len(parts) < 2:
        return "".join(parts)
    return f"{', '.join(parts[:-1])} {words.texts['and']} {parts[-1]}"
