"""Metrics of MetricFlow: simple, ratio, derived, cumulative and conversion, each on the table of its measure."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Any

from sqlglot import exp

from verity.contracts.metric import GRAINS, read_span
from verity.exceptions import ForeignReference
from verity.interchange import sql
from verity.interchange.cursor import Cursor
from verity.interchange.drafting import Drafts, aliases
from verity.interchange.metricflow.filters import condition, texts_of
from verity.interchange.metricflow.models import Measure, SemanticModel, config

_PART = "__metric_{}__"
_PARTS = re.compile(r'"?__metric_(\d+)__"?')
DEFINING = (
    "sql", "type", "filter", "percentile", "method", "over", "take", "per", "time_column", "smallest_grain", "metric",
    "offset", "show", "numerator", "denominator", "fill",
)  # fmt: skip


@dataclass
class Metrics:
    """Every metric of the project, read when another needs it."""

    drafts: Drafts
    models: dict[str, SemanticModel]
    measures: dict[str, Measure]
    cursors: dict[str, Cursor]
    homes: dict[str, str] = field(default_factory=dict)
    """The table of each metric that was read."""
    problems: dict[str, str] = field(default_factory=dict)
    _open: list[str] = field(default_factory=list)

    def read_all(self) -> None:
        """Read every metric; then keep the measures that none of them names."""
        for name in self.cursors:
            try:
                self.table(name)
            except sql.Untranslatable as reason:
                self.cursors[name].lost(str(reason), "Define it by hand as a metric.")
        for name, measure in self.measures.items():
            created = measure.cursor.flag("create_metric")
            if measure.problem is None and (created or not measure.used) and name not in self.cursors:
                entry = {**measure.entry, "hidden": None if created else True}
                measure.model.draft.add("metrics", measure.model.draft.free(name), entry, measure.cursor)

    def table(self, name: str) -> str:
        """The table of a metric, which is read if it was not. Raises `Untranslatable`, `ForeignReference`."""
        if name in self.problems:
            raise sql.Untranslatable(f"it is made of '{name}', which could not be imported")
        if name in self.homes:
            return self.homes[name]
        if name not in self.cursors:
            raise sql.Untranslatable(f"'{name}' is no metric of the project")
        if name in self._open:
            circle = " -> ".join((*self._open[self._open.index(name) :], name))
            raise ForeignReference(
                f"these metrics are made of each other: {circle}", place=self.cursors[name].place, remedy="Break it."
            )
        self._open.append(name)
        try:
            self._read(name, self.cursors[name])
        except sql.Untranslatable as reason:
            self.problems[name] = str(reason)
            raise
        finally:
            self._open.pop()
        return self.homes[name]

    def _read(self, name: str, cursor: Cursor) -> None:
        kind = cursor.text("type") or "simple"
        parameters = cursor.block("type_params")
        if parameters is None:
            raise sql.Untranslatable("it has no type_params")
        readers = {
            "simple": self._simple,
            "ratio": self._ratio,
            "derived": self._derived,
            "cumulative": self._cumulative,
            "conversion": self._conversion,
        }
        if kind not in readers:
            raise sql.Untranslatable(f"a metric of type '{kind}' is none that Verity knows")
        shown = {
            "description": cursor.text("description"),
            "aliases": aliases(cursor.text("label")),
            "meta": config(cursor),
        }
        if "time_granularity" in cursor:
            cursor.approximated("a question names its grain in Verity", key="time_granularity")
        home, entry = readers[kind](name, parameters, texts_of(cursor.at("filter")))
        for key in ("description", "aliases", "meta"):
            if shown[key] in (None, []):
                shown[key] = entry.get(key)
        self.drafts.tables[home].add("metrics", name, {**entry, **shown}, cursor)
        self.homes[name] = home

    # --- kinds

    def _simple(self, name: str, parameters: Cursor, filters: list[str]) -> tuple[str, dict[str, Any]]:
        del name
        return self._input_measure(parameters, "measure", filters)

    def _ratio(self, name: str, parameters: Cursor, filters: list[str]) -> tuple[str, dict[str, Any]]:
        above = self._input_metric(name, parameters.at("numerator"), filters)
        below = self._input_metric(name, parameters.at("denominator"), filters)
        return above.partition(".")[0], {"type": "ratio", "numerator": above, "denominator": below}

    def _derived(self, name: str, parameters: Cursor, filters: list[str]) -> tuple[str, dict[str, Any]]:
        parts: dict[str, str] = {}
        found = parameters.at("metrics")
        if found is None or not isinstance(found.value, list) or not found.value:
            raise sql.Untranslatable("a derived metric names its metrics")
        for part in found.children():
            said = part.value if isinstance(part.value, str) else part.peek("alias") or part.peek("name")
            parts[str(said)] = self._input_metric(name, part, filters)
        members = list(parts.values())

        def column(reference: sql.Reference) -> exp.Expr:
            if reference.names[-1] not in parts:
                raise sql.Untranslatable(f"'{reference.names[-1]}' is none of its metrics")
            return sql.column(_PART.format(list(parts).index(reference.names[-1])))

        written = sql.row(sql.parse(parameters.required("expr")).resolved(column))
        text = _PARTS.sub(lambda match: "{" + members[int(match.group(1))] + "}", written)
        return members[0].partition(".")[0], {"type": "derived", "sql": text}

    def _cumulative(self, name: str, parameters: Cursor, filters: list[str]) -> tuple[str, dict[str, Any]]:
        home, entry = self._input_measure(parameters, "measure", filters)
        made: dict[str, Any] = {
            "type": "cumulative",
            "metric": self._part(home, entry, f"{name}_in_period", parameters),
        }
        for block in filter(None, (parameters, parameters.block("cumulative_type_params"))):
            window, grain = _window(block.at("window")), block.text("grain_to_date")
            if window is not None:
                made["window"] = window
            if grain is not None:
                if grain not in GRAINS:
                    raise sql.Untranslatable(f"'{grain}' is no grain of Verity")
                made["to_date"] = grain
            if block.text("period_agg") in ("first", "average"):
                block.approximated(
                    "at a coarser grain Verity shows the value at the end of the period", key="period_agg"
                )
        return home, made

    def _conversion(self, name: str, parameters: Cursor, filters: list[str]) -> tuple[str, dict[str, Any]]:
        block = parameters.block("conversion_type_params")
        if block is None:
            raise sql.Untranslatable("it has no conversion_type_params")
        if "constant_properties" in block:
            raise sql.Untranslatable("both events must share properties (constant_properties)")
        base_home, base = self._input_measure(block, "base_measure", filters)
        event_home, event = self._input_measure(block, "conversion_measure", [])
        within = _window(block.at("window"))
        if within is None:
            raise sql.Untranslatable("a conversion without a window reaches for ever")
        entity = block.required("entity")
        columns = {
            side: self.models[home].entities[entity].column if entity in self.models[home].entities else None
            for side, home in (("base", base_home), ("event", event_home))
        }
        if None in columns.values():
            raise sql.Untranslatable(f"'{entity}' is no entity of both events")
        shared = columns["base"] == columns["event"]
        calculation = block.text("calculation") or "conversion_rate"
        return base_home, {
            "type": "conversion",
            "base": self._part(base_home, base, f"{name}_base", block),
            "event": self._part(event_home, event, f"{name}_event", block),
            "entity": columns["base"] if shared else columns,
            "within": within,
            "show": "count" if calculation == "conversions" else "rate",
        }

    # --- what metrics are made of

    def _input_measure(self, holder: Cursor, key: str, filters: list[str]) -> tuple[str, dict[str, Any]]:
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
        entry = {**measure.entry, "filter": self._conditions(home, filters, measure.entry.get("filter"))}
        if isinstance(found.value, dict):
            entry |= self._filled(found)
        return home, entry

    def _input_metric(self, name: str, found: Cursor | None, filters: list[str]) -> str:
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
            offset = _window(found.at("offset_window"))
            if offset is not None:
                entry = {"type": "offset", "metric": member, "offset": offset}
                member = self._part(home, entry, f"{part}_{offset.replace(' ', '_')}_ago", found)
        return member

    def _filtered(self, name: str, home: str, part: str, filters: list[str], cursor: Cursor) -> str:
        entry = self.drafts.tables[home].metrics[part]
        kind = entry.get("type", "simple")
        if kind in ("simple", "percentile", "semi_additive"):
            narrowed = {**entry, "filter": self._conditions(home, filters, entry.get("filter"))}
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
        return self._part(home, kept, f"{name}_{part}", cursor)

    def _narrow(self, name: str, home: str, member: str, filters: list[str], cursor: Cursor) -> str:
        table, _, part = member.partition(".") if "." in member else (home, ".", member)
        return self._filtered(name, table, part, filters, cursor)

    def _part(self, home: str, entry: dict[str, Any], name: str, cursor: Cursor) -> str:
        """A metric of this definition: one that is there, or a new hidden one."""
        draft = self.drafts.tables[home]
        wanted = {key: value for key, value in entry.items() if key in DEFINING and value not in (None, [])}
        for known, metric in draft.metrics.items():
            if {key: value for key, value in metric.items() if key in DEFINING} == wanted:
                return f"{home}.{known}"
        made = draft.free(name)
        described = f"A part of another metric: {name.replace('_', ' ')}."
        draft.add("metrics", made, {**wanted, "hidden": True, "description": described}, cursor)
        return f"{home}.{made}"

    def _conditions(self, home: str, filters: list[str], known: object) -> str | None:
        found = [condition(self.models, home, text) for text in filters]
        return sql.conjunction([*([str(known)] if known else []), *found])

    def _named(self, found: Cursor, filters: list[str]) -> tuple[str, list[str]]:
        if isinstance(found.value, str):
            found.imported()
            return found.value, filters
        own = texts_of(found.at("filter"))
        found.imported("alias")
        return found.required("name"), [*filters, *own]

    def _filled(self, found: Cursor) -> dict[str, Any]:
        made: dict[str, Any] = {}
        value = found.text("fill_nulls_with")
        if value == "0":
            made["fill"] = "zero"
        elif value is not None:
            found.lost(
                f"gaps are filled with nothing, zero or the value before, not with {value}", key="fill_nulls_with"
            )
        if found.flag("join_to_timespine"):
            found.approximated("gaps are filled where the question asks for it (`fill`)", key="join_to_timespine")
        return made


def _window(found: Cursor | None) -> str | None:
    if found is None:
        return None
    in_manifest = isinstance(found.value, dict)  # {count: 7, granularity: day}
    text = f"{found.peek('count')} {found.peek('granularity')}" if in_manifest else str(found.value)
    found.imported(*(("count", "granularity") if in_manifest else ()))
    try:
        return str(read_span(text))
    except ValueError as error:
        raise sql.Untranslatable(str(error)) from None
