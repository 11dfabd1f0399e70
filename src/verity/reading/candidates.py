"""Every MetricQuery that a parse may mean: one for each choice among its members, with what it cost and assumed.

A choice that breaks a hard rule (unit, type, period, role) becomes a candidate with a problem instead of a query that
could run: the reason of a refusal.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import product

from verity.contracts.metric import (
    TIME,
    GroupBy,
    MetricQuery,
    OrderBy,
)
from verity.reading.agreement import disagreements
from verity.reading.choices import (
    Assumed,
    Choice,
    Problem,
    by_choices,
    date_choices,
    filter_choices,
    having_choices,
    metric_choices,
    segment_choices,
    tables_of,
)
from verity.reading.frame import Frame
from verity.reading.grammar import Parse
from verity.reading.meaning import Nearness
from verity.reading.naming import time_member
from verity.reading.vocabulary import Vocabulary

MOST_CANDIDATES = 200
MOST_DAYS_BY_HOUR = 31
"""'Orders by hour' of a longer time means the hour of the day to most, which is no grain."""


@dataclass(frozen=True)
class Candidate:
    """A query, how near its words stand to the dictionary's, what was assumed, and what stands against it."""

    query: MetricQuery
    cost: tuple[int, ...]
    assumed: tuple[Assumed, ...]
    problems: tuple[Problem, ...]


def candidates(parse: Parse, vocabulary: Vocabulary) -> tuple[Candidate, ...]:
    """The queries of one parse, without repetition; empty where there are more than can be looked at."""
    frame = parse.frame
    spans = sum(1 for edge in parse.edges if edge.meanings)
    refs = frame.metrics + ((frame.order_metric,) if frame.order_metric else ())
    within = tables_of(frame.within, vocabulary)
    listed = tuple(_listed(parse, vocabulary))
    found: list[Candidate] = []
    for metrics in _product([metric_choices(ref, vocabulary, within) for ref in refs]):
        names = tuple(dict.fromkeys(choice.member for choice in metrics if choice.member))
        parts = [
            *(by_choices(ref, names, vocabulary) for ref in frame.by),
            *(filter_choices(ref, frame, names, vocabulary) for ref in frame.filters),
            *(having_choices(ref, names, vocabulary) for ref in frame.having),
            *(segment_choices(meanings) for meanings in frame.segments),
            *([date_choices(frame.date, names, vocabulary)] if frame.date else []),
        ]
        for rest in _product(parts):
            found.append(_candidate(frame, metrics, rest, names, spans, vocabulary, listed))
            if len(found) > MOST_CANDIDATES:
                return ()
    return tuple(found)


def _product(parts: Sequence[Sequence[Choice]]) -> Iterator[tuple[Choice, ...]]:
    return iter(product(*parts))


def _candidate(
    frame: Frame,
    metrics: Sequence[Choice],
    rest: Sequence[Choice],
    names: tuple[str, ...],
    spans: int,
    vocabulary: Vocabulary,
    listed: tuple[Problem, ...],
) -> Candidate:
    choices = (*metrics, *rest)
    by = tuple(dict.fromkeys(group for choice in rest for group in choice.by))
    ranges = [choice.range for choice in rest if choice.range]
    order, limit, rank_problems, rank_assumed = _ranking(frame, names, by)
    segments = tuple(choice.member for choice in rest if choice.member)
    query = MetricQuery(
        metrics=names,
        by=by,
        time_range=ranges[0] if ranges else None,
        filters=tuple(node for choice in rest for node in choice.filters),
        segments=segments,
        order=order,
        limit=limit,
    )
    near = [nearness for choice in choices for nearness in choice.near]
    cost = (
        *(near.count(level) for level in (Nearness.TYPO, Nearness.LEMMA, Nearness.SHORTENED)),
        sum(choice.by_entity for choice in metrics),
        near.count(Nearness.TRANSLATED),
        _ranks_a_status(frame, by),
        spans,
    )
    ungrouped = (Problem("condition-on-metric"),) if frame.having and not by else ()
    problems = (
        *(problem for choice in choices for problem in choice.problems), *ungrouped, *listed,
        *rank_problems, *disagreements(query, vocabulary.catalog), *_term_problems(frame, names),
        *_time_problems(query, frame, vocabulary),
    )  # fmt: skip
    assumed = (*(each for choice in choices for each in choice.assumed), *rank_assumed)
    return Candidate(query, cost, tuple(dict.fromkeys(assumed)), tuple(dict.fromkeys(problems)))


