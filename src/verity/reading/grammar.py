"""What a question may look like: a small typed grammar in which every word plays exactly one role.

    [what] metric (coord metric)* [by dim (coord dim)*] [filter]* [date] [rank n] [order] [having]

Clauses stand in any order; there is one metric clause. A recognised word that no rule has room for makes the parse
fail: a second metric needs `and`, a dimension `by`, a value a filter's preposition.
"""

from __future__ import annotations

from dataclasses import dataclass

from verity.reading.builders import Builders
from verity.reading.chart import Chart, Rule, TooComplex, rule
from verity.reading.frame import (
    Frame,
)
from verity.reading.lattice import Edge, Lattice

MOST_PARSES = 2_000


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
                after_and = any(edge.category == "AND" for edge in before)
                if joined is not None and not (after_and and _is_bare_date(step.value)):
                    found.append((step.end, joined, (*before, *step.edges)))
        return found


def _is_bare_date(clause: Frame) -> bool:
    """A period without a preposition: after `and` it would be a second dimension (`by state and 2018`)."""
    return clause.date is not None and clause.date.reading.bare and not clause.date.columns


def _complete(frame: Frame) -> bool:
    """A metric clause, and a metric to rank or sort by only where a rank or an order was asked for."""
    if frame.rank is not None:
        return frame.order is None and (frame.order_metric is not None or len(frame.metrics) == 1)
    if frame.order_metric is not None and frame.order is None:
        return False
    return bool(frame.metrics)


