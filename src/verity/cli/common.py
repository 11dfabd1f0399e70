"""What the commands share: the two options that may stand anywhere, the workbench, principals, progress."""

from __future__ import annotations

import functools
import json
from collections.abc import Callable
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar, cast

import click
from pydantic import ValidationError

from verity.contracts.identity import Principal
from verity.exceptions import UsageError

if TYPE_CHECKING:
    from verity.workbench import Workbench

Command = TypeVar("Command", bound=Callable[..., Any])


def common(*formats: str) -> Callable[[Command], Command]:
    """Adds `--project` and `--format` to a command; values given before the command count where none stands after."""
    allowed = formats or ("text", "json")

    def decorate(function: Command) -> Command:
        def wrapper(ctx: click.Context, project: Path | None, format_: str | None, **rest: Any) -> Any:
            above = ctx.obj or {}
            chosen = format_ or above.get("format") or "text"
            return function(project=project or above.get("project"), format_=chosen, **rest)

        named: Any = functools.update_wrapper(wrapper, function)
        named = click.pass_context(named)
        named = click.option("--format", "format_", type=click.Choice(allowed), help="How to print (default: text).")(
            named
        )
        named = click.option("--project", type=click.Path(path_type=Path), help="Project folder.")(named)
        return cast(Command, named)

    return decorate


def open_bench(project: Path | None, principal_file: Path | None = None) -> Workbench:
    """The project's workbench as its owner (local file access is the proof), or narrowed to the principal of a file."""
    from verity.bootstrap import open_project

    bench = open_project(project or Path())
    return bench.as_principal(read_principal(principal_file)) if principal_file else bench


def read_principal(path: Path) -> Principal:
    """`{"id", "roles": [], "attributes": {}}` from a file. Raises `UsageError`; a document never makes an owner."""
    try:
        document = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise UsageError(f"{path} is not a readable JSON file: {error}", remedy=_PRINCIPAL_FORM) from None
    return principal_of(document, str(path))


def principal_of(document: object, place: str) -> Principal:
    """A principal from its document form; `place` names where it stands. Raises `UsageError`."""
    if not isinstance(document, dict) or set(document) - {"id", "roles", "attributes"}:
        raise UsageError(f"{place}: a principal has id, roles and attributes and nothing else", remedy=_PRINCIPAL_FORM)
    try:
        return Principal.model_validate(document)
    except ValidationError as error:
        first = error.errors()[0]
        key = str(first["loc"][0]) if first["loc"] else ""
        reason = f"'{key}' is missing" if first["type"] == "missing" else f"'{key}' must be {_PRINCIPAL_PARTS.get(key)}"
        raise UsageError(f"{place}: {reason}", remedy=_PRINCIPAL_FORM) from None


_PRINCIPAL_PARTS = {
    "id": "a text of one character or more",
    "roles": "a list of names",
    "attributes": "a mapping of names to texts, whole numbers, true, false, or lists of texts or of whole numbers",
}
_PRINCIPAL_FORM = 'Write {"id": "ana", "roles": ["analyst"], "attributes": {"region": "NCR"}}'


def read_day(text: str | None, option: str) -> date | None:
    """A day written as 2025-12-31. Raises `UsageError`."""
    if text is None:
        return None
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise UsageError(f"{option} is no day of the calendar: '{text}'", remedy="Write it as 2025-12-31.") from None


def read_moment(text: str | None, option: str) -> date | datetime | None:
    """A day, or a moment such as 2025-12-31T08:00. Raises `UsageError`."""
    if text is None or len(text) <= 10:
        return read_day(text, option)
    try:
        return datetime.fromisoformat(text)
    except ValueError:
        raise UsageError(
            f"{option} is no day or moment: '{text}'", remedy="Write it as 2025-12-31 or 2025-12-31T08:00."
        ) from None


def shown_path(path: Path) -> Path:
    """A path as people name it: from where they stand, if it lies below."""
    here, whole = Path.cwd(), path.absolute()
    return whole.relative_to(here) if whole.is_relative_to(here) else path
