"""`verity init`."""

from __future__ import annotations

import json
from pathlib import Path

import click

from verity.cli.common import common
from verity.cli.main import OK
from verity.cli.progress import ProgressBar


@click.command(name="init")
@click.argument("directory", type=click.Path(path_type=Path))
@click.option("--from", "origin", metavar="PATH|URL", help="Files (folder or glob) or a database to draft from.")
@common()
def command(directory: Path, origin: str | None, project: Path | None, format_: str) -> int:  # noqa: ARG001 - makes one
    """Make a project in DIRECTORY; with --from, look at the data and draft sources, models and dictionary.

    Files: CSV, Parquet, JSON(L), Excel. Databases: postgresql://, mysql://, mariadb://, sqlite:///, duckdb:///.
    Every drafted entry is marked `draft: true`; DRAFT.md says what was unsure.

    Example: verity init shop --from ./exports
    """
    from verity.bootstrap import init_project

    with ProgressBar("init", quiet=format_ == "json") as progress:
        report = init_project(directory, origin, progress=progress)
    if format_ == "json":
        click.echo(json.dumps(report.document(), ensure_ascii=False))
    else:
        click.echo(report.text())
    return OK
