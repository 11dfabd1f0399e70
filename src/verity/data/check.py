"""Check a dictionary without a database: each rule a function over the catalog, in the order that people read them.

With a physical schema in the catalog the same rules hold it against the warehouse. Expressions are checked by
`verity.semantic.check`, which parses them; the lock by `lock.py`.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Literal

from verity.data.catalog import TO_MANY, Catalog
from verity.data.check_masks import check_hierarchies, check_masks, check_zones
from verity.data.finding import CODES, Finding
from verity.data.join_paths import ambiguous_targets
from verity.data.members import CatalogTable
from verity.data.metric_entry import MetricEntry
from verity.exceptions import AmbiguousMember, UnknownMember, did_you_mean

__all__ = ["CODES", "RULES", "Finding", "check_dictionary"]

MOST_AMBIGUOUS = 50
"""Findings about ambiguous paths at most; one more says that there are others."""
LONGEST_POSTGRES = 63
"""Bytes of an identifier that PostgreSQL keeps; it cuts the rest."""


def check_dictionary(catalog: Catalog) -> tuple[Finding, ...]:
    """Everything amiss that can be seen without reading SQL: errors first, then warnings, each in the tables' order."""
    findings = [finding for rule in RULES for finding in rule(catalog)]
    return tuple(sorted(findings, key=lambda finding: finding.level != "error"))


def _references(catalog: Catalog) -> Iterator[Finding]:
    yield from catalog.findings


def _metric_form(catalog: Catalog) -> Iterator[Finding]:
    """A simple or derived metric has SQL, a ratio its two parts; parts exist and do not go round in a circle."""
    for table, name, metric in _metrics(catalog):
        missing = _missing_key(metric)
        if missing:
            message = f"the {metric.type} metric '{name}' has no '{missing}'"
            yield _finding(catalog, "VRT-209", table, ("metrics", name), message, f"Add '{missing}: ...'.")
            continue
        for part in metric.parts:
            try:
                catalog.metric_part(part, table=table.name)
            except UnknownMember:
                guess = did_you_mean(part, (*table.metrics, *(m.member for m in catalog.metrics())))
                remedy = f"Did you mean {guess}?" if guess else "Define it, or correct the name."
                message = f"the metric '{name}' is made of '{part}', which is no metric"
                yield _finding(catalog, "VRT-209", table, ("metrics", name), message, remedy)
            except AmbiguousMember as error:
                message = f"the metric '{name}' is made of '{part}', which could be {', '.join(error.choices)}"
                yield _finding(catalog, "VRT-209", table, ("metrics", name), message, "Write one of them in full.")
    for circle in _circles(catalog):
        table_name, _, name = circle[0].partition(".")
        message = f"the metric '{name}' is made of itself: {' -> '.join((*circle, circle[0]))}"
        table = catalog.usable_tables[table_name]
        yield _finding(catalog, "VRT-209", table, ("metrics", name), message, "Break the circle at one of them.")


def _keys(catalog: Catalog) -> Iterator[Finding]:
    """A table that others join to one row of, or that has joins to many, needs a key."""
    targets = {
        join.table
        for table in catalog.usable_tables.values()
        for join in table.entry.joins.values()
        if join.type not in TO_MANY
    }
    for table in catalog.usable_tables.values():
        many = any(join.type in TO_MANY for join in table.entry.joins.values())
        if not table.primary_key and (table.name in targets or many):
            message = f"{table.name} is joined but declares no primary_key, so its rows cannot be told apart"
            remedy = "Add 'primary_key' if it has one; questions that need it are refused until then."
            yield _finding(catalog, "VRT-212", table, (), message, remedy, level="warning")


