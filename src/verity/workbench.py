"""The workbench: the verbs of a project, for one principal. Every door and every script goes through it.

`verity.open(DIR)` gives the owner's; `as_principal` narrows it to somebody else. No method has a default principal:
the workbench always carries one. Parts are made when first used (see `verity.bootstrap`).
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date, datetime
from importlib.metadata import version as installed_version
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Literal, Protocol, Unpack
from uuid import uuid4

from verity.config import LoadedSettings, SettingInForce
from verity.contracts.base import Json
from verity.contracts.identity import SYSTEM, Principal
from verity.contracts.metric import FilterNode, GroupBy, MetricQuery, QueryOptions
from verity.contracts.policy import AgentDocument
from verity.contracts.question import Answer, Evidence, Language, Question
from verity.contracts.rollup import ProposedRollup, RollupState, RollupVerdict
from verity.contracts.run import ChainFault, ReplayedStep, StageLine, Verdict
from verity.contracts.table import Table
from verity.contracts.tool import Progress, ToolResult
from verity.core.agent_policy import AgentPolicy
from verity.exceptions import OwnerOnly, VerityError

if TYPE_CHECKING:
    from verity.core.analyst import Analyst
    from verity.core.ports import CheckpointStorage
    from verity.core.replay import Replayer
    from verity.core.tool_executor import ToolExecutor
    from verity.quality.number_diff import NumberDiff
    from verity.query.answer import QueryAnswer
    from verity.query.service import ListedMember, QueryService

OPERATOR = AgentPolicy(
    AgentDocument(
        agent="operator",
        allowed_tools=("sync_source", "build_models", "build_rollups", "run_checks", "move_tables"),
    ),
)
"""The policy under which syncs, builds and checks run; it can answer nobody."""
BY_NAME = AgentPolicy(AgentDocument(agent="query_by_name", allowed_tools=("run_table_query",)))
"""The policy of queries that name their metrics: they run under the caller's own access, and nothing else runs."""


class Parts(Protocol):
    """What a workbench is made of; `bootstrap` makes each when it is first asked for."""

    project: Path
    loaded: LoadedSettings

    @property
    def analyst(self) -> Analyst:
        """Answers questions."""
        ...

    @property
    def service(self) -> QueryService:
        """The governed path to rows."""
        ...

    @property
    def executor(self) -> ToolExecutor:
        """Runs tools."""
        ...

    @property
    def record(self) -> CheckpointStorage:
        """Keeps checkpoints."""
        ...

    @property
    def replayer(self) -> Replayer:
        """Runs them again."""
        ...

    def probes(self) -> tuple[tuple[str, Callable[[], str]], ...]:
        """What `doctor` tries: a name and a function that says what is there, or raises `VerityError`."""
        ...

    def today(self) -> date:
        """The day by the machine's clock."""
        ...

    def number_diff(self, revision: str) -> NumberDiff:
        """What a change of the dictionary since a revision does to the numbers."""
        ...

    def close(self) -> None:
        """Release everything that was made. Idempotent."""
        ...


@dataclass(frozen=True)
class Explained:
    """How a query would be answered: the plan in words and as JSON, and the SQL with its parameters shown."""

    words: tuple[str, ...]
    plan: Json
    sql: str


@dataclass(frozen=True)
class DoctorReport:
    """What is in force, which parts work, and whether the record is whole."""

    settings: tuple[SettingInForce, ...]
    lines: tuple[StageLine, ...]
    faults: tuple[ChainFault, ...]

    @property
    def well(self) -> bool:
        """True where no part failed and no fault was found."""
        return not self.faults and all(line.status != "failed" for line in self.lines)


