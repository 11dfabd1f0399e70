"""build_chart@2.0: translate a result table into a chart spec by fixed rules (reference, section 20)."""

from __future__ import annotations

from verity.charts.rules import build_chart
from verity.contracts.base import Json
from verity.contracts.table import Table
from verity.contracts.tool import ToolContext, ToolDefinition, ToolResult

INPUT: Json = {
    "type": "object",
    "required": ["table"],
    "additionalProperties": False,
    "properties": {
        "table": {"type": "object"},
        "title": {"type": "string"},
        "language": {"enum": ["en", "es"]},
    },
}
OUTPUT: Json = {
    "type": "object",
    "required": ["chart_kind", "x", "y"],
    "additionalProperties": False,
    "properties": {
        "chart_kind": {"enum": ["number", "line", "bar", "grouped_bar", "heat_map", "table"]},
        "x": {"type": ["string", "null"]},
        "y": {"type": "array", "items": {"type": "string"}},
        "series": {"type": ["string", "null"]},
        "spec": {"type": ["object", "null"]},
    },
}


class BuildChart:
    """Translates data to a spec. It recommends nothing and adds no series."""

    definition = ToolDefinition(
        name="build_chart",
        version="2.0",
        input_schema=INPUT,
        output_schema=OUTPUT,
        description="Turn a result table into a chart by fixed rules.",
    )

    def __call__(self, args: Json, context: ToolContext) -> ToolResult:  # noqa: ARG002 - the one signature of tools
        """`args`: `{table, title?, language?}`; output: `{chart_kind, x, y, series, spec}`."""
        table = Table.model_validate(args["table"])
        chart = build_chart(table, args.get("title", ""), args.get("language", "en"))
        return ToolResult(output=chart.model_dump(mode="json"))
