"""What is wrong with the declared rollups, as findings with their places. Works offline."""

from __future__ import annotations

from collections.abc import Iterator

from verity.data.finding import Finding
from verity.exceptions import RollupInvalid
from verity.semantic.model import Model
from verity.semantic.rollups.definition import define_rollup
from verity.semantic.rollups.probes import probe_problem
from verity.semantic.rollups.routing import check_answers_itself


def check_rollups(model: Model, *, dialect: str = "duckdb") -> tuple[Finding, ...]:
    """One finding for each rollup that cannot be built or could answer nothing, and for each probe that is no probe.
    `model` is the owner's."""
    return (*_findings(model, dialect), *_probes(model))


def _probes(model: Model) -> Iterator[Finding]:
    for table in model.catalog.usable_tables.values():
        freshness = table.entry.freshness
        problem = probe_problem(freshness.probe, freshness.ttl) if freshness is not None else None
        if problem is not None:
            yield Finding(
                code="VRT-253",
                level="error",
                place=model.catalog.dictionary.place(table.name, "freshness"),
                message=f"the freshness of '{table.name}': {problem}",
                remedy="Write probe: SELECT max(updated_at) FROM ..., ttl: 10m.",
                member=table.name,
            )


def _findings(model: Model, dialect: str) -> Iterator[Finding]:
    for table in model.catalog.usable_tables.values():
        for name in table.entry.rollups:
            try:
                check_answers_itself(define_rollup(model, table.name, name, dialect=dialect))
            except RollupInvalid as error:
                yield Finding(
                    code=error.code,
                    level="error",
                    place=model.catalog.dictionary.place(table.name, "rollups", name),
                    message=error.message,
                    remedy=error.remedy,
                    member=f"{table.name}.{name}",
                )
