"""Run a MetricQuery and return rows.

The one governed path from a question to data: authorise, compile, guard, execute, type, record.
Engines live in verity.warehouse; SQL is written in verity.semantic.
"""

from __future__ import annotations

import hashlib
import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Hashable, Mapping
from dataclasses import dataclass
from typing import Generic, Literal, TypeVar

import pyarrow as pa

from verity.contracts.base import Json
from verity.contracts.dataset import DataState
from verity.contracts.identity import Principal
from verity.contracts.metric import FilterNode, GroupBy, MetricQuery
from verity.contracts.question import MetricEvidence
from verity.contracts.table import Table
from verity.data.access import TableAccess, access_for, policy_hash
from verity.data.catalog import Catalog, build_catalog
from verity.data.model import Dictionary
from verity.exceptions import InternalError, UnknownMember
from verity.query.freshness import freshness_of
from verity.query.guardrails import check_statement
from verity.query.members import ListedMember, listed
from verity.query.results import rows_of, typed_table
from verity.query.values import MOST_VALUES, MemberValues, read_values
from verity.query.where_reader import parse_by, parse_where
from verity.semantic.compiler import Compiled, compile_query
from verity.semantic.model import Model, load_model
from verity.warehouse.engine import Engine, ReadResult

__all__ = ["ListedMember", "MemberValues", "QueryResult", "QueryService", "QuerySettings"]

_TRIES = 3
"""How often a query is compiled anew because a build was published between compiling and reading."""

K = TypeVar("K", bound=Hashable)
V = TypeVar("V")


@dataclass(frozen=True)
class QuerySettings:
    """Caps and defaults. `row_cap` counts rows of one result; a cut result says so."""

    seconds: float = 30.0
    row_cap: int = 100_000
    default_access: Literal["deny", "open"] = "deny"


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
class _View:
    """One principal's model of one dictionary over one data version."""

    dictionary: Dictionary
    version: str
    accesses: Mapping[str, TableAccess]
    policy_hash: str
    model: Model


