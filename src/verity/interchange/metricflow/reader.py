"""Read dbt's semantic models, metrics and saved queries (YAML, or semantic_manifest.json) into table drafts."""

from __future__ import annotations

import re

from verity.exceptions import ForeignReference, NothingToImport
from verity.interchange import sql
from verity.interchange.cursor import Cursor
from verity.interchange.drafting import Drafts
from verity.interchange.metricflow.filters import TEMPLATES, column_of
from verity.interchange.metricflow.metrics import Metrics
from verity.interchange.metricflow.models import SemanticModel, read_measures, read_models

BESIDE = ("models", "sources", "seeds", "snapshots", "macros", "exposures", "groups", "tests", "data_tests")
_ITEM = re.compile(r"^\s*(?:Dimension|TimeDimension|Entity)\s*\(\s*['\"](\w+)['\"](?:\s*,\s*['\"](\w+)['\"])?\s*\)")


def read_metricflow(documents: list[Cursor], drafts: Drafts) -> None:
    """Every semantic model and metric. Raises `NothingToImport`, `ForeignForm`, `ForeignReference`."""
    found = [model for document in documents for model in document.blocks("semantic_models")]
    if not found:
        raise NothingToImport(
            "no 'semantic_models:' in what was read",
            remedy="Name the folder of the semantic models, or target/semantic_manifest.json of a project that "
            "embeds them in its models.",
        )
    models = read_models(drafts, found)
    cursors: dict[str, Cursor] = {}
    for document in documents:
        document.text("version")
        for metric in document.blocks("metrics"):
            name = metric.required("name")
            if name in cursors:
                raise ForeignReference(
                    f"the metric '{name}' is already defined in {cursors[name].place}",
                    place=metric.place,
                    remedy="Rename one of the two.",
                )
            cursors[name] = metric
    metrics = Metrics(drafts, models, read_measures(models), cursors)
    metrics.read_all()
    for document in documents:
        for query in document.blocks("saved_queries"):
            _saved_query(metrics, models, query)
        for key in BESIDE:
            if key in document:
                document.approximated("it is dbt's own and stays in the dbt project", key=key)
        _embedded(document)
        for key in ("project_configuration", "time_spines"):
            if key in document:
                document.approximated("Verity makes its own spine of time", key=key)


def _embedded(document: Cursor) -> None:
    """Semantic models that are written inside dbt's models (dbt 1.12) are read from the manifest, not from here."""
    models = document.at("models")
    for model in models.children() if models is not None and isinstance(models.value, list) else ():
        for key in ("semantic_model", "metrics", "derived_semantics"):
            if key in model:
                model.lost(
                    "a semantic model inside a dbt model", "Import target/semantic_manifest.json instead.", key=key
                )


def _saved_query(metrics: Metrics, models: dict[str, SemanticModel], query: Cursor) -> None:
    """A saved query becomes a note on the table of its first metric, with the command that answers it."""
    name = query.required("name")
    parameters = query.block("query_params")
    if parameters is None:
        query.lost("it has no query_params")
        return
    asked = parameters.names("metrics")
    known = [metric for metric in asked if metric in metrics.homes]
    if not known:
        query.lost("none of its metrics was imported")
        return
    home = metrics.homes[known[0]]
    by: list[str] = []
    for item in parameters.names("group_by"):
        try:
            by.append(_dimension(models, home, item))
        except sql.Untranslatable as reason:
            parameters.lost(f"'{item}': {reason}", key="group_by")
    command = f"verity query --metrics {','.join(f'{metrics.homes[metric]}.{metric}' for metric in known)}"
    command += f" --by {','.join(by)}" if by else ""
    label = query.text("label") or name
    metrics.drafts.tables[home].note(f"Saved query '{label}': {query.text('description') or ''} {command}")
    query.approximated("kept as a note with the command that answers it, without its filters, order and limit")
    for key in ("where", "order_by", "limit"):
        if key in parameters:
            parameters.lost("the note has no filters, order or limit", "Add --where, --order or --limit.", key=key)
    if "exports" in query:
        query.lost("Verity writes no tables for other tools from here", "Use `verity query --out`.", key="exports")


def _dimension(models: dict[str, SemanticModel], home: str, item: str) -> str:
    inner = TEMPLATES.sub(lambda match: match.group(1).strip(), item)
    match = _ITEM.match(inner)
    name, grain = (match.group(1), match.group(2)) if match else (inner.strip(), None)
    if name == "metric_time":
        return f"time:{grain or 'day'}"
    steps = column_of(models, home, name)
    text = f"{home}.{sql.written(steps)}"
    return f"{text}:{grain}" if grain else text
