"""`verity eval`."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING, TextIO

import click

from verity.cli.common import common, open_bench, principal_of, read_day
from verity.cli.main import OK
from verity.contracts.question import Answer, ErrorInfo
from verity.exceptions import UsageError, VerityError

if TYPE_CHECKING:
    from verity.workbench import Workbench

KEYS = {"id", "question", "today", "as", "conversation"}


@click.command(name="eval")
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--out", type=click.Path(path_type=Path), help="Write the answers here instead of standard output.")
@common()
def command(file: Path, out: Path | None, project: Path | None, format_: str) -> int:  # noqa: ARG001 - always JSON lines
    """Answer FILE.jsonl: one Answer line for each {"id", "question", "today"?, "as"?, "conversation"?} line, in order.

    A bad line gives status error and the rest goes on. Keys beyond those are left alone.

    Example: verity eval questions.jsonl --out answers.jsonl
    """
    with ExitStack() as stack:
        lines = _lines(file)
        target = stack.enter_context(_open_for_writing(out)) if out else None
        bench = stack.enter_context(open_bench(project))
        for number, line in enumerate(lines, start=1):
            answer = _answer(bench, line, f"{file.name}:{number}")
            click.echo(answer.model_dump_json(), file=target)
    return OK


def _lines(file: Path) -> Iterator[str]:
    try:
        text = file.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise UsageError(f"{file} cannot be read: {error}", remedy="Give a UTF-8 file of JSON lines.") from None
    return (line for line in text.splitlines() if line.strip())


def _open_for_writing(path: Path) -> TextIO:
    try:
        return path.open("w", encoding="utf-8")
    except OSError as error:
        raise UsageError(f"{path} cannot be written: {error.strerror}") from None


def _answer(bench: Workbench, line: str, place: str) -> Answer:
    name: str | None = None
    try:
        document = json.loads(line)
        if not isinstance(document, dict):
            raise UsageError(f"{place}: a line is a JSON object", remedy='Write {"id": "1", "question": "..."}')
        name = None if document.get("id") is None else str(document["id"])
        if not isinstance(document.get("question"), str):
            raise UsageError(f"{place}: 'question' is missing or not text", remedy='Write {"question": "..."}')
        asked_as = bench if document.get("as") is None else bench.as_principal(principal_of(document["as"], place))
        answer = asked_as.ask(
            document["question"],
            today=read_day(document.get("today"), f"{place}: today"),
            conversation_id=document.get("conversation"),
        )
        return answer.model_copy(update={"id": name})
    except json.JSONDecodeError as error:
        return _failed(name, UsageError(f"{place}: not JSON: {error.msg} at character {error.pos + 1}"))
    except VerityError as error:
        return _failed(name, error)


def _failed(name: str | None, error: VerityError) -> Answer:
    info = ErrorInfo(code=error.code, message=error.message, remedy=error.remedy)
    return Answer(id=name, status="error", text=error.message, language="en", error=info)
