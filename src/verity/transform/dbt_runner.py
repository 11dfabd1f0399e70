"""Run dbt inside this process: quiet, offline, interruptible, with its manifest kept between builds.

dbt is imported here and in `adapters.py`, only when a build starts (seconds). It keeps global state, so builds of one
process take turns; after each, every adapter is closed, so that the build file can be copied and published.
"""

from __future__ import annotations

import json
import os
import threading
import warnings
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from importlib.util import find_spec
from typing import TYPE_CHECKING

from verity.contracts.tool import Progress
from verity.exceptions import BuildStopped, InternalError, MissingExtra, ModelsInvalid, NothingSelected, did_you_mean
from verity.transform.adapters import close_adapters, interrupt_adapters
from verity.transform.failures import parse_failure, run_failure
from verity.transform.profiles import PROFILE, TARGET, Profile
from verity.transform.project import ModelProject, fingerprint
from verity.transform.stop import Stop

if TYPE_CHECKING:
    from dbt.artifacts.schemas.run import RunResult
    from dbt.cli.main import dbtRunnerResult
    from dbt.contracts.graph.manifest import Manifest
    from dbt_common.events.base_types import EventMsg

_TURN = threading.Lock()
_KEPT_AT_MOST = 4

_GLOBAL_FLAGS = (
    "--no-send-anonymous-usage-stats",
    "--no-version-check",
    "--log-level=none",
    "--log-level-file=none",
    "--no-print",
    "--no-use-colors",
)


@dataclass(frozen=True)
class NodeResult:
    """How dbt ended one node. `status` is dbt's word: success, pass, warn, fail, error, skipped, no-op."""

    kind: str
    name: str
    schema: str
    relation: str | None
    """The table or view that the node makes; None for tests and operations."""
    file: str
    compiled: str | None
    status: str
    message: str
    failures: int | None
    seconds: float

    @property
    def is_test(self) -> bool:
        """True for data tests and unit tests; what is neither that nor a relation is a hook of the project."""
        return self.kind in {"test", "unit_test"}


@dataclass(frozen=True)
class _Kept:
    key: object
    manifest: Manifest


_MANIFESTS: dict[str, _Kept] = {}


def run_build(
    project: ModelProject,
    profile: Profile,
    *,
    select: str | None,
    progress: Callable[[Progress], None],
    cancel: threading.Event,
) -> tuple[NodeResult, ...]:
    """Build and test the models; a result for each node, in the order they ended. Empty for a project of no models.

    Raises `MissingExtra`, `ModelsInvalid`, `NothingSelected`, `TransformFailed`, `DiskFull`, `BuildStopped`, and
    KeyboardInterrupt when the person at the terminal pressed Ctrl-C.
    """
    _require_adapter(profile)
    stop = Stop(cancel)
    with _TURN, _environment(profile.environment), stop.listening():
        try:
            profile.write()
            manifest = _manifest(project, profile, progress)
            stop.raise_if_asked()
            results = _build(project, profile, manifest, select, progress, stop)
        except BaseException:
            _MANIFESTS.pop(str(project.root), None)  # half a run may have marked it
            raise
        finally:
            close_adapters()
    return results


def _manifest(project: ModelProject, profile: Profile, progress: Callable[[Progress], None]) -> Manifest:
    key = (fingerprint(project.root), json.dumps([profile.document, dict(profile.variables)]), _visible_environment())
    kept = _MANIFESTS.get(str(project.root))
    if kept is not None and kept.key == key:
        _forget_compilation(kept.manifest)
        return kept.manifest
    progress(Progress("build", message="reading the models"))
    from dbt.contracts.graph.manifest import Manifest

    outcome = _invoke(["parse", *_arguments(project, profile)])
    if outcome.exception is not None:
        raise parse_failure(outcome.exception, project)
    manifest = outcome.result
    if not isinstance(manifest, Manifest):
        raise InternalError(f"dbt parse gave {type(manifest).__name__} instead of a manifest")
    _refuse_snapshots(manifest, project)
    while len(_MANIFESTS) >= _KEPT_AT_MOST:
        del _MANIFESTS[next(iter(_MANIFESTS))]
    _MANIFESTS[str(project.root)] = _Kept(key, manifest)
    return manifest


def _refuse_snapshots(manifest: Manifest, project: ModelProject) -> None:
    """A build starts on an empty target, where a snapshot would silently begin its history anew."""
    for node in manifest.nodes.values():
        if node.resource_type.value == "snapshot":
            raise ModelsInvalid(
                f"{project.shown(node.original_file_path)}: the snapshot '{node.name}' would lose its history",
                remedy="Keep history with a model of your own; a build does not carry snapshots over.",
            )


