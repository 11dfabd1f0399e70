"""`verity check`."""

from __future__ import annotations

from pathlib import Path

import click

from verity.cli.common import common, open_bench
from verity.cli.main import FAILED, OK
from verity.cli.text import show_verdict


@click.command(name="check")
@click.option("--live", is_flag=True, help="Hold the dictionary against the published data too.")
@click.option("--accept", is_flag=True, help="Write dictionary.lock.json after versions and changelog moved.")
@common()
def command(live: bool, accept: bool, project: Path | None, format_: str) -> int:
    """Check the dictionary: its form, its expressions, its joins, its lock. Works offline.

    Example: verity check --live
    """
    with open_bench(project) as bench:
        verdict = bench.check(live=live, accept=accept)
    click.echo(verdict.model_dump_json() if format_ == "json" else show_verdict(verdict))
    return FAILED if verdict.status == "failed" else OK
