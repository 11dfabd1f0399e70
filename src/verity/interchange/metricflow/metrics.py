"""Metrics of MetricFlow: simple, ratio, derived, cumulative and conversion, each on the table of its rows.

What defines a metric stands under `type_params`, or in the newer form on the metric itself; there a simple metric
aggregates on its own, and others are made of metrics only.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

from sqlglot import exp

from verity.contracts.metric import GRAINS
from verity.exceptions import ForeignReference
from verity.interchange import sql
from verity.interchange.cursor import Cursor
from verity.interchange.drafting import usable
from verity.interchange.metricflow.filters import texts_of
from verity.interchange.metricflow.measures import aggregate
from verity.interchange.metricflow.metric_parts import MetricParts, Source, filled, window
from verity.interchange.metricflow.models import SemanticModel
from verity.interchange.metricflow.shown import shown, unsaid

_PART = "__metric_{}__"
_PARTS = re.compile(r'"?__metric_(\d+)__"?')
EVENTS = (
    "dbt counts the later events, each with the nearest base row before it, from the same day on; Verity counts the "
    "base rows that one follows"
)


@dataclass
class Metrics(MetricParts):
    """Every metric of the project, read when another needs it."""

    def read_all(self) -> None:
        """Read every metric; then keep the measures that none of them names."""
        for name, source in self.sources.items():
            try:
                self.table(name)
            except sql.Untranslatable as reason:
                source.cursor.lost(str(reason), "Define it by hand as a metric.")
        for name, measure in self.measures.items():
            created = measure.cursor.flag("create_metric")
            if measure.problem is None and (created or not measure.used) and name not in self.sources:
                entry = {**measure.entry, "hidden": None if created else True}
                measure.model.draft.add("metrics", measure.model.draft.free(name), entry, measure.cursor)

    def table(self, name: str) -> str:
        """The table of a metric, which is read if it was not. Raises `Untranslatable`, `ForeignReference`."""
        if name in self.problems:
            raise sql.Untranslatable(f"it is made of '{name}', which could not be imported")
        if name in self.homes:
            return self.homes[name]
        if name not in self.sources:
            raise sql.Untranslatable(f"'{name}' is no metric of the project")
        if name in self.open:
            circle = " -> ".join((*self.open[self.open.index(name) :], name))
            place = self.sources[name].cursor.place
            raise ForeignReference(f"these metrics are made of each other: {circle}", place=place, remedy="Break it.")
        self.open.append(name)
        try:
            self._read(name, self.sources[name])
        except sql.Untranslatable as reason:
            self.problems[name] = str(reason)
            raise
        finally:
            self.open.pop()
        return self.homes[name]

    def _read(self, name: str, source: Source) -> None:
        cursor = source.cursor
        kind = (cursor.text("type") or "simple").lower()
        parameters = cursor.block("type_params") or cursor
        readers = {
            "simple": self._simple,
            "ratio": self._ratio,
            "derived": self._derived,
            "cumulative": self._cumulative,
            "conversion": self._conversion,
        }
        if not usable(name):
            raise sql.Untranslatable(f"'{name[:60]}' is no name that could be asked for in Verity")
        if kind not in readers:
            raise sql.Untranslatable(f"a metric of type '{kind}' is none that Verity knows")
        told = shown(cursor)
        if "time_granularity" in cursor:
            cursor.approximated("a question names its grain in Verity", key="time_granularity")
        cursor.imported("alias")
        parameters.imported("input_measures")  # a manifest counts them up
        unsaid(parameters, "metrics", "join_to_timespine")
        home, entry = readers[kind](name, source, parameters, texts_of(cursor.at("filter")))
        for key, value in told.items():
            if value not in (None, []):
                entry[key] = value
        if cursor.flag("hidden") or parameters.flag("is_private"):
            entry["hidden"] = True
        self.drafts.tables[home].add("metrics", name, entry, cursor)
        self.homes[name] = home

    # --- kinds

    def _simple(self, name: str, source: Source, parameters: Cursor, filters: list[str]) -> tuple[str, dict[str, Any]]:
        if "measure" in parameters:
            parameters.imported("metric_aggregation_params", "expr")  # a manifest says again what the measure says
            return self.of_measure(parameters, "measure", filters)
        model, block = self._aggregated(source, parameters)
        text = block.text("expr") or parameters.text("expr") or name
        entry = aggregate(model, block, text)
        home = model.draft.name
        return home, {**entry, "filter": self.conditions(home, filters, None), **filled(parameters)}

    def _aggregated(self, source: Source, parameters: Cursor) -> tuple[SemanticModel, Cursor]:
        """The model whose rows a simple metric counts, and the block that says how."""
        block = parameters.block("metric_aggregation_params")
        if block is not None:  # a manifest
            name = block.required("semantic_model")
            if name not in self.models:
                raise sql.Untranslatable(f"'{name}' is no semantic model of the project")
            unsaid(block, "agg_params")
            return self.models[name], block
        if "agg" not in parameters:
            raise sql.Untranslatable("it has neither a measure nor an aggregation (agg)")
        if source.model is None:
            raise sql.Untranslatable("a simple metric stands under the model whose rows it counts")
        return source.model, parameters

    def _ratio(self, name: str, source: Source, parameters: Cursor, filters: list[str]) -> tuple[str, dict[str, Any]]:
        del source
        above = self.of_metric(name, parameters.at("numerator"), filters)
        below = self.of_metric(name, parameters.at("denominator"), filters)
        return above.partition(".")[0], {"type": "ratio", "numerator": above, "denominator": below}

    def _derived(self, name: str, source: Source, parameters: Cursor, filters: list[str]) -> tuple[str, dict[str, Any]]:
        del source
        parts: dict[str, str] = {}
        found = parameters.at("metrics") or parameters.at("input_metrics")
        if found is None or not isinstance(found.value, list) or not found.value:
            raise sql.Untranslatable("a derived metric names its metrics")
        for part in found.children():
            said = part.value if isinstance(part.value, str) else part.peek("alias") or part.peek("name")
            parts[str(said)] = self.of_metric(name, part, filters)
        members = list(parts.values())

        def column(reference: sql.Reference) -> exp.Expr:
            if reference.names[-1] not in parts:
                raise sql.Untranslatable(f"'{reference.names[-1]}' is none of its metrics")
            return sql.column(_PART.format(list(parts).index(reference.names[-1])))

        written = sql.row(sql.parse(parameters.required("expr")).resolved(column))
        text = _PARTS.sub(lambda match: "{" + members[int(match.group(1))] + "}", written)
        return members[0].partition(".")[0], {"type": "derived", "sql": text}

    def _cumulative(
        self, name: str, source: Source, parameters: Cursor, filters: list[str]
    ) -> tuple[str, dict[str, Any]]:
        blocks = [block for block in (parameters, parameters.block("cumulative_type_params")) if block is not None]
        member = self._accumulated(name, blocks, filters)
        made: dict[str, Any] = {"type": "cumulative", "metric": member}
        choice = "first"
        for block in blocks:
            span, grain = window(block.at("window")), block.text("grain_to_date")
            if span is not None:
                made["window"] = span
            if grain is not None:
                if grain.lower() not in GRAINS:
                    raise sql.Untranslatable(f"'{grain}' is no grain of Verity")
                made["to_date"] = grain.lower()
            choice = (block.text("period_agg") or choice).lower()
        self._told_apart(source.cursor, blocks, choice, str(made.get("window", "")))
        return member.partition(".")[0], made

    def _accumulated(self, name: str, blocks: list[Cursor], filters: list[str]) -> str:
        keys = [(block, key) for block in blocks for key in ("input_metric", "metric") if key in block]
        if "measure" not in blocks[0] and keys:
            block, key = keys[0]
            return self.of_metric(name, block.at(key), filters)
        for block, key in keys:
            block.imported(key)  # a manifest says again what the measure says
        home, entry = self.of_measure(blocks[0], "measure", filters)
        return self.part(home, entry, f"{name}_in_period", blocks[0])

    def _told_apart(self, cursor: Cursor, blocks: list[Cursor], choice: str, span: str) -> None:
        """Say where a coarser grain gives another number than dbt's: it shows the first of the period, or the last day
        whose window holds rows."""
        holder = next((block for block in blocks if "period_agg" in block), cursor)
        key = "period_agg" if "period_agg" in holder else "type"
        if choice != "last":
            said = "" if "period_agg" in holder else " where it names no period_agg"
            reason = f"by a coarser grain dbt shows the {choice} value of the period{said}; Verity its value at the end"
            holder.approximated(reason, "Ask by day for dbt's numbers, or set `period_agg: last`.", key=key)
        elif span:
            reason = (
                f"by a coarser grain dbt shows the last day whose window of {span} holds rows; Verity the window at "
                "the end of the period"
            )
            holder.approximated(reason, "Ask by day for dbt's numbers.", key=key)

    def _conversion(
        self, name: str, source: Source, parameters: Cursor, filters: list[str]
    ) -> tuple[str, dict[str, Any]]:
        block = parameters.block("conversion_type_params") or parameters
        if "constant_properties" in block:
            raise sql.Untranslatable("both events must share properties (constant_properties)")
        base = self._event(name, block, "base", filters)
        event = self._event(name, block, "conversion", [])
        within = window(block.at("window"))
        if within is None:
            raise sql.Untranslatable("a conversion without a window reaches for ever")
        entity = block.required("entity")
        columns = {
            side: self._key(member.partition(".")[0], entity) for side, member in (("base", base), ("event", event))
        }
        shared = columns["base"] == columns["event"]
        calculation = (block.text("calculation") or "conversion_rate").lower()
        source.cursor.approximated(EVENTS, "Compare the numbers before you rely on them.", key="type")
        return base.partition(".")[0], {
            "type": "conversion",
            "base": base,
            "event": event,
            "entity": columns["base"] if shared else columns,
            "within": within,
            "show": "count" if calculation == "conversions" else "rate",
        }

    def _event(self, name: str, block: Cursor, side: str, filters: list[str]) -> str:
        if f"{side}_measure" not in block:
            return self.of_metric(name, block.at(f"{side}_metric"), filters)
        block.imported(f"{side}_metric")
        home, entry = self.of_measure(block, f"{side}_measure", filters)
        return self.part(home, entry, f"{name}_{'base' if side == 'base' else 'event'}", block)

    def _key(self, home: str, entity: str) -> str:
        if entity not in self.models[home].entities:
            raise sql.Untranslatable(f"'{entity}' is no entity of both events")
        return self.models[home].entities[entity].column
