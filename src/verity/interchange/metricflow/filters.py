"""The filters of MetricFlow: `{{ Dimension('customer__country') }} = 'US'`, bound to the table of a measure."""

from __future__ import annotations

import re
from dataclasses import dataclass

from sqlglot import exp

from verity.contracts.metric import GRAINS
from verity.interchange import sql
from verity.interchange.cursor import Cursor
from verity.interchange.metricflow.models import SemanticModel

TEMPLATES = re.compile(r"\{\{(.*?)\}\}", re.DOTALL)
_CALL = re.compile(
    r"^\s*(Dimension|TimeDimension|Entity|Metric)\s*\((.*?)\)\s*(?:\.grain\(\s*['\"](\w+)['\"]\s*\))?\s*$", re.S
)
_ARGUMENT = re.compile(
    r"\s*(?:(?P<key>\w+)\s*=\s*)?(?:\[(?P<list>[^\]]*)\]|['\"](?P<text>[^'\"]*)['\"]|(?P<bare>None|none))\s*(?:,|$)"
)
_TEXT = re.compile(r"['\"]([^'\"]*)['\"]")
_GRAIN_KEYS = ("grain", "time_granularity_name", "time_granularity")


@dataclass(frozen=True)
class Element:
    """A dimension or entity as a filter names it."""

    name: str
    grain: str | None
    entity: bool


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
        return _column(models, table, element(found.template))

    return sql.row(sql.parse(text, templates=TEMPLATES).resolved(column))


def element(template: str) -> Element:
    """`TimeDimension('metric_time', 'month')` and its kin. Raises `Untranslatable`."""
    match = _CALL.match(template)
    if match is None or match.group(1) == "Metric":
        raise sql.Untranslatable(f"'{template.strip()}' is no dimension; a metric cannot filter another here")
    kind, arguments, grain = match.groups()
    name, path, given = _arguments(template, arguments)
    if given and kind != "TimeDimension":
        raise sql.Untranslatable(f"'{template.strip()}' has more arguments than a name and a path")
    return Element("__".join((*path, name)), grain or given, kind == "Entity")


def _arguments(template: str, text: str) -> tuple[str, tuple[str, ...], str | None]:
    """Name, path of entities, and grain of a call."""
    name, path, grain, place, plain = "", tuple[str, ...](), None, 0, 0
    while place < len(text.rstrip()):
        match = _ARGUMENT.match(text, place)
        if match is None or match.end() == place:
            raise sql.Untranslatable(f"'{template.strip()}' cannot be read")
        place, key, said = match.end(), match.group("key"), match.group("text")
        if match.group("bare"):
            continue
        if match.group("list") is not None and key in (None, "entity_path"):
            path = tuple(_TEXT.findall(match.group("list")))
        elif said is not None and (key == "name" or (key is None and plain == 0)):
            name = said
        elif said is not None and (key in _GRAIN_KEYS or (key is None and plain == 1)):
            grain = said
        else:
            raise sql.Untranslatable(f"'{template.strip()}' asks for more than a column and a grain")
        plain += key is None
    if not name:
        raise sql.Untranslatable(f"'{template.strip()}' names nothing")
    return name, path, grain


def _column(models: dict[str, SemanticModel], table: str, asked: Element) -> exp.Expr:
    made = column_of(models, table, asked.name, entity=asked.entity)
    if asked.grain is None:
        return made
    if asked.grain.lower() not in GRAINS:
        raise sql.Untranslatable(f"'{asked.grain}' is no grain of Verity")
    return exp.TimestampTrunc(this=made, unit=exp.Literal.string(asked.grain.upper()))


def column_of(models: dict[str, SemanticModel], table: str, name: str, *, entity: bool = False) -> exp.Expr:
    """`customer__country` as the column at the end of the joins by these entities. Raises `Untranslatable`."""
    *steps, last = name.split("__")
    places: list[tuple[tuple[str, ...], str]] = [((), table)]
    for step in steps:
        reached = [place for path, here in places for place in _step(models, path, here, step)]
        if not reached:
            raise sql.Untranslatable(f"'{step}' is no entity that '{places[0][1]}' joins by")
        places = reached
    found = [(path, _held(models[here], last, entity=entity, own=not path)) for path, here in places]
    held = [(path, column) for path, column in found if column is not None]
    if not held:
        raise sql.Untranslatable(f"'{last}' is no dimension of '{places[0][1]}'")
    path, column = min(held, key=lambda way: len(way[0]))
    if sum(len(other) == len(path) for other, _ in held) > 1:
        raise sql.Untranslatable(f"'{name}' is a dimension of several models that '{table}' joins by it")
    return sql.column(*path, column)


def _step(
    models: dict[str, SemanticModel], path: tuple[str, ...], here: str, step: str
) -> list[tuple[tuple[str, ...], str]]:
    """Where an entity leads: to the model itself, whose rows it is, and to those that are joined by it."""
    model = models[here]
    stay = [(path, here)] if step == model.primary else []
    return stay + [((*path, join), target) for join, target in model.ways.get(step, ())]


def _held(model: SemanticModel, name: str, *, entity: bool, own: bool) -> str | None:
    """The column of a dimension or entity of a model."""
    if name == "metric_time" and own:
        if model.time is None:
            raise sql.Untranslatable(f"'{model.draft.name}' declares no agg_time_dimension")
        return model.time
    if name in model.entities and (entity or name not in model.draft.columns):
        return model.entities[name].column
    return name if name in model.draft.columns else None
