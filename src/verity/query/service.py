"""Run a MetricQuery and return rows.

The one governed path from a question to data: authorise, compile, guard, execute, type, record.
Engines live in verity.warehouse; SQL is written in verity.semantic.
"""

from __future__ import annotations

import hashlib
import json
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import date
from pathlib import Path
from typing import Literal

import pyarrow as pa

from verity.contracts.base import Json
from verity.contracts.dataset import DataState
from verity.contracts.identity import OWNER, Principal
from verity.contracts.metric import FilterNode, GroupBy, MetricQuery
from verity.contracts.question import Estimate, MetricEvidence
from verity.contracts.table import Table
from verity.data.catalog import Catalog
from verity.data.model import Dictionary
from verity.exceptions import EngineRefused, InternalError, UnknownMember
from verity.query.cache import Kept, ResultCache, cache_key
from verity.query.cost import cost_words, rows_read
from verity.query.estimates import estimates_of
from verity.query.freshness import freshness_of
from verity.query.guardrails import check_statement
from verity.query.integrity import Integrity
from verity.query.members import ListedMember, listed
from verity.query.outside import OutsideTables, Version
from verity.query.pivot import pivoted, pivoted_arrow
from verity.query.recent import Recent
from verity.query.results import rows_of, typed_table
from verity.query.rollup_verbs import UNNAMED, RollupVerbs, may_name
from verity.query.rollups import NONE, Rollups
from verity.query.values import MOST_VALUES, MemberValues, read_values
from verity.query.views import View, Views
from verity.query.where_reader import parse_by, parse_where
from verity.semantic.compiler import Compiled
from verity.semantic.model import Model
from verity.semantic.physical.chosen import PICKS
from verity.semantic.rollups.routing import Routed
from verity.semantic.rollups.sketches import FUNCTIONS
from verity.semantic.shapes import compile_shape
from verity.semantic.work import Fact
from verity.warehouse.engine import Engine, ReadResult

__all__ = ["ListedMember", "MemberValues", "QueryResult", "QueryService", "QuerySettings"]

_TRIES = 3
"""How often a query is compiled anew because a build was published between compiling and reading."""


@dataclass(frozen=True)
class QuerySettings:
    """Caps and defaults. `row_cap` counts rows of one result; a cut result says so."""

    seconds: float = 30.0
    row_cap: int = 100_000
    default_access: Literal["deny", "open"] = "deny"
    mask_key: str | None = field(default=None, repr=False)
    """What masks of the kind `hash` are keyed by."""
    cache_bytes: int = 64 << 20
    """Memory for results that may be asked for again; 0: none is kept."""


@dataclass(frozen=True)
class QueryResult:
    """Rows and everything that they rest on. `plan` and `sql` are what is recorded; `trace` is never hashed."""

    table: Table
    query: MetricQuery
    """In full names."""
    metrics: tuple[MetricEvidence, ...]
    sql: str
    """For people, its parameters written as literals."""
    engine: str
    state: DataState
    dictionary_hash: str
    policy_hash: str
    plan: Json
    trace: Json
    freshness: Json


@dataclass(frozen=True)
class _Ran:
    """A query with its rows, and how they were come by: the statement that ran, its rollups, the cache's part."""

    view: View
    compiled: Compiled
    read: ReadResult
    sql: str
    rollups: tuple[str, ...]
    cache: str
    refused: str | None = None
    """Why the engine would not read a chosen rollup, so that the tables were read."""
    key: str = ""
    """Of the cache; empty where the result may not be kept."""
    estimates: tuple[Estimate, ...] = ()


@dataclass(frozen=True)
class _Told:
    """What is recorded beside the rows."""

    table_id: str
    query: MetricQuery
    metrics: tuple[MetricEvidence, ...]
    sql: str
    plan: Json


