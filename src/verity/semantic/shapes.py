"""Compile a MetricQuery whose shape was compiled before: the same SQL with other parameters.

The shape is the query and the policies with their values taken out. What became of each value is heard while a shape is
compiled (`conditions.heard`); later the same comparisons read the new values, and where they become the same SQL, word
for word, its text is used again. Where a query's values decide more than parameters (frames over other periods), they
belong to the shape. Uses 1, 2, 4, 8... of a shape are compiled in full and held against what would have been reused.

    compiled = compile_shape(model, query, accesses=accesses, dialect="duckdb")
"""

from __future__ import annotations

import copy
from collections.abc import Callable, Hashable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date

from verity.contracts.metric import MetricQuery
from verity.semantic.compiler import Compiled, compile_query
from verity.semantic.conditions import Heard, heard
from verity.semantic.model import Model
from verity.semantic.shape_replay import Replayed
from verity.semantic.shape_values import (
    Accesses,
    Values,
    Watched,
    found_of,
    marked_query,
    policy_shape,
    shape_of,
    typed,
    value_objects,
)
from verity.semantic.work import Both, Either, Fact, Leaf, Node, Value, Work

MOST_SHAPES = 2_000
"""Shapes kept for one model."""
MOST_FORMS = 200
"""Statements kept for one shape: values of other types, or values that belong to the shape."""

Check = Callable[[Compiled], None]
InFull = Callable[[MetricQuery, Accesses], Compiled]


def compile_shape(
    model: Model,
    query: MetricQuery,
    *,
    accesses: Accesses,
    dialect: str,
    today: date | None = None,
    proven: frozenset[Fact] = frozenset(),
    check: Check = lambda _: None,
) -> Compiled:
    """As `compile_query`, and equal to it. `check` is called with what was compiled in full, never with what is reused.

    Raises a `QueryError` with a code for everything that cannot be answered as asked.
    """

    def in_full(asked: MetricQuery, seen: Accesses) -> Compiled:
        compiled = compile_query(model, asked, accesses=seen, dialect=dialect, today=today, proven=proven)
        check(compiled)
        return compiled

    literals: list[Values] = []
    key = (dialect, today, proven, shape_of(query, literals))
    shape = model.shapes.get(key)
    if shape is None:
        shape = Shape()
        if len(model.shapes) >= MOST_SHAPES:
            model.shapes.clear()
        model.shapes[key] = shape
    return shape.compiled(query, literals, accesses, in_full)


@dataclass(slots=True)
class _Form:
    """One statement of a shape, and how often it was used."""

    compiled: Compiled
    uses: int = 1


@dataclass(slots=True)
class _Recipe:
    """Which comparisons the statements make, and whose values they read. None: the model's own, always the same."""

    comparisons: tuple[tuple[Heard, Hashable | None], ...]
    forms: dict[Hashable, _Form] = field(default_factory=dict)
    """By what the SQL shows of the values."""

    def replay(self, given: Mapping[Hashable, Values]) -> Replayed:
        """The comparisons with values of now."""
        replayed = Replayed()
        for spoken, slot in self.comparisons:
            replayed.compare(spoken, spoken.values if slot is None else given[slot])
        return replayed


