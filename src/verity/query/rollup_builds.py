"""Build the declared rollups from the published data, as `system`, which answers nobody."""

from __future__ import annotations

import time
from collections.abc import Callable, Collection

from verity.contracts.rollup import BuiltRollup
from verity.contracts.run import StageLine, Verdict
from verity.contracts.tool import Progress
from verity.exceptions import RollupInvalid, RollupUnknown, VerityError
from verity.query.rollups import Declared
from verity.semantic.rollups import comparing, filling
from verity.semantic.rollups.definition import Definition
from verity.warehouse.rollups import RollupBuilder, RollupPlan, RollupStore


def build_rollups(
    store: RollupStore,
    declare: Callable[[str], Declared],
    *,
    only: Collection[str] = (),
    wait_seconds: float = 0.0,
    progress: Callable[[Progress], None] = lambda _: None,
) -> Verdict:
    """Build every declared rollup, or those named in `only`, and put them in force together; a line for each.

    One that fails leaves the others to be built, and what was in force of it until the data moved on. Rollups that are
    no longer declared are removed. Raises `RollupUnknown`, `WarehouseBusy`, `NothingPublished`.
    """
    began = time.perf_counter()
    with store.builder(wait_seconds) as builder:
        declared = declare(builder.state.data_version)
        names = [d.member for d in declared.definitions] + list(declared.problems)
        for name in only:
            if name not in names:
                raise RollupUnknown(name, names)
        chosen = [name for name in names if not only or name in only]
        lines = []
        for done, name in enumerate(chosen):
            progress(Progress("rollups", done=done, total=len(chosen), message=name))
            lines.append(_built(builder, declared, name))
        builder.commit(names)
        progress(Progress("rollups", done=len(chosen), total=len(chosen)))
        return _verdict(tuple(lines), builder.state.data_version, time.perf_counter() - began)


def plan_of(definition: Definition) -> RollupPlan:
    """The SQL that fills and refreshes it."""
    parted = definition.partition is not None
    return RollupPlan(
        rollup=definition.member,
        definition=definition.hash,
        fill=lambda until: filling.fill_sql(definition, until),
        refill=(lambda until, changed: filling.refill_sql(definition, until, changed)) if parted else None,
        marks=(lambda until: comparing.marks_sql(definition, until)) if parted else None,
        whole=lambda until: comparing.whole_sql(definition, until),
        apart=lambda until, bounds: comparing.apart_sql(definition, until, bounds),
        bounds=lambda until: comparing.bounds_sql(definition, until),
        source_rows=lambda until: filling.source_rows_sql(definition, until),
        watermark=filling.watermark_sql(definition),
        partition=definition.partition.column if definition.partition else None,
        count="n",
        counted=filling.counted_sql(definition),
    )


def _built(builder: RollupBuilder, declared: Declared, name: str) -> StageLine:
    problem = declared.problems.get(name)
    try:
        if problem is not None:
            raise problem
        definition = next(d for d in declared.definitions if d.member == name)
        return _line(builder.build(plan_of(definition)))
    except (VerityError, RollupInvalid) as error:
        return StageLine(name=name, status="failed", message=error.message, code=error.code, remedy=error.remedy)


def _line(built: BuiltRollup) -> StageLine:
    share = f"{built.source_rows:,} rows in {built.rows:,}"
    if built.rebuilt is not None:
        share += f", {built.rebuilt:,} partition{'' if built.rebuilt == 1 else 's'} made anew"
    return StageLine(name=built.rollup, status="ok", message=share, rows=built.rows, seconds=built.seconds)


def _verdict(lines: tuple[StageLine, ...], version: str, seconds: float) -> Verdict:
    failed = sum(line.status == "failed" for line in lines)
    noun = "rollup" if len(lines) == 1 else "rollups"
    summary = f"{len(lines)} {noun}" + (
        f": {failed} failed; queries read the tables instead" if failed else " in force"
    )
    return Verdict(
        verb="rollups",
        status="failed" if failed else "ok",
        lines=lines,
        seconds=seconds,
        data_version=version,
        summary=summary if lines else "no rollup is declared",
    )
