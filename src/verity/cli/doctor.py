"""`verity doctor`."""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path

import click
from tabulate import tabulate

from verity.cli.common import common, open_bench
from verity.cli.main import FAILED, OK
from verity.cli.text import MARKS


@click.command(name="doctor")
@common()
def command(project: Path | None, format_: str) -> int:
    """Show every setting and where it came from, try each part, and verify the chain of every conversation.

    Exit code 1 where a part does not work or the record was touched.

    Example: verity doctor
    """
    with open_bench(project) as bench:
        report = bench.doctor()
    if format_ == "json":
        document = {
            "settings": [asdict(setting) for setting in report.settings],
            "parts": [line.model_dump(mode="json") for line in report.lines],
            "faults": [fault.model_dump(mode="json") for fault in report.faults],
        }
        click.echo(json.dumps(document, ensure_ascii=False))
        return OK if report.well else FAILED
    rows = [(s.name, s.value or "-", s.origin) for s in report.settings]
    click.echo(tabulate(rows, ["setting", "value", "from"], tablefmt="simple", disable_numparse=True))
    click.echo()
    wide = max(len(line.name) for line in report.lines)
    for line in report.lines:
        mark, color = MARKS[line.status]
        click.echo(f"  {click.style(mark, fg=color)} {line.name.ljust(wide)}  {line.message}".rstrip())
        if line.remedy and line.status != "ok":
            click.echo(click.style(f"      {line.remedy}", dim=True))
    for fault in report.faults:
        click.echo(click.style(f"  ✗ {fault.kind.replace('_', ' ')}: {fault.message}", fg="red"))
    return OK if report.well else FAILED