class Workbench:
    """The verbs of one project for one principal. Use as a context manager, or `close()` it."""

    def __init__(self, parts: Parts, principal: Principal) -> None:
        self._parts = parts
        self.principal = principal

    @property
    def project(self) -> Path:
        """The project's folder."""
        return self._parts.project

    def as_principal(self, principal: Principal) -> Workbench:
        """The same project, narrowed to `principal`."""
        return Workbench(self._parts, principal)

    def ask(
        self,
        text: str,
        *,
        today: date | None = None,
        conversation_id: str | None = None,
        language: Language | None = None,
    ) -> Answer:
        """Answer a question in words. Never raises for a question: the answer says what went wrong."""
        question = Question(
            text=text,
            today=today or self._parts.today(),
            language=language or self._parts.loaded.settings.analyst.language,
            conversation_id=conversation_id,
        )
        return self._parts.analyst.ask(question, self.principal)

    def query(
        self,
        *metrics: str | MetricQuery,
        by: str | Iterable[str] = (),
        where: str | None = None,
        since: date | str | None = None,
        until: date | str | None = None,
        time: str | None = None,
        compare: str | None = None,
        order: str | Iterable[str] = (),
        limit: int | None = None,
        **more: Unpack[QueryOptions],
    ) -> QueryAnswer:
        """Rows of metrics asked for by name, recorded as a conversation of one step.

            bench.query("revenue", by="customer.region, time:month", since="2025-01-01", where="status = delivered")

        `by`, `order` and metrics take names with commas between, or several; `-name` orders descending; `until` is
        excluded; `time` is the column that the range is of (each metric's own where missing); `more` holds every other
        field of `MetricQuery`. A whole `MetricQuery` may be given instead of names.
        Raises `QueryError` and `DataError`.
        """
        from verity.query.answer import QueryAnswer
        from verity.query.options import query_of

        query = query_of(
            metrics,
            by=by,
            where=self.read_where(where),
            read_by=self.read_by,
            since=since,
            until=until,
            time=time,
            compare=compare,
            order=order,
            limit=limit,
            more=more,
        )
        asked = query.model_dump(mode="json", exclude_defaults=True)
        result = self._execute("run_table_query", {"query": asked}, BY_NAME, self.principal, f"q_{_new_id()}")
        made = dict(result.output)
        beside = made.pop("evidence")
        evidence = {
            **{name: value for name, value in beside.items() if name in Evidence.model_fields},
            "engine": result.trace.get("engine"),
            "freshness": result.trace.get("freshness"),
            "rollup": result.trace.get("rollup"),
            "estimates": result.trace.get("estimates") or (),
            "principal": "owner (all rows)" if self.principal.is_owner else self.principal.id,
        }
        partial = beside["plan"].get("partial")
        return QueryAnswer(query, Table.model_validate(made), Evidence.model_validate(evidence), partial)

    def with_labels(self, table: Table, language: Literal["en", "es"]) -> Table:
        """A result with the labels of its values beside them, as the dictionary names them."""
        from verity.query.value_labels import with_labels

        return with_labels(table, self._parts.service.catalog(self.principal), language)

    def export(self, query: MetricQuery, format_: str) -> bytes:
        """Rows as `csv`, `arrow` (IPC file) or `parquet`, typed by the plan. Raises `QueryError` and `DataError`."""
        from verity.query.export import exported

        return exported(self._parts.service.arrow(query, self.principal), format_)

    def explain(self, query: MetricQuery) -> Explained:
        """How a query would be answered, without running it. Raises `QueryError`."""
        return Explained(*self._parts.service.explain(query, self.principal, today=self._parts.today()))

    def members(self) -> tuple[ListedMember, ...]:
        """The metrics, dimensions and segments that the principal may ask for."""
        return self._parts.service.members(self.principal)

    def read_by(self, text: str) -> tuple[GroupBy, ...]:
        """`region,created_at:month` as dimensions. Raises `QueryError` naming the place."""
        return self._parts.service.read_by(text, self.principal)

    def read_where(self, text: str | None) -> tuple[FilterNode, ...]:
        """`status = delivered and total > 100` as a filter tree; empty for None. Raises `QueryError`."""
        return () if not text else (self._parts.service.read_where(text, self.principal),)

    def replay(self, conversation_id: str) -> tuple[ReplayedStep, ...]:
        """Run every checkpoint of a conversation again, as its recorded principal. Raises `ConversationNotFound`."""
        return self._parts.replayer.replay(conversation_id, self.principal)

    def sync(self, source: str | None, *, progress: Callable[[Progress], None] | None = None) -> Verdict:
        """Load one source, or every one, into bronze. Raises `DataError`; owner only."""
        return self._operate("sync_source", {"source": source}, progress)

    def build(self, select: str | None, *, progress: Callable[[Progress], None] | None = None) -> Verdict:
        """Build, test and publish the models. Raises `DataError`; owner only."""
        return self._operate("build_models", {"select": select}, progress)

    def move(
        self, to: str, layers: tuple[str, ...] = ("gold",), *, progress: Callable[[Progress], None] | None = None
    ) -> Verdict:
        """Move the published tables of `layers` to the engine at `to`, counts and sums compared.

        Raises `DataError`; owner only."""
        return self._operate("move_tables", {"to": to, "layers": list(layers)}, progress)

    def rollups(self) -> tuple[RollupState, ...]:
        """Every declared rollup and what there is of it; owner only."""
        self._owner_only("rollups")
        return self._parts.service.rollups(self.principal)

    def build_rollups(
        self, only: tuple[str, ...] = (), *, progress: Callable[[Progress], None] | None = None
    ) -> Verdict:
        """Build the declared rollups, or those named. Raises `QueryError`, `DataError`; owner only."""
        return self._operate("build_rollups", {"only": list(only)}, progress)

    def rollup_verdicts(self, query: MetricQuery) -> tuple[RollupVerdict, ...]:
        """Each rollup that the query could be answered from: used, or why not. Raises `QueryError`."""
        return self._parts.service.rollup_verdicts(query, self.principal)

    def propose_rollups(self, *, most: int = 5) -> tuple[ProposedRollup, ...]:
        """Rollups that would have served most of the engine time of the recorded queries; owner only."""
        from verity.query.log import recorded_queries

        self._owner_only("rollups")
        return self._parts.service.propose_rollups(recorded_queries(self._parts.record), self.principal, most=most)

    def check(self, *, live: bool = False, accept: bool = False) -> Verdict:
        """Check the dictionary. Owner only."""
        return self._operate("run_checks", {"live": live, "accept": accept}, None)

    def number_diff(self, revision: str) -> NumberDiff:
        """The numbers that the dictionary's change since a git revision changes; owner only.

        Raises `RevisionUnknown`, `DictionaryInvalid` and `DataError`.
        """
        self._owner_only("check --diff")
        return self._parts.number_diff(revision)

    def doctor(self) -> DoctorReport:
        """Try every part and verify the record; owner only."""
        self._owner_only("doctor")
        version = f"verity {installed_version('verity-workbench')}, Python {sys.version.split()[0]}"
        lines = [StageLine(name="verity", status="ok", message=version)]
        lines += [_tried(name, probe) for name, probe in self._parts.probes()]
        faults: tuple[ChainFault, ...] = ()
        try:
            faults = self._parts.record.verify()
            count = len(self._parts.record.conversations())
            found = f"{len(faults)} fault{'' if len(faults) == 1 else 's'} found"
            whole = found if faults else f"{count} conversations, every chain whole"
            lines.append(StageLine(name="record", status="failed" if faults else "ok", message=whole))
        except VerityError as error:
            lines.append(_failed("record", error))
        return DoctorReport(settings=self._parts.loaded.in_force(), lines=tuple(lines), faults=faults)

    def close(self) -> None:
        """Release connections and files. Idempotent."""
        self._parts.close()

    def __enter__(self) -> Workbench:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _operate(self, tool: str, args: Json, progress: Callable[[Progress], None] | None) -> Verdict:
        self._owner_only(tool)
        result = self._execute(tool, args, OPERATOR, SYSTEM, f"op_{_new_id()}", progress)
        return Verdict.model_validate(result.output)

    def _execute(
        self,
        tool: str,
        args: Json,
        policy: AgentPolicy,
        principal: Principal,
        conversation_id: str,
        progress: Callable[[Progress], None] | None = None,
    ) -> ToolResult:
        result, _ = self._parts.executor.execute(
            tool,
            args,
            policy=policy,
            principal=principal,
            conversation_id=conversation_id,
            today=self._parts.today(),
            progress=progress,
        )
        return result

    def _owner_only(self, what: str) -> None:
        if not self.principal.is_owner:
            raise OwnerOnly(what, self.principal.id)


def _new_id() -> str:
    return uuid4().hex[:12]


def _tried(name: str, probe: Callable[[], str]) -> StageLine:
    try:
        return StageLine(name=name, status="ok", message=probe())
    except VerityError as error:
        return _failed(name, error)


def _failed(name: str, error: VerityError) -> StageLine:
    text = f"{error.code} {error.message}"
    return StageLine(name=name, status="failed", message=text, code=error.code, remedy=error.remedy)


def moment_text(moment: datetime) -> str:
    """A moment as `doctor` prints it."""
    return moment.strftime("%Y-%m-%d %H:%M UTC")
