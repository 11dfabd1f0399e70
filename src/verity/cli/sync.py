"""`verity sync`."""

from __future__ import annotations

from pathlib import Path

import click

from verity.cli.common import common, open_bench
from verity.cli.main import FAILED, OK
from verity.cli.progress import ProgressBar
from verity.cli.text import show_verdict


@click.command(name="sync")
@click.argument("source", required=False)
@common()
def command(source: str | None, project: Path | None, format_: str) -> int:
    """Load SOURCE (or every source) into bronze, whole or not at all.

    Nothing changes for those who ask until the next build publishes.

    Example: verity sync shop
    """
    with open_bench(project) as bench, ProgressBar("sync", quiet=format_ == "json") as progress:
        verdict = bench.sync(source, progress=progress)
    click.echo(verdict.model_dump_json() if format_ == "json" else show_verdict(verdict))
    return FAILED if verdict.status == "failed" else OK
