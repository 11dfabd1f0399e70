"""Which rollups may answer a query now, and the statement that reads them.

A rollup answers only where it provably holds what the tables hold: it was built from the very data version that is
read, or it lies before the watermark of an append-only column and the rows after it are read in the same statement.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

from sqlglot import exp

from verity.contracts.rollup import BuiltRollup, RollupState, RollupVerdict
from verity.data.model import Dictionary
from verity.exceptions import RollupInvalid
from verity.query.comparisons import Comparisons
from verity.query.recent import Recent
from verity.semantic.compiler import Compiled
from verity.semantic.model import Model
from verity.semantic.rollups.definition import Definition, define_rollup
from verity.semantic.rollups.filling import tail
from verity.semantic.rollups.routing import Candidate, Routed, check_answers_itself, route
from verity.semantic.rollups.sketches import ERROR
from verity.warehouse.engine import Engine
from verity.warehouse.rollups import HoldsRollups, RollupStore

COMPARING = "the rows before its watermark are still to be compared with those it was built from"
NONE = Routed(None, ())
"""Nothing declared, nothing to say."""


@dataclass(frozen=True)
class Declared:
    """Every rollup of one dictionary over one data version: those that can be, and why the rest cannot."""

    definitions: tuple[Definition, ...]
    problems: Mapping[str, RollupInvalid]


class Rollups:
    """The rollups of one engine, as queries meet them. Thread-safe."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._store: RollupStore | None = engine.rollups if isinstance(engine, HoldsRollups) else None
        self._declared: tuple[tuple[str, str], Declared] | None = None
        self.comparisons = Comparisons(engine)
        """Whether the rows before a watermark changed."""
        self._outside: dict[tuple[str, tuple[tuple[str, str], ...]], frozenset[tuple[str, str]]] = {}
        self._guard = threading.Lock()
        self._routed: Recent[tuple[str, str, str, str, tuple[str, ...]], Routed] = Recent(512)

    @property
    def store(self) -> RollupStore | None:
        """Where they lie; None where the engine has no place for them."""
        return self._store

    def declared(self, dictionary: Dictionary, version: str, owner: Callable[[], Model]) -> Declared:
        """Every rollup that the dictionary declares. `owner` gives the model without any policy."""
        key = (dictionary.content_hash, version)
        with self._guard:
            if self._declared is None or self._declared[0] != key:
                self._declared = key, _declared(dictionary, owner, self._engine.dialect)
            return self._declared[1]

    def route(self, compiled: Compiled, dictionary: Dictionary, version: str, owner: Callable[[], Model]) -> Routed:
        """The statement over rollups, if any serves, and a verdict on each that is declared on the tables it reads."""
        if not any(table.rollups for table in dictionary.tables.values()):
            return NONE
        in_force = self._store.built() if self._store is not None else ()
        names = tuple(str(one.relation) for one in in_force)
        key = (compiled.sql, repr(compiled.parameters), version, dictionary.content_hash, names)
        known = self._routed.find(key)
        if known is not None:
            return known
        made = self._route(compiled, dictionary, version, owner, in_force)
        if any(verdict.reason == COMPARING for verdict in made.verdicts):
            return made  # the next query may know more
        return self._routed.get(key, lambda: made)

    def _route(
        self,
        compiled: Compiled,
        dictionary: Dictionary,
        version: str,
        owner: Callable[[], Model],
        in_force: tuple[BuiltRollup, ...],
    ) -> Routed:
        work = compiled.work
        declared = self.declared(dictionary, version, owner)
        roots = {scan.root for scan in work.scans}
        built = {one.rollup: one for one in in_force}
        candidates: dict[str, list[Candidate]] = {}
        for definition in declared.definitions:
            if definition.table in roots:
                one = self._candidate(definition, built.get(definition.member), version)
                candidates.setdefault(definition.table, []).append(one)
        routed = route(compiled.statement, compiled.parameters, candidates, self._engine.dialect, work.proven)
        wrong = [
            RollupVerdict(rollup=name, used=False, reason=problem.message)
            for name, problem in declared.problems.items()
            if name.partition(".")[0] in roots
        ]
        return replace(routed, verdicts=(*routed.verdicts, *wrong))

    def states(self, dictionary: Dictionary, version: str, owner: Callable[[], Model]) -> tuple[RollupState, ...]:
        """Every declared rollup, and what there is of it."""
        declared = self.declared(dictionary, version, owner)
        built = {one.rollup: one for one in self._store.built()} if self._store is not None else {}
        found = []
        for definition in declared.definitions:
            one = built.get(definition.member)
            if one is not None and one.definition != definition.hash:
                one = None
            problem = "" if one is None else self._problem(definition, one, version)
            found.append(_state(definition, one, problem))
        for name, error in declared.problems.items():
            found.append(RollupState(rollup=name, state="invalid", problem=error.message))
        return tuple(found)

    def _candidate(self, definition: Definition, built: BuiltRollup | None, version: str) -> Candidate:
        if self._store is None:
            return Candidate(definition, None, f"rollups are not built on {self._engine.name}")
        if built is None or built.definition != definition.hash:
            changed = " as it is declared now" if built is not None else ""
            return Candidate(definition, None, f"it is not built{changed}; run 'verity rollups build'")
        problem = self._problem(definition, built, version)
        fresh = tail(definition, built.watermark) if built.watermark is not None else None
        return Candidate(definition, built, problem, fresh)

    def _problem(self, definition: Definition, built: BuiltRollup, version: str) -> str:
        """Why it cannot be proven equal to the tables now; empty where it can."""
        if definition.sketches and self._store is not None and built.hashing != self._store.hashing():
            return (
                f"its sketches were hashed by {built.hashing}, which {self._store.hashing()} may do otherwise; "
                "run 'verity rollups build'"
            )
        outside = self._not_ours(definition, version)
        if outside:
            root = definition.select.args["from_"].this
            only_root = outside == {(root.text("db"), root.name)}
            if built.watermark is None or not only_root:
                named = ", ".join(sorted(name for _, name in outside))
                return f"Verity does not load {named}, so it cannot know that nothing changed since it was built"
            return "" if built.data_version == version else "the data was published anew since it was built"
        if built.data_version == version:
            return ""
        if built.watermark is None:
            return "the data was published anew since it was built; run 'verity rollups build'"
        unchanged = self.comparisons.unchanged(definition, built, version)
        if unchanged is None:
            return COMPARING
        return "" if unchanged else "rows before its watermark changed since it was built; run 'verity rollups build'"

    def _not_ours(self, definition: Definition, version: str) -> frozenset[tuple[str, str]]:
        """The tables it reads that Verity does not publish."""
        assert self._store is not None  # noqa: S101 - asked only of what is built
        read = tuple(sorted({(t.text("db"), t.name) for t in definition.select.find_all(exp.Table)}))
        key = (version, read)
        if key not in self._outside:
            self._outside[key] = self._store.outside(read)
        return self._outside[key]


def _declared(dictionary: Dictionary, owner: Callable[[], Model], dialect: str) -> Declared:
    definitions: list[Definition] = []
    problems: dict[str, RollupInvalid] = {}
    for table, entry in dictionary.tables.items():
        for name in entry.rollups:
            try:
                definition = define_rollup(owner(), table, name, dialect=dialect)
                check_answers_itself(definition)
                definitions.append(definition)
            except RollupInvalid as error:
                problems[f"{table}.{name}"] = error
    return Declared(tuple(definitions), problems)


def _state(definition: Definition, built: BuiltRollup | None, problem: str) -> RollupState:
    entry = definition.entry
    return RollupState(
        rollup=definition.member,
        description=entry.description,
        state="missing" if built is None else "stale" if problem else "ready",
        metrics=tuple(entry.metrics),
        sketch=tuple(entry.sketch),
        error=ERROR if entry.sketch else None,
        dimensions=tuple(k.label.removeprefix(f"{definition.table}.") for k in definition.kept),
        rows=built.rows if built else None,
        source_rows=built.source_rows if built else None,
        built_at=built.built_at if built else None,
        data_version=built.data_version if built else None,
        problem=problem,
    )