@dataclass(slots=True)
class Shape:
    """What is known of one shape. Threads may make a thing twice; one of them is kept."""

    tables: tuple[str, ...] | None = None
    """The tables whose access was looked at; None before the first."""
    fixed: bool = False
    """True: the values of the query belong to the shape, those of the policies do not."""
    recipes: dict[Hashable, _Recipe | None] = field(default_factory=dict)
    """By the shape of the policies. None: nothing of it may be used again."""
    distrusted: int = 0
    """How often a form was not what compiling in full gave: a defect, whose form is never used again."""

    def compiled(self, query: MetricQuery, literals: list[Values], accesses: Accesses, in_full: InFull) -> Compiled:
        """The query compiled, from a kept form where one fits."""
        if self.tables is None:
            return self._first(query, literals, accesses, in_full)
        given: dict[Hashable, Values] = dict(enumerate(literals))
        key = self._key(accesses, given, literals)
        if key not in self.recipes:
            return self._first(query, literals, accesses, in_full)
        recipe = self.recipes[key]
        if recipe is None:
            return in_full(query, accesses)
        replayed = recipe.replay(given)
        form = recipe.forms.get(replayed.form)
        if form is None:
            return self._first(query, literals, accesses, in_full)
        form.uses += 1
        made = self._reused(form.compiled, query, literals, replayed.parameters, accesses)
        if form.uses & (form.uses - 1):
            return made
        whole = in_full(query, accesses)
        if not _same(made, whole):
            self.distrusted += 1
            self.recipes[key] = None
        return whole

    def _key(self, accesses: Accesses, given: dict[Hashable, Values], literals: list[Values]) -> Hashable:
        return (policy_shape(accesses, self.tables or (), given), typed(literals) if self.fixed else None)

    def _first(self, query: MetricQuery, literals: list[Values], accesses: Accesses, in_full: InFull) -> Compiled:
        """Compile in full, and keep what can be used again."""
        marked, slots = marked_query(query)
        watched = Watched(accesses, slots)
        listening: list[Heard] = []
        token = heard.set(listening)
        try:
            compiled = in_full(marked, watched)
        finally:
            heard.reset(token)
        if not watched.walked:
            self._keep(compiled, listening, slots, watched.asked, accesses, literals)
        return replace(compiled, query=query, work=_with(compiled.work, query, accesses))

    def _keep(
        self,
        compiled: Compiled,
        listening: list[Heard],
        slots: Mapping[int, Hashable],
        asked: set[str],
        accesses: Accesses,
        literals: list[Values],
    ) -> None:
        tables, fixed = tuple(sorted({*asked, *(self.tables or ())})), self.fixed or not _is_flat(compiled.work)
        if (tables, fixed) != (self.tables, self.fixed) or len(self.recipes) >= MOST_FORMS:
            self.tables, self.fixed, self.recipes = tables, fixed, {}
        given: dict[Hashable, Values] = dict(enumerate(literals))
        key = self._key(accesses, given, literals)
        recipe = self.recipes.get(key) or _Recipe(
            tuple((spoken, found_of(spoken.values, slots)) for spoken in listening)
        )
        replayed = recipe.replay(given)
        if typed([tuple(replayed.parameters)]) != typed([tuple(compiled.work.parameters)]):
            self.recipes[key] = None  # a value became a parameter in a way that was not heard
        elif len(recipe.forms) < MOST_FORMS:
            recipe.forms[replayed.form] = _Form(compiled)
            self.recipes[key] = recipe

    def _reused(
        self, before: Compiled, query: MetricQuery, literals: list[Values], parameters: list[Value], accesses: Accesses
    ) -> Compiled:
        work = _with(before.work, query, accesses)
        work.parameters = parameters
        if not self.fixed:
            fresh = dict(zip(map(id, value_objects(before.query)), literals, strict=True))
            work.where = [_renewed(node, fresh) for node in work.where]
            work.having = [_renewed(node, fresh) for node in work.having]
        return replace(before, query=query, parameters=tuple(parameters), work=work)


def _is_flat(work: Work) -> bool:
    """Whether values of the query become parameters and nothing else: no frame reads other periods than were asked."""
    query = work.query
    return not (work.frames or work.axis is not None or query.compare or query.fill or query.pivot or query.timezone)


def _same(made: Compiled, whole: Compiled) -> bool:
    return (
        made.sql == whole.sql
        and made.parameters == whole.parameters
        and made.columns == whole.columns
        and made.plan == whole.plan
        and made.metrics == whole.metrics
    )


def _with(work: Work, query: MetricQuery, accesses: Accesses) -> Work:
    made = copy.copy(work)
    made.query, made.accesses = query, accesses
    return made


def _renewed(node: Node, fresh: Mapping[int, Values]) -> Node:
    """A condition with the new values; each old one is known by its identity."""
    if isinstance(node, Leaf):
        values = found_of(node.values, fresh)
        return node if values is None else Leaf(node.on, node.op, values)
    if isinstance(node, Both | Either):
        return type(node)(tuple([_renewed(part, fresh) for part in node.parts]))
    return node
