"""`verity build`."""

from __future__ import annotations

from pathlib import Path

import click

from verity.cli.common import common, open_bench
from verity.cli.main import FAILED, OK
from verity.cli.progress import ProgressBar
from verity.cli.text import show_verdict


@click.command(name="build")
@click.option("--select", help="Build these models only, in dbt's selection form.")
@common()
def command(select: str | None, project: Path | None, format_: str) -> int:
    """Build the models, test them, and publish the result at once if nothing failed.

    Example: verity build --select gold_monthly_summary
    """
    with open_bench(project) as bench, ProgressBar("build", quiet=format_ == "json") as progress:
        verdict = bench.build(select, progress=progress)
    click.echo(verdict.model_dump_json() if format_ == "json" else show_verdict(verdict))
    return FAILED if verdict.status == "failed" else OK
