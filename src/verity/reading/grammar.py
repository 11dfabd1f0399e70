"""What a question may look like: a small typed grammar in which every word plays exactly one role.

    [what] metric (coord metric)* [by dim (coord dim)*] [filter]* [date] [rank n] [order] [having]

Clauses stand in any order; there is one metric clause. A recognised word that no rule has room for makes the parse
fail: a second metric needs `and`, a dimension `by`, a value a filter's preposition.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import cast

from verity.contracts.metric import Grain
from verity.reading.chart import Chart, Rule, TooComplex, rule
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

MOST_PARSES = 2_000

_Values = tuple[tuple[ValueRef, ...], bool]
"""Values of one list, and whether `or` joins them."""


@dataclass(frozen=True)
class Parse:
    """A frame, and the edges that cover every token of the question between them."""

    frame: Frame
    edges: tuple[Edge, ...]


def parse(lattice: Lattice) -> tuple[Parse, ...]:
    """Every parse that covers the whole question. Raises `TooComplex` where there are more than are followed."""
    return _Parser(lattice).parses()


class _Parser:
    def __init__(self, lattice: Lattice) -> None:
        self.lattice = lattice
        self.length = len(lattice.tokens)
        self.chart = Chart(lattice, grammar_of(lattice))

    def parses(self) -> tuple[Parse, ...]:
        reached: list[dict[Frame, tuple[Edge, ...]]] = [{} for _ in range(self.length + 1)]
        for end, edges in self._openings():
            reached[end].setdefault(Frame(), edges)
        for place in range(self.length):
            for frame, edges in list(reached[place].items()):
                for end, joined, more in self._continue(frame, place):
                    reached[end].setdefault(joined, (*edges, *more))
            if sum(map(len, reached)) > MOST_PARSES:
                raise TooComplex
        whole = reached[self.length].items()
        return tuple(Parse(frame, edges) for frame, edges in whole if _complete(frame))

    def _openings(self) -> list[tuple[int, tuple[Edge, ...]]]:
        """Nothing, or `please show me`, `what is`: only at the beginning."""
        found: dict[int, tuple[Edge, ...]] = {0: ()}
        waiting = [0]
        while waiting:
            place = waiting.pop()
            for category in ("INTRO", "PLEASE", "COMMA"):
                for step in self.chart.derive(category, place):
                    if step.end not in found and step.end < self.length:
                        found[step.end] = (*found[place], *step.edges)
                        waiting.append(step.end)
        return list(found.items())

    def _continue(self, frame: Frame, place: int) -> list[tuple[int, Frame, tuple[Edge, ...]]]:
        found = [(step.end, frame, step.edges) for step in self.chart.derive("aside", place)]
        if frame.metrics:
            found += [(step.end, frame, step.edges) for step in self.chart.derive("DONE", place)]
        starts: list[tuple[int, tuple[Edge, ...]]] = [(place, ())]
        if frame != Frame():
            starts += [(step.end, step.edges) for step in self.chart.derive("coord", place)]
        for start, before in starts:
            for step in self.chart.derive("clause", start):
                joined = frame.join(step.value)
                if joined is not None:
                    found.append((step.end, joined, (*before, *step.edges)))
        return found


def _complete(frame: Frame) -> bool:
    """A metric clause, and a metric to rank or sort by only where a rank or an order was asked for."""
    if frame.rank is not None:
        return frame.order is None and (frame.order_metric is not None or len(frame.metrics) == 1)
    if frame.order_metric is not None and frame.order is None:
        return False
    return bool(frame.metrics)


# -- builders: the words of a rule to a part of the frame -------------------------------------------------------------


def grammar_of(lattice: Lattice) -> dict[str, tuple[Rule, ...]]:
    """The rules, over one lattice (for the words as they were written)."""
    spanish = lattice.language == "es"

    def said(edge: Edge) -> str:
        return lattice.text(edge.start, edge.end)

    # metrics

    def metric(quantity: Edge | None, name: Edge) -> Frame:
        unit: Unit | None = None
        if quantity is not None:
            unit = cast(Unit, {"HOWMANY": "count", "HOWMUCH": "amount", "AGG": "total"}[quantity.category])
        return Frame(metrics=(MetricRef(name.meanings, said(name), unit),))

    def total_of(total: Edge, _of: Edge | None, _the: Edge | None, name: Edge) -> Frame | None:
        return metric(total, name) if total.detail == "total" else None

    def counted(_the: Edge | None, how_many: Edge, _det: Edge | None, name: Edge) -> Frame:
        return metric(how_many, name)

    def much(_the: Edge | None, how_much: Edge, _be: Edge | None, _det: Edge | None, name: Edge) -> Frame:
        return metric(how_much, name)

    def plain(_the: Edge | None, name: Edge) -> Frame:
        return metric(None, name)

    def modified(before: Frame | None, core: Frame, after: Frame | None) -> Frame | None:
        return join_all((core, before, after))

    def counted_modified(
        _the: Edge | None, how_many: Edge, _det: Edge | None, before: Frame, name: Edge, after: Frame | None
    ) -> Frame | None:
        return join_all((metric(how_many, name), before, after))

    def both(first: Frame, _coord: Edge, rest: Frame) -> Frame | None:
        joined = replace(first, metrics=()).join(replace(rest, metrics=()))
        return replace(joined, metrics=first.metrics + rest.metrics) if joined else None

    def value_before(edge: Edge) -> Frame:
        return Frame(filters=(FilterRef(values=(ValueRef(edge.meanings, said(edge)),), words=said(edge)),))

    def value_after(edge: Edge) -> Frame:
        whole = value_before(edge)
        return replace(whole, filters=(replace(whole.filters[0], adjacent=True),))

    def every(edge: Edge) -> Frame:
        return Frame(by=(ByRef(grain=cast(Grain, edge.detail), words=said(edge)),))

    def implied(edge: Edge) -> Frame:
        return Frame(implied=(edge.meanings,))

    def segment(edge: Edge) -> Frame:
        return Frame(segments=(edge.meanings,))

    def contradicts(edge: Edge) -> Frame:
        return Frame(contradicts=(edge.meanings,))

    # dimensions

    def column(edge: Edge, _of: Edge | None = None, _the: Edge | None = None, whose: Edge | None = None) -> ByRef:
        words = said(edge) if whose is None else lattice.text(edge.start, whose.end)
        tables = tuple(m.member for m in whose.meanings) if whose else ()
        return ByRef(edge.meanings, words=words, of_entity=tables)

    def grain_of_time(edge: Edge) -> ByRef:
        return ByRef(grain=cast(Grain, edge.detail), words=said(edge))

    def grain_of(grain: Edge, _of: Edge, _the: Edge | None, of_column: Edge) -> ByRef:
        return ByRef(of_column.meanings, cast(Grain, grain.detail), lattice.text(grain.start, of_column.end))

    def column_by_grain(of_column: Edge, _by: Edge | None, grain: Edge) -> ByRef:
        return ByRef(of_column.meanings, cast(Grain, grain.detail), lattice.text(of_column.start, grain.end))

    def one(dimension: ByRef) -> tuple[ByRef, ...]:
        return (dimension,)

    def more(dimension: ByRef, _coord: Edge, rest: tuple[ByRef, ...]) -> tuple[ByRef, ...]:
        return (dimension, *rest)

    def more_by(dimension: ByRef, _coord: Edge, _by: Edge, rest: tuple[ByRef, ...]) -> tuple[ByRef, ...]:
        return (dimension, *rest)

    per_phrases = {words for words, names in lexicon(lattice.language).phrases.items() if "PER" in names}

    def by(how: Edge, dimensions: tuple[ByRef, ...]) -> Frame:
        per = tuple(token.key for token in lattice.tokens[how.start : how.end]) in per_phrases
        return Frame(by=tuple(replace(dimension, per=per) for dimension in dimensions))

    def each(_each: Edge, grain: Edge) -> Frame:
        return every(grain)

    # values and filters

    def value(_the: Edge | None, edge: Edge) -> ValueRef:
        return ValueRef(edge.meanings, said(edge))

    def one_value(first: ValueRef) -> _Values:
        return (first,), False

    def or_values(first: ValueRef, _or: Edge, rest: _Values) -> _Values:
        return (first, *rest[0]), True

    def and_values(first: ValueRef, _and: Edge, rest: _Values) -> _Values:
        return (first, *rest[0]), rest[1]

    def of_column(of: ByRef, values: _Values, *, negated: bool = False) -> FilterRef:
        return FilterRef(of.choices, of.words, values[0], negated, values[1], of_entity=of.of_entity)

    def is_values(_the: Edge | None, of: ByRef, _is: Edge | None, values: _Values) -> FilterRef:
        return of_column(of, values)

    def is_not_values(_the: Edge | None, of: ByRef, _not: Edge, values: _Values) -> FilterRef:
        return of_column(of, values, negated=True)

    def value_column(_the: Edge | None, first: ValueRef, of: ByRef) -> FilterRef:
        return of_column(of, ((first,), False))

    def compared(_the: Edge | None, of: ByRef, comparator: Edge, number: Edge) -> FilterRef:
        return FilterRef(
            of.choices, of.words, comparator=cast(Comparator, comparator.detail), number=number.number,
            of_entity=of.of_entity,
        )  # fmt: skip

    def equals_number(_the: Edge | None, of: ByRef, _is: Edge | None, number: Edge) -> FilterRef:
        return FilterRef(of.choices, of.words, comparator="equals", number=number.number, of_entity=of.of_entity)

    def between(_the: Edge | None, of: ByRef, _b: Edge, low: Edge, _and: Edge, high: Edge) -> tuple[FilterRef, ...]:
        least = FilterRef(of.choices, of.words, comparator="gte", number=low.number, of_entity=of.of_entity)
        return (least, replace(least, comparator="lte", number=high.number))

    def one_condition(condition: FilterRef) -> tuple[FilterRef, ...]:
        return (condition,)

    def more_conditions(first: tuple[FilterRef, ...], _and: Edge, rest: tuple[FilterRef, ...]) -> tuple[FilterRef, ...]:
        return first + rest

    def with_conditions(_with: Edge, conditions: tuple[FilterRef, ...]) -> Frame:
        return Frame(filters=conditions)

    def with_values(_with: Edge, values: _Values) -> Frame:
        return Frame(filters=(FilterRef(values=values[0], words=values[0][0].words, joined_by_or=values[1]),))

    def with_values_of(_with: Edge, _the: Edge | None, whose: Edge, _in: Edge, values: _Values) -> Frame:
        whole = with_values(_with, values)
        tables = tuple(meaning.member for meaning in whose.meanings)
        return replace(whole, filters=(replace(whole.filters[0], of_entity=tables),))

    def with_value_before(_with: Edge, _the: Edge | None, edge: Edge, whose: Edge) -> Frame:
        return with_values_of(_with, None, whose, _with, ((value(None, edge),), False))

    def with_conditions_of(
        _with: Edge, _the: Edge | None, whose: Edge, _in: Edge, conditions: tuple[FilterRef, ...]
    ) -> Frame | None:
        tables = tuple(meaning.member for meaning in whose.meanings)
        if any(condition.of_entity for condition in conditions):
            return None
        return Frame(filters=tuple(replace(condition, of_entity=tables) for condition in conditions))

    def without(_not: Edge, _with: Edge | None, values: _Values) -> Frame:
        ref = FilterRef(values=values[0], words=values[0][0].words, negated=True, joined_by_or=values[1])
        return Frame(filters=(ref,))

    def without_adjacent(_not: Edge, values: _Values) -> Frame:
        whole = without(_not, None, values)
        return replace(whole, filters=(replace(whole.filters[0], adjacent=True),))

    def without_column(_not: Edge, _with: Edge | None, condition: FilterRef) -> Frame | None:
        return None if condition.negated or condition.number is not None else Frame(
            filters=(replace(condition, negated=True),)
        )  # fmt: skip

    def predicative(_be: Edge, values: _Values) -> Frame:
        whole = with_values(_be, values)
        return replace(whole, filters=(replace(whole.filters[0], adjacent=True),))

    def be_clause(_be: Edge, clause: Frame) -> Frame:
        return clause

    # having

    def having_first(_with: Edge, comparator: Edge, number: Edge, name: Edge) -> Frame:
        return _having(
            MetricRef(name.meanings, said(name), "count" if name.category == "ENTITY" else None), comparator, number
        )

    def having_after(_with: Edge, core: Frame, _is: Edge | None, comparator: Edge, number: Edge) -> Frame:
        return _having(core.metrics[0], comparator, number)

    def _having(ref: MetricRef, comparator: Edge, number: Edge) -> Frame:
        return Frame(having=(HavingRef(ref, cast(Comparator, comparator.detail), number.number or 0),))

    # dates

    def dated(edge: Edge) -> Frame | None:
        assert edge.date is not None  # noqa: S101 - a DATE edge always has one
        return Frame(date=DateRef(edge.date, said(edge)))

    def column_dated(_with: Edge | None, _the: Edge | None, of: ByRef, _is: Edge | None, edge: Edge) -> Frame | None:
        assert edge.date is not None  # noqa: S101 - a DATE edge always has one
        return Frame(date=DateRef(edge.date, said(edge), of.choices))

    # rank and order

    def ranked(desc: bool, limit: Edge | None, dimension: ByRef, *, plural: bool = True) -> Frame | None:
        number = limit.number if limit is not None else None
        if number is not None and (not isinstance(number, int) or number < 1):
            return None
        return Frame(by=(dimension,), rank=RankRef(desc, number, plural))

    def top(
        _with: Edge | None, _the: Edge | None, edge: Edge, limit: Edge | None, _of: Edge | None, d: ByRef
    ) -> Frame | None:
        return ranked(edge.category == "TOP", limit, d)

    def top_after(_with: Edge | None, _the: Edge | None, limit: Edge, edge: Edge, d: ByRef) -> Frame | None:
        return ranked(edge.category == "TOP", limit, d)

    def which_most(
        _which: Edge | None, _the: Edge | None, limit: Edge | None, d: ByRef, has: Edge, _t: Edge | None, most: Edge,
        core: Frame,
    ) -> Frame | None:  # fmt: skip
        return _most(d, limit, has, most, core)

    def which_most_after(
        _which: Edge | None, _the: Edge | None, limit: Edge | None, d: ByRef, has: Edge, core: Frame, most: Edge
    ) -> Frame | None:
        return _most(d, limit, has, most, core)

    def _most(dimension: ByRef, limit: Edge | None, has: Edge, most: Edge, core: Frame) -> Frame | None:
        ranks = ranked(most.category == "MOST", limit, dimension, plural=_is_plural(dimension.words, said(has)))
        return ranks.join(core) if ranks else None

    def rank_metric(_by: Edge, core: Frame) -> Frame:
        return replace(core, order_metric=core.metrics[0], metrics=())

    def direction(edge: Edge) -> Frame:
        return Frame(order="desc" if edge.category == "DESC" else "asc")

    def ordered(_by: Edge, core: Frame, edge: Edge | None) -> Frame | None:
        return replace(
            core, order_metric=core.metrics[0], metrics=(), order="asc" if edge and edge.category == "ASC" else "desc"
        )

    nothing = Frame()

    def aside(*_edges: Edge) -> Frame:
        return nothing

    names = ("METRIC", "ENTITY", "MEASURE")
    after_rules = (rule("VALUE", value_after),) if spanish else ()
    return {
        "aside": tuple(rule(each_one, aside) for each_one in ("PLEASE", "EXIST", "COMMA")),
        "coord": (rule("AND", lambda a: a), rule("COMMA", lambda c: c), rule("COMMA AND", lambda c, _a: c)),
        "or": (rule("OR", lambda o: o), rule("COMMA OR", lambda _c, o: o)),
        "clause": (
            rule("metrics", lambda m: m),
            rule("BY dimensions", by),
            rule("EACH GRAIN", each),
            rule("EVERY", every),
            rule("filter", lambda f: f),
            rule("BE filter", be_clause),
            rule("having", lambda h: h),
            rule("DATE", dated),
            rule("PREP? DET? column IS? DATE", column_dated),
            rule("rank", lambda r: r),
            rule("BY metric", rank_metric),
            rule("ORDERBY metric direction?", ordered),
            rule("direction", direction),
            rule("IMPLIED", implied),
            rule("SEGMENT", segment),
            rule("CONTRADICTS", contradicts),
            rule("WITHIN DET? ENTITY", lambda _w, _d, e: Frame(within=e.meanings)),
            rule("WITHIN DET? METRIC", lambda _w, _d, m: Frame(within=m.meanings)),
        ),
        "metrics": (rule("metric", lambda m: m), rule("metric coord metrics", both)),
        "name": tuple(rule(name, lambda n: n) for name in names),
        "metric": (
            rule("before? core after?", modified),
            rule("DET? HOWMANY DET? before name after?", counted_modified),
        ),
        "counted_name": (rule("METRIC", lambda n: n), rule("ENTITY", lambda n: n)),
        "governed": (rule("DET? counted_name", plain), rule("DET? HOWMANY DET? counted_name", counted)),
        "core": (
            rule("DET? name", plain),
            rule("DET? HOWMANY DET? name", counted),
            rule("DET? HOWMUCH BE? DET? name", much),
            rule("DET? AGG OF? DET? ENTITY", lambda _d, a, o, t, n: total_of(a, o, t, n)),
        ),
        "before": (
            rule("DET? modifier", lambda _d, m: m),
            rule("DET? modifier modifier", lambda _d, m, n: m.join(n)),
        ),
        "modifier": (
            rule("VALUE", value_before),
            rule("EVERY", every),
            rule("IMPLIED", implied),
            rule("SEGMENT", segment),
        ),
        "after": (rule("EVERY", every), rule("IMPLIED", implied), rule("SEGMENT", segment), *after_rules),
        "column": (rule("COLUMN", column), rule("COLUMN OF DET? ENTITY", column)),
        "number_column": (rule("COLUMN", column), rule("MEASURE", column)),
        "dimension": (
            rule("DET? column", lambda _d, c: c),
            rule("DET? GRAIN", lambda _d, g: grain_of_time(g)),
            rule("GRAIN OF DET? COLUMN", grain_of),
            rule("COLUMN BY? GRAIN", column_by_grain),
            rule("DET? ENTITY", lambda _d, e: column(e)),
        ),
        "dimensions": (
            rule("dimension", one),
            rule("dimension coord dimensions", more),
            rule("dimension coord BY dimensions", more_by),
        ),
        "value": (rule("DET? VALUE", value),),
        "values": (
            rule("value", one_value),
            rule("value or values", or_values),
            rule("value coord values", and_values),
        ),
        "condition": (
            rule("DET? column IS? values", is_values),
            rule("DET? column OF values", is_values),
            rule("DET? column NOT values", is_not_values),
            rule("DET? value column", value_column),
            rule("DET? number_column CMP NUMBER", compared),
            rule("DET? number_column IS? NUMBER", equals_number),
            rule("DET? number_column OF NUMBER", equals_number),
        ),
        "conditions": (
            rule("condition", one_condition),
            rule("DET? number_column BETWEEN NUMBER AND NUMBER", between),
            rule("one_of_conditions coord conditions", more_conditions),
        ),
        "one_of_conditions": (
            rule("condition", one_condition),
            rule("DET? number_column BETWEEN NUMBER AND NUMBER", between),
        ),
        "filter": (
            rule("PREP conditions", with_conditions),
            rule("HAS conditions", with_conditions),
            rule("PREP DET? ENTITY PREP values", with_values_of),
            rule("PREP DET? VALUE ENTITY", with_value_before),
            rule("PREP DET? ENTITY PREP conditions", with_conditions_of),
            rule("PREP values", with_values),
            rule("EXCEPT PREP? values", without),
            rule("EXCEPT PREP? condition", without_column),
            rule("NOT PREP values", without),
            rule("PREP NOT values", lambda p, n, v: without(n, p, v)),
            rule("NOT values", without_adjacent),
            rule("BE values", predicative),
        ),
        "having": (
            rule("PREP CMP NUMBER counted_name", having_first),
            rule("HAS CMP NUMBER counted_name", having_first),
            rule("THATHAVE CMP NUMBER counted_name", having_first),
            rule("PREP governed IS? CMP NUMBER", having_after),
            rule("HAS governed IS? CMP NUMBER", having_after),
        ),
        "rank": (
            rule("PREP? DET? TOP NUMBER? OF? dimension", top),
            rule("PREP? DET? BOTTOM NUMBER? OF? dimension", top),
            rule("PREP? DET? NUMBER TOP dimension", top_after),
            rule("PREP? DET? NUMBER BOTTOM dimension", top_after),
            rule("WHICH? DET? NUMBER? dimension HAS DET? MOST core", which_most),
            rule("WHICH? DET? NUMBER? dimension HAS DET? LEAST core", which_most),
            rule("WHICH? DET? NUMBER? dimension HAS core MOST", which_most_after),
            rule("WHICH? DET? NUMBER? dimension HAS core LEAST", which_most_after),
        ),
        "direction": (rule("DESC", lambda d: d), rule("ASC", lambda a: a)),
    }


def _is_plural(dimension: str, verb: str) -> bool:
    """Whether several rows are asked for: `which states have`, `qué estados tienen`; the noun decides, not the verb."""
    plural_verbs = {"have", "tienen", "tuvieron", "that have", "which have", "que tienen", "que tuvieron", "han tenido"}
    return verb.lower() in plural_verbs or any(
        word.lower().endswith("s") and not word.lower().endswith(("ss", "us", "is", "mes"))
        for word in dimension.split()
    )
