"""The filters of MetricFlow: `{{ Dimension('customer__country') }} = 'US'`, bound to the table of a measure."""

from __future__ import annotations

import re

from sqlglot import exp

from verity.contracts.metric import GRAINS
from verity.interchange import sql
from verity.interchange.cursor import Cursor
from verity.interchange.metricflow.models import SemanticModel

TEMPLATES = re.compile(r"\{\{(.*?)\}\}", re.DOTALL)
_CALL = re.compile(
    r"^\s*(Dimension|TimeDimension|Entity|Metric)\s*\((.*)\)\s*(?:\.grain\(\s*['\"](\w+)['\"]\s*\))?\s*$", re.S
)
_TEXT = re.compile(r"['\"]([^'\"]*)['\"]")


def texts_of(cursor: Cursor | None) -> list[str]:
    """The conditions of a filter: one text, a list, or what a manifest holds. Marks them as imported."""
    if cursor is None:
        return []
    if isinstance(cursor.value, str):
        cursor.imported()
        return [cursor.value]
    if isinstance(cursor.value, list):
        cursor.imported()
        return [str(part) for part in cursor.value]
    return [part.required("where_sql_template") for part in cursor.blocks("where_filters")]


def condition(models: dict[str, SemanticModel], table: str, text: str) -> str:
    """A condition over the rows of a table. Raises `Untranslatable`."""

    def column(found: sql.Reference) -> exp.Expr:
        if found.template is None:
            raise sql.Untranslatable(f"'{'.'.join(found.names)}' is written without Dimension(...)")
        return _element(models, table, found.template)

    return sql.row(sql.parse(text, templates=TEMPLATES).resolved(column))


def _element(models: dict[str, SemanticModel], table: str, template: str) -> exp.Expr:
    match = _CALL.match(template)
    if match is None or match.group(1) == "Metric":
        raise sql.Untranslatable(f"'{template.strip()}' is no dimension; a metric cannot filter another here")
    kind, arguments, grain = match.groups()
    texts = _TEXT.findall(arguments)
    if not texts:
        raise sql.Untranslatable(f"'{template.strip()}' names nothing")
    if kind == "TimeDimension" and len(texts) > 1:
        grain = texts[1]
    made = column_of(models, table, texts[0], entity=kind == "Entity")
    if grain is None:
        return made
    if grain not in GRAINS:
        raise sql.Untranslatable(f"'{grain}' is no grain of Verity")
    return exp.TimestampTrunc(this=made, unit=exp.Literal.string(grain.upper()))


def column_of(models: dict[str, SemanticModel], table: str, name: str, *, entity: bool = False) -> exp.Expr:
    """`customer__country` as the column at the end of the joins by these entities. Raises `Untranslatable`."""
    *steps, last = name.split("__")
    here, path = table, list[str]()
    for step in steps:
        model = models[here]
        if step == model.primary and step not in model.draft.joins:
            continue
        if step not in model.draft.joins:
            raise sql.Untranslatable(f"'{step}' is no entity that '{here}' joins by")
        path.append(step)
        here = str(model.draft.joins[step]["table"])
    model = models[here]
    if last == "metric_time" and not path:
        if model.time is None:
            raise sql.Untranslatable(f"'{here}' declares no agg_time_dimension")
        return sql.column(model.time)
    if last in model.entities and (entity or last not in model.draft.columns):
        return sql.column(*path, model.entities[last].column)
    if last not in model.draft.columns:
        raise sql.Untranslatable(f"'{last}' is no dimension of '{here}'")
    return sql.column(*path, last)
