"""The verbs of rollups that the query service offers: list, build, propose, and say why one was or was not used."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from verity.contracts.identity import Principal
from verity.contracts.metric import MetricQuery
from verity.contracts.rollup import ProposedRollup, RollupState, RollupVerdict
from verity.contracts.run import Verdict
from verity.contracts.tool import Progress
from verity.data.catalog import Catalog
from verity.data.model import Dictionary
from verity.exceptions import QueryError, RollupsUnsupported
from verity.query.log import LoggedQuery
from verity.query.rollup_builds import build_rollups
from verity.query.rollup_proposals import Counted, propose
from verity.query.rollups import Declared, Rollups
from verity.query.views import View
from verity.semantic.compiler import Compiled
from verity.semantic.model import Model
from verity.semantic.rollups.definition import Definition
from verity.semantic.rollups.filling import size_sql
from verity.semantic.rollups.routing import Routed
from verity.warehouse.engine import Engine

UNNAMED = "(a rollup)"
"""What a rollup is called for those who may not see all that it is made of."""


class RollupVerbs:
    """What `QueryService` can do with rollups; the service gives it views, models and compiled queries."""

    _engine: Engine
    _rollups: Rollups
    _load_dictionary: Callable[[], Dictionary]

    def rollup_verdicts(self, query: MetricQuery, principal: Principal) -> tuple[RollupVerdict, ...]:
        """Each rollup of the tables that the query reads: used, or why not. What names something that the principal
        may not see is told without its name, and sizes are the owner's to know. Raises `QueryError`."""
        view = self._view(principal)
        routed = self._route(view, self._compile(view, query))
        if principal.is_owner:
            return routed.verdicts
        return tuple(
            verdict.model_copy(update={"rows": None, "source_rows": None})
            if may_name(view.model.catalog, routed, verdict.rollup)
            else RollupVerdict(rollup=UNNAMED, used=verdict.used, reason="it names what you may not see")
            for verdict in routed.verdicts
        )

    def rollups(self, principal: Principal) -> tuple[RollupState, ...]:
        """Every declared rollup and what there is of it. Owner only: see `Workbench`."""
        view = self._view(principal)
        return self._rollups.states(view.dictionary, view.version, lambda: self._owner_model(view.dictionary))

    def build_rollups(
        self,
        only: tuple[str, ...] = (),
        *,
        wait_seconds: float = 0.0,
        progress: Callable[[Progress], None] = lambda _: None,
    ) -> Verdict:
        """Build the declared rollups, or those named, from the published data. It answers nobody.

        Raises `RollupsUnsupported`, `RollupUnknown`, `WarehouseBusy`, `NothingPublished`."""
        if self._rollups.store is None:
            raise RollupsUnsupported(self._engine.name)
        dictionary = self._load_dictionary()

        def declare(version: str) -> Declared:
            return self._rollups.declared(dictionary, version, lambda: self._owner_model(dictionary))

        return build_rollups(self._rollups.store, declare, only=only, wait_seconds=wait_seconds, progress=progress)

    def propose_rollups(
        self, logged: Iterable[LoggedQuery], principal: Principal, *, most: int = 5
    ) -> tuple[ProposedRollup, ...]:
        """Rollups that would have served most of the time of these queries. Owner only: see `Workbench`."""
        view = self._view(principal)

        def count(definition: Definition) -> Counted:
            (row,) = self._engine.read(size_sql(definition)).table.to_pylist()
            return Counted(int(row["rows"]), int(row["source_rows"] or 0))

        def compile_(query: MetricQuery) -> Compiled:
            return self._compile(view, query)

        return propose(logged, view.model, compile_, count, dialect=self._engine.dialect, most=most)

    def _view(self, principal: Principal) -> View:
        raise NotImplementedError

    def _compile(self, view: View, query: MetricQuery) -> Compiled:
        raise NotImplementedError

    def _route(self, view: View, compiled: Compiled) -> Routed:
        raise NotImplementedError

    def _owner_model(self, dictionary: Dictionary) -> Model:
        raise NotImplementedError


def may_name(catalog: Catalog, routed: Routed, rollup: str) -> bool:
    """Whether a principal sees every member that a rollup and its verdict name."""
    if not catalog.is_narrowed:
        return True
    return all(_sees(catalog, member) for member in routed.members.get(rollup, frozenset({rollup})))


def _sees(catalog: Catalog, member: str) -> bool:
    """Whether a member is on offer in a principal's catalog."""
    try:
        return catalog.find_metric(member) is not None or bool(catalog.dimension(member))
    except QueryError:
        return False
