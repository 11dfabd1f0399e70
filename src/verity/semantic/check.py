"""What is wrong with the SQL of a dictionary, as findings with their places. Works offline."""

from __future__ import annotations

from collections.abc import Iterator

from verity.data.finding import Finding
from verity.data.members import CatalogTable
from verity.data.mentions import mentions
from verity.exceptions import did_you_mean
from verity.semantic.model import Model


def check_expressions(model: Model) -> tuple[Finding, ...]:
    """Every member whose SQL cannot be used, with the coded reason; names that nobody declares, where there is no
    warehouse to know them; joins that may not lead to one row."""
    return (*_problems(model), *_undeclared(model), *_loose_joins(model))


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


def _undeclared(model: Model) -> Iterator[Finding]:
    """Once for each name and member: the column may be physical, or misspelt."""
    for table, column in sorted(model.binder.undeclared):
        guess = did_you_mean(column, model.catalog.usable_tables[table].usable)
        for holder in model.catalog.usable_tables.values():
            for kind, name, sql in _written(holder):
                chains = mentions(sql) if holder.name == table else {c for c in mentions(sql) if len(c) > 1}
                if not any(chain[-1] == column for chain in chains):
                    continue
                yield Finding(
                    code="VRT-210",
                    level="warning",
                    place=model.catalog.dictionary.place(holder.name, kind, name, "sql"),
                    message=f"'{holder.name}.{name}' uses the column '{column}', which {table} does not declare",
                    remedy=f"Add '{column}' to the columns of {table} with what it means."
                    + (f" Or did you mean {guess}?" if guess else ""),
                    member=f"{holder.name}.{name}",
                )


def _written(table: CatalogTable) -> Iterator[tuple[str, str, str]]:
    """The SQL of each member of a table: its kind, its name and its text."""
    for name, metric in table.usable_metrics.items():
        yield "metrics", name, " ".join(filter(None, (metric.sql, metric.filter)))
    for name, column in table.usable.items():
        yield "columns", name, column.sql or ""
    for name, segment in table.segments.items():
        yield "segments", name, segment.sql
    for name, join in table.joins.items():
        yield "joins", name, join.sql or ""


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
