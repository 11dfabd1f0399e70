"""The comparison as a Markdown table."""

from __future__ import annotations

from benchmarks.peers.judged import Judged
from benchmarks.tpch.side_by_side import Compared, Side

_SHORT = {"verity": "Verity", "bsl": "BSL", "metricflow": "MetricFlow", "malloy": "Malloy", "cube": "Cube (JS)"}


def markdown(head: dict[str, str], judged: Judged) -> str:
    """A line a query, a column a side: ratio to the hand SQL where right, the verdict where not."""
    names = [_SHORT.get(side, side) for side in judged.sides]
    lines = [
        f"Run of {head['date']}, commit {head['commit']}, {head['machine']}; {head['engine']}. `{head['command']}`",
        "",
        "| query | hand SQL, ms | " + " | ".join(names) + " |",
        "| --- | --- |" + " --- |" * len(names),
    ]
    for one in judged.plain:
        hand = f"{one.hand.median * 1000:.1f}" if one.hand else "-"
        cells = [_cell(one, one.sides[side], judged) for side in judged.sides]
        lines.append(f"| {one.query.name} | {hand} | " + " | ".join(cells) + " |")
    return "\n".join(lines) + "\n"


def _cell(one: Compared, side: Side, judged: Judged) -> str:
    word = side.verdict.split(":")[0]
    ratios = one.ratios(side.name)
    text = word
    if side.is_right and ratios:
        text = f"{ratios[0]:.2f}" + ("*" if side.by_hand else "")
    elif word == "wrong" and ratios:
        text = f"**wrong** ({ratios[0]:.2f})"
    elif word == "wrong":
        text = "**wrong**"
    edge = judged.edge.get(one.query.name)
    found = edge.sides.get(side.name) if edge else None
    if found is not None and found.verdict.startswith("wrong") and not side.verdict.startswith("wrong"):
        text += ", edge **wrong**"
    return text