def _build(
    project: ModelProject,
    profile: Profile,
    manifest: Manifest,
    select: str | None,
    progress: Callable[[Progress], None],
    stop: Stop,
) -> tuple[NodeResult, ...]:
    arguments = ["build", *_arguments(project, profile), "--no-write-json"]
    if select is not None:
        arguments += ["--select", *select.split()]
    with stop.interrupting(interrupt_adapters):
        outcome = _invoke(arguments, manifest=manifest, listener=_listener(progress, stop))
    stop.raise_if_asked()
    if outcome.exception is not None:
        raise run_failure(outcome.exception)
    results = _results(outcome)
    if select is not None and not results:
        raise _nothing_selected(select, manifest)
    return tuple(_node_result(result, project) for result in results)


def _nothing_selected(select: str, manifest: Manifest) -> NothingSelected:
    guess = did_you_mean(select, [node.name for node in manifest.nodes.values() if node.resource_type.value == "model"])
    return NothingSelected(
        f"--select {select} names no model" + (f". Did you mean {guess}?" if guess else ""),
        remedy="Name a model, a folder (gold) or a tag (tag:daily); name+ takes what is built from it too.",
    )


def _results(outcome: dbtRunnerResult) -> Sequence[RunResult]:
    from dbt.artifacts.schemas.run import RunExecutionResult

    if not isinstance(outcome.result, RunExecutionResult):
        raise InternalError(f"dbt build gave {type(outcome.result).__name__} instead of its results")
    return outcome.result.results


def _invoke(
    arguments: Sequence[str],
    *,
    manifest: Manifest | None = None,
    listener: Callable[[EventMsg], None] | None = None,
) -> dbtRunnerResult:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # dbt's own deprecations are no news to our users
        from dbt.cli.main import dbtRunner

        runner = dbtRunner(manifest=manifest, callbacks=[listener] if listener else [])
        outcome = runner.invoke([*_GLOBAL_FLAGS, *arguments])
    if isinstance(outcome.exception, KeyboardInterrupt | SystemExit):
        raise outcome.exception
    return outcome


def _arguments(project: ModelProject, profile: Profile) -> list[str]:
    return [
        f"--project-dir={project.root}",
        f"--profiles-dir={project.work}",
        f"--profile={PROFILE}",
        f"--target={TARGET}",
        f"--target-path={project.target}",
        f"--log-path={project.work / 'logs'}",
        f"--vars={json.dumps(dict(profile.variables))}",
    ]


def _listener(progress: Callable[[Progress], None], stop: Stop) -> Callable[[EventMsg], None]:
    """Tell how far the build is. Once it must stop, each node that is about to start fails instead: dbt runs our code
    inside the node's own error handling there, so its queue still drains. dbt's threads take turns to tell."""
    turn = threading.Lock()

    def listen(event: EventMsg) -> None:
        if event.info.name == "LogStartLine":
            data = event.data
            if stop.asked:
                raise BuildStopped("the build must stop")
            step = Progress("build", done=data.index - 1, total=data.total, message=data.node_info.node_name)
            with turn:
                progress(step)

    return listen


def _forget_compilation(manifest: Manifest) -> None:
    """Make a kept manifest as if just parsed: a node marked as expanded would keep no ephemeral model inside."""
    from dbt.contracts.graph.nodes import CompiledNode

    for node in manifest.nodes.values():
        if isinstance(node, CompiledNode):
            node.compiled = False
            node.extra_ctes = []
            node.extra_ctes_injected = False


def _node_result(result: RunResult, project: ModelProject) -> NodeResult:
    node = result.node
    compiled = getattr(node, "compiled_path", None)
    resource = str(node.resource_type.value)
    builds = resource in {"model", "seed", "snapshot"}
    return NodeResult(
        kind=resource,
        name=node.name,
        schema=getattr(node, "schema", "") or "",
        relation=(getattr(node, "alias", None) or node.name) if builds else None,
        file=project.shown(node.original_file_path),
        compiled=project.shown(compiled) if compiled else None,
        status=str(result.status.value),
        message=result.message or "",
        failures=result.failures,
        seconds=result.execution_time,
    )


def _require_adapter(profile: Profile) -> None:
    kind = profile.document[PROFILE]["outputs"][TARGET]["type"]
    if all(_is_installed(module) for module in ("dbt.cli", f"dbt.adapters.{kind}")):
        return
    if kind == "postgres":
        raise MissingExtra("dbt-postgres", "building models on PostgreSQL")
    raise MissingExtra("dbt", "building models")


def _is_installed(module: str) -> bool:
    try:
        return find_spec(module) is not None
    except ModuleNotFoundError:  # of a package above it
        return False


@contextmanager
def _environment(variables: Mapping[str, str]) -> Iterator[None]:
    """Set `variables` while dbt runs, and put back what was there."""
    before = {name: os.environ.get(name) for name in variables}
    os.environ.update(variables)
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                os.environ.pop(name, None)
            else:
                os.environ[name] = value


def _visible_environment() -> int:
    """A digest of what env_var() in a model could read."""
    return hash(frozenset(os.environ.items()))
