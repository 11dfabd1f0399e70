"""`verity export`."""

from __future__ import annotations

import json
from pathlib import Path

import click

from verity.cli.common import common, shown_path
from verity.cli.main import OK

TOOLS = ("ossie", "cube")


@click.command(name="export")
@click.argument("tool", type=click.Choice(TOOLS))
@click.option("--out", type=click.Path(path_type=Path), help="Folder for the files (default: export/TOOL).")
@common()
def command(tool: str, out: Path | None, project: Path | None, format_: str) -> int:
    """Write the dictionary in another tool's form, and say what that tool does not see of it.

    An Ossie document or Cube model that Verity wrote comes back by `verity import` as it was.

    Example: verity export ossie --out exchange
    """
    from verity.config import find_project
    from verity.data.dictionary import load_dictionary
    from verity.interchange.importing import export_model, write_all

    home = find_project(project or Path())
    dictionary = load_dictionary(home / "dictionary")
    folder = out or home / "export" / tool
    texts, report = export_model(tool, dictionary.tables, home.name)
    files = write_all({folder / name: text.encode() for name, text in texts.items()})
    if format_ == "json":
        document = {**report.document(), "written": [str(file) for file in files]}
        click.echo(json.dumps(document, ensure_ascii=False))
        return OK
    click.echo(report.text())
    click.echo(f"wrote {len(files)} file{'' if len(files) == 1 else 's'} into {shown_path(folder)}")
    return OK
