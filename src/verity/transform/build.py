"""Build the project's models into a private target, test them, and publish only a build without a failure.

writer lock -> private target -> dbt: models and their tests -> publish, or leave everything as it was
"""

from __future__ import annotations

import threading
import time
import uuid
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from verity.config import ModelsSettings
from verity.contracts.dataset import DataState
from verity.contracts.run import StageLine, Verdict
from verity.contracts.tool import Progress
from verity.exceptions import NothingPublished
from verity.transform.dbt_runner import NodeResult, run_build
from verity.transform.failures import disk_full, is_disk_full
from verity.transform.lines import stage_line
from verity.transform.profiles import profile_for
from verity.transform.project import find_models
from verity.warehouse.engine import Engine, Writer


def build(
    project: Path,
    engine: Engine,
    *,
    select: str | None = None,
    progress: Callable[[Progress], None] = lambda _: None,
    cancel: threading.Event | None = None,
    models: ModelsSettings | None = None,
    wait_seconds: float = 0.0,
    new_id: Callable[[], str] = lambda: uuid.uuid4().hex,
) -> Verdict:
    """Build `project` on `engine` and publish it; a line for each model and test, in the order they ended.

    A failed model or test makes the verdict `failed` and publishes nothing; a test of severity `warn` is told and
    publishes. `select` (dbt's selection syntax) builds a part: the other tables are those published before.
    Raises `ModelsMissing`, `ModelsInvalid`, `NothingSelected`, `MissingExtra`, `WarehouseBusy`, `DiskFull`,
    `BuildStopped` (when `cancel` is set) and `TransformFailed`; after each, the version before still answers.
    """
    began = time.perf_counter()
    models = models or ModelsSettings()
    found = find_models(project, models.path)
    with engine.writer(wait_seconds=wait_seconds) as writer:
        target = writer.build_target(carry=True) if select is not None else writer.build_target()
        profile = profile_for(target, folder=found.work, threads=models.threads)
        results = run_build(found, profile, select=select, progress=progress, cancel=cancel or threading.Event())
        if any(result.status == "error" and is_disk_full(result.message) for result in results):
            raise disk_full()
        rows = _rows(writer)
        lines = tuple(stage_line(result, rows=rows, suffix=target.schema_suffix) for result in results)
        state = None if _failed(lines) else writer.publish(new_id())
    progress(Progress("build", done=len(lines), total=len(lines)))
    if state is None:
        return _unpublished(results, lines, _answers(engine), time.perf_counter() - began)
    return _published(results, lines, state, time.perf_counter() - began)


def _rows(writer: Writer) -> Mapping[str, int | None]:
    return {f"{table.schema_name}.{table.name}": table.row_count for table in writer.built_schema().tables}


def _failed(lines: Sequence[StageLine]) -> int:
    return sum(line.status == "failed" for line in lines)


def _answers(engine: Engine) -> bool:
    try:
        engine.state()
    except NothingPublished:
        return False
    return True


def _unpublished(
    results: Sequence[NodeResult], lines: tuple[StageLine, ...], has_before: bool, seconds: float
) -> Verdict:
    summary = f"{_parts(results)}: {_failed(lines)} failed; nothing was published"
    summary += ", the version before still answers" if has_before else ""
    return Verdict(verb="build", status="failed", lines=lines, seconds=seconds, summary=summary)


def _published(
    results: Sequence[NodeResult], lines: tuple[StageLine, ...], state: DataState, seconds: float
) -> Verdict:
    warnings = sum(line.status == "warn" for line in lines)
    return Verdict(
        verb="build",
        status="warn" if warnings else "ok",
        lines=lines,
        seconds=seconds,
        data_version=state.data_version,
        summary=f"{_parts(results)}: published" + (f" with {_counted(warnings, 'warning')}" if warnings else ""),
    )


def _parts(results: Sequence[NodeResult]) -> str:
    models, tests = sum(result.relation is not None for result in results), sum(result.is_test for result in results)
    return f"{_counted(models, 'model')}, {_counted(tests, 'test')}"


def _counted(number: int, noun: str) -> str:
    return f"{number:,} {noun}{'' if number == 1 else 's'}"
