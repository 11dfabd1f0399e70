"""Hold one document against the dictionary's form and say each fault with its line and remedy.

The rules stand in `model.py`; here a fault that pydantic found becomes an error that a person can act on.
"""

from __future__ import annotations

import types
from collections.abc import Iterable, Mapping
from typing import Any, Union, get_args, get_origin

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from verity.data.model import TableEntry
from verity.data.yaml_reader import Document, Path
from verity.exceptions import DictionaryError, DictionaryForm, NameNotUsable, did_you_mean

RESERVED = frozenset({"time"})
"""Names that mean something already: `time` is each metric's own time column."""

_FORBIDDEN = frozenset('.:{}"`')


def read_table(document: Document, name: str) -> tuple[TableEntry | None, list[DictionaryError]]:
    """The table of a document, or every fault in it. `name` is the file as errors show it."""
    value = document.value
    if value is None:
        return None, [
            DictionaryForm("the file is empty", place=name, remedy="Write 'table: NAME' in it, or remove the file.")
        ]
    if not isinstance(value, dict):
        kind = "a list" if isinstance(value, list) else "text" if isinstance(value, str) else "a single value"
        return None, [
            DictionaryForm(
                f"holds {kind}, not a table's entry",
                place=f"{name}:{document.line(()) or 1}",
                remedy="Begin with 'table: NAME' and the keys below it.",
            )
        ]
    written = {key: part for key, part in value.items() if part is not None and key != "$schema"}
    try:
        entry = TableEntry.model_validate(written)
    except ValidationError as error:
        return None, list(_faults(error, document, name))
    errors = list(_name_faults(entry, document, name))
    return (None, errors) if errors else (entry, [])


def _faults(error: ValidationError, document: Document, name: str) -> Iterable[DictionaryError]:
    """One error for each place, in the order of the lines."""
    chosen: dict[Path, tuple[ErrorDetails, bool]] = {}
    for detail in error.errors(include_url=False):
        path, fits = _locate(detail, document.value)
        if path not in chosen or (fits and not chosen[path][1]):
            chosen[path] = (detail, fits)
    fitting = {path[:depth] for path, (_, fits) in chosen.items() if fits for depth in range(len(path))}
    placed = sorted(
        ((path, detail) for path, (detail, fits) in chosen.items() if fits or path not in fitting),
        key=lambda item: (document.line(item[0]) or 0, str(item[0])),
    )
    for path, detail in placed:
        line = document.line(path)
        message, remedy = _say(path, detail)
        yield DictionaryForm(message, place=f"{name}:{line}" if line else name, remedy=remedy)


def _locate(detail: ErrorDetails, value: Any) -> tuple[Path, bool]:
    """The path in the document, without pydantic's names of union branches; False where the branch is another kind."""
    path: list[str | int] = []
    fits = True
    for step in detail["loc"]:
        inside, deeper = _inside(value, step)
        if inside:
            value = deeper
        elif detail["type"] != "missing" or step != detail["loc"][-1]:
            fits = fits and _branch_fits(str(step), value)
            continue
        path.append(step)
    return tuple(path), fits


def _inside(value: Any, step: str | int) -> tuple[bool, Any]:
    """Whether a mapping or list has an entry of that key or index, and the entry."""
    if isinstance(value, dict):
        return step in value, value.get(step)
    if isinstance(value, list) and isinstance(step, int):
        return 0 <= step < len(value), value[step] if 0 <= step < len(value) else None
    return False, None


def _branch_fits(branch: str, value: Any) -> bool:
    if branch.startswith("dict"):
        return isinstance(value, dict)
    if branch.startswith("tuple"):
        return isinstance(value, list)
    return not isinstance(value, dict | list)


