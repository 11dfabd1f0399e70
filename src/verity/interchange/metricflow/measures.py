"""Aggregates over the rows of a semantic model: measures, and the simple metrics that take their place."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from sqlglot import exp

from verity.contracts.metric import GRAINS
from verity.exceptions import ForeignReference
from verity.interchange import sql
from verity.interchange.cursor import Cursor
from verity.interchange.metricflow.models import SemanticModel, raw_rows
from verity.interchange.metricflow.shown import shown


@dataclass
class Measure:
    """An aggregate that metrics name: its definition in Verity, or why it has none."""

    model: SemanticModel
    cursor: Cursor
    entry: dict[str, Any] = field(default_factory=dict)
    problem: str | None = None
    used: bool = False


def read_measures(models: dict[str, SemanticModel]) -> dict[str, Measure]:
    """Every measure by name. Raises `ForeignReference` where two have one name."""
    found: dict[str, Measure] = {}
    for model in models.values():
        for cursor in model.cursor.blocks("measures"):
            name = cursor.required("name")
            if name in found:
                raise ForeignReference(
                    f"the measure '{name}' is already defined in {found[name].cursor.place}",
                    place=cursor.place,
                    remedy="Rename one of the two.",
                )
            found[name] = _measure(model, cursor, name)
    return found


def _measure(model: SemanticModel, cursor: Cursor, name: str) -> Measure:
    made = Measure(model, cursor, shown(cursor))
    try:
        made.entry |= aggregate(model, cursor, cursor.text("expr") or name)
    except sql.Untranslatable as reason:
        made.problem = str(reason)
        cursor.lost(str(reason), "Define it by hand as a metric.")
    return made


def aggregate(model: SemanticModel, cursor: Cursor, text: str) -> dict[str, Any]:
    """What a block with `agg` counts of the SQL `text`, and by which time. Raises `Untranslatable`."""
    made = _counted(model, cursor, text)
    time = cursor.text("agg_time_dimension") or model.time
    columns = model.draft.columns
    if "agg_time_dimension" in cursor and time not in columns:
        cursor.lost(f"'{time}' is no time dimension of the model", "Correct it.", key="agg_time_dimension")
    if time is not None and time != model.draft.entry.get("time_column") and time in columns:
        made["time_column"] = time
    grain = model.times.get(time or "")
    if grain in GRAINS and GRAINS.index(grain) > GRAINS.index("day"):
        made["smallest_grain"] = grain
    return made


def _counted(model: SemanticModel, cursor: Cursor, text: str) -> dict[str, Any]:
    kind = cursor.required("agg").lower()
    if kind == "count" and text.strip() in ("1", "*"):
        return _additive(model, cursor, exp.Count(this=exp.Star()))
    column = raw_rows(model, text)
    if kind == "percentile":
        return _percentile(cursor, column)
    calls: dict[str, type[exp.Expr]] = {
        "sum": exp.Sum, "max": exp.Max, "min": exp.Min, "average": exp.Avg, "avg": exp.Avg, "median": exp.Median,
        "count": exp.Count,
    }  # fmt: skip
    if kind == "count_distinct":
        return _additive(model, cursor, exp.Count(this=exp.Distinct(expressions=[column])))
    if kind == "sum_boolean":
        counted = exp.Case(ifs=[exp.If(this=column, true=exp.Literal.number(1))], default=exp.Literal.number(0))
        return _additive(model, cursor, exp.Sum(this=counted))
    if kind not in calls:
        raise sql.Untranslatable(f"the aggregation '{kind}' is none that Verity knows")
    return _additive(model, cursor, calls[kind](this=column))


def _percentile(cursor: Cursor, column: exp.Expr) -> dict[str, Any]:
    """`agg_params` of a measure, or the keys of a metric."""
    holder = cursor.block("agg_params") or cursor
    if "percentile" not in holder:
        raise sql.Untranslatable("a percentile needs to say which one (percentile)")
    share = holder.number("percentile")
    if 1 < share <= 100:
        holder.approximated(f"read as {share:g} of a hundred: MetricFlow wants {share / 100:g}", key="percentile")
        share /= 100
    if not 0 <= share <= 1:
        raise sql.Untranslatable(f"the percentile {share:g} lies outside 0 and 1")
    made: dict[str, Any] = {"type": "percentile", "sql": sql.row(column), "percentile": share}
    if holder.flag("use_discrete_percentile") or (holder.text("percentile_type") or "").lower() == "discrete":
        made["method"] = "discrete"
    if holder.flag("use_approximate_percentile"):
        holder.approximated("computed exactly", key="use_approximate_percentile")
    return made


def _additive(model: SemanticModel, cursor: Cursor, call: exp.Expr) -> dict[str, Any]:
    """The aggregate, at one instant of each period where it may not be summed over time."""
    made: dict[str, Any] = {"sql": sql.aggregate(call)}
    block = cursor.block("non_additive_dimension")
    if block is None:
        return made
    over = block.required("name")
    if over not in model.times:
        raise sql.Untranslatable(f"'{over}' is no time dimension of the model")
    choice = (block.text("window_choice") or block.text("window_agg") or "max").lower()
    if choice not in ("min", "max"):
        raise sql.Untranslatable(f"'{choice}' chooses no instant of a period")
    made |= {"type": "semi_additive", "take": "first" if choice == "min" else "last"}
    if over != (cursor.peek("agg_time_dimension") or model.time):
        made["over"] = over
    groupings = (*block.names("window_groupings"), *block.names("group_by"))
    if unknown := [name for name in groupings if name not in model.entities]:
        raise sql.Untranslatable(f"'{unknown[0]}' is no entity of the model")
    if groupings:
        made["per"] = [model.entities[name].column for name in groupings]
    return made