def _listed(parse: Parse, vocabulary: Vocabulary) -> Iterator[Problem]:
    """`list the branches`, `show me all orders`: the rows may be meant and not their number, unless it is split."""
    frame = parse.frame
    if frame.by or frame.rank or any(ref.unit for ref in frame.metrics):
        return
    lists = any(edge.category == "INTRO" and edge.detail == "list" for edge in parse.edges)
    every = {edge.end for edge in parse.edges if edge.category == "DET" and edge.detail == "all"}
    for edge in parse.edges:
        counted = edge.category in ("METRIC", "ENTITY") and (lists or edge.start in every)
        for ref in frame.metrics if counted else ():
            noun = ref.choices == edge.meanings and vocabulary.is_entity(ref.words)
            if noun:
                yield Problem("list-or-count", (ref.words,), asks=True)


def _ranks_a_status(frame: Frame, by: tuple[GroupBy, ...]) -> int:
    """Places are ranked, stages are not: 'los 5 estados con más pedidos' are states before they are statuses, one word
    in Spanish. Only where the words mean both, and shown as an assumption."""
    both = frame.rank is not None and any(
        len({meaning.member.endswith("status") for meaning in ref.choices}) == 2 for ref in frame.by
    )
    return int(both and any(group.dimension.endswith("status") for group in by))


# -- time, rank, terms ------------------------------------------------------------------------------------------------


def _ranking(
    frame: Frame, names: tuple[str, ...], by: tuple[GroupBy, ...]
) -> tuple[tuple[OrderBy, ...], int | None, tuple[Problem, ...], tuple[Assumed, ...]]:
    if not names or not (frame.rank or frame.order):
        return (), None, (), ()
    target = names[-1] if frame.order_metric else names[0]
    if frame.rank is None:
        return (OrderBy(member=target, desc=frame.order == "desc"),), None, (), ()
    rank, order = frame.rank, (OrderBy(member=target, desc=frame.rank.desc),)
    problems = (Problem("rank-with-several-dimensions"),) if len(by) > 1 else ()
    if rank.limit is not None:
        return order, rank.limit, problems, ()
    if rank.plural:
        return order, None, problems, (Assumed("all_ranked", "", value="desc" if rank.desc else "asc"),)
    return order, 1, problems, (Assumed("ties", ""),)


def _term_problems(frame: Frame, names: tuple[str, ...]) -> Iterator[Problem]:
    for meanings in frame.implied:
        if not any(meaning.member in names for meaning in meanings):
            yield Problem("not-understood")
    for meanings in frame.contradicts:
        opposed = any(meaning.member in names for meaning in meanings)
        yield Problem("contradicts-metric" if opposed else "not-understood")


def _time_problems(query: MetricQuery, frame: Frame, vocabulary: Vocabulary) -> Iterator[Problem]:
    span = query.time_range
    short = span is not None and span.since and span.until and (span.until - span.since).days <= MOST_DAYS_BY_HOUR
    if any(by.grain == "hour" for by in query.by) and not short:
        yield Problem("hour-of-day", tuple(by.words for by in frame.by if by.grain == "hour"))
    in_range = query.time_range is not None and query.time_range.dimension is None
    if not in_range and not any(by.dimension == TIME for by in query.by):
        return
    timeless = tuple(name for name in query.metrics if time_member(vocabulary.catalog, name) is None)
    if timeless:
        words = (frame.date.words,) if frame.date else tuple(by.words for by in frame.by if not by.choices)
        yield Problem("no-time-column", words)
