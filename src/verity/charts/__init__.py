"""A result table becomes a chart by fixed rules: no taste, no recommendation, no series that was not asked for.

Promises: `rules.build_chart` is pure and gives one Vega-Lite spec for the web, PNG and SVG; `render.render` writes it
to a file; `terminal.draw` shows it in a terminal.
Read first: `rules.py`. May import: contracts, exceptions, core's number format, and
vl-convert (in `render.py` only, lazily).

    from verity.charts.rules import build_chart

    build_chart(table, title="Orders by month").chart_kind
"""
