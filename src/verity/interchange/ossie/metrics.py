"""The metrics of Ossie: aggregates over fields of any dataset, each counted at the grain of its own."""

from __future__ import annotations

from typing import Any

from sqlglot import exp

from verity.interchange import sql
from verity.interchange.calculations import Calculation
from verity.interchange.cursor import Cursor
from verity.interchange.drafting import Drafts
from verity.interchange.ossie.context import context, foreign, keep
from verity.interchange.ossie.expressions import chosen


def read_metric(drafts: Drafts, metric: Cursor, metrics: set[str]) -> None:
    """One metric, on the dataset that its aggregates are rooted at."""
    name = metric.required("name")
    words, notes = context(metric)
    shown: dict[str, Any] = {
        "description": " ".join(filter(None, (metric.text("description"), *notes))),
        "aliases": words,
    }
    if "datatype" in metric:
        metric.text("datatype")
        metric.approximated("the type of a result is the plan's", key="datatype")
    extensions = foreign(metric, None)
    if extensions:
        keep(shown, "custom_extensions", extensions)
    expression = metric.block("expression")
    try:
        picked = chosen(expression) if expression is not None else None
        if expression is None or picked is None:
            raise sql.Untranslatable("no dialect of its expression is one that Verity reads")
        dialect, text = picked
        tree = sql.parse(text, dialect=dialect).resolved(lambda found: _qualified(drafts, metrics, found))
        root, made = Calculation(drafts, name, metric).defined(tree)
        drafts.tables[root].add("metrics", name, {**shown, **made}, metric)
    except sql.Untranslatable as reason:
        metric.lost(str(reason), "Define it by hand as a metric.")


def _qualified(drafts: Drafts, metrics: set[str], found: sql.Reference) -> exp.Expr:
    """A column as `dataset.field`, a metric as itself."""
    if len(found.names) >= 2:
        table, column = found.names[-2:]
        if table not in drafts.tables:
            raise sql.Untranslatable(f"'{table}' is no dataset of the model")
        return sql.column(table, column)
    name = found.names[0]
    holders = [table.name for table in drafts.tables.values() if name in table.columns]
    if len(holders) == 1:
        return sql.column(holders[0], name)
    if name in metrics:
        return sql.column(name)
    raise sql.Untranslatable(
        f"'{name}' could be of {', '.join(sorted(holders))}" if holders else f"'{name}' is no field of the model"
    )
