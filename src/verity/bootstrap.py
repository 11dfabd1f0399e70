"""The one file that names concrete parts: which engine, which store, which tools a project has.

Everything is made when it is first used, so that a command pays for what it needs and for nothing else.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import ExitStack
from datetime import UTC, date, datetime
from functools import cached_property
from os import PathLike
from pathlib import Path
from typing import TYPE_CHECKING

from verity.config import LoadedSettings, find_project, load_settings
from verity.contracts.identity import OWNER
from verity.contracts.question import Intent
from verity.contracts.tool import Progress, ToolContext
from verity.workbench import Workbench, moment_text

if TYPE_CHECKING:
    from verity.contracts.run import Verdict
    from verity.core.agent_policy import AgentPolicy
    from verity.core.analyst import Analyst
    from verity.core.ports import CheckpointStorage
    from verity.core.replay import Replayer
    from verity.core.tool_executor import ToolExecutor
    from verity.data.folder import DictionaryFolder
    from verity.onboarding import InitReport
    from verity.quality.number_diff import NumberDiff
    from verity.query.service import QueryService
    from verity.tools.transports.local import LocalTransport
    from verity.warehouse.engine import Engine


EXTENSIONS = {Intent.FORECAST: ("forecast", "compute_forecast")}
"""Which add-on's tool extends the table of which intent; the core only knows that there may be one."""


def open_project(directory: str | PathLike[str]) -> Workbench:
    """The workbench of the project at or above `directory`, for its owner: whoever may read its files.

    Raises `ProjectNotFound` and `ConfigInvalid`.
    """
    project = find_project(Path(directory))
    return Workbench(ProjectParts(project, load_settings(project)), OWNER)


