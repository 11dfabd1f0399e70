"""What follows a publish: the declared rollups are built from it. A rollup that fails never fails the build."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

from verity.contracts.run import StageLine, Verdict
from verity.contracts.tool import Progress
from verity.data.model import Dictionary
from verity.exceptions import VerityError


class BuildsRollups(Protocol):
    """The one verb that is needed of the query service."""

    def build_rollups(
        self, only: tuple[str, ...] = (), *, wait_seconds: float = 0.0, progress: Callable[[Progress], None] = ...
    ) -> Verdict:
        """See `QueryService.build_rollups`."""
        ...


def with_rollups(
    verdict: Verdict,
    load_dictionary: Callable[[], Dictionary],
    service: Callable[[], BuildsRollups],
    progress: Callable[[Progress], None] = lambda _: None,
) -> Verdict:
    """The verdict of a build with a line for each rollup. Nothing is opened where none is declared or published."""
    if verdict.status == "failed":
        return verdict
    try:
        dictionary = load_dictionary()
        if not any(table.rollups for table in dictionary.tables.values()):
            return verdict
        built = service().build_rollups(progress=progress)
    except VerityError as error:
        return _with(verdict, (_warned("rollups", error.message, error.code, error.remedy),))
    lines = tuple(
        _warned(line.name, line.message, line.code, line.remedy) if line.status == "failed" else line
        for line in built.lines
    )
    return _with(verdict, lines)


def _warned(name: str, message: str, code: str | None, remedy: str) -> StageLine:
    return StageLine(name=name, status="warn", message=message, code=code, remedy=remedy)


def _with(verdict: Verdict, lines: tuple[StageLine, ...]) -> Verdict:
    warned = verdict.status == "warn" or any(line.status == "warn" for line in lines)
    good = sum(line.status == "ok" for line in lines)
    said = f"{verdict.summary}; {good} rollup{'' if good == 1 else 's'} built"
    update = {"lines": (*verdict.lines, *lines), "status": "warn" if warned else "ok", "summary": said}
    return verdict.model_copy(update=update)