def _say(path: Path, detail: ErrorDetails) -> tuple[str, str]:
    shown = ".".join(str(step) for step in path)
    key = str(path[-1]) if path else ""
    kind, context = detail["type"], detail.get("ctx", {})
    if kind == "extra_forbidden":
        known = tuple(_keys_at(path[:-1]))
        guess = did_you_mean(key, known)
        where = f" in {'.'.join(map(str, path[:-1]))}" if len(path) > 1 else ""
        return f"unknown key '{key}'{where}", (f"Did you mean {guess}?" if guess else f"Keys here: {', '.join(known)}.")
    if kind == "missing":
        where = f" in {'.'.join(map(str, path[:-1]))}" if len(path) > 1 else ""
        return f"the key '{key}' is missing{where}", f"Add '{key}: ...'."
    if kind in ("literal_error", "enum"):
        expected = str(context.get("expected", "")) + " or a list of rules" * (key == "rows")
        guess = did_you_mean(
            str(detail["input"]), [word.strip("' ") for word in expected.replace(" or ", ",").split(",")]
        )
        return f"{shown}: {_shown(detail['input'])} is not {expected}", f"Did you mean {guess}?" if guess else (
            f"Write {expected}."
        )
    if kind == "value_error":
        return f"{shown}: {context.get('error', detail['msg'])}", "See docs/reference/dictionary.md for the form."
    wanted = _WANTED.get(kind, detail["msg"][:1].lower() + detail["msg"][1:])
    return f"{shown}: must be {wanted}, not {_shown(detail['input'])}" if kind in _WANTED else f"{shown}: {wanted}", (
        "Put it in quotes if it is meant as text."
        if kind == "string_type" and isinstance(detail["input"], int | float | bool)
        else "Write it as the dictionary's form says (docs/reference/dictionary.md)."
    )


_WANTED = {
    "string_type": "text",
    "int_type": "a whole number",
    "int_parsing": "a whole number",
    "float_type": "a number",
    "float_parsing": "a number",
    "bool_type": "true or false",
    "bool_parsing": "true or false",
    "dict_type": "a mapping (key: value)",
    "model_type": "a mapping (key: value)",
    "model_attributes_type": "a mapping (key: value)",
    "tuple_type": "a list",
    "date_type": "a date (2025-12-31)",
    "date_parsing": "a date (2025-12-31)",
    "date_from_datetime_parsing": "a date (2025-12-31)",
    "string_too_short": "a name",
}


def _shown(value: Any) -> str:
    if isinstance(value, dict):
        return "a mapping"
    if isinstance(value, list | tuple):
        return "a list"
    if value is None:
        return "nothing"
    if isinstance(value, bool):
        return str(value).lower()
    text = str(value)
    text = text if len(text) <= 60 else f"{text[:60]}…"
    return f"'{text}'" if isinstance(value, str) else text


def _keys_at(path: Path) -> Iterable[str]:
    """The keys that the form knows at a path."""
    annotation: Any = TableEntry
    for step in path:
        annotation = _step_into(annotation, step)
    models = [part for part in _parts(annotation) if isinstance(part, type) and issubclass(part, BaseModel)]
    return [key for model in models for key in model.model_fields]


def _step_into(annotation: Any, step: str | int) -> Any:
    for part in _parts(annotation):
        if isinstance(part, type) and issubclass(part, BaseModel):
            if step in part.model_fields:
                return part.model_fields[str(step)].annotation
        elif get_origin(part) in (dict, tuple):
            arguments = get_args(part)
            return arguments[1] if get_origin(part) is dict else arguments[0]
    return None


def _parts(annotation: Any) -> tuple[Any, ...]:
    while hasattr(annotation, "__metadata__"):
        annotation = annotation.__origin__
    if get_origin(annotation) in (Union, types.UnionType):
        return tuple(inner for part in get_args(annotation) for inner in _parts(part))
    return (annotation,)


def _name_faults(entry: TableEntry, document: Document, name: str) -> Iterable[DictionaryError]:
    kinds: tuple[tuple[str, Mapping[str, object]], ...] = (
        ("metrics", entry.metrics),
        ("joins", entry.joins),
        ("segments", entry.segments),
    )
    named: list[tuple[str, Path, str]] = [("table", ("table",), entry.table)]
    named += [(kind[:-1], (kind, key), key) for kind, entries in kinds for key in entries]
    for kind, path, given in named:
        fault = _name_fault(given)
        if fault:
            line = document.line(path)
            yield NameNotUsable(
                f"the {kind} name {_shown(given)} {fault}",
                place=f"{name}:{line}" if line else name,
                remedy="Choose a name of letters, digits and underscores.",
            )


def _name_fault(name: str) -> str:
    if not name.strip():
        return "is empty"
    if name != name.strip():
        return "begins or ends with a space"
    if name.casefold() in RESERVED:
        return "is reserved for each metric's own time column"
    if _FORBIDDEN & set(name):
        return 'holds one of . : { } " `, which separate or quote names'
    return "" if name.isprintable() else "holds a character that cannot be seen"
