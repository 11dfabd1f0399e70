"""What metrics of MetricFlow are made of: measures and other metrics, with filters and offsets laid over them."""

from __future__ import annotations

import re
from abc import ABC, abstractmethod
from dataclasses import dataclass, field
from typing import Any

from verity.contracts.metric import read_span
from verity.interchange import sql
from verity.interchange.cursor import Cursor
from verity.interchange.drafting import Drafts, numbered
from verity.interchange.metricflow.filters import condition, texts_of
from verity.interchange.metricflow.measures import Measure
from verity.interchange.metricflow.models import SemanticModel

DEFINING = (
    "sql", "type", "filter", "percentile", "method", "over", "take", "per", "time_column", "smallest_grain", "metric",
    "offset", "show", "numerator", "denominator", "fill",
)  # fmt: skip


@dataclass(frozen=True)
class Source:
    """A metric as it is written, and the model that it stands under, if any."""

    cursor: Cursor
    model: SemanticModel | None = None


@dataclass
class MetricParts(ABC):
    """The metrics that were read so far, and how the next is made of them."""

    drafts: Drafts
    models: dict[str, SemanticModel]
    measures: dict[str, Measure]
    sources: dict[str, Source]
    homes: dict[str, str] = field(default_factory=dict)
    """The table of each metric that was read."""
    problems: dict[str, str] = field(default_factory=dict)
    open: list[str] = field(default_factory=list)
    """Metrics that are being read, each for the one before it."""

    @abstractmethod
    def table(self, name: str) -> str:
        """The table of a metric, which is read if it was not. Raises `Untranslatable`, `ForeignReference`."""

    def of_measure(self, holder: Cursor, key: str, filters: list[str]) -> tuple[str, dict[str, Any]]:
        """A measure as a metric of its table, its filters and those of the metric laid over it."""
        found = holder.at(key)
        if found is None:
            raise sql.Untranslatable(f"it has no {key}")
        name, filters = self._named(found, filters)
        measure = self.measures.get(name)
        if measure is None:
            raise sql.Untranslatable(f"'{name}' is no measure of the project")
        if measure.problem is not None:
            raise sql.Untranslatable(f"its measure '{name}' could not be imported")
        measure.used = True
        home = measure.model.draft.name
        entry = {**measure.entry, "filter": self.conditions(home, filters, measure.entry.get("filter"))}
        if isinstance(found.value, dict):
            entry |= filled(found)
        return home, entry

    def of_metric(self, name: str, found: Cursor | None, filters: list[str]) -> str:
        """A metric that another is made of: itself, or a hidden one with filter and offset."""
        if found is None:
            raise sql.Untranslatable("it lacks a metric that it is made of")
        part, filters = self._named(found, filters)
        home = self.table(part)
        member = f"{home}.{part}"
        if filters:
            member = self._filtered(name, home, part, filters, found)
        if isinstance(found.value, dict):
            if "offset_to_grain" in found:
                raise sql.Untranslatable("an offset to the start of a grain (offset_to_grain)")
            offset = window(found.at("offset_window"))
            if offset is not None:
                entry = {"type": "offset", "metric": member, "offset": offset}
                member = self.part(home, entry, f"{part}_{offset.replace(' ', '_')}_ago", found)
        return member

    def part(self, home: str, entry: dict[str, Any], name: str, cursor: Cursor) -> str:
        """A metric of this definition: one that is there, or a new hidden one."""
        draft = self.drafts.tables[home]
        wanted = {key: value for key, value in entry.items() if key in DEFINING and value not in (None, [])}
        for known, metric in draft.metrics.items():
            if {key: value for key, value in metric.items() if key in DEFINING} == wanted:
                return f"{home}.{known}"
        made = next(made for made in numbered(name) if made not in self.sources and made == draft.free(made))
        described = f"A part of another metric: {name.replace('_', ' ')}."
        draft.add("metrics", made, {**wanted, "hidden": True, "description": described}, cursor)
        return f"{home}.{made}"

    def conditions(self, home: str, filters: list[str], known: object) -> str | None:
        """Filters, and a condition that holds already, as one condition over the rows of a table."""
        found = [condition(self.models, home, text) for text in filters]
        return sql.conjunction([*([str(known)] if known else []), *found])

    def _filtered(self, name: str, home: str, part: str, filters: list[str], cursor: Cursor) -> str:
        entry = self.drafts.tables[home].metrics[part]
        kind = entry.get("type", "simple")
        if kind in ("simple", "percentile", "semi_additive"):
            narrowed = {**entry, "filter": self.conditions(home, filters, entry.get("filter"))}
        elif kind in ("ratio", "derived"):
            narrowed = dict(entry)
            for key in ("numerator", "denominator"):
                if key in narrowed:
                    narrowed[key] = self._narrow(name, home, narrowed[key], filters, cursor)
            if kind == "derived":
                narrowed["sql"] = re.sub(
                    r"\{([^{}]*)\}",
                    lambda match: "{" + self._narrow(name, home, match.group(1), filters, cursor) + "}",
                    str(narrowed["sql"]),
                )
        else:
            raise sql.Untranslatable(f"a filter over the {kind} metric '{part}'")
        kept = {key: value for key, value in narrowed.items() if key in DEFINING}
        return self.part(home, kept, f"{name}_{part}", cursor)

    def _narrow(self, name: str, home: str, member: str, filters: list[str], cursor: Cursor) -> str:
        table, _, part = member.partition(".") if "." in member else (home, ".", member)
        return self._filtered(name, table, part, filters, cursor)

    def _named(self, found: Cursor, filters: list[str]) -> tuple[str, list[str]]:
        if isinstance(found.value, str):
            found.imported()
            return found.value, filters
        own = texts_of(found.at("filter"))
        found.imported("alias")
        return found.required("name"), [*filters, *own]


def filled(found: Cursor) -> dict[str, Any]:
    """What gaps show, where `fill_nulls_with` says."""
    made: dict[str, Any] = {}
    value = found.text("fill_nulls_with")
    if value == "0":
        made["fill"] = "zero"
    elif value is not None:
        found.lost(f"gaps are filled with nothing, zero or the value before, not with {value}", key="fill_nulls_with")
    if found.flag("join_to_timespine"):
        found.approximated("gaps are filled where the question asks for it (`fill`)", key="join_to_timespine")
    return made


def window(found: Cursor | None) -> str | None:
    """A span of time: `7 days`, or as a manifest has it. Raises `Untranslatable`."""
    if found is None:
        return None
    in_manifest = isinstance(found.value, dict)  # {count: 7, granularity: day}
    text = f"{found.peek('count')} {found.peek('granularity')}" if in_manifest else str(found.value)
    found.imported(*(("count", "granularity") if in_manifest else ()))
    try:
        return str(read_span(text))
    except ValueError as error:
        raise sql.Untranslatable(str(error)) from None
