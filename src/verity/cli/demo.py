"""`verity demo`."""

from __future__ import annotations

import json
from pathlib import Path

import click

from verity.cli.common import common, open_bench
from verity.cli.main import FAILED, OK
from verity.cli.progress import ProgressBar
from verity.cli.text import show_answer, show_verdict
from verity.contracts.question import Answer
from verity.contracts.run import Verdict

QUESTIONS = (
    "revenue by month in 2025",
    "top 5 branches by revenue in 2025",
    "¿cuántas transacciones hubo por método de pago en 2024?",
    "revenue by city",
    "profit margin by category",
)
"""Three that are answered (one in Spanish), one that is asked back, one that is refused."""


@click.command(name="demo")
@click.argument("directory", type=click.Path(path_type=Path), default=Path("scout"))
@click.option("--scale", type=click.IntRange(min=1), default=1, help="1 is small; 100 has tens of millions of rows.")
@click.option("--fresh", is_flag=True, help="Replace an earlier demo in DIRECTORY.")
@common()
def command(directory: Path, scale: int, fresh: bool, project: Path | None, format_: str) -> int:  # noqa: ARG001 - makes one
    """Make 'Scout', a sample retail chain, in DIRECTORY: sync, build, check, and answer some questions.

    Example: verity demo scout && cd scout && verity ask "revenue by region"
    """
    from verity.bootstrap import make_demo

    quiet = format_ == "json"
    with ProgressBar("demo", quiet=quiet) as progress:
        made = make_demo(directory, scale=scale, fresh=fresh, progress=progress)
    _say(f"Scout, a Philippine retail chain, is in {directory}: {made}", quiet)
    verdicts: list[Verdict] = []
    answers: list[Answer] = []
    with open_bench(directory) as bench:
        with ProgressBar("sync", quiet=quiet) as progress:
            verdicts.append(bench.sync(None, progress=progress))
        _say(show_verdict(verdicts[-1]), quiet)
        with ProgressBar("build", quiet=quiet) as progress:
            verdicts.append(bench.build(None, progress=progress))
        _say(show_verdict(verdicts[-1]), quiet)
        verdicts.append(bench.check(live=True, accept=True))
        _say(show_verdict(verdicts[-1], brief=True), quiet)
        if any(verdict.status == "failed" for verdict in verdicts):
            return FAILED
        for question in QUESTIONS:
            answers.append(bench.ask(question))
            _say(click.style(f"\n? {question}", fg="cyan", bold=True) + "\n" + show_answer(answers[-1]), quiet)
    _say(_next_steps(directory), quiet)
    if quiet:
        document = {"verdicts": [v.model_dump(mode="json") for v in verdicts]}
        click.echo(json.dumps({**document, "answers": [a.model_dump(mode="json") for a in answers]}))
    return OK


def _say(text: str, quiet: bool) -> None:
    if not quiet:
        click.echo(text)


def _next_steps(directory: Path) -> str:
    return "\n".join(
        [
            click.style("\nNow you:", bold=True),
            f"  verity --project {directory} ask 'average ticket by region in 2024' --sql",
            f"  verity --project {directory} query --list",
            f"  verity --project {directory} doctor",
            "  verity init shop --from FOLDER        your own files",
        ]
    )
