"""`verity replay`."""

from __future__ import annotations

import json
from pathlib import Path

import click
from tabulate import tabulate

from verity.cli.common import common, open_bench
from verity.cli.main import FAILED, OK
from verity.contracts.run import ReplayedStep
from verity.exceptions import NotSupported


@click.command(name="replay")
@click.argument("conversation")
@click.option("--model", help="Run again under another model.")
@click.option("--as", "principal", type=click.Path(path_type=Path), help="Replay as the principal of this JSON file.")
@common()
def command(conversation: str, model: str | None, principal: Path | None, project: Path | None, format_: str) -> int:
    """Execute every checkpoint of CONVERSATION again and show what is equal and what is not.

    Each step runs as the principal that it was recorded for. Exit code 1 where a step differs.

    Example: verity replay c_2f1a
    """
    if model is not None:
        raise NotSupported(
            "--model: no language model is in use", remedy="Every answer was made by rule; replay it so."
        )
    with open_bench(project, principal) as bench:
        steps = bench.replay(conversation)
    if format_ == "json":
        click.echo(json.dumps({"conversation_id": conversation, "steps": [s.model_dump(mode="json") for s in steps]}))
    else:
        click.echo(_table(steps))
    return FAILED if any(step.verdict == "different" for step in steps) else OK


def _table(steps: tuple[ReplayedStep, ...]) -> str:
    rows = [(s.seq, s.tool, s.verdict.replace("_", " "), s.difference) for s in steps]
    equal = sum(step.verdict == "equal" for step in steps)
    table = tabulate(rows, ["step", "tool", "verdict", "difference"], tablefmt="simple")
    return f"{table}\n\n{equal} of {len(steps)} steps equal"
