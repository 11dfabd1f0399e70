"""What is wrong with the SQL of a dictionary, as findings with their places. Works offline."""

from __future__ import annotations

from collections.abc import Iterator

from verity.data.finding import Finding
from verity.semantic.model import Model


def check_expressions(model: Model) -> tuple[Finding, ...]:
    """Every member whose SQL cannot be used, with the coded reason; then joins that may not lead to one row."""
    return (*_problems(model), *_loose_joins(model))


def _problems(model: Model) -> Iterator[Finding]:
    for member, problem in model.problems.items():
        yield Finding(
            code=problem.code,
            level="error",
            place=_place(model, member),
            message=problem.message,
            remedy=problem.remedy,
            member=member,
        )


def _loose_joins(model: Model) -> Iterator[Finding]:
    """A join to one row must cover the key of the table it leads to, else it may multiply the rows it comes from."""
    for table in model.catalog.usable_tables.values():
        for name, entry in table.joins.items():
            target = model.catalog.usable_tables.get(entry.table)
            hop = model.graph.hops(table.name).get(name)
            if target is None or hop is None or hop.to_many or not hop.pairs or not target.primary_key:
                continue
            if not set(target.primary_key) <= {theirs for _, theirs in hop.pairs}:
                yield Finding(
                    code="VRT-212",
                    level="warning",
                    place=model.catalog.dictionary.place(table.name, "joins", name),
                    message=f"the join '{name}' is {entry.type}, but '{target.name}' is not unique by its columns: "
                    f"its key is {', '.join(target.primary_key)}",
                    remedy="Join on the whole key, or declare the join one_to_many.",
                    member=f"{table.name}.{name}",
                )


def _place(model: Model, member: str) -> str:
    table, _, name = member.partition(".")
    found = model.catalog.usable_tables[table]
    kinds = {"metrics": found.usable_metrics, "columns": found.usable, "segments": found.segments, "joins": found.joins}
    kind = next((kind for kind, members in kinds.items() if name in members), "metrics")
    return model.catalog.dictionary.place(table, kind, name, "sql")