def _ambiguous_paths(catalog: Catalog) -> Iterator[Finding]:
    told = 0
    for table in catalog.usable_tables.values():
        for target, paths in ambiguous_targets(catalog.join_graph, table.name).items():
            if told == MOST_AMBIGUOUS:
                message = "more tables are joined by several paths than are listed here"
                remedy = "Name the path in questions, or join less."
                yield _finding(catalog, "VRT-213", table, (), message, remedy, level="warning")
                return
            told += 1
            choices = ", ".join(".".join((table.name, *path)) for path in paths[:4]) + ", ..." * (len(paths) > 4)
            message = f"{target} is reached from {table.name} by several paths: {choices}"
            remedy = f"Questions name the path, as '{'.'.join((table.name, *paths[0]))}.<column>'."
            yield _finding(catalog, "VRT-213", table, ("joins", paths[0][0]), message, remedy, level="warning")


def _clashes(catalog: Catalog) -> Iterator[Finding]:
    """Words that several metrics answer to, and names that a table uses twice."""
    metrics: dict[str, list[tuple[CatalogTable, str]]] = {}
    for table, name, metric in _metrics(catalog):
        for word in dict.fromkeys(fold(word) for word in (name.replace("_", " "), *words(metric.aliases))):
            metrics.setdefault(word, []).append((table, name))
    shared: dict[tuple[tuple[str, str], ...], list[str]] = {}
    for word, holders in metrics.items():
        if len(holders) > 1:
            shared.setdefault(tuple((holder.name, metric) for holder, metric in holders), []).append(word)
    for named, said in shared.items():
        table = catalog.usable_tables[named[-1][0]]
        listed = ", ".join(f"{holder}.{metric}" for holder, metric in named[:6]) + ", ..." * (len(named) > 6)
        quoted = ", ".join(f"'{word}'" for word in said[:3]) + f" and {len(said) - 3} more" * (len(said) > 3)
        message = f"{quoted} could mean {listed}"
        remedy = "Keep the words for one of them, or accept that such questions are asked back."
        yield _finding(catalog, "VRT-214", table, ("metrics", named[-1][1]), message, remedy, level="warning")
    for table in catalog.usable_tables.values():
        for name in table.entry.metrics:
            if name in table.usable:
                message = f"'{table.name}.{name}' is a metric and a column, so a condition on it is ambiguous"
                yield _finding(
                    catalog, "VRT-214", table, ("metrics", name), message, "Rename the metric.", level="warning"
                )


def _values(catalog: Catalog) -> Iterator[Finding]:
    """A value stands once, and no word names two values of a column."""
    for table in catalog.usable_tables.values():
        for name, column in table.entry.columns.items():
            seen: dict[str, str] = {}
            for index, value in enumerate(column.values):
                shown = str(value.value)
                named = (shown, value.label or "", *value.labels.values(), *words(value.aliases))
                keys = [f"={shown}", *dict.fromkeys(fold(word) for word in named if word)]
                twice = [key for key in keys if seen.get(key, shown) != shown or (key[0] == "=" and key in seen)]
                for key in keys:
                    seen.setdefault(key, shown)
                if not twice:
                    continue
                message = f"the value '{shown}' of '{name}' is listed twice"
                if not twice[0].startswith("="):
                    message = f"'{twice[0]}' names both '{seen[twice[0]]}' and '{shown}' of '{name}'"
                where = ("columns", name, "values", index)
                yield _finding(catalog, "VRT-215", table, where, message, "Keep it for one of them.", level="warning")


def _access(catalog: Catalog) -> Iterator[Finding]:
    """A rule reads a column of the table itself; a hidden column is not the one that everything hangs on."""
    for table in catalog.usable_tables.values():
        for role, access in (table.entry.access or {}).items():
            for index, rule in enumerate(() if access.rows == "all" else access.rows):
                column = table.usable.get(rule.column)
                if column is not None and column.per:
                    message = f"a row rule of the role '{role}' reads '{rule.column}', which is computed over many rows"
                    where = ("access", role, "rows", index)
                    yield _finding(catalog, "VRT-218", table, where, message, "Use a column of the row itself.")
            held = [name for name in (*table.primary_key, table.time_column) if name in access.columns_hidden]
            if held:
                message = f"the role '{role}' is denied '{held[0]}', and with it the joins and metrics that use it"
                remedy = "Mark the column 'hidden: true' instead if definitions may still read it."
                path = ("access", role, "columns_hidden")
                yield _finding(catalog, "VRT-218", table, path, message, remedy, level="warning")


