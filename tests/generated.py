"""The pages of docs/reference and the JSON Schema, written from the code they describe.

`python -m tests.generated --write` writes them, `--check` fails where one is stale.
"""

from __future__ import annotations

import importlib
import inspect
import json
import sys
from collections.abc import Callable
from pathlib import Path

import click

from verity import exceptions
from verity.cli.main import COMMANDS, module_of, verity
from verity.config import Settings
from verity.exceptions import VerityError

ROOT = Path(__file__).parents[1]
REFERENCE = ROOT / "docs" / "reference"
HEAD = "<!-- Written by `make docs` from the code. Edit the code. -->\n\n"


def commands_page() -> str:
    """Every command with its help, as a terminal shows it."""
    parts = ["# Commands\n", "```\n" + _help(verity, "verity") + "```\n"]
    for name in COMMANDS:
        command = importlib.import_module(module_of(name)).command
        parts += [f"## verity {name}\n", "```\n" + _help(command, f"verity {name}") + "```\n"]
    return HEAD + "\n".join(parts)


def settings_page() -> str:
    """Every setting with its default and meaning."""
    lines = ["# Settings", "", "Each stands in `verity.toml` under its section, or in the environment as", ""]
    lines += ["`VERITY_<SECTION>_<KEY>`, which wins. `verity doctor` shows what is in force and from where.", ""]
    lines += ["| setting | default | meaning |", "|---|---|---|"]
    for section, field in Settings.model_fields.items():
        for key, entry in field.annotation.model_fields.items():
            default = "none" if entry.default is None else f"`{json.dumps(entry.default)}`"
            lines.append(f"| `{section}.{key}` | {default} | {entry.description} |")
    return HEAD + "\n".join(lines) + "\n"


def errors_page() -> str:
    """Every error code with its class and meaning; and the codes of findings and reasons."""
    lines = ["# Error codes", "", "Codes are stable. Every error says what happened and what to do next.", ""]
    lines += ["| code | error | meaning |", "|---|---|---|"]
    for code, name, meaning in sorted(_errors()):
        lines.append(f"| {code} | `{name}` | {meaning} |")
    for title, module in (
        ("Findings of `verity check`", "verity.data.finding"),
        ("Findings of `verity check --live`", "verity.quality.codes"),
        ("Reasons of a refusal or a clarification", "verity.reading.codes"),
    ):
        codes = importlib.import_module(module).CODES
        lines += ["", f"## {title}", "", "| code | meaning |", "|---|---|"]
        lines += [f"| {code} | {meaning} |" for code, meaning in codes.items()]
    return HEAD + "\n".join(lines) + "\n"


def dictionary_page() -> str:
    """The form of a dictionary file."""
    return importlib.import_module("verity.data.schema").form_page()


def table_schema() -> str:
    """The JSON Schema of a dictionary file."""
    return importlib.import_module("verity.data.schema").schema_text()


PAGES: dict[Path, Callable[[], str]] = {
    REFERENCE / "commands.md": commands_page,
    REFERENCE / "settings.md": settings_page,
    REFERENCE / "errors.md": errors_page,
    REFERENCE / "dictionary.md": dictionary_page,
    ROOT / "src" / "verity" / "data" / "schemas" / "table.schema.json": table_schema,
}


def stale() -> list[Path]:
    """The pages that differ from what the code says now."""
    return [path for path, page in PAGES.items() if not path.is_file() or path.read_text(encoding="utf-8") != page()]


def _help(command: click.Command, path: str) -> str:
    context = click.Context(command, info_name=path, terminal_width=100, help_option_names=["-h", "--help"])
    return command.get_help(context) + "\n"


def _errors() -> list[tuple[str, str, str]]:
    classes = [c for _, c in inspect.getmembers(exceptions, inspect.isclass) if issubclass(c, VerityError)]
    return [(c.code, c.__name__, (inspect.getdoc(c) or "").split("\n")[0]) for c in classes]


def main(argument: str) -> int:
    """Write or check."""
    if argument == "--write":
        for path, page in PAGES.items():
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(page(), encoding="utf-8")
        return 0
    for path in (found := stale()):
        sys.stderr.write(f"stale: {path.relative_to(ROOT)}; run make docs\n")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1] if len(sys.argv) > 1 else "--check"))