class QueryService(RollupVerbs):
    """Answers metric queries. Thread-safe; every method names its principal."""

    def __init__(
        self,
        engine: Engine,
        load_dictionary: Callable[[], Dictionary],
        settings: QuerySettings | None = None,
        *,
        proofs: Path | None = None,
    ) -> None:
        """`proofs` is a file that remembers which joins were seen to be whole; None: only this process does."""
        self._engine = engine
        self._integrity = Integrity(engine, proofs)
        self._load_dictionary = load_dictionary
        self._settings = settings or QuerySettings()
        self._views = Views(engine.schema, self._settings.default_access, self._settings.mask_key)
        self._values: Recent[tuple[str, str, str], tuple[MemberValues, ...]] = Recent(16)
        self._rollups = Rollups(engine)
        self._cache = ResultCache(self._settings.cache_bytes)
        self._outside = OutsideTables(engine)
        self._told: Recent[tuple[str, str, str], _Told] = Recent(512)

    def close(self) -> None:
        """Stop what runs beside the queries. It may still be asked."""
        self._rollups.comparisons.close()

    def run(
        self,
        query: MetricQuery,
        principal: Principal,
        *,
        seconds: float | None = None,
        cancel: threading.Event | None = None,
        today: date | None = None,
    ) -> QueryResult:
        """Rows as JSON cells, typed by the plan, which says which period is not over `today`.

        Raises `QueryError` and `DataError`."""
        started = time.monotonic()
        ran = self._read(query, principal, seconds, cancel, today)
        view, compiled, read = ran.view, ran.compiled, ran.read
        done = time.monotonic()
        told = self._tell(ran, query)
        table = Table(
            table_id=told.table_id,
            columns=compiled.columns,
            rows=rows_of(read.table, compiled.columns),
            row_count=read.table.num_rows,
            truncated=read.truncated,
        )
        freshness = freshness_of(read.state, compiled)
        trace = {
            "elapsed_ms": round((done - started) * 1000, 3),
            "physical_sql": ran.sql,
            "engine": self._engine.name,
            "freshness": freshness,
            "cache": ran.cache,
            "rollup": ", ".join(ran.rollups) or None,
            **({"rollup_refused": ran.refused} if ran.refused else {}),
            **({"estimates": [one.model_dump(mode="json") for one in ran.estimates]} if ran.estimates else {}),
        }
        return QueryResult(
            table=pivoted(table, query),
            query=told.query,
            metrics=told.metrics,
            sql=told.sql,
            engine=self._engine.name,
            state=read.state,
            dictionary_hash=view.dictionary.content_hash,
            policy_hash=view.policy_hash,
            plan=told.plan,
            trace=trace,
            freshness=freshness,
        )

    def arrow(
        self,
        query: MetricQuery,
        principal: Principal,
        *,
        seconds: float | None = None,
        cancel: threading.Event | None = None,
    ) -> pa.Table:
        """Rows as Arrow, typed by the plan. Its schema metadata says `truncated` where rows were cut, and holds
        `estimates` (a list as JSON) where a metric is told approximately."""
        ran = self._read(query, principal, seconds, cancel)
        compiled, read = ran.compiled, ran.read
        table = pivoted_arrow(typed_table(read.table, compiled.columns), compiled.columns, query)
        told = {"truncated": "true"} if read.truncated else {}
        if ran.estimates:
            told["estimates"] = json.dumps([one.model_dump(mode="json") for one in ran.estimates])
        return table.replace_schema_metadata(told) if told else table

    def compile(self, query: MetricQuery, principal: Principal) -> Compiled:
        """The SQL without running it. Raises `QueryError`."""
        return self._compile(self._view(principal), query)

    def explain(
        self, query: MetricQuery, principal: Principal, *, today: date | None = None
    ) -> tuple[tuple[str, ...], Json, str]:
        """The plan in words, the plan as JSON, and the SQL for people. Raises `QueryError`."""
        view = self._view(principal)
        compiled = self._compile(view, query, today)
        verdicts = self.rollup_verdicts(query, principal)
        estimates = estimates_of(compiled, self._route(view, compiled), self._engine.dialect)
        words = [*compiled.plan.words, *(v.words() for v in verdicts), *(one.words() for one in estimates)]
        plan: Json = compiled.plan.model_dump(mode="json", by_alias=True)
        if principal.is_owner:  # sizes are the owner's to know
            read = rows_read(compiled.plan, compiled.work.model.catalog, verdicts)
            words.append(cost_words(read))
            plan["cost"] = {"rows_read": read}
        if verdicts:
            plan["rollups"] = [verdict.model_dump(mode="json") for verdict in verdicts]
        if estimates:
            plan["estimates"] = [one.model_dump(mode="json") for one in estimates]
        return tuple(words), plan, compiled.display

    def catalog(self, principal: Principal) -> Catalog:
        """The members that the principal may see, over the published tables."""
        return self._view(principal).model.catalog

    def model(self, principal: Principal) -> Model:
        """The principal's model."""
        return self._view(principal).model

    def hashes(self, principal: Principal) -> tuple[str, str, str]:
        """(data version, dictionary hash, policy hash) that an answer would be made from now."""
        view = self._view(principal)
        return view.version, view.dictionary.content_hash, view.policy_hash

    def members(self, principal: Principal) -> tuple[ListedMember, ...]:
        """The metrics, dimensions and segments that the principal may ask for."""
        return listed(self._view(principal).model)

    def values(self, principal: Principal) -> tuple[MemberValues, ...]:
        """The distinct values of every dimension column, read under the principal's policy."""
        for _ in range(_TRIES):
            view = self._view(principal)
            key = (view.version, view.policy_hash, view.dictionary.content_hash)
            found = self._values.find(key)
            if found is None:
                found, versions = self._read_values(view)
                if versions - {view.version}:
                    continue  # a build was published in between
            return self._values.get(key, lambda kept=found: kept)  # type: ignore[misc]  # bound now, not later
        raise _too_fast()

    def read_where(self, text: str, principal: Principal) -> FilterNode:
        """A condition as text. Raises `ConditionSyntax`, `UnknownMember`."""
        return parse_where(text, self.catalog(principal))

    def read_by(self, text: str, principal: Principal) -> tuple[GroupBy, ...]:
        """Dimensions as text: `region,created_at:month`. Raises `ConditionSyntax`, `UnknownMember`."""
        return parse_by(text, self.catalog(principal))

    def _read(
        self,
        query: MetricQuery,
        principal: Principal,
        seconds: float | None,
        cancel: threading.Event | None,
        today: date | None = None,
    ) -> _Ran:
        """Compile and run on one data version: a build published in between means compiling for the new tables."""
        for _ in range(_TRIES):
            view = self._view(principal)
            compiled = self._compile(view, query, today)
            ran = self._found_or_run(view, compiled, seconds, cancel)
            if ran.read.state.data_version == view.version:
                return ran
        raise _too_fast()

    def _tell(self, ran: _Ran, query: MetricQuery) -> _Told:
        """What is recorded beside the rows; kept for a question that is asked again, since it is the same."""

        def make() -> _Told:
            plan, compiled = ran.compiled.plan, ran.compiled
            dumped = plan.model_dump(mode="json", by_alias=True)
            return _Told(_table_id(compiled), plan.query, compiled.metrics, compiled.display, dumped)

        if not ran.key:
            return make()
        return self._told.get((ran.key, query.model_dump_json(by_alias=True), str(ran.compiled.work.today)), make)

    def _found_or_run(
        self, view: View, compiled: Compiled, seconds: float | None, cancel: threading.Event | None
    ) -> _Ran:
        outside = self._outside_version(view, compiled)
        if outside is None:
            return self._run(view, compiled, seconds, cancel, "off")
        scope = (view.version, view.policy_hash, view.dictionary.content_hash, outside.text)
        key = cache_key(compiled.sql, compiled.parameters, *scope)
        kept = self._cache.find(key)
        if kept is not None and not (cancel is not None and cancel.is_set()):
            return _Ran(
                view, compiled, kept.result, compiled.sql, kept.rollups, "hit", key=key, estimates=kept.estimates
            )
        ran = replace(self._run(view, compiled, seconds, cancel, "miss"), key=key)
        if ran.read.state.data_version == view.version:
            self._cache.keep(key, Kept(ran.read, ran.rollups, ran.estimates), seconds=outside.seconds)
        return ran

    def _outside_version(self, view: View, compiled: Compiled) -> Version | None:
        """What stands for the version of tables that Verity does not load; None: the result may not be kept."""
        if not self._cache.is_on:
            return None
        return self._outside.version(compiled.runs, view.model.catalog, view.version)

    def _run(
        self, view: View, compiled: Compiled, seconds: float | None, cancel: threading.Event | None, cache: str
    ) -> _Ran:
        """Over rollups where they serve; where one was replaced just now, over the tables."""
        routed = self._route(view, compiled)
        cap, refused = self._settings.row_cap, None
        if routed.sql is not None:
            try:
                read = self._execute(routed.sql, compiled, seconds, cancel, cap)
                if read.state.data_version == view.version:
                    names = tuple(n if may_name(view.model.catalog, routed, n) else UNNAMED for n in routed.used)
                    told = estimates_of(compiled, routed, self._engine.dialect)
                    return _Ran(view, compiled, read, routed.sql, names, cache, estimates=told)
            except EngineRefused as error:  # it was replaced between being chosen and being read: told in the trace
                refused = error.message
        read = self._execute(compiled.sql, compiled, seconds, cancel, cap)
        told = estimates_of(compiled, NONE, self._engine.dialect)
        return _Ran(view, compiled, read, compiled.sql, (), cache, refused, estimates=told)

    def _route(self, view: View, compiled: Compiled) -> Routed:
        if not view.has_rollups:
            return NONE
        routed = self._rollups.route(
            compiled, view.dictionary, view.version, lambda: self._owner_model(view.dictionary)
        )
        if routed.statement is not None:
            check_statement(routed.statement, len(compiled.parameters), FUNCTIONS)
        return routed

    def _owner_model(self, dictionary: Dictionary) -> Model:
        return self._view_of(dictionary, OWNER).model

    def _read_values(self, view: View) -> tuple[tuple[MemberValues, ...], set[str]]:
        """The values, and the data versions that they were read from."""
        versions: set[str] = set()

        def read(query: MetricQuery) -> pa.Table:
            compiled = self._compile(view, query)
            result = self._execute(compiled.sql, compiled, None, None, MOST_VALUES + 1)
            versions.add(result.state.data_version)
            return result.table

        return read_values(view.model.catalog, read), versions

    def _compile(self, view: View, query: MetricQuery, today: date | None = None) -> Compiled:
        """Compiled, and again where what the statement may rest on is seen to hold: more may follow from it."""
        scope = f"{view.version} {view.dictionary.content_hash}"
        while True:
            compiled = self._shaped(view, query, self._integrity.proven(scope), today)
            wanted = compiled.work.unproven
            if not wanted:
                return compiled
            if not self._integrity.prove(wanted, self._owner_model(view.dictionary), view.version, scope):
                return compiled

    def _shaped(self, view: View, query: MetricQuery, proven: frozenset[Fact], today: date | None) -> Compiled:
        return compile_shape(
            view.model,
            query,
            accesses=view.accesses,
            dialect=self._engine.dialect,
            today=today,
            proven=proven,
            check=lambda made: check_statement(made.runs, len(made.parameters), PICKS),
        )

    def _execute(
        self, sql: str, compiled: Compiled, seconds: float | None, cancel: threading.Event | None, row_cap: int
    ) -> ReadResult:
        limit = self._settings.seconds if seconds is None else min(seconds, self._settings.seconds)
        return self._engine.read(sql, compiled.parameters, seconds=limit, cancel=cancel, row_cap=row_cap)

    def _view(self, principal: Principal) -> View:
        if principal.kind == "system":
            raise UnknownMember("principal", principal.id)  # system runs syncs and builds; it never answers anyone
        return self._view_of(self._load_dictionary(), principal)

    def _view_of(self, dictionary: Dictionary, principal: Principal) -> View:
        return self._views.of(dictionary, self._engine.state().data_version, principal)


def _too_fast() -> InternalError:
    return InternalError("builds are published faster than a query can be compiled", remedy="Ask again.")


def _table_id(compiled: Compiled) -> str:
    """The same for the same question, so that a replay compares equal."""
    canonical = compiled.plan.query.model_dump_json(by_alias=True)
    return "t_" + hashlib.sha256(canonical.encode()).hexdigest()[:12]
