"""`verity move`."""

from __future__ import annotations

from pathlib import Path

import click

from verity.cli.common import common, open_bench
from verity.cli.main import FAILED, OK
from verity.cli.progress import ProgressBar
from verity.cli.text import show_verdict

LAYERS = ("bronze", "silver", "gold", "platinum")


@click.command(name="move")
@click.option("--to", required=True, help="chdb:, spark://host:7077, local[2] or postgresql://user@host/database.")
@click.option("--layer", "layers", multiple=True, type=click.Choice(LAYERS), help="Which tables; may repeat. [gold]")
@common()
def command(to: str, layers: tuple[str, ...], project: Path | None, format_: str) -> int:
    """Move finished tables to another engine, with every count and sum compared.

    Nothing is published there unless all of them are equal. A password is written as ${NAME}.

    Example: verity move --to chdb: --layer gold
    """
    with open_bench(project) as bench, ProgressBar("move", quiet=format_ == "json") as progress:
        verdict = bench.move(to, layers or ("gold",), progress=progress)
    click.echo(verdict.model_dump_json() if format_ == "json" else show_verdict(verdict))
    return FAILED if verdict.status == "failed" else OK