class QueryService:
    """Answers metric queries. Thread-safe; every method names its principal."""

    def __init__(
        self, engine: Engine, load_dictionary: Callable[[], Dictionary], settings: QuerySettings | None = None
    ) -> None:
        self._engine = engine
        self._load_dictionary = load_dictionary
        self._settings = settings or QuerySettings()
        self._catalogs: _Recent[tuple[str, str], Catalog] = _Recent(4)
        self._models: _Recent[tuple[str, str, str], Model] = _Recent(32)
        self._values: _Recent[tuple[str, str, str], tuple[MemberValues, ...]] = _Recent(16)

    def run(
        self,
        query: MetricQuery,
        principal: Principal,
        *,
        seconds: float | None = None,
        cancel: threading.Event | None = None,
    ) -> QueryResult:
        """Rows as JSON cells, typed by the plan. Raises `QueryError` and `DataError`."""
        started = time.monotonic()
        view, compiled, read = self._read(query, principal, seconds, cancel)
        done = time.monotonic()
        table = Table(
            table_id=_table_id(compiled),
            columns=compiled.columns,
            rows=rows_of(read.table, compiled.columns),
            row_count=read.table.num_rows,
            truncated=read.truncated,
        )
        freshness = freshness_of(read.state, compiled)
        trace = {
            "elapsed_ms": round((done - started) * 1000, 3),
            "physical_sql": compiled.sql,
            "engine": self._engine.name,
            "freshness": freshness,
        }
        return QueryResult(
            table=table,
            query=compiled.plan.query,
            metrics=compiled.metrics,
            sql=compiled.display,
            engine=self._engine.name,
            state=read.state,
            dictionary_hash=view.dictionary.content_hash,
            policy_hash=view.policy_hash,
            plan=compiled.plan.model_dump(mode="json", by_alias=True),
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
        """Rows as Arrow, typed by the plan. Its schema metadata says `truncated` where rows were cut."""
        _, compiled, read = self._read(query, principal, seconds, cancel)
        table = typed_table(read.table, compiled.columns)
        return table.replace_schema_metadata({"truncated": "true"}) if read.truncated else table

    def compile(self, query: MetricQuery, principal: Principal) -> Compiled:
        """The SQL without running it. Raises `QueryError`."""
        return self._compile(self._view(principal), query)

    def explain(self, query: MetricQuery, principal: Principal) -> tuple[tuple[str, ...], Json, str]:
        """The plan in words, the plan as JSON, and the SQL for people. Raises `QueryError`."""
        compiled = self.compile(query, principal)
        return compiled.plan.words, compiled.plan.model_dump(mode="json", by_alias=True), compiled.display

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
        self, query: MetricQuery, principal: Principal, seconds: float | None, cancel: threading.Event | None
    ) -> tuple[_View, Compiled, ReadResult]:
        """Compile and run on one data version: a build published in between means compiling for the new tables."""
        for _ in range(_TRIES):
            view = self._view(principal)
            compiled = self._compile(view, query)
            read = self._execute(compiled, seconds, cancel, self._settings.row_cap)
            if read.state.data_version == view.version:
                return view, compiled, read
        raise _too_fast()

    def _read_values(self, view: _View) -> tuple[tuple[MemberValues, ...], set[str]]:
        """The values, and the data versions that they were read from."""
        versions: set[str] = set()

        def read(query: MetricQuery) -> pa.Table:
            result = self._execute(self._compile(view, query), None, None, MOST_VALUES + 1)
            versions.add(result.state.data_version)
            return result.table

        return read_values(view.model.catalog, read), versions

    def _compile(self, view: _View, query: MetricQuery) -> Compiled:
        compiled = compile_query(view.model, query, accesses=view.accesses, dialect=self._engine.dialect)
        check_statement(compiled.work.statement, len(compiled.parameters))
        return compiled

    def _execute(
        self, compiled: Compiled, seconds: float | None, cancel: threading.Event | None, row_cap: int
    ) -> ReadResult:
        limit = self._settings.seconds if seconds is None else min(seconds, self._settings.seconds)
        return self._engine.read(compiled.sql, compiled.parameters, seconds=limit, cancel=cancel, row_cap=row_cap)

    def _view(self, principal: Principal) -> _View:
        if principal.kind == "system":
            raise UnknownMember("principal", principal.id)  # system runs syncs and builds; it never answers anyone
        dictionary = self._load_dictionary()
        version = self._engine.state().data_version
        accesses = access_for(dictionary, principal, self._settings.default_access)
        policy = policy_hash(accesses)

        def make_catalog() -> Catalog:
            return build_catalog(dictionary, self._engine.schema())

        def make_model() -> Model:
            whole = self._catalogs.get((dictionary.content_hash, version), make_catalog)
            return load_model(whole if principal.is_owner else whole.narrowed_to(accesses))

        model = self._models.get((dictionary.content_hash, version, policy), make_model)
        return _View(dictionary, version, accesses, policy, model)


def _too_fast() -> InternalError:
    return InternalError("builds are published faster than a query can be compiled", remedy="Ask again.")


class _Recent(Generic[K, V]):
    """The last few things made, by key. Two threads may make one thing twice; one of them is kept."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._kept: OrderedDict[K, V] = OrderedDict()
        self._lock = threading.Lock()

    def find(self, key: K) -> V | None:
        with self._lock:
            if key not in self._kept:
                return None
            self._kept.move_to_end(key)
            return self._kept[key]

    def get(self, key: K, make: Callable[[], V]) -> V:
        known = self.find(key)
        if known is not None:
            return known
        made = make()
        with self._lock:
            self._kept[key] = made
            while len(self._kept) > self._most:
                self._kept.popitem(last=False)
        return made


def _table_id(compiled: Compiled) -> str:
    """The same for the same question, so that a replay compares equal."""
    canonical = compiled.plan.query.model_dump_json(by_alias=True)
    return "t_" + hashlib.sha256(canonical.encode()).hexdigest()[:12]
