"""Metrics of the dictionary as measures of Cube."""

from __future__ import annotations

import re
from typing import Any

from sqlglot import exp

from verity.data.metric_entry import MetricEntry
from verity.interchange.cube.written import Written
from verity.interchange.exporting import Inexpressible, Json, words_of

_BRACES = re.compile(r"\{([^{}]*)\}")
_TYPES: dict[type[exp.Expr], str] = {exp.Sum: "sum", exp.Avg: "avg", exp.Min: "min", exp.Max: "max"}


def measures_of(made: Written, table: str) -> list[Json]:
    """Every metric of a table that Cube can say."""
    found: list[Json] = []
    for name, metric in made.model.tables[table].metrics.items():
        try:
            found += _measure(made, table, name, metric)
        except Inexpressible as reason:
            made.losses.add(f"{table}.{name}", str(reason))
    return found


def _measure(made: Written, table: str, name: str, metric: MetricEntry) -> list[Json]:
    if metric.benchmark is not None:
        raise Inexpressible("it reads rows that the asker may not see (benchmark)")
    shown = _shown(name, metric)
    if metric.type in ("simple", "percentile"):
        return [{**shown, **_aggregate(made, table, metric)}]
    if metric.type == "ratio":
        above, below = (_named(made, table, part) for part in (metric.numerator, metric.denominator))
        return [{**shown, "sql": f"{above} / NULLIF({below}, 0)", "type": "number"}]
    if metric.type == "derived":
        text = _BRACES.sub(lambda match: _named(made, table, match.group(1).strip()), metric.sql or "")
        return [{**shown, "sql": text, "type": "number"}]
    if metric.type == "cumulative":
        return [{**shown, **_cumulative(made, table, metric)}]
    if metric.type == "offset":
        return _offset(made, table, name, metric, shown)
    if metric.type == "rank" and not metric.within:
        order = {"sql": _named(made, table, metric.metric), "dir": metric.direction or "desc"}
        return [{**shown, "multi_stage": True, "type": "rank", "order_by": [order]}]
    raise Inexpressible(f"{metric.type}: no form in Cube")


def _shown(name: str, metric: MetricEntry) -> Json:
    shown: Json = {"name": name}
    if metric.description:
        shown["description"] = metric.description
    words = words_of(metric)
    if words:
        shown["title"] = words[0]
    if metric.format:
        shown["format"] = metric.format
    if metric.unit and metric.format == "currency":
        shown["currency"] = metric.unit
    if metric.hidden:
        shown["public"] = False
    kept = dict(metric.meta.get("cube", {}))
    drills = kept.pop("drill_members", None)
    if drills:
        shown["drill_members"] = drills
    if kept:
        shown["meta"] = kept
    return shown


def _aggregate(made: Written, table: str, metric: MetricEntry) -> Json:
    """One aggregate of a column by its type, with filters; anything else as a number over aggregates."""
    if metric.type == "simple":
        tree = made.model.row(table, metric.sql or "")
        call = tree.this if isinstance(tree, exp.Filter) else tree
        kind = _kind(call)
        if kind is not None:
            conditions = [made.model.row(table, metric.filter)] if metric.filter else []
            conditions += [tree.expression.this] if isinstance(tree, exp.Filter) else []
            one: Json = {"type": kind[0]}
            if kind[1] is not None:
                one = {"sql": made.tree(table, kind[1]), **one}
            if conditions:
                one["filters"] = [{"sql": made.tree(table, condition)} for condition in conditions]
            return one
        whole = made.model.filtered(table, tree, metric.filter)
        return {"sql": made.tree(table, whole), "type": "number"}
    value = made.model.row(table, metric.sql or "")
    if metric.filter:
        value = exp.Case(ifs=[exp.If(this=made.model.row(table, metric.filter), true=value)])
    named = "PERCENTILE_DISC" if metric.method == "discrete" else "PERCENTILE_CONT"
    text = f"{named}({metric.percentile}) WITHIN GROUP (ORDER BY {made.tree(table, value)})"
    return {"sql": text, "type": "number"}


def _kind(call: exp.Expr) -> tuple[str, exp.Expr | None] | None:
    if isinstance(call, exp.Count):
        if isinstance(call.this, exp.Star):
            return "count", None
        if isinstance(call.this, exp.Distinct):
            return "count_distinct", call.this.expressions[0]
        return "count", call.this
    kind = _TYPES.get(type(call))
    return (kind, call.this) if kind and not isinstance(call.this, exp.Distinct) else None


def _named(made: Written, table: str, name: str | None) -> str:
    holder, metric = made.model.find(table, name or "")
    if holder == table:
        return f"{{{metric}}}"
    return f"{{{holder}.{metric}}}"


def _cumulative(made: Written, table: str, metric: MetricEntry) -> Json:
    holder, name = made.model.find(table, metric.metric or "")
    base = made.model.tables[holder].metrics[name]
    if holder != table or base.type != "simple":
        raise Inexpressible("Cube's windows are over one aggregate of the cube itself")
    one = _aggregate(made, table, base)
    if one["type"] == "number":
        raise Inexpressible("Cube's windows are over one aggregate, not over arithmetic")
    if "fiscal" in (metric.window or metric.to_date or ""):
        raise Inexpressible("Cube knows no fiscal periods")
    window: dict[str, Any] = {"trailing": metric.window or "unbounded"}
    if metric.to_date:
        window = {"type": "to_date", "granularity": metric.to_date}
    return {**one, "rolling_window": window}


def _offset(made: Written, table: str, name: str, metric: MetricEntry, shown: Json) -> list[Json]:
    holder, _ = made.model.find(table, metric.metric or "")
    if holder != table or "fiscal" in (metric.offset or ""):
        raise Inexpressible("Cube shifts measures of the cube itself, by calendar periods")
    base = _named(made, table, metric.metric)
    shift = [{"interval": metric.offset, "type": "prior"}]
    shifted: Json = {"multi_stage": True, "sql": base, "type": "number", "time_shift": shift}
    if metric.show in (None, "value"):
        return [{**shown, **shifted}]
    before = f"{name}_before"
    text = f"{base} - {{{before}}}"
    if metric.show == "growth":
        text = f"({text}) / NULLIF({{{before}}}, 0)"
    hidden = {"name": before, "public": False, **shifted}
    return [hidden, {**shown, "multi_stage": True, "sql": text, "type": "number"}]
