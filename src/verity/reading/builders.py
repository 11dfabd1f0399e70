"""What the rules of the grammar build: the words of a clause become a part of the frame.

Each method takes one value for each symbol of its rule (an Edge for a category, None for an absent optional) and
returns None to refuse the combination.
"""

# ruff: noqa: D102 - the rule beside each name in grammar.py says what it builds
from __future__ import annotations

from dataclasses import replace
from typing import cast

from verity.contracts.metric import Grain
from verity.reading.frame import (
    ByRef,
    Comparator,
    DateRef,
    FilterRef,
    Frame,
    HavingRef,
    MetricRef,
    RankRef,
    Unit,
    ValueRef,
    join_all,
)
from verity.reading.lattice import Edge, Lattice
from verity.reading.lexicon import lexicon

_Values = tuple[tuple[ValueRef, ...], bool]
"""Values of one list, and whether `or` joins them."""


class Builders:
    """The builders over one lattice, which has the words as they were written."""

    def __init__(self, lattice: Lattice) -> None:
        self._lattice = lattice
        phrases = lexicon(lattice.language).phrases.items()
        self._per_phrases = {words for words, names in phrases if "PER" in names}

    # -- metrics -------------------------------------------------------------------------------------------------------

    def metric(self, quantity: Edge | None, name: Edge) -> Frame:
        unit: Unit | None = None
        if quantity is not None:
            unit = cast(Unit, {"HOWMANY": "count", "HOWMUCH": "amount", "AGG": "total"}[quantity.category])
        return Frame(metrics=(MetricRef(name.meanings, self._said(name), unit),))

    def total_of(self, total: Edge, _of: Edge | None, _the: Edge | None, name: Edge) -> Frame | None:
        says_total = self._said(total).casefold() in ("total", "totales")  # a 'sum of orders' is no count
        return self.metric(total, name) if says_total else None

    def counted(self, _the: Edge | None, how_many: Edge, _det: Edge | None, name: Edge) -> Frame:
        return self.metric(how_many, name)

    def much(self, _the: Edge | None, how_much: Edge, _be: Edge | None, _det: Edge | None, name: Edge) -> Frame:
        return self.metric(how_much, name)

    def plain(self, _the: Edge | None, name: Edge) -> Frame:
        return self.metric(None, name)

    def modified(self, before: Frame | None, core: Frame, after: Frame | None) -> Frame | None:
        return join_all((core, before, after))

    def counted_modified(
        self, _the: Edge | None, how_many: Edge, _det: Edge | None, before: Frame, name: Edge, after: Frame | None
    ) -> Frame | None:
        return join_all((self.metric(how_many, name), before, after))

    def both(self, first: Frame, _coord: Edge, rest: Frame) -> Frame | None:
        joined = replace(first, metrics=()).join(replace(rest, metrics=()))
        return replace(joined, metrics=first.metrics + rest.metrics) if joined else None

    def value_before(self, edge: Edge) -> Frame:
        return Frame(filters=(FilterRef(values=(ValueRef(edge.meanings, self._said(edge)),), words=self._said(edge)),))

    def value_after(self, edge: Edge) -> Frame:
        whole = self.value_before(edge)
        return replace(whole, filters=(replace(whole.filters[0], adjacent=True),))

    def every(self, edge: Edge) -> Frame:
        return Frame(by=(ByRef(grain=cast(Grain, edge.detail), words=self._said(edge)),))

    def implied(self, edge: Edge) -> Frame:
        return Frame(implied=(edge.meanings,))

    def segment(self, edge: Edge) -> Frame:
        return Frame(segments=(edge.meanings,))

    def contradicts(self, edge: Edge) -> Frame:
        return Frame(contradicts=(edge.meanings,))

    # -- dimensions ----------------------------------------------------------------------------------------------------

    def column(self, edge: Edge, _of: Edge | None = None, _the: Edge | None = None, whose: Edge | None = None) -> ByRef:
        words = self._said(edge) if whose is None else self._lattice.text(edge.start, whose.end)
        tables = tuple(m.member for m in whose.meanings) if whose else ()
        return ByRef(edge.meanings, words=words, of_entity=tables)

    def grain_of_time(self, edge: Edge) -> ByRef:
        return ByRef(grain=cast(Grain, edge.detail), words=self._said(edge))

    def grain_of(self, grain: Edge, _of: Edge, _the: Edge | None, of_column: Edge) -> ByRef:
        return ByRef(of_column.meanings, cast(Grain, grain.detail), self._lattice.text(grain.start, of_column.end))

    def column_by_grain(self, of_column: Edge, _by: Edge | None, grain: Edge) -> ByRef:
        return ByRef(of_column.meanings, cast(Grain, grain.detail), self._lattice.text(of_column.start, grain.end))

    def one(self, dimension: ByRef) -> tuple[ByRef, ...]:
        return (dimension,)

    def more(self, dimension: ByRef, _coord: Edge, rest: tuple[ByRef, ...]) -> tuple[ByRef, ...]:
        return (dimension, *rest)

    def more_by(self, dimension: ByRef, _coord: Edge, _by: Edge, rest: tuple[ByRef, ...]) -> tuple[ByRef, ...]:
        return (dimension, *rest)

    def by(self, how: Edge, dimensions: tuple[ByRef, ...]) -> Frame:
        per = tuple(token.key for token in self._lattice.tokens[how.start : how.end]) in self._per_phrases
        return Frame(by=tuple(replace(dimension, per=per) for dimension in dimensions))

    def each(self, _each: Edge, grain: Edge) -> Frame:
        return self.every(grain)

    # -- values and filters --------------------------------------------------------------------------------------------

    def value(self, _the: Edge | None, edge: Edge) -> ValueRef:
        return ValueRef(edge.meanings, self._said(edge))

    def one_value(self, first: ValueRef) -> _Values:
        return (first,), False

    def or_values(self, first: ValueRef, _or: Edge, rest: _Values) -> _Values:
        return (first, *rest[0]), True

    def and_values(self, first: ValueRef, _and: Edge, rest: _Values) -> _Values:
        return (first, *rest[0]), rest[1]

    def of_column(self, of: ByRef, values: _Values, *, negated: bool = False) -> FilterRef:
        return FilterRef(of.choices, of.words, values[0], negated, values[1], of_entity=of.of_entity)

    def is_values(self, _the: Edge | None, of: ByRef, _is: Edge | None, values: _Values) -> FilterRef:
        return self.of_column(of, values)

    def is_not_values(self, _the: Edge | None, of: ByRef, _not: Edge, values: _Values) -> FilterRef:
        return self.of_column(of, values, negated=True)

    def value_column(self, _the: Edge | None, first: ValueRef, of: ByRef) -> FilterRef:
        return self.of_column(of, ((first,), False))

    def compared(self, _the: Edge | None, of: ByRef, comparator: Edge, number: Edge) -> FilterRef:
        return FilterRef(
            of.choices, of.words, comparator=cast(Comparator, comparator.detail), numbers=_numbers(number),
            of_entity=of.of_entity,
        )  # fmt: skip

    def equals_number(self, _the: Edge | None, of: ByRef, _is: Edge | None, number: Edge) -> FilterRef:
        return FilterRef(of.choices, of.words, comparator="equals", numbers=_numbers(number), of_entity=of.of_entity)

    def one_of_numbers(
        self, _the: Edge | None, of: ByRef, _is: Edge | None, first: Edge, _or: Edge, other: Edge
    ) -> FilterRef:
        numbers = _numbers(first, other)
        return FilterRef(of.choices, of.words, comparator="equals", numbers=numbers, of_entity=of.of_entity)

    def between(
        self, _the: Edge | None, of: ByRef, _b: Edge, low: Edge, _and: Edge, high: Edge
    ) -> tuple[FilterRef, ...]:
        least = FilterRef(of.choices, of.words, comparator="gte", numbers=_numbers(low), of_entity=of.of_entity)
        return (least, replace(least, comparator="lte", numbers=_numbers(high)))

    def compared_twice(
        self, _the: Edge | None, of: ByRef, first: Edge, low: Edge, _and: Edge, other: Edge, high: Edge
    ) -> tuple[FilterRef, ...]:
        return (self.compared(None, of, first, low), self.compared(None, of, other, high))

    def one_condition(self, condition: FilterRef) -> tuple[FilterRef, ...]:
        return (condition,)

    def more_conditions(
        self, first: tuple[FilterRef, ...], _and: Edge, rest: tuple[FilterRef, ...]
    ) -> tuple[FilterRef, ...]:
        return first + rest

    def with_conditions(self, _with: Edge, conditions: tuple[FilterRef, ...]) -> Frame:
        return Frame(filters=conditions)

    def with_values(self, _with: Edge, values: _Values) -> Frame:
        ref = FilterRef(values=values[0], words=values[0][0].words, joined_by_or=values[1])
        return Frame(filters=(ref,))

    def with_values_of(self, _with: Edge, _the: Edge | None, whose: Edge, _in: Edge, values: _Values) -> Frame:
        whole = self.with_values(_with, values)
        tables = tuple(meaning.member for meaning in whose.meanings)
        return replace(whole, filters=(replace(whole.filters[0], of_entity=tables),))

    def with_value_before(self, _with: Edge, _the: Edge | None, edge: Edge, whose: Edge) -> Frame:
        return self.with_values_of(_with, None, whose, _with, ((self.value(None, edge),), False))

    def with_conditions_of(
        self, _with: Edge, _the: Edge | None, whose: Edge, _in: Edge, conditions: tuple[FilterRef, ...]
    ) -> Frame | None:
        tables = tuple(meaning.member for meaning in whose.meanings)
        if any(condition.of_entity for condition in conditions):
            return None
        return Frame(filters=tuple(replace(condition, of_entity=tables) for condition in conditions))

    def without(self, _not: Edge, _with: Edge | None, values: _Values) -> Frame:
        ref = FilterRef(values=values[0], words=values[0][0].words, negated=True, joined_by_or=values[1])
        return Frame(filters=(ref,))

    def without_adjacent(self, _not: Edge, values: _Values) -> Frame:
        whole = self.without(_not, None, values)
        return replace(whole, filters=(replace(whole.filters[0], adjacent=True),))

    def without_column(self, _not: Edge, _with: Edge | None, condition: FilterRef) -> Frame | None:
        return None if condition.negated or bool(condition.numbers) else Frame(
            filters=(replace(condition, negated=True),)
        )  # fmt: skip

    def predicative(self, _be: Edge, values: _Values) -> Frame:
        whole = self.with_values(_be, values)
        return replace(whole, filters=(replace(whole.filters[0], adjacent=True),))

    def be_clause(self, _be: Edge, clause: Frame) -> Frame:
        return clause

    # -- having --------------------------------------------------------------------------------------------------------

    def having_first(self, _with: Edge, comparator: Edge, number: Edge, name: Edge) -> Frame:
        return self._having(
            MetricRef(name.meanings, self._said(name), "count" if name.category == "ENTITY" else None),
            comparator,
            number,
        )

    def having_after(self, _with: Edge, core: Frame, _is: Edge | None, comparator: Edge, number: Edge) -> Frame:
        return self._having(core.metrics[0], comparator, number)

    def _having(self, ref: MetricRef, comparator: Edge, number: Edge) -> Frame:
        return Frame(having=(HavingRef(ref, cast(Comparator, comparator.detail), number.number or 0),))

    # -- dates ---------------------------------------------------------------------------------------------------------

    def dated(self, edge: Edge) -> Frame | None:
        assert edge.date is not None  # noqa: S101 - a DATE edge always has one
        return Frame(date=DateRef(edge.date, self._said(edge)))

    def column_dated(
        self, _with: Edge | None, _the: Edge | None, of: ByRef, _is: Edge | None, edge: Edge
    ) -> Frame | None:
        assert edge.date is not None  # noqa: S101 - a DATE edge always has one
        return Frame(date=DateRef(edge.date, self._said(edge), of.choices))

    # -- rank and order ------------------------------------------------------------------------------------------------

    def ranked(self, desc: bool, limit: Edge | None, dimension: ByRef, *, plural: bool = True) -> Frame | None:
        number = limit.number if limit is not None else None
        if number is not None and (not isinstance(number, int) or number < 1):
            return None
        if limit is not None and self._may_be_a_date(limit):  # 'top 2025 branches' are those of a year, or so many
            return None
        return Frame(by=(dimension,), rank=RankRef(desc, number, plural))

    def top(
        self, _with: Edge | None, _the: Edge | None, edge: Edge, limit: Edge | None, _of: Edge | None, d: ByRef
    ) -> Frame | None:
        return self.ranked(edge.category == "TOP", limit, d)

    def top_after(self, _with: Edge | None, _the: Edge | None, limit: Edge, edge: Edge, d: ByRef) -> Frame | None:
        return self.ranked(edge.category == "TOP", limit, d)

    def extreme(self, _the: Edge | None, edge: Edge, limit: Edge, d: ByRef, by: Edge, core: Frame) -> Frame | None:
        ranks = self.ranked(edge.category == "MOST", limit, d)
        return ranks.join(self.rank_metric(by, core)) if ranks else None

    def extreme_after(
        self, _the: Edge | None, limit: Edge, edge: Edge, d: ByRef, by: Edge, core: Frame
    ) -> Frame | None:
        return self.extreme(None, edge, limit, d, by, core)

    def which_most(
        self,
        _which: Edge | None,
        _the: Edge | None,
        limit: Edge | None,
        d: ByRef,
        has: Edge,
        _det: Edge | None,
        most: Edge,
        core: Frame,
    ) -> Frame | None:
        return self._most(d, limit, has, most, core)

    def which_most_after(
        self, _which: Edge | None, _the: Edge | None, limit: Edge | None, d: ByRef, has: Edge, core: Frame, most: Edge
    ) -> Frame | None:
        return self._most(d, limit, has, most, core)

    def _most(self, dimension: ByRef, limit: Edge | None, has: Edge, most: Edge, core: Frame) -> Frame | None:
        ranks = self.ranked(
            most.category == "MOST", limit, dimension, plural=_is_plural(dimension.words, self._said(has))
        )
        return ranks.join(core) if ranks else None

    def rank_metric(self, _by: Edge, core: Frame) -> Frame:
        return replace(core, order_metric=core.metrics[0], metrics=())

    def direction(self, edge: Edge) -> Frame:
        return Frame(order="desc" if edge.category == "DESC" else "asc")

    def ordered(self, _by: Edge, core: Frame, edge: Edge | None) -> Frame | None:
        return replace(
            core, order_metric=core.metrics[0], metrics=(), order="asc" if edge and edge.category == "ASC" else "desc"
        )

    def aside(self, *_edges: Edge) -> Frame:
        return Frame()

    def _may_be_a_date(self, number: Edge) -> bool:
        return any(
            edge.category == "DATE" and (edge.start, edge.end) == (number.start, number.end)
            for edge in self._lattice.edges[number.start]
        )

    def _said(self, edge: Edge) -> str:
        return self._lattice.text(edge.start, edge.end)


def _numbers(*edges: Edge) -> tuple[int | float, ...]:
    return tuple(edge.number for edge in edges if edge.number is not None)


def _is_plural(dimension: str, verb: str) -> bool:
    """Whether several rows are asked for: `which states have`, `qué estados tienen`; the noun decides, not the verb."""
    plural_verbs = {"have", "tienen", "tuvieron", "that have", "which have", "que tienen", "que tuvieron", "han tenido"}
    return verb.lower() in plural_verbs or any(
        word.lower().endswith("s") and not word.lower().endswith(("ss", "us", "is", "mes"))
        for word in dimension.split()
    )
