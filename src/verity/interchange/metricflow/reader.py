"""Read dbt's semantic models, metrics and saved queries into table drafts: YAML of either form, or a manifest."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import PurePath

from verity.contracts.metric import GRAINS
from verity.exceptions import ForeignReference, NothingToImport
from verity.interchange import sql
from verity.interchange.cursor import Cursor
from verity.interchange.drafting import Drafts
from verity.interchange.metricflow.embedded import embedded_models
from verity.interchange.metricflow.filters import TEMPLATES, column_of, element
from verity.interchange.metricflow.measures import read_measures
from verity.interchange.metricflow.metric_parts import Source
from verity.interchange.metricflow.metrics import Metrics
from verity.interchange.metricflow.models import SemanticModel, build_tables
from verity.interchange.metricflow.shown import OFF, OWN, is_off, unsaid
from verity.interchange.metricflow.standalone import standalone_models

BESIDE = ("sources", "seeds", "snapshots", "macros", "exposures", "groups", "tests", "data_tests", "unit_tests",
          "functions", "analyses")  # fmt: skip

SETTINGS = ("dbt_project", "packages", "dependencies", "package-lock", "profiles", "selectors", "catalogs", "dbt_cloud")


def read_metricflow(documents: list[Cursor], drafts: Drafts) -> None:
    """Every semantic model and metric. Raises `NothingToImport`, `ForeignForm`, `ForeignReference`."""
    documents = list(_of_the_project(documents))
    found = [*standalone_models(drafts, documents), *embedded_models(drafts, documents)]
    if not found:
        raise NothingToImport(
            "no 'semantic_models:' and no model with 'semantic_model: true' in what was read",
            remedy="Name the folder of the project's models, or target/semantic_manifest.json.",
        )
    models = {model.draft.name: model for model in found}
    build_tables(models)
    metrics = Metrics(drafts, models, read_measures(models), {})
    for source in _sources(documents, found):
        _keep(metrics, source)
    metrics.read_all()
    for document in documents:
        document.text("version")
        unsaid(document, "metrics", "saved_queries")
        for query in document.blocks("saved_queries"):
            _saved_query(metrics, models, query)
        for key in BESIDE:
            if key in document:
                document.approximated(OWN, key=key)
        for key in ("project_configuration", "time_spines"):
            if key in document:
                document.approximated("Verity makes its own spine of time", key=key)


def _of_the_project(documents: list[Cursor]) -> Iterator[Cursor]:
    """The documents without dbt's settings, which have `models` and `metrics` of another form."""
    for document in documents:
        if PurePath(document.file.name).stem in SETTINGS:
            document.approximated(OWN)
        else:
            yield document


def _sources(documents: list[Cursor], models: list[SemanticModel]) -> Iterator[Source]:
    """Every metric: those of the project, and those that stand under a model."""
    for document in documents:
        yield from (Source(metric) for metric in document.blocks("metrics"))
    for model in models:
        yield from (Source(metric, model) for metric in model.cursor.blocks("metrics"))


def _keep(metrics: Metrics, source: Source) -> None:
    name = source.cursor.required("name")
    if name in metrics.sources:
        raise ForeignReference(
            f"the metric '{name}' is already defined in {metrics.sources[name].cursor.place}",
            place=source.cursor.place,
            remedy="Rename one of the two.",
        )
    if is_off(source.cursor):
        metrics.problems[name] = OFF
    else:
        metrics.sources[name] = source


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
    inner = TEMPLATES.sub(lambda match: match.group(1).strip(), item).strip()
    name, grain = inner, None
    if "(" in inner:
        asked = element(inner)
        name, grain = asked.name, asked.grain
    elif name.rpartition("__")[2] in GRAINS:
        name, _, grain = name.rpartition("__")
    if name == "metric_time":
        return f"time:{grain or 'day'}"
    text = f"{home}.{sql.written(column_of(models, home, name))}"
    return f"{text}:{grain}" if grain else text