def _portable_names(catalog: Catalog) -> Iterator[Finding]:
    """Names that one engine keeps and another cuts, and column names that separate words of a question's text."""
    for table in catalog.usable_tables.values():
        named: list[tuple[str, tuple[str | int, ...]]] = [(table.name, ("table",))]
        named += [(name, ("columns", name)) for name in table.usable]
        named += [(name, ("metrics", name)) for name in table.entry.metrics]
        for name, path in named:
            shown = name if len(name) <= 60 else f"{name[:60]}…"
            if len(name.encode()) > LONGEST_POSTGRES:
                message = f"the name '{shown}' has {len(name.encode())} bytes; PostgreSQL keeps {LONGEST_POSTGRES}"
                remedy = "Give it a shorter name, or a derived column with a shorter name."
            elif path[0] == "columns" and (set(name) & set('.:"') or not name.isprintable() or name != name.strip()):
                message = f"the column '{shown}' of {table.name} is hard to ask for: it holds . : \" or an outer blank"
                remedy = f"Add a derived column with a plain name and sql: '\"{shown}\"'."
            else:
                continue
            yield _finding(catalog, "VRT-219", table, path, message, remedy, level="warning")


RULES = (
    _references, _metric_form, _keys, _ambiguous_paths, _clashes, _values, _access, check_masks, check_hierarchies,
    check_zones, _portable_names,
)  # fmt: skip


def words(aliases: Mapping[Any, tuple[str, ...]]) -> tuple[str, ...]:
    """The words of every language."""
    return tuple(word for group in aliases.values() for word in group)


def fold(word: str) -> str:
    """A word without the difference of case and spacing."""
    return " ".join(word.casefold().split())


def _metrics(catalog: Catalog) -> Iterator[tuple[CatalogTable, str, MetricEntry]]:
    for table in catalog.usable_tables.values():
        for name, metric in table.usable_metrics.items():
            yield table, name, metric


def _missing_key(metric: MetricEntry) -> str:
    wanted: tuple[str, ...] = {"ratio": ("numerator", "denominator"), "simple": ("sql",), "derived": ("sql",)}.get(
        metric.type, ()
    )  # the keys of the other kinds are held by their model
    return next((key for key in wanted if not getattr(metric, key)), "")


def _circles(catalog: Catalog) -> Iterable[tuple[str, ...]]:
    """Each circle of metrics once, as the members on it."""
    parts: dict[str, list[str]] = {}
    for table, name, metric in _metrics(catalog):
        if metric.parts:
            parts[f"{table.name}.{name}"] = [*_resolved(catalog, table.name, metric)]
    done: set[str] = set()
    for start in parts:
        trail: list[str] = []
        waiting = [(start, iter(parts[start]))] if start not in done else []
        trail.extend(member for member, _ in waiting)
        while waiting:
            member, rest = waiting[-1]
            following = next(rest, None)
            if following is None:
                waiting.pop()
                trail.pop()
                done.add(member)
            elif following in trail:
                yield tuple(trail[trail.index(following) :])
            elif following in parts and following not in done:
                waiting.append((following, iter(parts[following])))
                trail.append(following)


def _resolved(catalog: Catalog, table: str, metric: MetricEntry) -> Iterator[str]:
    for part in metric.parts:
        try:
            yield catalog.metric_part(part, table=table).member
        except (UnknownMember, AmbiguousMember):
            continue  # told by _metric_form


def _finding(
    catalog: Catalog,
    code: str,
    table: CatalogTable,
    path: tuple[str | int, ...],
    message: str,
    remedy: str,
    *,
    level: Literal["error", "warning"] = "error",
) -> Finding:
    member = f"{table.name}.{path[1]}" if len(path) > 1 and path[0] in ("columns", "joins", "metrics") else table.name
    place = catalog.dictionary.place(table.name, *path)
    return Finding(code=code, level=level, place=place, message=message, remedy=remedy, member=member)
