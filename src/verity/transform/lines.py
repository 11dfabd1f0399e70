"""Turn what dbt reports of each node into the lines of a verdict."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

from verity.contracts.run import StageLine
from verity.exceptions import ModelFailed, ModelTestFailed
from verity.transform.dbt_runner import NodeResult
from verity.transform.failures import shortened

TEST = "test "
"""How the name of a test's line begins."""

LineStatus = Literal["ok", "warn", "failed", "skipped"]

_STATUS: Mapping[str, LineStatus] = {
    "success": "ok",
    "pass": "ok",
    "no-op": "ok",
    "warn": "warn",
    "fail": "failed",
    "error": "failed",
    "partial success": "failed",
    "runtime error": "failed",
    "skipped": "skipped",
}


def stage_line(result: NodeResult, *, rows: Mapping[str, int | None], suffix: str) -> StageLine:
    """The line of one model or test. `rows` counts each built table by `schema.name`; dbt's schemas end in the
    shadow `suffix`."""
    status = _STATUS.get(result.status, "failed")
    seconds = round(result.seconds, 3)
    if result.is_test:
        return _test_line(result, status, seconds)
    name = f"{result.schema.removesuffix(suffix)}.{result.relation}" if result.relation else f"hook {result.name}"
    if status == "failed":
        return StageLine(
            name=name,
            status=status,
            seconds=seconds,
            message=shortened(result.message),
            code=ModelFailed.code,
            remedy=_remedy(f"Mend {result.file}", result.compiled),
        )
    if status == "skipped":
        return StageLine(name=name, status=status, message="not built: something it reads from failed")
    return StageLine(name=name, status=status, rows=rows.get(name), seconds=seconds)


def _test_line(result: NodeResult, status: LineStatus, seconds: float) -> StageLine:
    name = f"{TEST}{result.name}"
    if status == "skipped":
        return StageLine(name=name, status=status, message="not run: what it tests was not built")
    if status == "ok":
        return StageLine(name=name, status=status, seconds=seconds)
    found = result.status in {"fail", "warn"}
    return StageLine(
        name=name,
        status=status,
        rows=result.failures if found else None,
        seconds=seconds,
        message=_found(result.failures) if found else shortened(result.message),
        code=ModelTestFailed.code,
        remedy=_remedy(f"Mend the rows or {result.file}" if found else f"Mend {result.file}", result.compiled),
    )


def _found(failures: int | None) -> str:
    if failures is None:
        return "rows break it"
    return f"{failures:,} {'row breaks' if failures == 1 else 'rows break'} it"


def _remedy(what: str, compiled: str | None) -> str:
    return f"{what}; the SQL that ran: {compiled}" if compiled else f"{what}."