def grammar_of(lattice: Lattice) -> dict[str, tuple[Rule, ...]]:
    """The rules over one lattice. Capitals are categories of the lattice, small letters are symbols of the grammar."""
    b, spanish = Builders(lattice), lattice.language == "es"
    names = ("METRIC", "ENTITY", "MEASURE")
    after_rules = (rule("VALUE", b.value_after),) if spanish else ()
    return {
        "aside": tuple(rule(each_one, b.aside) for each_one in ("PLEASE", "EXIST", "COMMA")),
        "coord": (rule("AND", lambda a: a), rule("COMMA", lambda c: c), rule("COMMA AND", lambda c, _a: c)),
        "or": (rule("OR", lambda o: o), rule("COMMA OR", lambda _c, o: o)),
        "clause": (
            rule("metrics", lambda m: m),
            rule("BY dimensions", b.by),
            rule("EACH GRAIN", b.each),
            rule("EVERY", b.every),
            rule("filter", lambda f: f),
            rule("BE filter", b.be_clause),
            rule("having", lambda h: h),
            rule("DATE", b.dated),
            rule("PREP? DET? column IS? DATE", b.column_dated),
            rule("rank", lambda r: r),
            rule("DET? MOST NUMBER dimension BY metric", b.extreme),
            rule("DET? LEAST NUMBER dimension BY metric", b.extreme),
            rule("DET? NUMBER MOST dimension BY metric", b.extreme_after),
            rule("DET? NUMBER LEAST dimension BY metric", b.extreme_after),
            rule("BY metric", b.rank_metric),
            rule("ORDERBY metric direction?", b.ordered),
            rule("direction", b.direction),
            rule("IMPLIED", b.implied),
            rule("SEGMENT", b.segment),
            rule("PREP DET? SEGMENT", lambda _p, _d, s: b.segment(s)),
            rule("CONTRADICTS", b.contradicts),
            rule("WITHIN DET? ENTITY", lambda _w, _d, e: Frame(within=e.meanings)),
            rule("WITHIN DET? METRIC", lambda _w, _d, m: Frame(within=m.meanings)),
        ),
        "metrics": (rule("metric", lambda m: m), rule("metric coord metrics", b.both)),
        "name": tuple(rule(name, lambda n: n) for name in names),
        "metric": (
            rule("before? core after?", b.modified),
            rule("DET? HOWMANY DET? before name after?", b.counted_modified),
        ),
        "counted_name": (rule("METRIC", lambda n: n), rule("ENTITY", lambda n: n)),
        "governed": (rule("DET? counted_name", b.plain), rule("DET? HOWMANY DET? counted_name", b.counted)),
        "core": (
            rule("DET? name", b.plain),
            rule("DET? HOWMANY DET? name", b.counted),
            rule("DET? HOWMUCH BE? DET? name", b.much),
            rule("DET? AGG OF? DET? ENTITY", lambda _d, a, o, t, n: b.total_of(a, o, t, n)),
        ),
        "before": (
            rule("DET? modifier", lambda _d, m: m),
            rule("DET? modifier modifier", lambda _d, m, n: m.join(n)),
        ),
        "modifier": (
            rule("VALUE", b.value_before),
            rule("EVERY", b.every),
            rule("IMPLIED", b.implied),
            rule("SEGMENT", b.segment),
        ),
        "after": (rule("EVERY", b.every), rule("IMPLIED", b.implied), rule("SEGMENT", b.segment), *after_rules),
        "column": (rule("COLUMN", b.column), rule("COLUMN OF DET? ENTITY", b.column)),
        "number_column": (rule("COLUMN", b.column), rule("MEASURE", b.column)),
        "dimension": (
            rule("DET? column", lambda _d, c: c),
            rule("DET? GRAIN", lambda _d, g: b.grain_of_time(g)),
            rule("GRAIN OF DET? COLUMN", b.grain_of),
            rule("COLUMN BY? GRAIN", b.column_by_grain),
            rule("DET? ENTITY", lambda _d, e: b.column(e)),
        ),
        "dimensions": (
            rule("dimension", b.one),
            rule("dimension coord dimensions", b.more),
            rule("dimension coord BY dimensions", b.more_by),
        ),
        "value": (rule("DET? VALUE", b.value),),
        "values": (
            rule("value", b.one_value),
            rule("value or values", b.or_values),
            rule("value coord values", b.and_values),
        ),
        "condition": (
            rule("DET? column IS? values", b.is_values),
            rule("DET? column OF values", b.is_values),
            rule("DET? column NOT values", b.is_not_values),
            rule("DET? value column", b.value_column),
            rule("DET? number_column CMP NUMBER", b.compared),
            rule("DET? number_column OF CMP NUMBER", lambda d, c, _o, cmp, n: b.compared(d, c, cmp, n)),
            rule("DET? number_column IS? NUMBER", b.equals_number),
            rule("DET? number_column OF NUMBER", b.equals_number),
            rule("DET? number_column IS? NUMBER or NUMBER", b.one_of_numbers),
        ),
        "conditions": (
            rule("condition", b.one_condition),
            rule("DET? number_column BETWEEN NUMBER AND NUMBER", b.between),
            rule("DET? number_column CMP NUMBER AND CMP NUMBER", b.compared_twice),
            rule("one_of_conditions coord conditions", b.more_conditions),
        ),
        "one_of_conditions": (
            rule("condition", b.one_condition),
            rule("DET? number_column BETWEEN NUMBER AND NUMBER", b.between),
            rule("DET? number_column CMP NUMBER AND CMP NUMBER", b.compared_twice),
        ),
        "filter": (
            rule("PREP conditions", b.with_conditions),
            rule("HAS conditions", b.with_conditions),
            rule("PREP DET? ENTITY PREP values", b.with_values_of),
            rule("PREP DET? VALUE ENTITY", b.with_value_before),
            rule("PREP DET? ENTITY PREP conditions", b.with_conditions_of),
            rule("PREP values", b.with_values),
            rule("EXCEPT PREP? values", b.without),
            rule("EXCEPT PREP? condition", b.without_column),
            rule("NOT PREP values", b.without),
            rule("PREP NOT values", lambda p, n, v: b.without(n, p, v)),
            rule("NOT values", b.without_adjacent),
            rule("BE values", b.predicative),
        ),
        "having": (
            rule("PREP CMP NUMBER counted_name", b.having_first),
            rule("HAS CMP NUMBER counted_name", b.having_first),
            rule("THATHAVE CMP NUMBER counted_name", b.having_first),
            rule("PREP governed IS? CMP NUMBER", b.having_after),
            rule("HAS governed IS? CMP NUMBER", b.having_after),
        ),
        "rank": (
            rule("PREP? DET? TOP NUMBER? OF? dimension", b.top),
            rule("PREP? DET? BOTTOM NUMBER? OF? dimension", b.top),
            rule("PREP? DET? NUMBER TOP dimension", b.top_after),
            rule("PREP? DET? NUMBER BOTTOM dimension", b.top_after),
            rule("WHICH? DET? NUMBER? dimension HAS DET? MOST core", b.which_most),
            rule("WHICH? DET? NUMBER? dimension HAS DET? LEAST core", b.which_most),
            rule("WHICH? DET? NUMBER? dimension HAS core MOST", b.which_most_after),
            rule("WHICH? DET? NUMBER? dimension HAS core LEAST", b.which_most_after),
        ),
        "direction": (rule("DESC", lambda d: d), rule("ASC", lambda a: a)),
    }
