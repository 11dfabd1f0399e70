"""Write a chart's spec to a PNG or SVG file, with no browser and no network."""

from __future__ import annotations

import json
from pathlib import Path

from verity.contracts.base import Json
from verity.contracts.question import Chart
from verity.exceptions import ChartNotWritten, MissingExtra

SUFFIXES = (".png", ".svg")
SCALE = 2.0
"""PNG pixels for each unit of the spec."""


def render(chart: Chart, path: Path) -> None:
    """Write `chart` to `path`, PNG or SVG by its suffix.

    Raises `ChartNotWritten` for another suffix, a table that has no chart, or a file that cannot be written, and
    `MissingExtra` where the extra `charts` is not installed.
    """
    if path.suffix.lower() not in SUFFIXES:
        raise ChartNotWritten(f"a chart is written as .png or .svg, not '{path.name}'", remedy="Give --chart FILE.png")
    if chart.spec is None:
        raise ChartNotWritten("this result is a table and has no chart", remedy="Ask for fewer columns or rows.")
    content = _image(chart.spec, path.suffix.lower())
    try:
        path.write_bytes(content)
    except OSError as error:
        raise ChartNotWritten(f"{path} cannot be written: {error.strerror}", remedy="Name another place.") from None


def _image(spec: Json, suffix: str) -> bytes:
    try:
        import vl_convert
    except ImportError:
        raise MissingExtra("charts", "writing a chart to a file") from None
    text = json.dumps(spec)
    if suffix == ".svg":
        return str(vl_convert.vegalite_to_svg(text)).encode()
    return bytes(vl_convert.vegalite_to_png(text, scale=SCALE))