class ProjectParts:
    """The concrete parts of one project, each made when first used, all released by `close`."""

    def __init__(self, project: Path, loaded: LoadedSettings) -> None:
        self.project = project
        self.loaded = loaded
        self._closing = ExitStack()

    @cached_property
    def engine(self) -> Engine:
        """The warehouse."""
        from verity.warehouse.registry import open_engine

        engine = open_engine(self.loaded.settings.warehouse, self.project)
        self._closing.callback(engine.close)
        return engine

    @cached_property
    def record(self) -> CheckpointStorage:
        """Where checkpoints are kept."""
        state = self.loaded.settings.state
        folder = self.project / ".verity"
        folder.mkdir(exist_ok=True)
        if state.checkpoints == "jsonl":
            from verity.store.jsonl import JsonlCheckpointStorage

            return JsonlCheckpointStorage(folder / "checkpoints.jsonl")
        from verity.store.state import open_store

        store = open_store(state.url or folder / "state.db")
        self._closing.callback(store.close)
        return store.checkpoints

    @cached_property
    def service(self) -> QueryService:
        """The governed path to rows."""
        from verity.query.service import QueryService, QuerySettings

        settings = self.loaded.settings
        limits = QuerySettings(
            seconds=settings.warehouse.query_seconds,
            row_cap=settings.warehouse.row_cap,
            default_access=settings.access.default,
            mask_key=key.get_secret_value() if (key := settings.access.mask_key) else None,
            cache_bytes=settings.cache.megabytes << 20,
        )
        service = QueryService(
            self.engine, self.dictionary, limits, proofs=self.project / ".verity" / "cache" / "joins.json"
        )
        self._closing.callback(service.close)
        return service

    @cached_property
    def tools(self) -> LocalTransport:
        """The built-in tools, known to the registry as an add-on's would be."""
        from verity.tools.build_chart import BuildChart
        from verity.tools.build_models import BuildModels
        from verity.tools.build_rollups import BuildRollups
        from verity.tools.move_tables import MoveTables
        from verity.tools.resolve_semantics import ResolveSemantics
        from verity.tools.run_checks import RunChecks
        from verity.tools.run_table_query import RunTableQuery
        from verity.tools.sync_source import SyncSource
        from verity.tools.transports.local import LocalTransport

        return LocalTransport(
            (
                ResolveSemantics(self.service),
                RunTableQuery(self.service),
                BuildChart(),
                SyncSource(self._sync),
                BuildModels(self._build),
                BuildRollups(self._rollups),
                MoveTables(self._move),
                RunChecks(self._check),
            )
        )

    @cached_property
    def executor(self) -> ToolExecutor:
        """Runs tools, under a policy and recorded."""
        from verity.core.checkpoint_logger import CheckpointLogger
        from verity.core.schema_validator import SchemaValidator
        from verity.core.tool_executor import ToolExecutor
        from verity.core.tool_registry import ToolRegistry

        registry = ToolRegistry()
        for definition in self.tools.definitions:
            registry.register(definition)
        logger = CheckpointLogger(self.record)
        return ToolExecutor(registry, SchemaValidator(), logger, transports={"local": self.tools})

    @cached_property
    def analyst(self) -> Analyst:
        """Answers questions by the fixed flow."""
        from verity.core.analyst import Analyst
        from verity.core.response_composer import ResponseComposer
        from verity.reading.intents import classify

        seconds = self.loaded.settings.analyst.tool_seconds
        return Analyst(
            self.executor, classify, ResponseComposer(), self.agent, extensions=EXTENSIONS, tool_seconds=seconds
        )

    @cached_property
    def agent(self) -> AgentPolicy:
        """The policy that asks run under. Raises `AgentInvalid` naming the file."""
        from verity.core.agent_policy import AgentPolicy
        from verity.data.agents import load_agent

        return AgentPolicy(load_agent(self.project / "agents", self.loaded.settings.analyst.agent))

    @cached_property
    def replayer(self) -> Replayer:
        """Runs checkpoints again."""
        from verity.core.replay import Replayer

        return Replayer(self.executor, self.record, self._agent_now)

    @cached_property
    def dictionary(self) -> DictionaryFolder:
        """Gives the dictionary as its files stand now, or the last good one while they are broken."""
        from verity.data.folder import DictionaryFolder

        return DictionaryFolder(self.project / "dictionary", self.project / ".verity" / "cache" / "dictionary.jsonl")

    def today(self) -> date:
        """The day by the machine's clock and zone."""
        return date.today()

    def probes(self) -> tuple[tuple[str, Callable[[], str]], ...]:
        """What the doctor tries."""
        return (
            ("dictionary", self._probe_dictionary),
            ("agent", lambda: f"{self.agent.agent_id}: {', '.join(sorted(self.agent.allowed_tools))}"),
            ("warehouse", self._probe_warehouse),
        )

    def close(self) -> None:
        """Release what was made."""
        self._closing.close()

    def _agent_now(self, name: str) -> AgentPolicy | None:
        return self.agent if name == self.agent.agent_id else None

    def _probe_dictionary(self) -> str:
        tables = self.dictionary.current().tables
        metrics = sum(len(table.metrics) for table in tables.values())
        return f"{len(tables)} tables, {metrics} metrics"

    def _probe_warehouse(self) -> str:
        state = self.engine.state()
        self.engine.schema()  # opens the version: a damaged, missing or locked file is found here
        return f"{self.engine.name}: version {state.data_version}, published {moment_text(state.published_at)}"

    def _sync(self, source: str | None, context: ToolContext) -> Verdict:
        from verity.ingest.sync import sync

        return sync(
            self.project,
            self.engine,
            only=source,
            loaded_at=datetime.now(UTC),
            progress=context.progress,
            cancel=context.cancel,
        )

    def _build(self, select: str | None, context: ToolContext) -> Verdict:
        from verity.query.after_build import with_rollups
        from verity.transform.build import build

        settings = self.loaded.settings
        verdict = build(
            self.project,
            self.engine,
            select=select,
            progress=context.progress,
            cancel=context.cancel,
            models=settings.models,
            wait_seconds=settings.warehouse.wait_seconds,
        )
        return with_rollups(verdict, self.dictionary, lambda: self.service, context.progress)

    def _move(self, to: str, layers: tuple[str, ...], context: ToolContext) -> Verdict:
        from verity.transform.move import move

        return move(self.project, self.engine, to, layers=layers, progress=context.progress)

    def _rollups(self, only: tuple[str, ...], context: ToolContext) -> Verdict:
        wait = self.loaded.settings.warehouse.wait_seconds
        return self.service.build_rollups(only, wait_seconds=wait, progress=context.progress)

    def _check(self, live: bool, accept: bool) -> Verdict:
        from verity.quality.check import run_checks

        return run_checks(self.project, self.dictionary.current, self.engine, live=live, accept=accept)

    def number_diff(self, revision: str) -> NumberDiff:
        """The numbers that differ between the dictionary of a revision and the one now."""
        from verity.quality.number_diff import diff_numbers
        from verity.quality.revisions import dictionary_at

        commit, old = dictionary_at(self.project, revision)
        return diff_numbers(revision, commit, old, self.dictionary.current(), self.engine)


def init_project(
    directory: Path, origin: str | None, *, progress: Callable[[Progress], None] = lambda _: None
) -> InitReport:
    """Make a project in `directory`, drafted from `origin` (files or a database) where one is given.

    Raises `ProjectExists` and what opening and profiling the origin raise; then nothing is written.
    """
    from verity.onboarding import make_project

    return make_project(directory, origin, progress)


def make_demo(directory: Path, *, scale: int, fresh: bool, progress: Callable[[Progress], None]) -> str:
    """Write the sample project into `directory`; with `fresh` an earlier sample there is replaced.

    Returns a line that says what was made. Raises `ProjectExists`, `MissingExtra`, `DiskFull`.
    """
    from verity.onboarding import make_sample

    return make_sample(directory, scale=scale, fresh=fresh, progress=progress)
