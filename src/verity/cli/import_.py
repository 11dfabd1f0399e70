"""`verity import`."""

from __future__ import annotations

import json
from pathlib import Path

import click

from verity.cli.common import common, shown_path
from verity.cli.main import OK

TOOLS = ("cube", "ossie", "metricflow", "lookml")


@click.command(name="import")
@click.argument("tool", type=click.Choice(TOOLS))
@click.argument("path", type=click.Path(path_type=Path))
@click.option("--into", type=click.Path(path_type=Path), help="Folder for the tables (default: dictionary/).")
@click.option("--report", type=click.Path(path_type=Path), help="Write the report to this file, as text or .json.")
@click.option("--layer", type=click.Choice(["gold", "silver"]), default="silver", show_default=True,
              help="Where the tables lie that Verity must name inside a SELECT.")  # fmt: skip
@click.option("--dry-run", is_flag=True, help="Only report: write no table.")
@common()
def command(
    tool: str,
    path: Path,
    into: Path | None,
    report: Path | None,
    layer: str,
    dry_run: bool,
    project: Path | None,
    format_: str,
) -> int:
    """Read a model of another tool, a file or a folder, into tables of the dictionary, each marked `draft: true`.

    What is not imported exactly is named with its place, the reason and what to do. All tables are written, or none.

    Example: verity import cube ../cube/model --report loss.txt
    """
    from verity.config import find_project
    from verity.interchange.importing import import_model, report_bytes, write_all, write_tables

    folder = into or (Path() if dry_run else find_project(project or Path()) / "dictionary")
    imported = import_model(tool, path, layer=layer)
    files: list[Path] = []
    if not dry_run:
        files = write_tables(imported, folder, report=report)
    elif report is not None:
        write_all({report: report_bytes(imported.report, report)})
    if format_ == "json":
        document = {**imported.report.document(), "written": [str(file) for file in files]}
        click.echo(json.dumps(document, ensure_ascii=False))
        return OK
    click.echo(imported.report.text())
    if files:
        click.echo(f"wrote {len(files)} file{'' if len(files) == 1 else 's'} into {shown_path(folder)}: verity check")
    return OK
