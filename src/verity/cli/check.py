"""`verity check`."""

from __future__ import annotations

from pathlib import Path

import click

from verity.cli.common import common, open_bench
from verity.cli.main import FAILED, OK
from verity.cli.text import show_verdict
from verity.exceptions import UsageError


@click.command(name="check")
@click.option("--live", is_flag=True, help="Hold the dictionary against the published data too.")
@click.option("--accept", is_flag=True, help="Write dictionary.lock.json after versions and changelog moved.")
@click.option("--diff", "revision", metavar="REV", help="Show the numbers that changed since a git revision instead.")
@common()
def command(live: bool, accept: bool, revision: str | None, project: Path | None, format_: str) -> int:
    """Check the dictionary: its form, its expressions, its joins, its lock. Works offline.

    With --diff, every metric whose definition changed since a git revision, or something that it rests on, is asked of
    the published data by both dictionaries.

    Example: verity check --live
    Example: verity check --diff HEAD
    """
    with open_bench(project) as bench:
        if revision is not None:
            if live or accept:
                raise UsageError("--diff stands alone", remedy="Run 'verity check --live' or '--accept' apart.")
            diff = bench.number_diff(revision)
            click.echo(diff.model_dump_json() if format_ == "json" else diff.text())
            return OK
        verdict = bench.check(live=live, accept=accept)
    click.echo(verdict.model_dump_json() if format_ == "json" else show_verdict(verdict))
    return FAILED if verdict.status == "failed" else OK
